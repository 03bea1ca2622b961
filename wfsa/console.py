"""How a command speaks and ends: on any terminal, into a closed pipe, when interrupted, after a user's mistake."""

import os
import signal
import sys
import warnings
from contextlib import ExitStack
from importlib import metadata
from pathlib import Path
from types import TracebackType

from wfsa.errors import UserError
from wfsa.printing import escaped

_DISTRIBUTION = "sparse-wfsa"

MISTAKE = 2
INTERRUPTED = 128 + signal.SIGINT
UNREAD = 128 + 13
"""Exit statuses; those of a death by a signal (here SIGPIPE, 13, which not every system has) are 128 + its number."""


class Answer:
    """`with Answer() as answer:` a command does its work; what a user can mend is said in one line on stderr.

    That is a `UserError`, of any of the four packages, or an error of the file system; all others are left alone.

    Inside, warnings, such as of what was odd in a file that was read all the same, are lines on stderr, too; what the
    terminal's encoding has no sign for is printed as an escape, and streams that were closed lead nowhere. The notes of
    an exception (`add_note`) follow its message: what was saved, and where.

    Attributes:
        status: the exit status: 0; 2 after a mistake; 130 after an interruption (Ctrl-C); 141 where nobody reads the
            output any more, which is said where something is to be said of it.
    """

    status = 0

    def __enter__(self) -> "Answer":
        _open_streams()
        self._before = ExitStack()
        self._before.enter_context(warnings.catch_warnings())
        warnings.filterwarnings("always", category=UserWarning)
        warnings.filterwarnings("ignore", category=DeprecationWarning)  # of libraries, to those who write programs
        warnings.showwarning = _warn
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._before.close()
        try:
            sys.stdout.flush()
        except OSError as unwritten:  # nobody reads the last lines, or there is no room for them
            error = error or unwritten
            _lead_nowhere(sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return self._end(UNREAD, "stopped: nobody reads the output any more", error)
        if isinstance(error, KeyboardInterrupt):
            return self._end(INTERRUPTED, "interrupted", error)
        if isinstance(error, UserError | OSError):
            return self._end(MISTAKE, f"error: {error}", error)
        return False

    def _end(self, status: int, said: str, error: BaseException) -> bool:
        self.status = status
        notes = getattr(error, "__notes__", [])
        if status == UNREAD and not notes:  # whoever read has read enough
            return True
        parts = [said.rstrip("."), *notes]
        try:
            print(one_line("; ".join(parts)) + ".", file=sys.stderr, flush=True)
        except OSError:
            _lead_nowhere(sys.stderr.fileno())
        return True


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    print(one_line(f"warning: {message}"), file=sys.stderr, flush=True)


def version() -> str:
    """What `--version` prints: the distribution and its version."""
    try:
        number = metadata.version(_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        number = "(from a folder that is not installed)"
    return f"{_DISTRIBUTION} {number}"


def one_line(text: str) -> str:
    """Text in one line, with signs that would steer a terminal written as escapes."""
    return " ".join(escaped(part) for part in text.split())


def _open_streams() -> None:
    """Standard streams that can be written to, whatever the terminal's encoding.

    Where one was closed, the next file that is opened would take its number, and receive what libraries print.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free, which is this one
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  open as long as the process
        elif hasattr(stream := getattr(sys, name), "reconfigure"):  # a notebook's has not
            stream.reconfigure(errors="backslashreplace")


def _lead_nowhere(number: int) -> None:
    """What is still to be written to a file goes nowhere: Python would complain at its end otherwise."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
