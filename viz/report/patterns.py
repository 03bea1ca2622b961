"""A pattern of the page: its class weights, its picture, its phrases."""

from collections.abc import Mapping, Sequence
from typing import Any

from viz.automata.drawing import Drawing
from viz.automata.svg import picture
from viz.automata.texts import clean
from viz.run_patterns import Pattern

_WIDEST = 940.0
"""Pixels that a page has on a common screen."""
_MANY, _SHOWN = 6, 3
"""Above so many classes, so many at either end are shown."""


def pattern_section(pattern: Pattern, phrases: Mapping[str, Any]) -> str:
    """The section of a pattern; what was deleted of it is folded away, since it takes the room of what is left."""
    rows = "".join(
        f"<tr><th scope='row'>{clean(end)}</th><td>{_phrases(phrases.get(end, []))}</td></tr>"
        for end in ("highest", "lowest")
    )
    drawing = pattern.drawing()
    gone = len([node for node in drawing.nodes if not node.kept])
    more = f"<details><summary>With its {gone} deleted states</summary>{_figure(drawing)}</details>" if gone else ""
    weights = _weights(pattern.notes["class_weights"])
    return (
        f"<section><h2>{clean(pattern.name)}</h2><p>Class weights: {weights}.</p>{_figure(drawing.folded())}{more}"
        f"<div class='scroll'><table>{rows}</table></div></section>"
    )


def _figure(drawing: Drawing) -> str:
    """The picture for a screen, to the right where it fits, and the one for a telephone, which runs down."""
    across, down = picture(drawing), picture(drawing, down=True)
    wide = across if across.width <= _WIDEST else down
    return f'<figure class="wide">{wide.svg}</figure><figure class="narrow">{down.svg}</figure>'


def _weights(weights: Mapping[str, float]) -> str:
    """The weight of every class; of many classes, from the highest on, those at both ends."""
    texts = [f"<bdi>{clean(label)}</bdi>&nbsp;{_number(weight)}" for label, weight in weights.items()]
    if len(texts) > _MANY:
        order = sorted(zip(weights.values(), range(len(texts)), strict=True), reverse=True)
        texts = [texts[place] for _, place in order]
        texts[_SHOWN:-_SHOWN] = [f"… {len(texts) - 2 * _SHOWN} between …"]
    return ", ".join(texts)


def _number(value: float) -> str:
    return (f"{value:+.2f}" if abs(value) < 1e6 else f"{value:+.3g}").replace("-", "−")


def _phrases(rows: Sequence[Mapping[str, Any]]) -> str:
    return "".join(f"<div class='phrase'>{_phrase(row)} ({_number(row['score'])})</div>" for row in rows) or "none"


def _phrase(row: Mapping[str, Any]) -> str:
    """The words, with SL below those that self-loops read, in their own direction."""
    if "columns" not in row:
        return f"<bdi>{clean(row['phrase'])}</bdi>"
    parts = [part for column in row["columns"] for part in (*map(_loop, column["loops"]), _word(column["word"]))]
    text = f"<bdi>{' '.join([*parts, *map(_loop, row.get('after', []))])}</bdi>"
    times = f", {row['count']} texts" if row.get("count", 1) > 1 else ""
    return f"{text} → <bdi>{clean(row['label'])}</bdi>{times}" if "label" in row else text


def _loop(word: str) -> str:
    return "…" if word == "…" else f"{_word(word)}<sub>SL</sub>"


def _word(word: str) -> str:
    """A word whose marks and direction stay its own; unlike a bdi it still says which way the phrase runs."""
    return f'<span class="word">{clean(word)}</span>'
