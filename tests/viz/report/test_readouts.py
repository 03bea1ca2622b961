"""The page against wfsa.pathsum on prefixes, for every readout: scores, effects, paths; pages without a model."""

import base64
import json
import math

import numpy as np
import pytest

import wfsa
from tests.viz.small_run import live_model, live_sizes, write_run
from viz.__main__ import main
from wfsa import REAL, Affine, evaluate, ngram, pathsum

WORDS = ["<unk>", "</s>", "a", "b", "c"]
LEVELS = np.random.default_rng(3).integers(0, 256, (4, len(WORDS)))
VALUES = LEVELS / 64 - 2.0
"""[row, word]: exact in 24 bits."""
NAMES = ("p0.main1", "p0.loop1", "p0.main2", "p0.loop2")


def opened(browser, folder, model):
    """The page of a run with this model, and what it says."""
    write_run(folder, word="a")
    (folder / "live.json").write_text(json.dumps({"model": model, "sizes": live_sizes("a")}))
    assert main([str(folder)]) == 0
    page, said = browser.new_page(), []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((folder / "report.html").as_uri())
    return page, said


def readable(readout):
    """A model of one pattern whose score is a logit."""
    octets = LEVELS.astype("<u4").reshape(-1, 1).view(np.uint8).reshape(-1, 4)[:, :3]
    numbers = {"offset": [-2.0] * 4, "scale": [1 / 64] * 4, "base64": base64.b64encode(octets.tobytes()).decode()}
    parameters = {name: {"row": row} for row, name in enumerate(NAMES)}
    model = {**live_model({"p0": ngram(2, "p0")}, "a"), "words": WORDS, "parameters": parameters, "numbers": numbers}
    model |= {"activation": "none", "class_weights": [[1.0], [0.0]], "class_biases": [0.0, 0.0]}
    return model | ({"readout": readout} if readout else {})


def read_out(words, readout, silent=None):
    """By the definition: pathsums of prefixes; `silent`: the token that no main arc reads."""
    parameters = {name: Affine(tuple(np.eye(4)[row]), 0.0) for row, name in enumerate(NAMES)}
    automaton = ngram(2, "p0")

    def weigh(weight, symbol):
        return evaluate(weight, None if symbol is None else VALUES[:, WORDS.index(symbol[1])], parameters)

    labels = [(place, word) for place, word in enumerate(words)]
    heard = [
        wfsa.Arc(arc.source, label, arc.target, arc.weight)
        for arc in automaton.arcs
        for label in labels
        if arc.source == arc.target or label[0] != silent
    ]
    deaf = wfsa.WFSA(automaton.initial, heard, automaton.final)
    sums = [pathsum(deaf, labels[:end], REAL, weigh) for end in range(1, len(labels) + 1)]
    return {"best": max(sums), "anywhere": sum(sums) / math.sqrt(len(sums))}.get(readout, sums[-1])


@pytest.mark.parametrize("readout", [None, "end", "anywhere", "best"])
def test_scores_and_effects_are_those_of_the_prefixes(browser, tmp_path, readout):
    page, said = opened(browser, tmp_path, readable(readout))
    for text in ("a", "a b", "c b a a c b", "b b a c a b c c a b"):
        words = [*text.split(), "</s>"]
        found = page.evaluate(f"run({text!r})")
        score = read_out(words, readout)
        effects = [score - read_out(words, readout, silent) for silent in range(len(words))]

        assert found["tokens"] == words
        assert found["logits"][0] == pytest.approx(score, rel=1e-9)
        assert [effect[0] for effect in found["effects"]] == pytest.approx(effects, rel=1e-9, abs=1e-9)
        ends = {found["patterns"][0]["end"]}
        assert ends == {len(words)} or readout in ("anywhere", "best")
        assert all(t < found["patterns"][0]["end"] for t in found["patterns"][0]["mains"])
    assert page.evaluate("readOut([0.5])") == 0.5, "the empty text has its own score"
    assert said == []
    page.close()


def test_a_model_that_a_page_cannot_run_has_no_box_and_all_sizes(browser, tmp_path):
    page, said = opened(browser, tmp_path, None)

    assert page.locator("#text").count() == 0
    assert "cannot run this model" in page.locator("main").inner_text()
    page.locator("#curve circle.size").first.click()
    assert page.locator("#size p").inner_text().startswith("1 transitions")
    assert said == []
    page.close()
