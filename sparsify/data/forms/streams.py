"""Where rows come from: files, standard input and open streams; unpacked, decoded, a line at a time."""

import bz2
import codecs
import gzip
import io
import lzma
import shutil
import sys
import tempfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from sparsify.errors import DataError

LONGEST = 2**24
"""Characters in a line, and in a field of a table: more are those of a file that is none of lines, or of a quotation
mark that nothing closes, and would fill the memory."""

_UTF_32 = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ZIP = b"PK\x03\x04"


def needed(module: str, what: str) -> Any:
    """A library that only some forms need.

    Raises:
        DataError: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise DataError(f"{what} needs {package} (not installed); pip install 'sparse-wfsa[data]'.") from None


class Source:
    """Where rows come from, under one name.

    Attributes:
        name: as messages begin.
        path: None for a stream.
    """

    def __init__(self, source: str | Path | BinaryIO) -> None:
        self.path: Path | None = None
        self._stream: Any = None
        if source == "-":
            self.name, self._stream = "stdin", sys.stdin.buffer
        elif isinstance(source, str | Path):
            self.path = Path(source)
            self.name = str(source)
        else:
            name = getattr(source, "name", None)
            self.name, self._stream = name if isinstance(name, str) else "the stream", source
        self._unpacked: Any = None

    @contextmanager
    def open(self) -> Iterator[Any]:
        """Its bytes, unpacked where they are packed; a file with `peek`. A stream goes on where it was left.

        Raises:
            DataError: it cannot be opened, or what is packed is cut off or broken, now or in the middle of reading.
        """
        with ExitStack() as stack:
            try:
                if self.path is not None:
                    yield _unpacked(stack.enter_context(self.path.open("rb")))
                else:
                    # What is looked at must be there again when it is read.
                    self._unpacked = self._unpacked or _unpacked(_peekable(self._stream))
                    yield self._unpacked
            except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
                raise DataError(f"{self.name} must be a whole packed file (got {error}).") from None
            except UnicodeError as error:
                raise DataError(
                    f"{self.name} must be text of its encoding (got {error}); name its --encoding."
                ) from None
            except OSError as error:
                raise DataError(f"{self.name} must be a readable file (got {error}).") from None

    def head(self) -> bytes:
        """Its first bytes, unpacked: some thousands, or what there is."""
        with self.open() as file:
            found: bytes = file.peek(2**13)
        if found.startswith(_ZIP):
            raise DataError(
                f"{self.name} must be no zip archive (got one, as workbooks are, too); unzip it, or save CSV."
            )
        return found

    def lines(self, encoding: str) -> Iterator[tuple[int, str]]:
        r"""(number, line) with its end, which is \n alone. Bytes that do not decode are lone surrogates (PEP 383).

        Raises:
            DataError: it is UTF-16 and the encoding is not, or a line is longer than any.
        """
        with self.open() as file:
            text = io.TextIOWrapper(file, encoding, errors="surrogateescape", newline="\n")
            try:
                number = 0
                while line := text.readline(LONGEST):
                    number += 1
                    if number == 1:
                        line = self._first(line, encoding)
                    if len(line) == LONGEST:
                        raise DataError(f"{self.name}:{number}: a line has at most {LONGEST:,} characters (got more).")
                    yield number, line
            finally:
                text.detach()

    def pieces(self, encoding: str, size: int) -> Generator[str, None, None]:
        """Its text in pieces of at most so many characters, decoded as `lines`."""
        with self.open() as file:
            text = io.TextIOWrapper(file, encoding, errors="surrogateescape", newline="")
            try:
                first = True
                while piece := text.read(size):
                    yield self._first(piece, encoding) if first else piece
                    first = False
            finally:
                text.detach()

    def _first(self, line: str, encoding: str) -> str:
        if not codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")):
            start = line[:4].encode(encoding, "surrogateescape")
            name = "UTF-32" if start.startswith(_UTF_32) else "UTF-16" if start.startswith(_UTF_16) else ""
            if name:
                raise DataError(
                    f"{self.name}:1: lines are {encoding.upper()} (got {name}); convert it with iconv -f {name} -t "
                    f"UTF-8, or add --encoding {name.lower()}."
                )
        return line.removeprefix("\ufeff")


@contextmanager
def seekable(source: Source, file: Any) -> Iterator[Any]:
    """The opened source where it can be read from anywhere; else a temporary file of what it holds."""
    if source.path is not None and isinstance(getattr(file, "raw", None), io.FileIO):
        yield file
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        yield copy


def _peekable(stream: Any) -> Any:
    return stream if hasattr(stream, "peek") else io.BufferedReader(_Borrowed(stream))


class _Borrowed(io.RawIOBase):
    """A caller's stream, which is not closed with what reads it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found: bytes = self._stream.read(len(buffer)) or b""
        buffer[: len(found)] = found
        return len(found)


def _unpacked(raw: Any) -> Any:
    """The bytes as they were before packing, by what they begin with."""
    head = raw.peek(10)[:10]
    if head.startswith(b"\x1f\x8b\x08"):
        return gzip.open(raw)
    if head.startswith(b"BZh") and head[4:].startswith((b"1AY&SY", b"\x17rE8P\x90")):
        return bz2.open(raw)
    if head.startswith(b"\xfd7zXZ\0"):
        return lzma.open(raw)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return io.BufferedReader(_Zstandard(raw))
    return raw


class _Zstandard(io.RawIOBase):
    """Frames of zstd, unpacked; a file that ends within one is an error, which the library's own reader passes over."""

    def __init__(self, packed: BinaryIO) -> None:
        self._zstandard = needed("zstandard", "a .zst file")
        self._packed = packed
        self._frame: Any = None
        self._found = self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._found:
            chunk = self._rest or self._packed.read(2**13)  # which may hold a thousand times as much
            self._rest = b""
            if not chunk:
                if self._frame is not None:
                    raise EOFError("its end within a frame of zstd")
                return 0
            self._found = self._piece(chunk)
        size = min(len(buffer), len(self._found))
        buffer[:size], self._found = self._found[:size], self._found[size:]
        return size

    def _piece(self, chunk: bytes) -> bytes:
        frame = self._frame or self._zstandard.ZstdDecompressor().decompressobj()
        try:
            piece: bytes = frame.decompress(chunk)
        except self._zstandard.ZstdError as error:
            raise EOFError(error) from None
        self._frame, self._rest = (None, frame.unused_data) if frame.eof else (frame, b"")
        return piece
