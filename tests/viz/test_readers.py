"""Every reader of a run gives one sentence for a mutated file, fast; numbers that no plot can show are refused."""

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.viz.small_run import write_run
from viz import VizError, open_run
from viz.plots.curve_plot import curve_svg
from viz.run_live import read_live

NAMES = (
    "patterns.json", "summary.json", "curve.csv", "phrases.json", "live.json", "certificate.json", "config.toml",
    "metrics.jsonl", "norms.csv", "predictions.csv", "lexicon.json",
)  # fmt: skip
PIECES = (
    b"NaN", b"-1", b"1e308", b"null", b"true", b"[]", b"{}", b'""', b"9" * 400, b"9" * 5000, b"\xff", b"\0", b'"',
    b",", b"\n", b"1e12", b'"x"', b"\\ud800", b'"\\ud800"', b"\xef\xbb\xbf", b"[" * 3000, b"inf", b"2", b"0.5",
)  # fmt: skip
VALUE = re.compile(rb'-?\d+\.?\d*(?:e-?\d+)?|"[^"]*"|true|null')


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readers")
    write_run(folder, word="warm")
    return folder, {name: (folder / name).read_bytes() for name in NAMES}


@given(data=st.data())
def test_a_mutated_file_is_read_or_gets_one_sentence(run, data):
    folder, whole = run
    name = data.draw(st.sampled_from(NAMES))
    content, piece = whole[name], data.draw(st.sampled_from(PIECES))
    spots = [match.span() for match in VALUE.finditer(content)]
    at = data.draw(st.integers(0, len(content)))
    start, end = data.draw(st.sampled_from(spots)) if data.draw(st.booleans()) and spots else (at, at)
    cut = data.draw(st.integers(0, 40)) if data.draw(st.booleans()) else 0
    (folder / name).write_bytes(content[:start] + piece + content[end + cut :])
    begun, said = time.process_time(), ""
    try:
        open_run(folder).read()
    except VizError as error:
        said = str(error)
    finally:
        (folder / name).write_bytes(content)
    assert not said or name in said
    assert "\n" not in said
    assert time.process_time() - begun < 2


