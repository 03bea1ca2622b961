"""What is to be known of a run's figures before anyone believes them, a sentence each."""

import math
from collections.abc import Mapping, Sequence

from sparsify.runs.scores import Score, always, most_frequent
from sparsify.training.material import Material

_FEW = 100
"""Fewer texts than these measure nothing to better than five points."""

_UNSURE = 0.02
"""A standard error of accuracy above this is said."""

_LISTED = 5
"""So many classes are named in one sentence."""

_FAR = 0.05
"""A macro-F1 that is better by more than this is said."""


def before(material: Material) -> list[str]:
    """What the texts say before anything is trained: the accuracy to beat, and parts that are too small."""
    label = most_frequent(material.train)
    base = always(label, material.dev)
    beat = (
        f"to beat: always {material.corpus.labels[label]!r}, the most frequent class in training, has dev accuracy "
        f"{100 * base.accuracy:.1f} % and macro-F1 {100 * base.macro_f1:.1f} %."
    )
    return [beat, *_few(len(material.dev), None if material.test is None else len(material.test))]


UNTESTED = "there are no test texts: the dev figures are of the texts that the model was chosen by, which flatter it."


def _few(dev: int, test: int | None) -> list[str]:
    found = []
    if dev < _FEW:
        found.append(
            f"only {dev} dev texts: the standard error of dev accuracy is up to {_largest(dev):.0f} points, so which "
            f"model is chosen is largely chance; {_FEW} and more are needed."
        )
    if test is not None and test < _FEW:
        found.append(
            f"only {test} test texts: the standard error of test accuracy is up to {_largest(test):.0f} points; "
            f"{_FEW} and more are needed."
        )
    return found


def _largest(texts: int) -> float:
    """The standard error of an accuracy of one half, in points."""
    return 50 / math.sqrt(texts)


def after(
    labels: Sequence[str], models: Mapping[str, Score], majority: Score, dev_texts: int, part: str = "test"
) -> list[str]:
    """What the predictions for the test texts say; where there are none, those for the dev texts.

    Args:
        models: name → predictions.
        majority: those of a model that always predicts the most frequent class.
    """
    found = _few(dev_texts, len(majority)) if part == "test" else [UNTESTED, *_few(dev_texts, None)]
    worst = max(own.error for own in models.values())
    if len(majority) >= _FEW and worst > _UNSURE:
        found.append(
            f"{len(majority)} {part} texts: the standard error of {part} accuracy is {100 * worst:.1f} points."
        )
    usual = labels[int(majority.predicted[0])]
    for name, own in models.items():
        if said := own.beside(majority):
            found.append(
                f"the {name} model is {said}: {part} accuracy {100 * own.accuracy:.1f} %, always {usual!r} "
                f"{100 * majority.accuracy:.1f} %."
            )
        if never := _never(labels, own):
            found.append(f"the {name} model never predicts {never} in {part}.")
    return found


def _never(labels: Sequence[str], own: Score) -> str:
    """Classes that texts bear and none is taken for, with the number of these texts; of many, the most frequent."""
    counts = [(int((own.labels == place).sum()), label) for place, label in enumerate(labels)]
    missed = [(n, label) for place, (n, label) in enumerate(counts) if n and not (own.predicted == place).any()]
    missed.sort(key=lambda one: -one[0])
    more = f" and {len(missed) - _LISTED} more classes" if len(missed) > _LISTED else ""
    return ", ".join(f"{label!r} ({n} texts)" for n, label in missed[:_LISTED]) + more


def elsewhere(curve: Mapping[int, float], chosen: int) -> list[str]:
    """Of the models of the curve, transitions → macro-F1 on dev: is another one far better than the chosen one?"""
    best = max(curve, key=lambda size: (curve[size], -size))
    if curve[best] - curve[chosen] <= _FAR:
        return []
    return [
        f"the model of {best} transitions has dev macro-F1 {100 * curve[best]:.1f} %, the chosen one "
        f"{100 * curve[chosen]:.1f} %; see curve.csv and load(run, {best})."
    ]
