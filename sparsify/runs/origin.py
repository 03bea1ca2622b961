"""What a run was trained on, by its own files: `config.toml` and `MODEL_CARD.md`."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sparsify.data import Corpus, load_corpus, options_of
from sparsify.data.builtin import BUILTIN
from sparsify.data.forms.base import Reading
from sparsify.data.part_files import data_folder, part_files
from sparsify.errors import DataError, RunError

_DIGEST = re.compile(r"\bData SHA-256 ([0-9a-f]{64})\b")
_SHARES = ("dev_share", "test_share")


@dataclass(frozen=True)
class Origin:
    """The data of a run.

    Attributes:
        settings: of config.toml; none where there is no such file.
        digest: `Corpus.digest` of the texts; "" where no card says it.
    """

    run: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""

    @property
    def data(self) -> str:
        """What `--data` was; "" where nothing says it."""
        return str(self.settings.get("data", ""))

    @property
    def reading(self) -> Reading:
        """How the columns of the data were told."""
        options = options_of(self.settings)
        names = ("header", "columns", "text_column", "label_column")
        own = {name: options[name] for name in names if name in options}
        return Reading(**{**own, "columns": tuple(own["columns"])})

    def is_own(self, name: str) -> bool:
        """Are the data of this name those of the run?"""
        if name in BUILTIN or self.data in BUILTIN:
            return name == self.data
        return bool(self.data) and Path(name).resolve() == Path(self.data).resolve()

    def part(self, name: str, part: str, given: Mapping[str, Any]) -> tuple[Corpus, list[str]]:
        """A corpus of which a part is wanted, split as the run split its own, and what is to be said of it.

        Args:
            given: options of `load_corpus` that were said; else the run's own data are read as the run read them.

        Raises:
            DataError: it is a single file of other data, there is no such part, or it cannot be read.
        """
        own, options = self.is_own(name), options_of(self.settings)
        if Path(name).is_file() and not own:
            own_data = f", {self.data}" if self.data else ""
            raise DataError(
                f"--part goes with a corpus in parts, or with the run's own data{own_data} "
                f"(got the file {name}); leave it out, and every row of the file is scored."
            )
        read = options if own else {share: options[share] for share in _SHARES if share in options}
        corpus = load_corpus(name, likely=self.reading, **{**read, **given})
        if not getattr(corpus, part):
            untested = part == "test" and options.get("test_share") == 0
            got = "none, as the run's --test-share is 0: it is trained on all but dev" if untested else "none"
            raise DataError(f"{name} must have a {part} part (got {got}); choose another --part, or name other texts.")
        return corpus, [*self._said(name, part, own, corpus.digest)]

    def _said(self, name: str, part: str, own: bool, digest: str) -> Iterator[str]:
        """Has the run seen these texts?"""
        same = digest == self.digest
        if own and self.digest and not same:
            yield (
                f"{name} does not hold what it held when the run was trained (SHA-256 {digest[:12]}…, then "
                f"{self.digest[:12]}…), or is read otherwise: the run may have been trained on texts of this part."
            )
        if (own or same) and part != "test":
            what = "was trained on" if part == "train" else "was chosen by"
            yield f"these are texts that the model {what}: scores on them are too good."

    def of_file(self, name: str) -> Iterator[str]:
        """What is to be said of a file of which every row is scored."""
        if self.is_own(name):
            yield f"{name} is the run's own data, most of it trained on: scores are too good; take --part test."
        elif self.data and Path(self.data).is_dir() and Path(name).resolve() in _files(Path(self.data), "train"):
            yield f"{name} is what the run was trained on: scores are too good."


def _files(folder: Path, part: str) -> list[Path]:
    with suppress(DataError):  # of a folder that has changed since nothing is known
        return [path.resolve() for path in part_files(data_folder(folder)).get(part, ())]
    return []


def origin_of(run: Path) -> Origin:
    """What the run says of its data.

    Raises:
        RunError: config.toml is damaged.
    """
    place, card = run / "config.toml", run / "MODEL_CARD.md"
    try:
        settings = tomllib.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}
        found = _DIGEST.findall(card.read_text(encoding="utf-8")) if card.is_file() else []
    except (OSError, ValueError) as error:
        raise RunError(f"{place} and {card.name} must be what the run wrote (got {error}); train anew.") from None
    return Origin(run, settings, found[-1] if found else "")
