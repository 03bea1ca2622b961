"""What predictions are worth: figures by scikit-learn, intervals by scipy."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

from sparsify.runs.evaluation import Evaluation
from viz.plots.quality_plot import Predictions
from viz.plots.quality_plot import reliability as plotted
from viz.run_evaluation import check_evaluation
from wfsa.calibration import calibration_error, reliability
from wfsa.printing import in_percent


@st.composite
def predicted(draw):
    """(labels, probabilities) of some texts; classes may be rare, missing, or never predicted."""
    count, classes = draw(st.integers(1, 50)), draw(st.integers(2, 5))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    shares = generator.dirichlet(np.full(classes, 0.5))
    return generator.choice(classes, count, p=shares), generator.dirichlet(4 * shares + 1e-3, count)


def names(chances):
    return [f"c{k}" for k in range(chances.shape[1])]


@given(predicted())
def test_figures_are_those_of_scikit_learn(drawn):
    labels, chances = drawn
    found, best = Evaluation(names(chances), labels, chances, resamples=0).as_dict(), chances.argmax(1)
    classes = range(chances.shape[1])
    precision, recall, f1, texts = precision_recall_fscore_support(labels, best, labels=classes, zero_division=np.nan)

    assert found["accuracy"]["value"] == pytest.approx(accuracy_score(labels, best))
    assert found["macro_f1"]["value"] == pytest.approx(f1_score(labels, best, average="macro"))
    assert found["confusion"] == confusion_matrix(labels, best, labels=classes).tolist()
    assert [row["texts"] for row in found["classes"]] == texts.tolist()
    assert [row["label"] for row in found["classes"]] == names(chances)
    for key, wanted in (("precision", precision), ("recall", recall), ("f1", f1)):
        values = [np.nan if row[key]["value"] is None else row[key]["value"] for row in found["classes"]]
        assert values == pytest.approx(wanted.tolist(), nan_ok=True)
    shown = plotted(Predictions(tuple(names(chances)), labels, chances))
    assert found["calibration_error"]["value"] == pytest.approx(calibration_error(shown))
    check_evaluation(found, "summary.json")


def test_intervals_are_those_of_scipy():
    """The same draws from the same seed, out of the texts in the order of their certainty."""
    generator = np.random.default_rng(1)
    labels = generator.choice(3, 120, p=[0.6, 0.3, 0.1])
    chances = generator.dirichlet([3, 2, 1], 120)
    found = Evaluation(names(chances), labels, chances, resamples=200, seed=4).as_dict()
    order, best = np.argsort(chances.max(1)), chances.argmax(1)

    def f1_of_c2(rows):
        return f1_score(labels[rows], best[rows], labels=[2], average=None, zero_division=np.nan)[0]

    def calibration(rows):
        return calibration_error(reliability(chances[rows].max(1), best[rows] == labels[rows]))

    for own, statistic in (
        (found["accuracy"], lambda rows: accuracy_score(labels[rows], best[rows])),
        (found["macro_f1"], lambda rows: f1_score(labels[rows], best[rows], average="macro")),
        (found["classes"][2]["f1"], f1_of_c2),
        (found["calibration_error"], calibration),
    ):
        interval = bootstrap(
            (np.arange(120),),
            lambda drawn, statistic=statistic: statistic(order[drawn]),
            n_resamples=200, method="percentile", vectorized=False, random_state=np.random.default_rng(4),
        ).confidence_interval  # fmt: skip
        assert [own["low"], own["high"]] == pytest.approx([interval.low, interval.high], abs=1e-12)


@settings(max_examples=20)
@given(predicted(), st.integers(0, 100))
def test_an_interval_lies_around_its_value_and_depends_on_the_seed_alone(drawn, seed):
    labels, chances = drawn
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = Evaluation(names(chances), labels, chances, 50, seed).as_dict()

    assert found == Evaluation(names(chances), labels, chances, 50, seed).as_dict()
    for figure in (found["accuracy"], *(row["recall"] for row in found["classes"])):
        if figure["value"] is None:
            assert figure["low"] is figure["high"] is None
        else:
            assert 0 <= figure["low"] <= figure["high"] <= 1
    assert found["accuracy"]["low"] <= found["accuracy"]["value"] <= found["accuracy"]["high"]


def test_of_a_95_to_5_set_the_rare_class_shows_what_accuracy_hides():
    labels = np.repeat([0, 1], [95, 5])
    found = Evaluation(["common", "rare"], labels, np.tile([0.9, 0.1], (100, 1))).as_dict()

    assert found["accuracy"]["value"] == 0.95
    assert found["macro_f1"]["value"] < 0.49
    assert found["classes"][1]["recall"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert found["classes"][1]["precision"] == {"value": None, "low": None, "high": None}
    assert found["baseline"]["remark"] == "no better than the majority"
    assert [in_percent(found["classes"][1][key]) for key in ("precision", "recall")] == ["–", "0.0 [0.0, 0.0]"]
