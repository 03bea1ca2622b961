"""The folder of an entry of the cache: what is said where it cannot be written to, and who keeps it from removal."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from neural.errors import VectorError


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
            f"{error.strerror or error}); choose another: --cache-dir."
        ) from None


def hold(folder: Path) -> int:
    """Keep a folder from being removed until the descriptor that is returned is closed, or the process ends."""
    while True:
        with writing(folder):
            lock = _lock(folder)
        fcntl.flock(lock, fcntl.LOCK_SH)
        with suppress(OSError):  # of a cache that may only be read nobody knows when it was used last
            (folder / "used").touch()
        with suppress(OSError):  # it may have been removed, lock and all, between the two lines above
            if _is_file(lock, folder / "lock") or _is_file(lock, folder):
                return lock
        os.close(lock)


def _lock(folder: Path) -> int:
    """The lock, open; of a folder that may only be read the folder itself, where it has none."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:
        for place in (folder / "lock", folder):
            with suppress(OSError):
                return os.open(place, os.O_RDONLY)
        raise


def _is_file(descriptor: int, path: Path) -> bool:
    return os.path.samestat(os.fstat(descriptor), path.stat())
