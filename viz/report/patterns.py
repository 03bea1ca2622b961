"""A pattern of the page: its class weights, its picture, its phrases."""

from collections.abc import Mapping, Sequence
from typing import Any

from viz.automata.drawing import Drawing
from viz.automata.svg import picture
from viz.automata.texts import clean
from viz.run_patterns import Pattern

_WIDEST = 940.0
"""Pixels that a page has on a common screen."""
_LONG = 240
"""Characters of a sentence that are shown."""

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
    parts = (f"<div class='phrase'>{_phrase(row)} ({_number(row['score'])}){_said(row)}</div>" for row in rows)
    return "".join(parts) or "none"


def _phrase(row: Mapping[str, Any]) -> str:
    """The words, with SL below those that self-loops read, in their own direction."""
    if "columns" not in row:
        return f"<bdi>{clean(row['phrase'])}</bdi>"
    parts = [part for column in row["columns"] for part in (*map(_loop, column["loops"]), _word(column["word"]))]
    return f"<bdi>{' '.join([*parts, *map(_loop, row.get('after', []))])}</bdi>"


def _said(row: Mapping[str, Any]) -> str:
    """What the model says of the phrase alone, or, in context, of its text; which classes the pattern moves there, how
    often it is met, and the sentence that it stands in."""
    parts = []
    context = row.get("sentence", "")
    if "label" in row:
        share = f" at {100 * row['probability']:.0f}&nbsp;%" if "probability" in row else ""
        parts.append(f"{'its text' if context else 'alone'}: <bdi>{clean(row['label'])}</bdi>{share}")
    parts += [f"{name} {_listed(row[name])}" for name in ("raises", "lowers") if row.get(name)]
    if "count" in row:
        shown = f", {row['shown']} with this phrase" if "shown" in row else ""
        parts.append(f"{row['count']}&nbsp;texts with these words{shown}")
    inside = f"<div class='said'>in: <bdi>{clean(_cut(context))}</bdi></div>" if context else ""
    return (f"<div class='said'>{'; '.join(parts)}</div>" if parts else "") + inside


def _cut(sentence: str) -> str:
    """Its beginning, where it is longer than a screen is wide."""
    return sentence if len(sentence) <= _LONG else sentence[:_LONG].rsplit(" ", 1)[0] + " …"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(f"<bdi>{clean(name)}</bdi>" for name in names[:_SHOWN]) + more


def _loop(word: str) -> str:
    return "…" if word == "…" else f"{_word(word)}<sub>SL</sub>"


def _word(word: str) -> str:
    """A word whose marks and direction stay its own; unlike a bdi it still says which way the phrase runs."""
    return f'<span class="word">{clean(word)}</span>'
