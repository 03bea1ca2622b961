"""Vectors of a list of texts on disk: shards of consecutive texts, each a file that is whole or not there.

    FOLDER/entry.json      what it holds: encoder, options, numbers of texts
    FOLDER/used            touched whenever it is opened
    FOLDER/lock            held by whoever reads it; the cache removes no folder that is read
    FOLDER/00000.lengths.npy, 00000.npy, …   [text] tokens, and [token, width] the rows, written in this order

Two processes that fill one folder share the work: each takes shards that no one has and no one else is making. A kill
loses the shard that was being made.
"""

import fcntl
import mmap
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from neural.errors import VectorError

_CHARACTERS = 100_000
"""Of the texts of a shard, or a single text of more: about two seconds of work on a processor."""

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

    def _write(self, number: int, texts: Sequence[np.ndarray]) -> None:
        rows = np.concatenate(texts) if texts else np.zeros((0, self._width), self._dtype)
        lengths = np.array([len(own) for own in texts], np.int64)
        with writing(self.folder):
            _write_whole(self._lengths(number), lengths)
            _write_whole(self._rows(number), rows.astype(self._dtype, copy=False))

    def open(self) -> tuple[np.ndarray, list["Shard"]]:
        """([text]: tokens, the shards), all of them there.

        Raises:
            VectorError: a file is not what was written; it was moved, and will be made anew.
        """
        lengths, shards = [], []
        for number, (first, last) in enumerate(self._cuts):
            try:
                own = np.load(self._lengths(number), allow_pickle=False)
                shard = Shard(self._rows(number), (int(own.sum()), self._width), self._dtype)
                if own.shape != (last - first,):
                    raise ValueError(f"lengths of {len(own)} texts for {last - first}")
            except (OSError, ValueError) as error:
                self._rows(number).unlink(missing_ok=True)
                raise VectorError(
                    f"{self._rows(number)} must hold the vectors that were written (got {error}); it was removed: "
                    "start again, and only its texts are read anew."
                ) from None
            lengths.append(own)
            shards.append(shard)
        return np.concatenate(lengths or [np.zeros(0, np.int64)]), shards

    def _rows(self, number: int) -> Path:
        return self.folder / f"{number:05}.npy"

    def _lengths(self, number: int) -> Path:
        return self.folder / f"{number:05}.lengths.npy"


class Shard:
    """The rows of a shard, in the file: what is read comes into memory page by page, and may leave it again."""

    def __init__(self, path: Path, shape: tuple[int, int], dtype: np.dtype) -> None:
        with path.open("rb") as file:
            npy.read_magic(file)
            found, fortran, kind = npy.read_array_header_1_0(file)
            if (found, fortran, kind) != (shape, False, dtype):
                raise ValueError(f"an array of {kind} {found} for {dtype} {shape}")
            if os.fstat(file.fileno()).st_size != file.tell() + dtype.itemsize * shape[0] * shape[1]:
                raise ValueError("a cut file")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self.rows = np.frombuffer(self._map, dtype, offset=file.tell(), count=shape[0] * shape[1]).reshape(shape)

    def forget(self) -> None:
        """Its pages leave this process's memory; the operating system may keep them."""
        self._map.madvise(mmap.MADV_DONTNEED)


def _write_whole(path: Path, array: np.ndarray) -> None:
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            np.save(file, array, allow_pickle=False)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Errors of the file system say what the folder must be.

    Raises:
        VectorError: it is not.
    """
    try:
        yield
    except OSError as error:
        raise VectorError(
            f"vectors are kept in {folder}, which must be a folder with room that may be written to (got "
            f"{error.strerror}); choose another: --cache-dir."
        ) from None


def hold(folder: Path) -> int:
    """Keep a folder from being removed until the descriptor that is returned is closed, or the process ends."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
    fcntl.flock(lock, fcntl.LOCK_SH)
    with suppress(OSError):  # of a cache that may only be read nobody knows when it was used last
        (folder / "used").touch()
    return lock
