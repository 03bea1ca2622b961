"""Texts that a model read beforehand, where a page cannot run it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from viz.automata.texts import clean
from viz.read_files import FINITE, SHARE, expect, expect_items
from viz.report.try_it import legend

_WEAK, _STRONG = 0.1, 0.5
"""Logits, as in live.js."""

_GOES_ON = "##"
"""What a token begins with that goes on with the word before it; it is written to it, as in phrases."""

_TEXT = {
    "text": str, "label": str, "prediction": str, "probability": SHARE, "next": str, "tokens": list, "patterns": list,
}  # fmt: skip
_PATTERN = {"name": str, "phrase": str, "score": FINITE, "share": FINITE}


def read_recorded(tree: Mapping[str, Any], place: Path) -> None:
    """Check the texts of live.json, where it has any.

    Raises:
        VizError: they are not as training records them.
    """
    if "recorded" not in tree:
        return
    expect(tree, {"recorded": list}, str(place))
    for number, text in enumerate(tree["recorded"]):
        where = f"{place}: recorded[{number}]"
        expect(text, _TEXT, where)
        expect_items(text["tokens"], list, where)
        for token in text["tokens"]:
            expect(dict(zip(("form", "effect"), token, strict=False)), {"form": str, "effect": FINITE}, where)
        for pattern in text["patterns"]:
            expect(pattern, _PATTERN, where)


def recorded_section(texts: Sequence[Mapping[str, Any]]) -> str:
    """Every text with its marked tokens, and what the patterns make of it."""
    if not texts:
        return "<p>A page cannot run this model, so there is no box to try it in.</p>"
    return (
        "<section id='recorded'><h2>Read beforehand</h2><p>The vectors of this model come from an encoder that a page "
        "cannot run: texts of the dev set, read when the model was trained. A token's effect is that of the arcs that "
        "read it; its word is still in the context of the others.</p>"
        "<p class='legend'>What a token adds to the lead of the decision over the next class, in logits: "
        f"{legend()}</p>"
        f"{''.join(map(_article, texts))}</section>"
    )


def _article(text: Mapping[str, Any]) -> str:
    outcome = "" if text["label"] == text["prediction"] else f"; its label is <b>{clean(text['label'])}</b>"
    rows = "".join(
        f'<tr><th scope="row">{clean(pattern["name"])}</th><td><bdi>{_phrase(pattern["phrase"])}</bdi></td>'
        f"<td>{_signed(pattern['score'])}</td><td>{_signed(pattern['share'])}</td></tr>"
        for pattern in sorted(text["patterns"], key=lambda pattern: -abs(pattern["share"]))
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("pattern", "best path", "score", "lead"))
    return (
        f"<article><p><strong>{clean(text['prediction'])}</strong> at {100 * text['probability']:.0f} %, before "
        f'{clean(text["next"])}{outcome}.</p><p dir="auto">{_marked(text["tokens"])}</p>'
        f"<div class='scroll'><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></article>"
    )


def _phrase(text: str) -> str:
    """Words that self-loops read are marked as in the tables of phrases."""
    return " ".join(
        f"{clean(word.removesuffix('_SL'))}<sub>SL</sub>" if word.endswith("_SL") else clean(word)
        for word in text.split(" ")
    )


def _marked(tokens: Sequence[tuple[str, float]]) -> str:
    """Tokens with blanks between words; the pieces of one word have none between them."""
    parts = []
    for place, (form, lead) in enumerate(tokens):
        goes_on = place > 0 and form.startswith(_GOES_ON)
        own = form.removeprefix(_GOES_ON) if goes_on else form
        parts.append(f"{'' if goes_on or not place else ' '}{_token(own, lead, goes_on)}")
    return "".join(parts)


def _token(form: str, lead: float, goes_on: bool) -> str:
    size = abs(lead)
    kind = "" if size < _WEAK else ("for" if lead > 0 else "against") + (" weak" if size < _STRONG else "")
    piece = " piece" if goes_on else ""
    return f'<span class="token{piece} {kind}" title="{_signed(lead)}">{clean(form)}</span>'


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
