"""What stands beside an accuracy: macro-F1 by scikit-learn, standard errors by simulation, the majority by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from sparsify.runs.scores import Score, always, most_frequent
from sparsify.runs.warn import after, elsewhere
from sparsify.train import main
from tests.sparsify.small import data_of, static


def score(predicted, labels):
    return Score(np.array(predicted), np.array(labels))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=40))
def test_accuracy_and_macro_f1_are_those_of_scikit_learn(pairs):
    predicted, labels = zip(*pairs, strict=True)

    assert score(predicted, labels).accuracy == pytest.approx(accuracy_score(labels, predicted))
    assert score(predicted, labels).macro_f1 == pytest.approx(f1_score(labels, predicted, average="macro"))


def test_standard_errors_are_the_spread_over_samples():
    """Of one model and of the difference of two, over 4,000 test sets of 200 texts."""
    draw = np.random.default_rng(0)
    ours = draw.random((4000, 200)) < 0.8
    theirs = np.where(draw.random(ours.shape) < 0.9, ours, draw.random(ours.shape) < 0.7)
    ones = np.ones(200, int)
    samples = [(score(a.astype(int), ones), score(b.astype(int), ones)) for a, b in zip(ours, theirs, strict=True)]
    leads = [a.lead(b) for a, b in samples]

    assert np.mean([a.error for a, _ in samples]) == pytest.approx(np.std([a.accuracy for a, _ in samples]), rel=0.05)
    assert np.mean([error for _, error in leads]) == pytest.approx(np.std([lead for lead, _ in leads]), rel=0.1)
    assert [lead for lead, _ in leads] == pytest.approx([a.accuracy - b.accuracy for a, b in samples])


def test_the_standard_error_of_macro_f1_is_the_spread_over_samples():
    """Over 2,000 test sets of 400 texts in three classes, one of them rare."""
    draw = np.random.default_rng(0)
    labels = draw.choice(3, (2000, 400), p=[0.5, 0.4, 0.1])
    predicted = np.where(draw.random(labels.shape) < 0.75, labels, draw.choice(3, labels.shape, p=[0.6, 0.3, 0.1]))
    samples = [score(own, true) for own, true in zip(predicted, labels, strict=True)]

    spread = np.std([own.macro_f1 for own in samples])
    assert np.mean([own.macro_f1_error for own in samples]) == pytest.approx(spread, rel=0.05)


@settings(max_examples=12)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12))
def test_the_standard_error_of_macro_f1_is_that_of_one_text_more_or_less(pairs):
    """The delta method, by differences: what a little more weight on a text changes, squared and added up."""
    predicted, labels = map(np.array, zip(*pairs, strict=True))
    n, step = len(pairs), 1e-6
    changes = []
    for t in range(n):
        sides = []
        for sign in (1, -1):
            weights = np.ones(n)
            weights[t] += sign * step
            sides.append(f1_score(labels, predicted, average="macro", sample_weight=weights))
        changes.append((sides[0] - sides[1]) / (2 * step))

    assert score(predicted, labels).macro_f1_error == pytest.approx(np.linalg.norm(changes), abs=1e-7)


def test_few_texts_are_never_sure():
    both = score([1, 1], [1, 1])

    assert both.error > 0.15
    assert both.lead(both)[0] == 0
    assert both.lead(both)[1] > 0.2


def test_a_model_of_the_majority_says_so_beside_its_accuracy():
    labels = [0] * 190 + [1] * 10
    majority = score([0] * 200, labels)

    assert majority.accuracy == 0.95
    assert score([0] * 200, labels).beside(majority) == "no better than the majority"
    assert score([1] * 2 + [0] * 198, labels).beside(majority) == "no better than the majority"
    assert score([0] * 198 + [1] * 2, labels).beside(majority) == "hardly better than the majority"
    assert score(labels, labels).beside(majority) == ""
    fair = score([1] * 20 + [0] * 170 + [1] * 9 + [0], labels)
    assert fair.accuracy < majority.accuracy
    assert fair.beside(majority) == "no better than the majority, but for macro-F1"


def test_what_is_wrong_with_the_predictions_is_said():
    labels = [0] * 190 + [1] * 10
    majority = score([0] * 200, labels)
    found = after(["common", "rare", "gone"], {"chosen": majority}, majority, dev_texts=40)

    assert found[0].startswith("only 40 dev texts: the standard error of dev accuracy is up to 8 points")
    assert "the chosen model is no better than the majority: test accuracy 95.0 %, always 'common' 95.0 %." in found
    assert "the chosen model never predicts 'rare' (10 texts) in test." in found
    assert len(found) == 3


def test_of_many_classes_that_are_never_predicted_there_is_one_sentence():
    labels = [*range(20), 19]
    found = after([f"c{k}" for k in range(20)], {"chosen": score([0] * 21, labels)}, score([0] * 21, labels), 1000)

    named = ", ".join(f"'c{k}' ({1 + (k == 19)} texts)" for k in (19, 1, 2, 3, 4))
    assert f"the chosen model never predicts {named} and 14 more classes in test." in found


def test_a_good_model_on_enough_texts_has_no_warning():
    labels = [0, 1] * 500

    assert after(["a", "b"], {"chosen": score([0, *labels[1:]], labels)}, score([0] * 1000, labels), 1000) == []


def test_two_test_texts_measure_nothing():
    (said, *_) = after(["a", "b"], {"chosen": score([0, 0], [0, 1])}, score([0, 0], [0, 1]), 100)

    assert said.startswith("only 2 test texts: the standard error of test accuracy is up to 35 points")


def test_the_standard_error_of_a_small_test_set_is_stated():
    labels = [0, 1] * 150
    own = score([0] * 120 + labels[120:], labels)
    (said,) = after(["a", "b"], {"chosen": own}, score([0] * 300, labels), 1000)

    assert said == f"300 test texts: the standard error of test accuracy is {100 * own.error:.1f} points."
    assert own.error > 0.02


def test_a_better_model_of_the_curve_is_named():
    assert elsewhere({1: 0.487, 12: 0.81, 24: 0.81}, 1) == [
        "the model of 12 transitions has dev macro-F1 81.0 %, the chosen one 48.7 %; see curve.csv and load(run, 12)."
    ]
    assert elsewhere({1: 0.79, 12: 0.81}, 1) == []


def test_the_majority_is_the_most_frequent_class_of_the_training_texts():
    read = data_of(static(), ["a film"] * 5, [2, 1, 1, 2, 2])

    assert most_frequent(read) == 2
    assert always(most_frequent(read), read).accuracy == 0.6


def test_a_useless_run_says_so_in_the_line_of_its_accuracy(tmp_path, capsys):
    """95:5, and no word tells the classes apart: what was praised as costing nothing."""
    words = ["film", "story", "plot", "movie"]
    for part, count in (("train", 200), ("dev", 40), ("test", 60)):
        rows = [
            ("rare" if k % 20 == 0 else "common", f"{words[k % 4]} {words[k // 4 % 4]} {part} {k}")
            for k in range(count)
        ]
        (tmp_path / part).write_text("".join(f"{label}\t{text}\n" for label, text in rows), encoding="utf-8")
    (tmp_path / "v.txt").write_text("".join(f"{w} {i} 1 0.5\n" for i, w in enumerate(words)), encoding="utf-8")
    few = [
        "--patterns",
        "2",
        "--length",
        "1",
        "--epochs",
        "1",
        "--growth",
        "9",
        "--polish",
        "1",
        "--debias",
        "1",
        "--certify",
        "0",
    ]
    few += ["--threads", "1", "--data", str(tmp_path), "--embeddings", str(tmp_path / "v.txt")]
    assert main([*few, "--out", str(tmp_path / "run")]) == 0
    said = capsys.readouterr().out
    before_training, _, rest = said.partition("phase ")

    assert "always 'common', the most frequent class in training, has dev accuracy 95.0 %" in before_training
    assert "note: only 40 dev texts" in before_training
    (line,) = (line for line in rest.splitlines() if line.startswith("chosen "))
    assert "95.0 ± " in line
    assert line.endswith("48.7  no better than the majority")
    assert "lowest F1: 'rare' 0.0 [0.0, 0.0] (3 texts)." in rest
    assert "warning: the chosen model never predicts 'rare' (3 texts) in test." in rest
    assert "warning: only 60 test texts" in rest
    card = (tmp_path / "run" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| chosen (no better than the majority) | " in card
    assert "| rare | 3 | – | 0.0 [0.0, 0.0] | 0.0 [0.0, 0.0] |" in card
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    row = "<td>3</td><td><span class='number'>0.0</span> <span class='detail number'>[0.0, 0.0]</span></td>"
    assert f"<bdi class='long'>rare</bdi></th>{row}" in page
    assert "- the chosen model never predicts 'rare'" in card
