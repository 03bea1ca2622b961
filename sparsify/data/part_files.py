"""Which files of a folder are for training, for choosing and for testing."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sparsify.data.forms.saved import SPLITS, split_names
from sparsify.data.forms.table import ENDINGS, PACKED, ending
from sparsify.errors import DataError

_CALLED: Mapping[str, tuple[str, ...]] = {
    "train": ("train", "training"),
    "dev": ("dev", "validation", "valid", "val"),
    "test": ("test",),
}
_SHARD = re.compile(r"-(\d+)-of-(\d+)(-[0-9a-f]{16})?$")
"""What the names of pieces of one table end with: train-00000-of-00002.parquet, and older ones with a digest."""

_NAMED = 5
"""Names that a message gives."""

DATA = "data"
"""The folder of the parts in a clone from the Hugging Face hub."""


def part_files(folder: Path) -> dict[str, list[Path]]:
    """part → its files, or the folder that it is; {} where the folder has no part called train.

    Raises:
        DataError: there is neither dev nor test, there are several files for one part, or a piece of one is missing.
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
        _check_pieces(folder, part, own)
    if len(found) == 1:
        raise DataError(
            f"{folder} must hold the files train and dev, and test where it is to be tested (got no dev, which may be "
            f"called {', '.join(_CALLED['dev'])}, and end with {', '.join(ENDINGS)}); one file alone is split: name it."
        )
    return found


def left_out(folder: Path, parts: Mapping[str, Sequence[Path]]) -> list[str]:
    """The names of splits that `datasets` saved there and that are no part: unsupervised, say."""
    if not (folder / SPLITS).is_file():
        return []
    taken = {path.name for own in parts.values() for path in own}
    return [name for name in split_names(folder) if name not in taken]


def _check_pieces(folder: Path, part: str, own: Sequence[Path]) -> None:
    """Are all pieces there, each once, of those that their names count?

    Raises:
        DataError: no; the message names what is missing.
    """
    found = [match for path in own if (match := _SHARD.search(_stem(path)))]
    if not found:
        return
    counts = {int(match[2]) for match in found}
    numbers = [int(match[1]) for match in found]
    if len(counts) > 1 or len(set(numbers)) < len(numbers):
        raise DataError(
            f"{folder} must hold the pieces of one {part}, each once (got {', '.join(path.name for path in own)}); "
            "leave those of the other out."
        )
    first = 0 if 0 in numbers or max(numbers) < max(counts) else 1  # some count from 1
    name, digits, of = _SHARD.sub("", _stem(own[0])), found[0][1], found[0][2]
    missing = [
        f"{name}-{number:0{len(digits)}}-of-{of}"
        for number in range(first, first + max(counts))
        if number not in numbers
    ]
    if missing:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        raise DataError(
            f"{folder} must hold all {max(counts)} pieces of {part} (got {len(own)}, without "
            f"{', '.join(missing[:_NAMED])}{more}); fetch what is missing, or rename those that are to do without."
        )


def data_folder(folder: Path) -> Path:
    """Where the parts of a data set are: a folder, or the one called data in it, as in a clone from the hub.

    Raises:
        DataError: there are several data sets, each in a folder of its own.
    """
    if not folder.is_dir() or (folder / SPLITS).is_file() or part_files(folder):
        return folder
    inner = [path for path in sorted(folder.iterdir()) if path.is_dir() and _holds_train(path)]
    if [path.name for path in inner] == [DATA]:
        return folder / DATA
    if inner:
        names = ", ".join(path.name for path in inner[:_NAMED])
        raise DataError(f"{folder} must hold one data set (got such in the folders {names}); name one of them.")
    return folder


def _holds_train(folder: Path) -> bool:
    """Does a folder hold a file of texts that is called train?"""
    files = [path for path in folder.iterdir() if path.is_file() and ending(path) in ENDINGS and ending(path) != ".txt"]
    return any(_named(files, _CALLED["train"]))


def _named(paths: Iterable[Path], names: Iterable[str]) -> Iterator[Path]:
    for path in paths:
        known = path.is_dir() or path.suffix.lower() in ("", *PACKED) or ending(path) in ENDINGS
        if known and _SHARD.sub("", _stem(path)) in names:
            yield path


def _stem(path: Path) -> str:
    return path.name if path.is_dir() else path.name.split(".")[0]
