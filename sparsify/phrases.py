"""The phrases that a pattern weighs highest and lowest, read to the end of a text as the model reads it."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

import wfsa
from neural import tokenize
from sparsify.model import Model
from wfsa import Path


class Phrase(TypedDict):
    """A best path: the words of its main arcs, "…" where self-loops read words between, and its weight."""

    phrase: str
    score: float
    text: int


def find_phrases(
    model: Model, texts: Sequence[str], count: int = 4, candidates: int = 40
) -> dict[str, dict[str, list[Phrase]]]:
    """name → {"highest": phrases, "lowest": phrases}: distinct phrases, the most extreme first.

    Among the `candidates` texts with the highest (lowest) pathsum of a pattern, the single path of highest (lowest)
    weight. Paths end where the text ends, in any final state.

    Args:
        texts: where to look; `Phrase.text` is a place among them.
    """
    scores = model.pattern_scores(texts)
    found: dict[str, dict[str, list[Phrase]]] = {}
    for column, name in enumerate(model.automata):
        order = np.argsort(scores[:, column], kind="stable")
        found[name] = {
            "highest": _distinct(model, name, texts, order[::-1][:candidates].tolist(), 1, count),
            "lowest": _distinct(model, name, texts, order[:candidates].tolist(), 0, count),
        }
    return found


def _distinct(
    model: Model, name: str, texts: Sequence[str], places: Sequence[int], end: int, count: int
) -> list[Phrase]:
    weigh = wfsa.evaluator(model.parameters)
    best: dict[str, Phrase] = {}
    for place in places:
        paths = wfsa.extreme_paths(model.automata[name], model.vectors(texts[place]), weigh)
        if paths is not None:
            phrase = _phrase(paths[end], tokenize(texts[place], model.lowercase))
            best.setdefault(phrase, {"phrase": phrase, "score": paths[end].weight, "text": place})
    return sorted(best.values(), key=lambda found: found["score"] * (-1 if end else 1))[:count]


def _phrase(path: Path[float], tokens: Sequence[str]) -> str:
    words: list[str] = []
    for arc, token in zip(path.arcs, tokens, strict=True):
        if arc.source != arc.target:
            words.append(token)
        elif words and words[-1] != "…":
            words.append("…")
    return " ".join(words)


def as_text(found: dict[str, dict[str, list[Phrase]]]) -> str:
    """The phrases as plain text, a block per pattern."""
    lines = []
    for name, ends in found.items():
        lines.append(name)
        for end, phrases in ends.items():
            lines += [f"  {end:<8}{found['score']:>9.3f}  {found['phrase']}" for found in phrases]
        lines.append("")
    return "\n".join(lines)
