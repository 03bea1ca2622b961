"""The box of the page that runs the automata on any text."""

from collections.abc import Mapping
from typing import Any

from viz.automata.texts import clean

_LEGEND = (
    ("for", "+0.50 and above"),
    ("for weak", "+0.10 to +0.50"),
    ("against weak", "−0.10 to −0.50"),
    ("against", "−0.50 and below"),
)
"""What live.js marks tokens with, by the same bounds whatever the text."""


_UNKNOWN = '<span class="token unknown">a word that has no vector</span>'


def legend() -> str:
    """The marks of tokens and what they stand for."""
    return " ".join(f'<span class="token {kind}">{text}</span>' for kind, text in _LEGEND)


def try_section(model: Mapping[str, Any]) -> str:
    """The box with a text of the model's own corpus, where it has one, the legend, and the table of patterns."""
    sample = clean(model.get("sample", ""))
    known, words = len(model["words"]), model.get("vocabulary", 0)
    fewer = (
        f'<p id="fewer-words">The page knows {known} of the model\'s {words} words: the most frequent, and those that '
        "drive its patterns. It reads others as words without a vector, so on them its answers may differ.</p>"
        if words > known
        else ""
    )
    return (
        '<section id="try" hidden><h2>Try it</h2><p><label for="text">A text; the page runs the automata on it as you '
        f'type:</label></p><textarea id="text" dir="auto" spellcheck="false">{sample}</textarea>{fewer}'
        '<p id="decision" aria-live="polite"></p><p id="tokens" dir="auto"></p>'
        '<p class="legend">What a word adds to the lead of the decision over the next class, in logits, on one scale '
        f"for all texts: {legend()} {_UNKNOWN}</p>"
        '<div class="scroll"><table><thead id="heads"></thead><tbody id="paths"></tbody></table></div>'
        "<p>Patterns from the one that moves the lead most. ₛₗ marks words that self-loops read.</p>"
        "</section><noscript><p>Scripts are off: the box to try a text is not shown.</p></noscript>"
    )
