"""Which files of a folder are for training, for choosing and for testing."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sparsify.data.forms.saved import SPLITS, split_names
from sparsify.data.forms.table import ENDINGS, PACKED, ending
from sparsify.errors import DataError

_CALLED: Mapping[str, tuple[str, ...]] = {
    "train": ("train", "training"),
    "dev": ("dev", "validation", "valid", "val"),
    "test": ("test",),
}
_SHARD = re.compile(r"-\d+-of-\d+$")
"""What the names of pieces of one table end with: train-00000-of-00002.parquet."""


def part_files(folder: Path) -> dict[str, list[Path]]:
    """part → its files, or the folder that it is; {} where the folder has no part called train.

    Raises:
        DataError: there is neither dev nor test, or there are several files for one part.
    """
    paths = [folder / name for name in split_names(folder)] if (folder / SPLITS).is_file() else sorted(folder.iterdir())
    parts = {part: [*_named(paths, names)] for part, names in _CALLED.items()}
    found = {part: own for part, own in parts.items() if own}
    if "train" not in found:
        if found:
            raise DataError(f"{folder} must hold train beside {' and '.join(found)} (got none).")
        return {}
    for part, own in found.items():
        if len(own) > 1 and not all(_SHARD.search(_stem(path)) for path in own):
            raise DataError(f"{folder} must hold one file for {part} (got {', '.join(path.name for path in own)}).")
    if len(found) == 1:
        raise DataError(
            f"{folder} must hold the files train and dev, and test where it is to be tested (got no dev, which may be "
            f"called {', '.join(_CALLED['dev'])}, and end with {', '.join(ENDINGS)}); one file alone is split: name it."
        )
    return found


def _named(paths: Iterable[Path], names: Iterable[str]) -> Iterator[Path]:
    for path in paths:
        known = path.is_dir() or path.suffix.lower() in ("", *PACKED) or ending(path) in ENDINGS
        if known and _SHARD.sub("", _stem(path)) in names:
            yield path


def _stem(path: Path) -> str:
    return path.name if path.is_dir() else path.name.split(".")[0]
