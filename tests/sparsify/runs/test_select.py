"""Which model of the curve is kept."""

from types import SimpleNamespace

import numpy as np
import pytest

from sparsify import Settings
from sparsify.runs.scores import Score
from sparsify.runs.select import choose, excess, marks


def scored(common, rare):
    """1,000 texts, the last hundred of a rare class: so many of the common ones are right, and of the rare ones."""
    labels = np.repeat([0, 1], [900, 100])
    return Score(np.repeat([0, 1, 1, 0], [common, 900 - common, rare, 100 - rare]), labels)


def chosen(settings, dev):
    """Of models with these predictions for dev texts, by size."""
    points = [SimpleNamespace(transitions=size, dev_debiased=own.accuracy) for size, own in dev.items()]
    return choose(points, settings, marks(points, dev, settings, float)).transitions


RISING = {2: scored(700, 0), 5: scored(740, 0), 9: scored(750, 0), 20: scored(760, 0), 40: scored(760, 0)}

FAIR = {2: scored(900, 0), 9: scored(875, 25), 20: scored(815, 82), 40: scored(818, 81)}
"""All are right in 90 % but for a bit; only the large ones find the rare class."""


@pytest.mark.parametrize(
    ("settings", "size"),
    [
        (Settings(), 9),  # one standard error of 0.76 over 1,000 texts is 0.0135
        (Settings(choose="best"), 20),
        (Settings(choose="best", at_most=10), 9),
        (Settings(at_most=6), 5),
    ],
)
def test_the_choice_follows_its_rule(settings, size):
    assert chosen(settings, RISING) == size


def test_by_macro_f1_a_model_that_finds_the_rare_class_is_chosen():
    best = FAIR[40]

    assert best.macro_f1 > FAIR[20].macro_f1 > best.macro_f1 - best.macro_f1_error > FAIR[9].macro_f1
    assert chosen(Settings(), FAIR) == 2
    assert chosen(Settings(choose_by="macro-f1"), FAIR) == 20
    assert chosen(Settings(choose_by="macro-f1", choose="best"), FAIR) == 40
    assert chosen(Settings(choose_by="macro-f1", at_most=10), FAIR) == 9


def test_where_no_model_is_small_enough_the_smallest_is_chosen_and_that_is_said():
    settings = Settings(at_most=1)
    assert chosen(settings, RISING) == 2
    smallest = SimpleNamespace(transitions=2)
    assert excess(smallest, settings).startswith("a model of at most 1 transitions was asked for (got 2, ")
    assert excess(smallest, Settings(at_most=2)) == excess(smallest, Settings()) == ""
