"""Where a run goes: beside its directory until it is complete, and then into its place in one step.

A run works in `DIR.unfinished`, which it alone holds: a lock of the operating system, which ends with the process. What
stood in DIR stays as it is until then, so that at every moment the old run or the new one is there, whole.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sparsify.errors import RunError
from sparsify.runs.checks import check_folder
from sparsify.runs.exchange import exchange
from sparsify.runs.manifest import (
    FULL,
    MANIFEST,
    UNFINISHED,
    Manifest,
    digest,
    is_partial,
    read_manifest,
    strangers,
    write_manifest,
)
from sparsify.settings import Settings


@dataclass
class Place:
    """The folder of a run.

    Attributes:
        target: the run directory that the run is to become.
        path: where its files are now.
    """

    settings: Settings
    target: Path
    path: Path

    def finish(self) -> None:
        """Everything that counts is there: from here on the folder is a run."""
        shutil.rmtree(self.path / FULL, ignore_errors=True)  # it is among the checkpoints
        older = self.target / MANIFEST
        write_manifest(self.path, finished=True, replaces=digest(older) if older.is_file() else "")

    def complete(self) -> None:
        """Put the run into its place; what it replaces is deleted after that.

        Raises:
            RunError: something came into its place meanwhile that may not be replaced.
            OSError: the file system does not allow it.
        """
        self.finish()
        check_folder(self.settings)
        if not self.target.exists():
            self.path.rename(self.target)
            self.path = self.target
            return
        exchange(self.path, self.target)
        older, self.path = self.path, self.target
        _remove(older)

    def keep_full(self, save: Callable[[Path], None]) -> None:
        """Have the full model in the folder, by `save`: what a run that is stopped later still leaves."""
        save(self.path / FULL)
        own = [path.relative_to(self.path).as_posix() for path in (self.path / FULL).iterdir()]
        write_manifest(self.path, finished=False, names=own)

    def left(self) -> str | None:
        """What there is of a run that ends early, as a sentence; None: nothing of worth."""
        found = read_manifest(self.path)
        if found is None or not (found.finished or found.files):
            return None
        if found.finished:
            return f"the run is complete, in {self.path}"
        return f'the full model is saved: sparsify.load("{self.path}", "full")'


@contextmanager
def claimed(settings: Settings) -> Iterator[Place]:
    """A folder for a run, beside its directory, that no other run writes into; in the end it becomes the directory.

    Where the run ends early, a note of the exception says what is saved; a folder without a model is removed.

    Raises:
        RunError: another run is at work there, a stopped one left a model there and --force is off, or the file system
            does not allow it.
    """
    target = Path(os.path.realpath(settings.folder))
    path = target.with_name(target.name + UNFINISHED)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = _claim(path)
    except OSError as error:
        raise RunError(f"the run directory must be writable (got {error}); choose --out.") from None
    place = Place(settings, target, path)
    try:
        _take_over(place)
        with _ending_well(place):
            yield place
            place.complete()
    finally:
        os.close(lock)


@contextmanager
def _ending_well(place: Place) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        with suppress(OSError, RunError):  # what went wrong first is what counts
            left = place.left()
            error.add_note(left or "nothing was saved")
            if left is None:
                _remove(place.path)
        if isinstance(error, OSError) and not isinstance(error, ConnectionError):  # whose kind a closed pipe is of, too
            raise _unwritten(error, place.path) from None
        raise


def _unwritten(error: OSError, path: Path) -> RunError:
    """What an error of the file system says does not always name a file; its notes go with it."""
    found = RunError(
        f"the run directory must be writable until the run ends (got {error.strerror or error} in {path}); make room "
        "there, or choose --out."
    )
    for note in getattr(error, "__notes__", ()):
        found.add_note(note)
    return found


def _claim(path: Path) -> int:
    """Make the folder where there is none, and lock it; the lock is the open file that is returned."""
    while True:
        if path.is_symlink():
            raise RunError(f"{path}, where the run would work, must be a folder (got a link); remove the link.")
        path.mkdir(exist_ok=True)
        try:
            lock = os.open(path, os.O_RDONLY)
        except FileNotFoundError:  # the run whose it was removed it just now
            continue
        if not _locked(lock):
            os.close(lock)
            raise RunError(f"one run at a time writes into a folder (got another at work in {path}); choose --out.")
        with suppress(FileNotFoundError):
            if os.path.samestat(path.stat(), os.fstat(lock)):
                return lock
        os.close(lock)


def _locked(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _take_over(place: Place) -> None:
    """Remove what a stopped run left in the folder, and mark it as a run's."""
    path, found = place.path, read_manifest(place.path)
    if found is None and not all(is_partial(entry.name) for entry in path.iterdir()):
        raise RunError(f"{path}, where the run would work, must be a run's own (got no {MANIFEST}); move it away.")
    if others := strangers(path):
        raise RunError(f"{path}, where the run would work, must be a run's own (got {others[0]}); move it away.")
    if found is not None and found.finished:
        _settle(place, found)
    if found is not None and found.files and not (found.finished or place.settings.force):
        raise RunError(
            f"{path} holds the model of a run that was stopped; load it, or add --force to replace it, or choose --out."
        )
    write_manifest(path, finished=False, names=())
    _empty(path)


def _settle(place: Place, found: Manifest) -> None:
    """A kill may have come before a complete run took its place, or before the one that it replaced was removed.

    Raises:
        RunError: the complete run that lies there is neither.
    """
    there = read_manifest(place.target)
    if there is not None and there.replaces == digest(place.path / MANIFEST):
        return
    if there is None or found.replaces != digest(place.target / MANIFEST):
        raise RunError(f"{place.path} holds a complete run; move it to {place.target}, or remove it, or choose --out.")
    exchange(place.path, place.target)


def _remove(folder: Path) -> None:
    """Remove a folder of a run."""
    _empty(folder)
    (folder / MANIFEST).unlink(missing_ok=True)
    folder.rmdir()


def _empty(folder: Path) -> None:
    """Remove everything but the manifest, which says to the last that this may go."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != MANIFEST:
            entry.unlink()