def test_the_run_itself_is_read(run):
    found = open_run(run[0])
    found.read()

    assert found.summary["data"] == "warm"
    assert [pattern.name for pattern in found.patterns] == ["p0", "p1"]


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("curve.csv", "\n4,0.01,0.7,", "\n4,0.01,1e300,", "dev must be a number from 0 to 1"),
        ("curve.csv", "\n4,0.01,0.7,", "\n4,0.01,nan,", "dev must be a number from 0 to 1"),
        ("curve.csv", "\n4,", "\n9999999999,", "transitions must be a whole number from 0 to 1e"),
        ("curve.csv", "\n4,0.01,0.7,", "\n4,0.01", "row 3 must have a number in every cell"),
        ("curve.csv", "\n4,0.01,", "\n4,,", "row 3 must have a number in every cell"),
        ("curve.csv", "transitions,strength", "transitions,transitions", "each once"),
        ("norms.csv", "1.25,0,0", "1.25,nan,0", "p0.2 must be a number"),
        ("norms.csv", "1.25,0,0", "1.25,0,0,7", "row 3 must have a number in every cell"),
        ("metrics.jsonl", '"dev": 0.5', '"dev": 1.5', "dev, a number from 0 to 1 (got 1.5)"),
        ("metrics.jsonl", '"loss": 0.7', '"loss": 1' + "0" * 400, "loss, a number"),
        ("metrics.jsonl", '"transitions": 4', '"transitions": true', "transitions, a whole number"),
        ("predictions.csv", "0.4,0.6", "0.4,nan", "add up to 1"),
        ("predictions.csv", "0.4,0.6", "0.9,0.9", "add up to 1"),
        ("predictions.csv", "0.4,0.6", "1.0", "add up to 1"),
        ("predictions.csv", "warm,other", "warm,none", "row 2 must be label, predicted"),
        ("predictions.csv", "p(other)", "p(warm)", "must have the columns"),
        ("summary.json", '"test": 0.7', '"test": 7', "test, a number from 0 to 1"),
        ("summary.json", '"data": "warm"', '"data": "\\ud800"', "data, a text"),
        ("certificate.json", '"residual": 0.1', '"residual": ' + "9" * 5000, "must be JSON"),
        ("phrases.json", '"text": 0', '"count": -1', "count, a whole number"),
        ("lexicon.json", '"moved": 1', '"moved": -1', "moved, a whole number"),
        ("lexicon.json", '"warm": 0.75, "other": -0.75', "", "effects must be those on the classes"),
        ("lexicon.json", '"high": [{', '"high": [3, {', "must hold an object"),
        ("live.json", '"class_biases": [0.0, 0.1]', '"class_biases": [0.0]', "a bias per class"),
        ("live.json", '"row": 1', '"row": 2', "row, a whole number from 0 to 1"),
        ("live.json", '"base64": "AAAAAQAA', '"base64": "AQAA', "octets"),
        ("live.json", '"activation": "tanh"', '"activation": "tan"', "must be one of tanh, relu, none"),
        ("live.json", '"high": ["warm"]', '"high": [3]', "only the kind text"),
        ("live.json", '"p0.main1": {"row": 0}', '"other": {"row": 0}', "parameters must have 'p0.main1', a row or"),
        ("live.json", '"p0.main1": {"row": 0}', '"p0.main1": 0.5', "parameters must have 'p0.main1', a row or"),
        (
            "live.json",
            '{"linear": "p0.main1", "bias": false}',
            '{"scalar": "p0.main1"}',
            "parameters must have 'p0.main1', a number",
        ),
        (
            "live.json",
            '{"linear": "p0.main1", "bias": false}',
            '{"lookup": "p0.main1"}',
            "a weight must be one that a page computes",
        ),
        ("live.json", '"tokenizer": {"sentence"', '"tokenizer": {"sentences"', "tokenizer must have sentence, a text"),
        ("live.json", '"before": []', '"before": {}', "must have before, a list"),
        ("live.json", '"before": []', '"before": [["a", "gu"]]', "a rule is a pattern, JavaScript's flags, a text"),
        ("live.json", '"before": []', '"before": [["a", "gg", ""]]', "a rule is a pattern, JavaScript's flags, a text"),
        ("live.json", '"lowercase": true', '"unknown": [3]', "only the kind whole number from 0 to 2 (got 3)"),
        ("live.json", '"lowercase": true', '"unknown": 0', "unknown, a list"),
        ("live.json", '"lowercase": true', '"vocabulary": 2', "vocabulary, a whole number from 3 to 1e+09"),
        ("live.json", '"before": []', '"kind": "none"', "must have name, a text"),
        ("live.json", '"before": []', '"kind": "penn"', "must be one of rules, whitespace, characters, none"),
        ("live.json", '"before": []', '"kind": []', "must be one of rules, whitespace, characters, none"),
        ("live.json", '"before": []', '"before": [], "blank": 3', "blank, a text"),
    ],
)
def test_values_that_cannot_be_are_named_with_their_place(tmp_path, name, before, after, said):
    write_run(tmp_path, word="warm")
    text = (tmp_path / name).read_text()
    assert before in text
    (tmp_path / name).write_text(text.replace(before, after, 1))

    with pytest.raises(VizError) as raised:
        open_run(tmp_path).read()
    assert said in str(raised.value)
    assert name in str(raised.value)


def test_a_model_of_no_parameters_or_no_tokeniser_is_refused(run, tmp_path):
    """Either would be an exception in the page."""
    tree = json.loads(run[1]["live.json"])
    for part in ("parameters", "tokenizer"):
        (tmp_path / "live.json").write_text(json.dumps({**tree, "model": {**tree["model"], part: {}}}))
        with pytest.raises(VizError, match=f"{part} must have"):
            read_live(tmp_path / "live.json")


@pytest.mark.parametrize("accuracies", [(1.0, 1.0), (0.993, 1.0), (0.0, 0.0), (0.5, 0.5), (0.0, 1.0)])
def test_no_axis_goes_beyond_all_or_nothing(accuracies):
    rows = [{"transitions": 4.0 * (n + 1), "dev": dev, "dev_debiased": dev} for n, dev in enumerate(accuracies)]
    svg = curve_svg(rows, 4, {"dev": accuracies[1]})
    ticks = [int(tick) for tick in re.findall(r">(-?\d+) %<", svg)]

    assert len(ticks) >= 2
    assert min(ticks) >= 0
    assert max(ticks) <= 100
    assert min(ticks) <= 100 * min(accuracies)
    assert max(ticks) >= 100 * max(accuracies)
    assert not re.search(r'cy="-', svg)
