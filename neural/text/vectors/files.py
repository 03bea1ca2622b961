"""Word vectors from a file or folder of any of the usual forms; what it holds tells which, not its name."""

import os
import warnings
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from neural.errors import VectorError
from neural.text.vectors import numpy_table, safetensors_table
from neural.text.vectors.archives import DAMAGED, unpacked
from neural.text.vectors.blocks import Blocks
from neural.text.vectors.oddities import Oddities, Vectors
from neural.text.vectors.text_files import read_text
from neural.text.vectors.word2vec_binary import binary_header, read_binary

_UTF_16 = "UTF-16; convert it with iconv -f UTF-16 -t UTF-8"
_OTHERS = {
    b"\xff\xfe": _UTF_16,
    b"\xfe\xff": _UTF_16,
    b"\x28\xb5\x2f\xfd": "an archive of zstd; unpack it with unzstd",
    b"\xba\x16\x4f\x2f": "fastText's own binary form; take the file NAME.vec of the same vectors",
    b"\x89HDF\r\n\x1a\n": "an HDF5 file; save its table with numpy.save, and its words one per line beside it",
    b"PAR1\x15": "a Parquet file; save its table with numpy.save, and its words one per line beside it",
    **{
        b"\x80%c" % protocol: "a Python pickle, which may run any code; save the vectors as word2vec's form"
        for protocol in range(2, 6)
    },
}
"""What a file that is no form of word vectors begins with → what it is."""

_START = 1 << 20
"""Bytes that tell a form."""


def read_vectors(path: str | os.PathLike[str], wanted: Collection[str] | None = None) -> Vectors:
    """Read word vectors, whatever form they have; memory grows with the wanted words, not with the file.

    | form | what it is |
    |---|---|
    | text | GloVe, word2vec, fastText's `.vec`: a word and its numbers per line, in UTF-8 |
    | word2vec's binary form | a header in text, rows of float32 |
    | either, packed | by gzip, xz, bzip2 or zip; `ARCHIVE.zip/MEMBER` names one file of several |
    | NAME.npy | a table of floats; the words, one per line, in NAME.txt or NAME.vocab |
    | a folder, or NAME.safetensors | one table of floats, and `tokenizer.json`: model2vec's layout |

    In text, blanks and tabs separate; other white space is part of a word. A line holds as many numbers as most of the
    first hundred do. A first line of two whole numbers is word2vec's header; where lines hold just one number, it is a
    word and its number. Words may hold blanks (GloVe 840B), but no number at their end. A repeated word keeps its first
    vector. Numbers of text become float32 by way of float64, as numpy has it.

    What is odd is said, a UserWarning for each kind: repeated words; lines or rows without a visible word, in another
    encoding than UTF-8, with a NUL byte, with another count of numbers or cut, on which no needed word stands; a
    vocabulary NAME.vocab whose every line is a word and its count, of which the word alone is read; a header that names
    another number of words; a first line, a number and 1, that may be a header of lines of one number; a last line
    without a line end, whose last number may be cut.

    Args:
        wanted: keep these words only: only they are needed. None: all words are.

    Raises:
        VectorError: the file cannot be read, is of no such form, or its header does not fit its lines or rows, or its
            words not its rows, or it has no column; or a needed word's line or row holds another count of numbers, or a
            value that is no finite number. The message names the line or row.
    """
    place, odd = Path(path), Oddities()
    try:
        if place.is_dir():
            place = safetensors_table.table_in(place)
        with unpacked(place) as (stream, as_it_is):
            vectors, odd = _read(place, stream, as_it_is, wanted)
    except DAMAGED as error:
        raise VectorError(f"{path} must be a readable file of word vectors (got {error}).") from None
    for sentence in odd.sentences():
        warnings.warn(f"{path}: {sentence}.", stacklevel=2)
    return vectors


def _read(place: Path, stream: BinaryIO, as_it_is: bool, wanted: Collection[str] | None) -> tuple[Vectors, Oddities]:
    """The vectors of a file that is open, and what is odd in it."""
    blocks = Blocks(stream)
    start = bytes(blocks.octets[: min(_START, blocks.filled)])
    for mark, kind in _OTHERS.items():
        if start.startswith(mark):
            raise VectorError(f"{place} must be a file of word vectors (got {kind}).")
    if start.startswith(numpy_table.MARK):
        if not as_it_is:
            got = "a table of numpy in an archive, and tables are mapped into memory"
            raise VectorError(f"{place} must be unpacked first (got {got}).")
        return numpy_table.read_numpy(place, wanted, odd := Oddities()), odd
    if as_it_is and safetensors_table.is_safetensors(place, start):
        return safetensors_table.read_safetensors(place, wanted), Oddities()
    header = binary_header(start)
    odd = Oddities("line" if header is None else "row")
    if header is None:
        return read_text(place, wanted, blocks, odd), odd
    return read_binary(place, wanted, blocks, header, odd), odd
