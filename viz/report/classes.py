"""What the model is worth, in a sentence and by class."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from viz.automata.texts import clean
from viz.errors import VizError
from viz.plots.quality_plot import Predictions, confusion
from viz.run_files import judge
from wfsa.printing import in_percent

_WHOLES = (("accuracy", "accuracy"), ("macro-F1", "macro_f1"), ("calibration error", "calibration_error"))


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


def classes_section(found: Predictions, evaluation: Mapping[str, Any] | None = None) -> str:
    """A row per class: how many test texts, precision, recall and F1, what else they are taken for.

    Args:
        evaluation: that of summary.json, with intervals; runs of earlier versions have none.

    Raises:
        VizError: it is of other classes.
    """
    if not len(found.labels):  # nothing was tested
        return ""
    table, about = confusion(found), "Test texts of every class, and what the chosen model calls them"
    if evaluation is None:
        rows, about = _figures(found, table), f"{about}; figures in %."
    else:
        rows, wholes = evaluation["classes"], [f"{name} {in_percent(evaluation[key])}" for name, key in _WHOLES]
        about += (
            f"; figures in %. All {evaluation['texts']} texts: {', '.join(wholes)}. In brackets 95 % intervals "
            f"(percentile bootstrap, {evaluation['bootstrap']['resamples']} resamples of the texts); a narrow screen "
            "leaves out those of single classes, and precision."
        )
    if [row["label"] for row in rows] != [*found.classes]:
        raise VizError("summary.json must evaluate the classes of predictions.csv (got others); train anew.")
    body = "".join(_row(found, table, place, row) for place, row in enumerate(rows))
    names = ("class", "texts", "recall", "F1", "precision", "else mostly")
    heads = "".join(f"<th scope='col'{_detail(name)}>{name}</th>" for name in names)
    return (
        f"<section><h2>Classes</h2><p>{about}</p>"
        f"<div class='scroll'><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div></section>"
    )


def _detail(column: str) -> str:
    """What a narrow screen leaves out."""
    return " class='detail'" if column == "precision" else ""


def _figures(found: Predictions, table: np.ndarray) -> list[dict[str, Any]]:
    """The rows of an evaluation, without intervals."""
    true, texts, predicted = table.diagonal().tolist(), table.sum(1).tolist(), table.sum(0).tolist()
    rows = []
    for name, right, own, called in zip(found.classes, true, texts, predicted, strict=True):
        shares = {"precision": (right, called), "recall": (right, own), "f1": (2 * right, own + called)}
        figures = {key: {"value": a / b if b else None, "low": None, "high": None} for key, (a, b) in shares.items()}
        rows.append({"label": name, "texts": own, "predicted": called, **figures})
    return rows


def _row(found: Predictions, table: np.ndarray, place: int, row: Mapping[str, Any]) -> str:
    others = table[place].copy()
    others[place] = 0
    taken = found.classes[int(others.argmax())]
    mostly = f"<bdi>{clean(taken)}</bdi> <span class='number'>{others.max()}</span>" if others.any() else ""
    numbers = f"<td>{row['texts']}</td>"
    for name in ("recall", "f1", "precision"):
        value, _, interval = in_percent(row[name]).partition(" ")
        numbers += (
            f"<td{_detail(name)}><span class='number'>{value}</span> <span class='detail number'>{interval}</span></td>"
        )
    name = f"<th scope='row'><bdi class='long'>{clean(found.classes[place])}</bdi></th>"
    return f"<tr>{name}{numbers}<td>{mostly}</td></tr>"
