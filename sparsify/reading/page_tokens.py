r"""A model's tokeniser as the page has it: one of three kinds, or none.

`rules`: the tables of `penn` as JavaScript regular expressions with the flag u. `whitespace` and `characters` need what
white space is. A tokeniser that is Python code cannot run there; the page splits at white space and says so.
"""

import re
from typing import Any

from neural import Tokenizer
from neural.text.penn_tables import (
    CONTRACTIONS,
    FOLDED,
    RULES_AFTER,
    RULES_BEFORE,
    SENTENCE_END,
    SEPARATORS,
    SPACES,
)

_SPACE = "".join(f"\\u{ord(character):04x}" for character in SPACES)
_BLANK = _SPACE + "".join(f"\\u{ord(character):04x}" for character in SEPARATORS)

# What a class holds, without its brackets: as `regex` has it, and as Python's `re`.
_OF_REGEX = {"w": r"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}", "d": r"\p{Nd}", "s": _SPACE}
_OF_RE = {"w": r"\p{L}\p{N}_", "d": r"\p{Nd}", "s": _BLANK}


def page_tokenizer(tokenizer: Tokenizer) -> dict[str, Any]:
    """The field `tokenizer` of live.json: its kind, its name, and what the page needs to follow it."""
    kinds = {"penn": "rules", "whitespace": "whitespace", "characters": "characters"}
    tree = {"kind": kinds.get(tokenizer.name, "none"), "name": tokenizer.name, "blank": f"[{_BLANK}]+"}
    return {**tree, **_rules()} if tree["kind"] == "rules" else tree


def _rules() -> dict[str, Any]:
    """Where a sentence ends; what is replaced in it, in order; and what, after a space was put at both its ends."""
    after = [_rule(*rule, _OF_REGEX) for rule in RULES_AFTER] + [_rule(*rule, _OF_RE) for rule in CONTRACTIONS]
    return {
        "sentence": _javascript(SENTENCE_END, _OF_RE),
        "before": [_rule(*rule, _OF_REGEX) for rule in RULES_BEFORE],
        "after": after,
    }


def _rule(pattern: str, text: str, classes: dict[str, str]) -> list[str]:
    text = text.replace("$", "$$").replace(r"\g<0>", "$&")
    return [_javascript(pattern, classes), "gu", re.sub(r"\\(\d)", r"$\1", text)]


def _javascript(pattern: str, classes: dict[str, str]) -> str:
    r"""The pattern with Python's classes, its `$` and its `(?i)` spelt out, comments and possessive stars taken off."""
    fold = "(?i)" in pattern
    pattern = pattern.replace("(?i)", "").replace("(?#X)", "").replace("*+", "*")
    done, inside = [], False
    for part in re.findall(r"\\.|.", pattern):
        done.append(_translated(part, inside, fold, classes))
        inside = part == "[" or (inside and part != "]")
    return "".join(done)


def _translated(part: str, inside: bool, fold: bool, classes: dict[str, str]) -> str:
    word = f"[{classes['w']}]"
    if part == "$" and not inside:
        return r"(?=\n?(?![\s\S]))"
    if part == r"\b":
        return f"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))"
    if part[0] == "\\" and part[1] in classes:
        return classes[part[1]] if inside else f"[{classes[part[1]]}]"
    if fold and not inside and part.isalpha():
        return f"[{part.lower()}{part.upper()}{FOLDED.get(part.lower(), '')}]"
    if part[0] == "\\":
        return part[1] if part[1] in "\"'<>`" else part
    return part
