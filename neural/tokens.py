"""Text → tokens, with a tokeniser that needs no download."""

import re
from functools import cache

from nltk.tokenize import NLTKWordTokenizer

END = "</s>"
"""Closes every text, so that a pattern can ask for a text's end."""

# The word tokeniser only parts a full stop from its word at the end of its input, hence sentences first.
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+")


@cache
def _tokenizer() -> NLTKWordTokenizer:
    return NLTKWordTokenizer()


def tokenize(text: str, lowercase: bool = True) -> list[str]:
    """Sentences, then words (Penn Treebank rules as in NLTK's NLTKWordTokenizer), then `</s>`.

    Args:
        lowercase: fold case, for uncased word vectors such as GloVe 6B.

    Example: tokenize("Not good. Don't go!") == ["not", "good", ".", "do", "n't", "go", "!", "</s>"]
    """
    if lowercase:
        text = text.lower()
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(text))]
    sentences = (text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True))
    return [token for sentence in sentences for token in _tokenizer().tokenize(sentence)] + [END]
