"""Which model of the curve is kept."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import sem

from sparsify import Settings
from sparsify.runs.scores import Score
from sparsify.runs.select import Mark, choose, excess, mark


def scored(common, rare, losses=(0.0,)):
    """1,000 texts, the last hundred of a rare class: so many of the common ones are right, and of the rare ones."""
    labels = np.repeat([0, 1], [900, 100])
    predicted = np.repeat([0, 1, 1, 0], [common, 900 - common, rare, 100 - rare])
    return Score(predicted, labels, np.resize(losses, 1000))


def chosen(settings, dev):
    """Of models with these predictions for dev texts, by size."""
    return choose([SimpleNamespace(transitions=size) for size in dev], settings, dev).transitions


RISING = {2: scored(700, 0), 5: scored(740, 0), 9: scored(750, 0), 20: scored(760, 0), 40: scored(760, 0)}
"""The larger one is right where the smaller is, and in some more."""

FAIR = {2: scored(900, 0), 9: scored(875, 25), 20: scored(815, 82), 40: scored(818, 81)}
"""All are right in 90 % but for a bit; only the large ones find the rare class."""


@pytest.mark.parametrize(
    ("settings", "size"),
    [
        # Ten texts of 1,000 more: a difference of 0.01, of which one standard error is √(0.01 · 0.99 / 1000) = 0.0031.
        ({"choose": "one-se"}, 20),
        ({}, 20),
        ({"choose": "best"}, 20),
        ({"choose": "best", "at_most": 10}, 9),
        ({"at_most": 6}, 5),
    ],
)
def test_the_choice_follows_its_rule(settings, size):
    assert chosen(Settings(choose_by="accuracy", **settings), RISING) == size


@pytest.mark.parametrize(("rule", "size"), [("best", 9), ("near-best", 5), ("one-se", 2)])
def test_by_loss_it_is_the_difference_text_by_text_that_counts(rule, size):
    """Behind by 0.04 with a standard error of 0.06, and by 0.01 with the same."""
    error = 0.06 * np.sqrt(1000)
    swing = np.resize([error, -error], 1000)
    dev = {2: scored(0, 0, 1.04 + swing), 5: scored(0, 0, 1.01 + swing), 9: scored(0, 0, [1.0])}

    assert chosen(Settings(choose=rule), dev) == size


def test_the_error_of_a_difference_is_that_of_paired_samples():
    random = np.random.default_rng(0)
    one, other = random.normal(1, 1, (2, 500))
    found = Mark(one.mean(), one).behind(Mark(other.mean(), other))

    assert found == pytest.approx((other.mean() - one.mean(), sem(other - one, ddof=0)), rel=1e-12)


def test_with_balanced_classes_every_class_has_the_same_share_of_the_loss():
    own = scored(900, 0, np.repeat([1.0, 5.0], [900, 100]))

    assert mark(own, Settings()).value == pytest.approx(-1.4)
    assert mark(own, Settings(class_weight="balanced")).value == pytest.approx(-3.0)


def test_by_macro_f1_a_model_that_finds_the_rare_class_is_chosen():
    assert chosen(Settings(choose="best", choose_by="accuracy"), FAIR) == 2
    assert FAIR[40].macro_f1 > FAIR[20].macro_f1 > FAIR[9].macro_f1
    assert chosen(Settings(choose_by="macro-f1", choose="one-se"), FAIR) == 20
    assert chosen(Settings(choose_by="macro-f1", choose="best"), FAIR) == 40
    assert chosen(Settings(choose_by="macro-f1", at_most=10), FAIR) == 9


def test_where_no_model_is_small_enough_the_smallest_is_chosen_and_that_is_said():
    settings = Settings(at_most=1)
    assert chosen(settings, RISING) == 2
    smallest = SimpleNamespace(transitions=2)
    assert excess(smallest, settings).startswith("a model of at most 1 transitions was asked for (got 2, ")
    assert excess(smallest, Settings(at_most=2)) == excess(smallest, Settings()) == ""
