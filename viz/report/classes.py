"""What the model is worth, in a sentence and by class."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from viz.automata.texts import clean
from viz.plots.quality_plot import Predictions, confusion
from viz.run_files import judge


def sentence(summary: Mapping[str, Any]) -> str:
    """What is left and how good it is, beside what always naming one class gets right; then what to beware of."""
    dense, chosen, usual, cost = (summary[part] for part in ("dense", "chosen", "majority", "cost"))
    part = judge(summary)
    error, macro = f"{part}_error", f"{part}_macro_f1"
    remark = f" ({clean(chosen['remark'])})" if chosen.get("remark") else ""
    text = (
        f"Of {dense['transitions']} transitions {chosen['transitions']} are left, in {chosen['patterns']} patterns. "
        f"{part.capitalize()} accuracy is {_percent(chosen[part])} ± {_percent(chosen[error])} %{remark}, the mean F1 "
        f"of the classes (macro-F1) {_percent(chosen[macro])} %; saying “<bdi>{clean(usual['label'])}</bdi>” of every "
        f"text has {_percent(usual[part])} % and {_percent(usual[macro])} %. The full model’s accuracy is "
        f"{_percent(abs(cost[part]))} ± {_percent(cost[error])} points {'lower' if cost[part] < 0 else 'higher'}."
    )
    return f"<p>{text}</p>" + "".join(
        f'<p class="warning">Beware: {clean(one)}</p>' for one in summary.get("warnings", [])
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def f1(table: np.ndarray) -> np.ndarray:
    """[class]: 2 · right / (texts of the class + texts called so); 0 where there is neither."""
    right, both = table.diagonal(), table.sum(0) + table.sum(1)
    scores: np.ndarray = 2 * right / np.maximum(1, both)
    return scores


def classes_section(found: Predictions) -> str:
    """A row per class: how many test texts, how many of them are found, what else they are taken for."""
    if not len(found.labels):  # nothing was tested
        return ""
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
    mostly = f"<bdi>{clean(taken)}</bdi> <span class='number'>{others.max()}</span>" if others.any() else ""
    numbers = "".join(
        f"<td class='number'>{text}</td>" for text in (texts, share, f"{100 * f1(table)[place]:.0f}&nbsp;%")
    )
    name = f"<th scope='row'><bdi class='long'>{clean(found.classes[place])}</bdi></th>"
    return f"<tr>{name}{numbers}<td>{mostly}</td></tr>"
