"""What the model is worth, in a sentence and by class: counted from its predictions on the test texts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from viz.automata.texts import clean
from viz.plots.quality_plot import Predictions, confusion

_FEW = 100
"""Test texts below which an accuracy says little."""


def sentence(summary: Mapping[str, Any], found: Predictions) -> str:
    """What is left and what that costs, beside what always naming one class gets right; then what to beware of."""
    dense, chosen = summary["dense"], summary["chosen"]
    cost = 100 * (dense["test"] - chosen["test"])
    table = confusion(found)
    text = (
        f"Of {dense['transitions']} transitions {chosen['transitions']} are left, in {chosen['patterns']} patterns; "
        f"test accuracy is {100 * chosen['test']:.1f} % against {100 * dense['test']:.1f} % of the full model"
        + (f", which costs {cost:.1f} points." if cost > 0 else ".")
    )
    if len(found.labels):
        most = int(table.sum(1).argmax())
        text += (
            f" Saying {_named(found.classes[most])} of every text gets {100 * table.sum(1)[most] / table.sum():.1f} % "
            f"right; the mean F1 of the classes (macro-F1) is {100 * float(np.mean(f1(table))):.1f} %."
        )
    return f"<p>{text}</p>" + "".join(f'<p class="warning">Beware: {one}</p>' for one in _warnings(found, table))


def f1(table: np.ndarray) -> np.ndarray:
    """[class]: 2 · right / (texts of the class + texts called so); 0 where there is neither."""
    right, both = table.diagonal(), table.sum(0) + table.sum(1)
    scores: np.ndarray = 2 * right / np.maximum(1, both)
    return scores


def _warnings(found: Predictions, table: np.ndarray) -> Iterator[str]:
    never = [name for name, count in zip(found.classes, table.sum(0), strict=True) if not count]
    if never:
        yield f"no test text is called {_listed(never)}."
    if len(found.labels) < _FEW:
        yield f"there are {len(found.labels)} test texts; accuracies of fewer than {_FEW} say little."
    if len(found.labels) and table.trace() <= table.sum(1).max():
        yield "the model is right no more often than saying the most frequent class of every text."


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more classes" if len(names) > 5 else ""
    return ", ".join(map(_named, names[:5])) + more


def _named(name: str) -> str:
    return f"“<bdi>{clean(name)}</bdi>”"


def classes_section(found: Predictions) -> str:
    """A row per class: how many test texts, how many of them are found, what else they are taken for."""
    table = confusion(found)
    rows = "".join(_row(found, table, place) for place in range(len(found.classes)))
    heads = "".join(f"<th scope='col'>{name}</th>" for name in ("class", "texts", "found", "F1", "else mostly"))
    return (
        "<section><h2>Classes</h2><p>Test texts of every class, and what the chosen model calls them.</p>"
        f"<div class='scroll'><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _row(found: Predictions, table: np.ndarray, place: int) -> str:
    texts, right = int(table[place].sum()), int(table[place, place])
    others = table[place].copy()
    others[place] = 0
    taken = found.classes[int(others.argmax())]
    share = f"{100 * right / texts:.0f}&nbsp;%" if texts else "none"
    mostly = f"<bdi>{clean(taken)}</bdi>&nbsp;{others.max()}" if others.any() else ""
    return (
        f"<tr><th scope='row'><bdi class='long'>{clean(found.classes[place])}</bdi></th><td>{texts}</td>"
        f"<td>{share}</td><td>{100 * f1(table)[place]:.0f}&nbsp;%</td><td>{mostly}</td></tr>"
    )
