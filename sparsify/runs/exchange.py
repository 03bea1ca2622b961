"""Two folders change places in one step of the file system."""

import ctypes
import errno
import os
from pathlib import Path

_HERE, _EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of Linux."""

_UNABLE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP)


def exchange(a: Path, b: Path) -> None:
    """Let `a` and `b` change places: at every moment both names are there.

    Where the system cannot do that in one step (it is Linux's `renameat2`), `b` is away between two steps.

    Raises:
        OSError: the file system does not allow it.
    """
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    number = errno.ENOSYS
    if renameat2 is not None:
        if renameat2(_HERE, os.fsencode(a), _HERE, os.fsencode(b), _EXCHANGE) == 0:
            return
        number = ctypes.get_errno()
    if number not in _UNABLE:
        raise OSError(number, os.strerror(number), str(b))
    exchange_in_steps(a, b)


def exchange_in_steps(a: Path, b: Path) -> None:
    """The same by three renames."""
    aside = b.with_name(b.name + ".replaced")
    b.rename(aside)
    a.rename(b)
    aside.rename(a)
