"""The folder of caches that a suite has in place of the user's."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

KEPT = ("numba", "matplotlib")
"""Folders of the user's that are linked, where they are: kernels, where none can lie beside their sources, and fonts.
Both take seconds to make."""


def temporary_home(kept: Iterable[str] = KEPT) -> Path:
    """A folder for XDG_CACHE_HOME that goes with this process."""
    there = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = Path(tempfile.mkdtemp(prefix="caches-"))
    atexit.register(_remove, home, os.getpid())
    for name in kept:
        if (there / name).is_dir():
            (home / name).symlink_to(there / name, target_is_directory=True)
    return home


def _remove(home: Path, process: int) -> None:
    if os.getpid() == process:  # not one that a test has forked
        shutil.rmtree(home, ignore_errors=True)
