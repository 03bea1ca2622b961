"""The rules of `penn_tables`, one after the other: the few sentences that the scanner leaves are tokenised so."""

import re
from functools import lru_cache

from neural.text.penn_tables import CONTRACTIONS, RULES_AFTER, RULES_BEFORE, SPACES, is_digit, is_word

Rules = list[tuple[re.Pattern[str], str]]


def words(sentence: str) -> list[str]:
    """NLTKWordTokenizer().tokenize(sentence)."""
    others = [character for character in sorted(set(sentence)) if character > "\x7f"]
    before, after = _rules("".join(filter(is_word, others)), "".join(filter(is_digit, others)))
    return _applied(after, f" {_applied(before, sentence)} ").split()


def _applied(rules: Rules, sentence: str) -> str:
    for rule, text in rules:
        sentence = rule.sub(text, sentence)
    return sentence


@lru_cache(maxsize=256)
def _rules(word: str, digit: str) -> tuple[Rules, Rules]:
    r"""(before, after) for sentences in which these characters beyond ASCII are `\w` and `\d` of `regex`.

    All that there are would take a second to compile. `\b` only stands behind a letter, where it is "no `\w`".
    """
    word = rf"[a-zA-Z0-9_{re.escape(word)}]"
    classes = {r"\w": word, r"\b": f"(?!{word})", r"\d": f"0-9{re.escape(digit)}", r"\s": f"[{re.escape(SPACES)}]"}

    def spelt(rules: tuple[tuple[str, str], ...]) -> Rules:
        return [(re.compile(re.sub(r"\\[wbds]", lambda m: classes[m.group()], rule)), text) for rule, text in rules]

    contractions = [(re.compile(pattern), text) for pattern, text in CONTRACTIONS]
    return spelt(RULES_BEFORE), spelt(RULES_AFTER) + contractions
