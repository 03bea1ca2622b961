"""What the report says of the model's worth: figures with intervals, with no test texts too."""

import json

import pytest

from tests.viz.small_run import evaluation, write_run
from viz import VizError, open_run
from viz.report.classes import classes_section, sentence
from viz.report.page import report


@pytest.fixture
def folder(tmp_path):
    write_run(tmp_path, word="warm")
    return tmp_path


def changed(folder, **fields):
    """The run with other fields in summary.json; a field that is None is left out of its object."""
    place = folder / "summary.json"
    tree = json.loads(place.read_text())
    for name, value in fields.items():
        tree[name] = {**tree[name], **value} if isinstance(value, dict) and tree.get(name) else value
    place.write_text(json.dumps(tree))
    return open_run(folder)


def test_every_class_has_its_figures_with_intervals(folder):
    page = report(open_run(folder), {})

    assert "All 1 texts: accuracy 0.0 [0.0, 25.0], macro-F1 0.0 [0.0, 25.0], calibration error 60.0 [0.0, 25.0]" in page
    figure = "<span class='number'>0.0</span> <span class='detail number'>[0.0, 25.0]</span></td>"
    warm = f"<bdi class='long'>warm</bdi></th><td>1</td><td>{figure}"
    assert warm in page
    assert "<td class='detail'><span class='number'>–</span> <" in page


def test_without_intervals_the_figures_are_those_of_predictions_csv(folder):
    section = classes_section(open_run(folder).predictions)

    assert "<bdi class='long'>warm</bdi></th><td>1</td><td><span class='number'>0.0</span> <" in section
    assert "<bdi>other</bdi> <span class='number'>1</span>" in section
    assert "[" not in section


def test_a_run_without_test_texts_says_so_and_shows_what_the_dev_texts_say(folder):
    (folder / "predictions.csv").write_text("label,predicted,p(warm),p(other)\n")
    tree = json.loads((folder / "summary.json").read_text())
    dev = {"dev": 0.7, "dev_macro_f1": 0.6, "dev_error": 0.05}
    for name in ("dense", "chosen", "majority"):
        tree[name] = {key: value for key, value in tree[name].items() if not key.startswith("test")} | dev
    tree |= {"cost": {"dev": 0.01, "dev_error": 0.02}, "evaluation": None}
    (folder / "summary.json").write_text(json.dumps(tree))
    run = open_run(folder)
    run.read()

    assert "Dev accuracy is 70.0 ± 5.0 %" in sentence(run.summary)
    assert "<h2>Classes</h2>" not in report(run, {})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"accuracy": {"value": 1.5, "low": 0, "high": 1}}, "accuracy must have value, a number from 0 to 1 or null"),
        ({"macro_f1": {"value": 0.5, "low": 0}}, "macro_f1 must have high"),
        ({"classes": [{"label": "warm", "texts": 1, "predicted": -1}]}, "predicted, a whole number"),
        ({"classes": [{"label": "warm", "texts": 1, "predicted": 1}]}, "precision must hold an object"),
        ({"bootstrap": None}, "bootstrap must hold an object"),
    ],
)
def test_a_wrong_figure_gets_one_sentence(folder, change, said):
    run = changed(folder, evaluation={**evaluation("warm"), **change})

    with pytest.raises(VizError, match=said):
        run.read()


def test_an_evaluation_of_other_classes_is_refused(folder):
    with pytest.raises(VizError, match=r"must evaluate the classes of predictions\.csv"):
        report(changed(folder, evaluation=evaluation("cold")), {})
