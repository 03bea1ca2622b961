"""How kernels are compiled, and where their machine code is kept for the next process.

Numba's own cache asks whether a kernel's file is as it was; what is inlined from other files could be older than they
are. Here the key is a digest of all sources that a kernel can be made of. Nowhere to write is no error: every process
compiles for itself then.
"""

import logging
import pickle
import sys
from collections.abc import Callable
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import llvmlite
import numba
import numpy as np
from numba.core.caching import (
    InTreeCacheLocator,
    NullCache,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

_log = logging.getLogger("wfsa")

OPTIONS = {
    "nogil": True,
    "error_model": "numpy",  # a check for division by zero would keep loops from being vectorised
    "fastmath": {"contract", "nsz"},
    "no_cfunc_wrapper": True,  # an entry for C, which nothing calls, would have to be compiled
}
"""For every kernel."""

_HERE = Path(__file__)
_LOCATORS = (UserProvidedCacheLocator, InTreeCacheLocator, UserWideCacheLocator)
"""NUMBA_CACHE_DIR, where it is set; beside the source; in the home."""

_DIGEST = sha256().digest_size


def kernel(function: Callable[..., Any] | None = None, /, shared: Path | None = None, **options: Any) -> Any:
    """The function compiled by numba, with `OPTIONS` and more; its machine code is kept.

    What it inlines, and all global values that it reads, must be defined in its own room (the folder of its file) or in
    the one that is `shared`: their sources are its key.
    """
    if function is None:
        return partial(kernel, shared=shared, **options)
    compiled = numba.njit(**{**OPTIONS, **options})(function)
    compiled._cache = KernelCache(function, shared)  # where numba's `cache=True` puts its own
    return compiled


def is_kept(compiled: Any) -> bool:
    """Has this process compiled a kernel, or is there machine code of it?"""
    found: KernelCache = compiled._cache
    return bool(compiled.signatures) or any(found.files())


def can_keep(compiled: Any) -> bool:
    """Is there a folder for its machine code?"""
    found: KernelCache = compiled._cache
    return found.cache_path is not None


class KernelCache(NullCache):  # type: ignore[misc]  # numba has no types
    """The machine code of one kernel on disk: a file for each set of types of its arguments.

    A file's name says what it was made of, and its first bytes what is in it: what is stale or damaged is made anew.
    """

    def __init__(self, function: Callable[..., Any], shared: Path | None = None) -> None:
        source = Path(function.__code__.co_filename)
        self._folder, self._stamp = _kept_in(source.parent, source.name, shared)
        self._name = f"{source.stem}.{function.__qualname__}.{sys.implementation.cache_tag}"
        self._code = sha256(function.__code__.co_code).hexdigest()

    @property
    def cache_path(self) -> str | None:
        """The folder."""
        return None if self._folder is None else str(self._folder)

    def files(self) -> list[Path]:
        """Those of these sources."""
        return [] if self._folder is None else [*self._folder.glob(f"{self._name}.{self._stamp}.*.nbc")]

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The machine code for these types, or None."""
        if self._folder is None:
            return None
        target_context.refresh()
        try:
            content = self._file(self._folder, sig, target_context.codegen()).read_bytes()
        except OSError:  # there is none, or it is not for us to read
            return None
        body = content[_DIGEST:]
        if sha256(body).digest() != content[:_DIGEST]:
            return None
        # As numba does. Who can write here can have any machine code run anyway: the digest is against damage only.
        return CompileResult._rebuild(target_context, *pickle.loads(body))

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what has been compiled for these types, unless it holds addresses of this process."""
        if self._folder is None:
            _say_once(f"no folder for them can be written beside {_HERE.parent}")
            return
        if data.library.has_dynamic_globals or data.lifted:
            return
        body = dumps(data._reduce())
        try:
            _write(self._file(self._folder, sig, data.codegen), sha256(body).digest() + body)
            for path in {*self._folder.glob(f"{self._name}.*.nbc")}.difference(self.files()):
                path.unlink(missing_ok=True)  # of other sources
        except OSError as error:
            _say_once(str(error))

    def flush(self) -> None:
        """Remove all of it."""
        for path in self.files():
            path.unlink(missing_ok=True)

    def _file(self, folder: Path, sig: Any, codegen: Any) -> Path:
        key = sha256(repr((sig, codegen.magic_tuple(), self._code)).encode()).hexdigest()
        return folder / f"{self._name}.{self._stamp}.{key[:32]}.nbc"


@cache
def _kept_in(room: Path, file: str, shared: Path | None) -> tuple[Path | None, str]:
    """The folder for the machine code of a source file, if any, and a digest of its sources, of what it shares, and of
    this file."""
    sources = sorted({*room.glob("*.py"), *((shared or room).glob("*.py")), _HERE})
    if room / file not in sources:  # within an archive, or without sources
        return None, ""
    digest = sha256(repr((numba.__version__, llvmlite.__version__, np.__version__)).encode())
    for source in sources:
        digest.update(sha256(source.name.encode() + b"\n" + source.read_bytes()).digest())
    return _folder_of(room, file), digest.hexdigest()[:16]


def _folder_of(room: Path, file: str) -> Path | None:
    """The first folder that can be written."""

    def somewhere() -> None:
        """Numba asks where a function's code may lie, and wants one to ask for."""

    for locator in _LOCATORS:
        found = locator.from_function(somewhere, str(room / file))
        if found is not None:
            return Path(found.get_cache_path())
    return None


def _write(path: Path, content: bytes) -> None:
    """All at once: another process sees nothing or all of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{uuid4().hex[:16]}")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


@cache
def _say_once(why: str) -> None:
    _log.warning(
        "kernels are compiled anew in every process, since their machine code cannot be kept (%s); set the environment "
        "variable NUMBA_CACHE_DIR to a folder that can be written",
        why,
    )
