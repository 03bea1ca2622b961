r"""NLTK's Penn Treebank rules as data, for all who follow them: the scanner, the plain rules, the page's JavaScript.

A rule is (pattern, replacement) as in NLTKWordTokenizer, in its order; it is applied to the whole sentence, so that
later rules see the spaces of earlier ones. RULES_BEFORE, then a space at both ends, then RULES_AFTER and CONTRACTIONS.
In CONTRACTIONS `\b`, `\s` and `(?i)` are those of Python's `re`, in the other rules `\w`, `\b`, `\d` and `\s` are those
of the module `regex`, with which NLTK compiles them: `is_word`, `is_digit`, SPACES.
"""

import re
import unicodedata

SENTENCE_END = r"[.!?][\"')\]]*\s+"
"""A sentence begins behind it; `re`'s. The rules only part a full stop from its word at the end of a sentence."""

RULES_BEFORE = (
    # Starting quotes.
    (r"([«“‘„]|[`]+)", r" \1 "),
    (r"^\"", r"``"),
    (r"(``)", r" \1 "),
    (r"([ \(\[{<])(\"|\'{2})", r"\1 `` "),
    (r"(?i)(?<!\w)(\')(?!(?:re|ve|ll|m|t|s|d|n)\b)(?=\w)", r"\1 "),
    # Punctuation.
    (r'([^\.])(\.)([\]\)}>"\'»”’ ]*+)\s*$', r"\1 \2 \3 "),
    (r"([:,])([^\d])", r" \1 \2"),
    (r"([:,])$", r" \1 "),
    (r"\.{2,}", r" \g<0> "),
    (r"[;@#$%&]", r" \g<0> "),
    (r"[\u2012-\u2015]", r" \g<0> "),
    (r'([^\.])(\.)([\]\)}>"\']*)\s*$', r"\1 \2\3 "),
    (r"[?!]", r" \g<0> "),
    (r"([^'])' ", r"\1 ' "),
    (r"[*]", r" \g<0> "),
    (r"[\]\[\(\)\{\}\<\>]", r" \g<0> "),
    (r"--", r" -- "),
)

RULES_AFTER = (
    # Ending quotes, and what an apostrophe ties to a word.
    (r"([»”’])", r" \1 "),
    (r"''", " '' "),
    (r'"', " '' "),
    (r"\s+", " "),
    (r"([^' ])('[sS]|'[mM]|'[dD]|') ", r"\1 \2 "),
    (r"([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", r"\1 \2 "),
)

CONTRACTIONS = tuple(
    (pattern, r" \1 \2 ")
    for pattern in (
        r"(?i)\b(can)(?#X)(not)\b",
        r"(?i)\b(d)(?#X)('ye)\b",
        r"(?i)\b(gim)(?#X)(me)\b",
        r"(?i)\b(gon)(?#X)(na)\b",
        r"(?i)\b(got)(?#X)(ta)\b",
        r"(?i)\b(lem)(?#X)(me)\b",
        r"(?i)\b(more)(?#X)('n)\b",
        r"(?i)\b(wan)(?#X)(na)(?=\s)",
        r"(?i) ('t)(?#X)(is)\b",
        r"(?i) ('t)(?#X)(was)\b",
    )
)

CONTRACTED = tuple(re.findall(r"\\b\((\w+)\)\(\?#X\)\(([\w']+)\)", " ".join(pattern for pattern, _ in CONTRACTIONS)))
"""The halves of the words that CONTRACTIONS part; the last two rules need a space, which the rules never put there."""

FOLDED = {"i": "İı", "s": "ſ"}
"""ASCII → what else `(?i)` takes for it, besides the capital; for the letters of these rules."""

SPACES = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
r"""`regex`'s `\s`; the final split, as `str.split`, and `re` also take SEPARATORS for white space."""

SEPARATORS = "\x1c\x1d\x1e\x1f"

WORD_CATEGORIES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"})
_JOINERS_AND_CIRCLED = ((0x200C, 0x200D), (0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189))

_LATER = """558 58B-58C 5C8-5C9 88F 897 B53-B54 C5C CDC CF3 ECE 1ACF-1AF0 1C89-1C8A 208F 209D-209F A7CB-A7CF A7D2 A7D4
A7DA-A7DD A7E2 A7F1 AB6C-AB6D 105C0-105F3 107BB-107BF 10940-10959 10D40-10D65 10D69-10D6D 10D6F-10D85 10EC2-10EC7
10ECB-10ECF 10ED9-10EEE 10EF0-10EFF 1123F-11241 11380-11389 1138B 1138E 11390-113B5 113B7-113C0 113C2 113C5 113C7-113CA
113CC-113D3 113E1-113E2 116D0-116E3 11B0A 11B60-11B67 11BC0-11BE0 11BF0-11BF9 11DB0-11DDB 11DE0-11DE9 11DF0-11DF1
11F00-11F10 11F12-11F3A 11F3E-11F42 11F50-11F5A 1246F 12475-1247F 12550-12686 1342F 13440-13455 13460-143FA 16100-16139
16D40-16D6C 16D70-16D79 16EA0-16EB8 16EBB-16ED3 16FF2-16FF6 187F8-187FF 18CD6-18CDA 18CFF 18D09-18D20 18D80-18DF2
18E00-19191 191A0-191D2 1B123-1B128 1B132 1B155 1B168 1CCF0-1CCF9 1D127-1D128 1D250-1D252 1D25B-1D25C 1D25F 1D280-1D281
1D6A6 1DF1F-1DF81 1DF90-1DF96 1DFCD-1DFFF 1E030-1E06D 1E08F 1E4D0-1E4F9 1E5D0-1E5FA 1E6C0-1E6DE 1E6E0-1E6F5 1E6FE-1E6FF
2B739-2B73F 2B81E 2CEA2-2CEAD 2EBF0-2EE5D 31350-33479 3D000-3FC3F"""
_LATER_DIGITS = "10D40-10D49 116D0-116E3 11BF0-11BF9 11DE0-11DE9 11F50-11F59 16130-16139 16D70-16D79 1CCF0-1CCF9 "
_LATER_DIGITS += "1E4F0-1E4F9 1E5F1-1E5FA"


def _codes(ranges: str) -> frozenset[int]:
    ends = [[int(end, 16) for end in part.split("-")] for part in ranges.split()]
    return frozenset(code for both in ends for code in range(both[0], both[-1] + 1))


LATER_DIGIT = _codes(_LATER_DIGITS)
EXTRA_WORD = _codes(_LATER) | {code for first, last in _JOINERS_AND_CIRCLED for code in range(first, last + 1)}
r"""What `regex` (2026.11) takes for `\d` and `\w` besides the categories of Unicode 14, the oldest Python's here."""


def is_word(character: str) -> bool:
    r"""`regex`'s `\w`: letters, marks, decimal digits, letter numbers, connectors, joiners, circled letters."""
    return unicodedata.category(character) in WORD_CATEGORIES or ord(character) in EXTRA_WORD


def is_digit(character: str) -> bool:
    r"""`regex`'s `\d`: decimal digits of any script."""
    return unicodedata.category(character) == "Nd" or ord(character) in LATER_DIGIT
