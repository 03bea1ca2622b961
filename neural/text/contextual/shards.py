"""Vectors of a list of texts on disk: shards of consecutive texts, each a file that is whole or not there.

    FOLDER/entry.json      what it holds: encoder, options, numbers of texts
    FOLDER/used            touched whenever it is opened
    FOLDER/lock            held by whoever reads it; the cache removes no folder that is read
    FOLDER/00000.lengths.npy, 00000.npy, …   [text] tokens, then a checksum of these and of the rows; and the rows,
                           [token, width]; written in this order

Two processes that fill one folder share the work: each takes shards that no one has and no one else is making. A kill
loses the shard that was being made.
"""

import fcntl
import mmap
import os
import secrets
import time
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from neural.text.contextual.entry_lock import writing

_CHARACTERS = 100_000
"""Of the texts of a shard, or a single text of more: about two seconds of work on a processor."""

_FORGOTTEN = 600
"""Seconds after which a file that is still being written is nobody's."""

Make = Callable[[int, int], Sequence[np.ndarray]]
"""(first text, text behind the last) → per text its rows [token, width]."""


def cuts(texts: Sequence[str]) -> list[tuple[int, int]]:
    """The shards of texts: (first, behind the last). They depend on nothing but the texts."""
    found, first, characters = [], 0, 0
    for place, text in enumerate(texts):
        characters += len(text)
        if characters >= _CHARACTERS:
            found.append((first, place + 1))
            first, characters = place + 1, 0
    return [*found, (first, len(texts))] if first < len(texts) else found


class Shards:
    """The shards in a folder.

    Args:
        cuts: of the texts.
        width: numbers of a row.
    """

    def __init__(self, folder: Path, cuts: Sequence[tuple[int, int]], width: int, dtype: np.dtype) -> None:
        self.folder, self._cuts, self._width, self._dtype = folder, cuts, width, dtype

    def texts(self, number: int) -> int:
        """How many it is of."""
        first, last = self._cuts[number]
        return last - first

    def missing(self) -> list[int]:
        """Those that are still to be made."""
        return [number for number in range(len(self._cuts)) if not self._rows(number).is_file()]

    def fill(self, make: Make) -> Iterator[int]:
        """Make what is missing; yields the number of texts of every shard that was, when it is there.

        Raises:
            VectorError: the folder may not be written to, or is full.
        """
        self._sweep()
        left = self.missing()
        for patient in (False, True):  # first what no one else is making, then wait for the others
            for number in [*left]:
                with self._claimed(number, patient) as mine:
                    if mine and not self._rows(number).is_file():
                        self._write(number, make(*self._cuts[number]))
                if mine:
                    left.remove(number)
                    yield self.texts(number)

    @contextmanager
    def _claimed(self, number: int, patient: bool) -> Iterator[bool]:
        """Is the shard this process's to make? A claim ends with the process, however that ends."""
        place = self.folder / f"{number:05}.claim"
        with writing(self.folder):
            claim = os.open(place, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | (0 if patient else fcntl.LOCK_NB))
            yield True
            place.unlink(missing_ok=True)  # who waits for it finds the shard there
        except BlockingIOError:
            yield False
        finally:
            os.close(claim)

    def _sweep(self) -> None:
        """Remove what writers left that were killed."""
        for part in self.folder.glob(".*.part"):
            with suppress(OSError):
                if time.time() - part.stat().st_mtime > _FORGOTTEN:
                    part.unlink()

    def _write(self, number: int, texts: Sequence[np.ndarray]) -> None:
        rows = np.concatenate(texts) if texts else np.zeros((0, self._width), self._dtype)
        rows = rows.astype(self._dtype, copy=False)
        lengths = np.array([len(own) for own in texts], np.int64)
        with writing(self.folder):
            _write_whole(self._lengths(number), np.append(lengths, _checksum(lengths, rows)))
            _write_whole(self._rows(number), rows)

    def check(self) -> list[int]:
        """Remove shards that are not what was written, which is said; their numbers."""
        there = [number for number in range(len(self._cuts)) if self._rows(number).is_file()]
        return [number for number in there if not self._is_whole(number)]

    def _is_whole(self, number: int) -> bool:
        try:
            lengths, checksum, shard = self._opened(number)
            if _checksum(lengths, shard.rows) != checksum:
                raise ValueError("other numbers")
        except (ValueError, FileNotFoundError) as error:
            warnings.warn(
                f"{self._rows(number)} must hold the vectors that were written (got {error}); its texts are read anew.",
                stacklevel=2,
            )
            with writing(self.folder):
                self._rows(number).unlink(missing_ok=True)
            return False
        return True

    def _opened(self, number: int) -> tuple[np.ndarray, int, "Shard"]:
        """([text]: tokens, the checksum, the rows)."""
        first, last = self._cuts[number]
        found = np.load(self._lengths(number), allow_pickle=False)
        if found.shape != (last - first + 1,) or found.dtype != np.int64:
            raise ValueError(f"lengths of shape {found.shape} for {last - first} texts")
        return found[:-1], int(found[-1]), Shard(self._rows(number), (int(found[:-1].sum()), self._width), self._dtype)

    def open(self) -> tuple[np.ndarray, list["Shard"]]:
        """([text]: tokens, the shards), all of them there and checked."""
        opened = [self._opened(number) for number in range(len(self._cuts))]
        lengths = [own for own, _, _ in opened]
        return np.concatenate(lengths or [np.zeros(0, np.int64)]), [shard for _, _, shard in opened]

    def _rows(self, number: int) -> Path:
        return self.folder / f"{number:05}.npy"

    def _lengths(self, number: int) -> Path:
        return self.folder / f"{number:05}.lengths.npy"


class Shard:
    """The rows of a shard, in the file: mapped when they are asked for, page by page, until they are forgotten."""

    def __init__(self, path: Path, shape: tuple[int, int], dtype: np.dtype) -> None:
        with path.open("rb") as file:
            npy.read_magic(file)
            found, fortran, kind = npy.read_array_header_1_0(file)
            if (found, fortran, kind) != (shape, False, dtype):
                raise ValueError(f"an array of {kind} {found} for {dtype} {shape}")
            self._start = file.tell()
            if os.fstat(file.fileno()).st_size != self._start + dtype.itemsize * shape[0] * shape[1]:
                raise ValueError("a cut file")
        self._path, self._shape, self._dtype = path, shape, dtype
        self._found: np.ndarray | None = None

    def __len__(self) -> int:
        return self._shape[0]

    @property
    def is_open(self) -> bool:
        """Is the file mapped? It has a descriptor then, and pages that were read count as memory of the process."""
        return self._found is not None

    @property
    def rows(self) -> np.ndarray:
        """[token, width]."""
        found = self._found
        if found is None:
            with self._path.open("rb") as file:
                octets = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            flat = np.frombuffer(octets, self._dtype, offset=self._start, count=self._shape[0] * self._shape[1])
            found = self._found = flat.reshape(self._shape)
        return found

    def forget(self) -> None:
        """The file is unmapped as soon as nobody looks at its rows; the operating system may keep its pages."""
        self._found = None


def _checksum(lengths: np.ndarray, rows: np.ndarray) -> int:
    return zlib.crc32(rows.data, zlib.crc32(lengths.data))


def _write_whole(path: Path, array: np.ndarray) -> None:
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            np.save(file, array, allow_pickle=False)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
