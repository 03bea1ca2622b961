"""Text → tokens, by the default tokeniser."""

from collections.abc import Sequence

from neural.text.penn import Penn
from neural.text.vocabulary import END

__all__ = ["END", "tokenize", "tokenize_all"]


def tokenize(text: str, lowercase: bool = True) -> list[str]:
    """Sentences, then words (Penn Treebank rules as in NLTK's NLTKWordTokenizer), then `</s>`.

    Args:
        lowercase: fold case, for uncased word vectors such as GloVe 6B.

    Example: tokenize("Not good. Don't go!") == ["not", "good", ".", "do", "n't", "go", "!", "</s>"]
    """
    return Penn(lowercase=lowercase)(text)


def tokenize_all(texts: Sequence[str], lowercase: bool = True, processes: int = 1) -> list[list[str]]:
    """`tokenize` every text."""
    return Penn(lowercase=lowercase).all(texts, processes)
