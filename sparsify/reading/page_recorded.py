"""What a page shows of a model that it cannot run: some dev texts, read beforehand."""

from typing import Any

import numpy as np

from sparsify.data.corpus import Texts
from sparsify.model import Model
from sparsify.reading.explain import Trace, explain

_LONGEST, _READ = 400, 200
"""Characters of a text that is shown, and how many such texts are looked at."""

_RIGHT, _WRONG = 4, 2
"""Texts that are shown: of those that are read right the ones of highest probability, of each class in turn, and of
those that are read wrong."""


def recorded(model: Model, texts: Texts) -> list[dict[str, Any]]:
    """Traces of a few texts, as JSON trees: `tokens` are [form, effect on the lead over the next class]."""
    pairs = zip(texts.texts, texts.labels, strict=True)
    short = [(text, label) for text, label in pairs if len(text) <= _LONGEST][:_READ]
    if not short or not model.automata:
        return []
    chances = model.predict_proba([text for text, _ in short])
    labels = np.array([label for _, label in short])
    order = np.argsort(-chances.max(1), kind="stable")
    right = [place for place in order.tolist() if chances[place].argmax() == labels[place]]
    wrong = [place for place in order.tolist() if chances[place].argmax() != labels[place]]
    chosen = [*_in_turn(right, labels)[:_RIGHT], *wrong[:_WRONG]]
    return [_tree(explain(model, short[place][0]), short[place][0], model.labels[labels[place]]) for place in chosen]


def _in_turn(places: list[int], labels: np.ndarray) -> list[int]:
    """The first of every class, then the second, and so on."""
    seen: dict[int, int] = {}
    ranks: list[tuple[int, int, int]] = []
    for place in places:
        label = int(labels[place])
        ranks.append((seen.get(label, 0), len(ranks), place))
        seen[label] = seen.get(label, 0) + 1
    return [place for _, _, place in sorted(ranks)]


def _tree(trace: Trace, text: str, label: str) -> dict[str, Any]:
    first, second = trace.order[:2]
    return {
        "text": text,
        "label": label,
        "prediction": trace.prediction,
        "probability": float(trace.chances[first]),
        "next": trace.labels[second],
        "tokens": [[token, margin] for token, margin in zip(trace.tokens, trace.margins.tolist(), strict=True)],
        "patterns": [
            {
                "name": pattern.name,
                "phrase": pattern.phrase,
                "score": pattern.score,
                "share": float(pattern.shares[first] - pattern.shares[second]),
            }
            for pattern in trace.patterns
        ],
    }
