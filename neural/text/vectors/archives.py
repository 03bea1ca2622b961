"""What a file of word vectors holds when it is unpacked; its first bytes tell how, not its name."""

import bz2
import gzip
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from neural.errors import VectorError

_PACKED: dict[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"\xfd7zXZ\0": lzma.LZMAFile,
    **{b"BZh%d1AY&SY" % level: bz2.BZ2File for level in range(1, 10)},
}
"""What a packed file begins with → what unpacks it."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_LONGEST = max(map(len, _PACKED))

DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError, NotImplementedError)
"""What is raised while a damaged file is unpacked, or one with a password or of an unknown method."""


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[BinaryIO, bool]]:
    """The bytes of a file, and whether they lie on disk as they are: plain, or packed by gzip, xz, bzip2 or zip.

    ARCHIVE.zip/MEMBER is one file of an archive; ARCHIVE.zip alone must hold just one.

    Raises:
        VectorError: the archive holds no file of that name, or several and none is named.
    """
    archive = next((place for place in (path, *path.parents) if place.is_file()), path)
    with archive.open("rb") as file:
        start = file.peek(_LONGEST)
        unpack = next((unpack for mark, unpack in _PACKED.items() if start.startswith(mark)), None)
        if start.startswith(_ZIP):
            with zipfile.ZipFile(file) as members, members.open(_member(members, archive, path)) as member:
                yield member, False  # type: ignore[misc]  # zipfile's files are binary, whatever they are typed as
        elif archive != path:
            raise NotADirectoryError(f"{archive}, which is no zip archive")
        elif unpack is None:
            yield file, True
        else:
            with unpack(file) as stream:
                yield stream, False


def _member(members: zipfile.ZipFile, archive: Path, path: Path) -> str:
    """The file that is meant."""
    names = [name for name in members.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
    asked = path.relative_to(archive).as_posix()
    if asked in names:
        return asked
    if asked == "." and len(names) == 1:
        return names[0]
    shown = ", ".join(names[:12]) + ", …" * (len(names) > 12) or "nothing"
    must = f"{path} must be a file of the archive" if asked != "." else f"of {archive}, one file must be meant"
    do = f"; name one, as {os.path.join(archive, names[0])}" if names else ""  # noqa: PTH118  # a name inside
    raise VectorError(f"{must} (it holds {shown}){do}.")
