"""Texts that are hard to tokenise."""

from hypothesis import strategies as st

PIECES = (
    "cannot", "CANNOT", "can-cannot", "gonna", "wanna", "wanna ", "wannabe", "'tis", " 'twas", "d'ye", "D'Ye",
    "more'n", "lemme", "gimme", "GıMME", "gİmme", "gotta", "I'll", "n't", "N'T", "n'T", "don't", "'s", "'S", "'ſ",
    "'ve", "'Re", "'d", "'m", "'t", "'n", "'", "'", "''", "`", "``", '"', '"', "(", ")", "[", "]", "{", "}", "<",
    ">", ":", ",", "3,000", "...", "..", ".", ".", "!", "?", "--", "-", "---", "*", "%", "$5", "@", "#", "&", ";",
    "/", "_", "a.b.", "x", "word", "Word", "9", "²", "½", "é", "ß", "ſ", "K", "İ", "ı", "Σ", "ΑΣ", "ǅ", "ﬁ", "Ⅷ",
    "Ⓐ", "\u0301", "\u200d", "中", "\U0001f600", "“", "”", "„", "‘", "’", "«", "»", "‒", "–", "—", "―", " ", " ",
    " ", "  ", "\n", "\t", "\r", "\x0b", "\x0c", "\x1c", "\x1f", "\x85", "\xa0", "\u2028", "\u3000", "\u200b",
    "\ufeff", "\x00", "\x07",
)  # fmt: skip

TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=40)
"""Made of those, or of any characters but lone surrogates."""
