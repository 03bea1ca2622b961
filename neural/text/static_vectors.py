"""The table that a model looks words up in.

What a model reads are centred vectors of unit length; words without a vector follow one rule: see `embedding_table`.
"""

import numpy as np

from neural.errors import VectorError
from neural.text.vectors.oddities import Vectors
from neural.text.vocabulary import END, UNKNOWN, Vocabulary


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
