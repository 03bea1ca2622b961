"""Text → tokens, with a tokeniser that needs no download."""

import re
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from typing import Any

from neural.text.nltk_words import word_tokenizer

_Words = word_tokenizer()

END = "</s>"
"""Closes every text, so that a pattern can ask for a text's end."""

# The word tokeniser only parts a full stop from its word at the end of its input, hence sentences first.
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*\s+")

_SIMPLE = re.compile(r"[\x00-\x1b\x20-\x7f]*").fullmatch
"""Letters of other alphabets can fold to those of a rule, and what space is beyond these NLTK sees in its own way."""

_WORTHWHILE = 4_000_000
"""Below so many characters, other processes would only just have started."""


_NEEDED = {
    "([«“‘„]|[`]+)": "`",
    r"^\"": '"',
    r"(``)": ("``",),
    r"([ \(\[{<])(\"|\'{2})": ('"', "''"),
    r"(?i)(?<!\w)(\')(?!(?:re|ve|ll|m|t|s|d|n)\b)(?=\w)": "'",
    r'([^\.])(\.)([\]\)}>"\'»”’ ]*+)\s*$': ".",
    r"([:,])([^\d])": ":,",
    r"([:,])$": ":,",
    r"\.{2,}": ("..",),
    r"[;@#$%&]": ";@#$%&",
    r"[\u2012-\u2015]": "",
    r'([^\.])(\.)([\]\)}>"\']*)\s*$': ".",
    r"[?!]": "?!",
    r"([^'])' ": "'",
    r"[*]": "*",
    r"[\]\[\(\)\{\}\<\>]": "][(){}<>",
    r"--": ("--",),
    "([»”’])": "",
    r"''": ("''",),
    r'"': '"',
    r"([^' ])('[sS]|'[mM]|'[dD]|') ": "'",
    r"([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ": "'",
    r"(?i)\b(can)(?#X)(not)\b": ("cannot",),
    r"(?i)\b(d)(?#X)('ye)\b": "'",
    r"(?i)\b(gim)(?#X)(me)\b": ("gimme",),
    r"(?i)\b(gon)(?#X)(na)\b": ("gonna",),
    r"(?i)\b(got)(?#X)(ta)\b": ("gotta",),
    r"(?i)\b(lem)(?#X)(me)\b": ("lemme",),
    r"(?i)\b(more)(?#X)('n)\b": "'",
    r"(?i)\b(wan)(?#X)(na)(?=\s)": ("wanna",),
    r"(?i) ('t)(?#X)(is)\b": "'",
    r"(?i) ('t)(?#X)(was)\b": "'",
}
"""NLTK's rules → of what a sentence in ASCII must have one for the rule to match. A rule that cannot match need not be
tried, which most cannot in most sentences; one that is not named here always is."""


@cache
def _rules() -> tuple[list[tuple[Any, str]], list[tuple[Any, str]]]:
    """(pattern, replacement) as NLTKWordTokenizer applies them: before and after it puts a space at both ends."""
    own = _Words
    before = [*own.STARTING_QUOTES, *own.PUNCTUATION, own.PARENS_BRACKETS, own.DOUBLE_DASHES]
    parted = [(regex, r" \1 \2 ") for regex in (*own.CONTRACTIONS2, *own.CONTRACTIONS3)]
    return before, [*own.ENDING_QUOTES, *parted]


@cache
def _needing_rules() -> tuple[list[tuple[Any, str, Sequence[str]]], ...]:
    """`_rules` with what each needs, by Python's own engine, the faster one; "" is in every sentence."""
    return tuple(
        [(re.compile(regex.pattern), text, _NEEDED.get(regex.pattern, ("",))) for regex, text in rules]
        for rules in _rules()
    )


def _applied(rules: Sequence[tuple[Any, str, Sequence[str]]], sentence: str) -> str:
    lower = sentence.lower()
    for regex, text, needed in rules:
        if any(part in lower for part in needed):
            sentence = regex.sub(text, sentence)
            lower = sentence.lower()
    return sentence


def _words(sentence: str) -> list[str]:
    """NLTKWordTokenizer().tokenize(sentence)."""
    if not _SIMPLE(sentence):
        return list(_Words().tokenize(sentence))
    before, after = _needing_rules()
    return _applied(after, f" {_applied(before, sentence)} ").split()


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
    return [token for sentence in sentences for token in _words(sentence)] + [END]


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
    before, after = ([(regex.pattern, text) for regex, text in rules] for rules in _rules())
    return _SENTENCE_END.pattern, before, after
