"""Text → tokens, with a tokeniser that needs no download."""

import re
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context

from nltk.tokenize import NLTKWordTokenizer

END = "</s>"
"""Closes every text, so that a pattern can ask for a text's end."""

# The word tokeniser only parts a full stop from its word at the end of its input, hence sentences first.
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+")

_WORTHWHILE = 4_000_000
"""Below so many characters, other processes would only just have started."""


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


def tokenize_all(texts: Sequence[str], lowercase: bool = True, processes: int = 1) -> list[list[str]]:
    """`tokenize` every text, in `processes` processes of their own where that is more than one.

    A script that asks for more than one needs `if __name__ == "__main__":`, as everywhere in multiprocessing.
    """
    one = partial(tokenize, lowercase=lowercase)
    if processes == 1 or sum(map(len, texts)) < _WORTHWHILE:
        return [one(text) for text in texts]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(one, texts, chunksize=256))


def tokenizer_rules() -> tuple[str, list[tuple[str, str]], list[tuple[str, str]]]:
    """The rules of `tokenize` as (pattern, replacement), for those who write them in another language.

    The pattern at whose ends sentences begin; what is replaced in a sentence, in order; and what is replaced after a
    space has been put at both of its ends. Then the sentence is split at white space.
    """
    rules = NLTKWordTokenizer
    before = [*rules.STARTING_QUOTES, *rules.PUNCTUATION, rules.PARENS_BRACKETS, rules.DOUBLE_DASHES]
    parted = [(regex, r" \1 \2 ") for regex in (*rules.CONTRACTIONS2, *rules.CONTRACTIONS3)]
    return (
        _SENTENCE_END.pattern,
        [(regex.pattern, text) for regex, text in before],
        [(regex.pattern, text) for regex, text in (*rules.ENDING_QUOTES, *parted)],
    )
