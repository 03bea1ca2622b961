"""A run directory as viz reads it, with hostile words in every place that holds text."""

import csv
import io
import json

import wfsa
from wfsa import Affine, delete_states, ngram, trim

HOSTILE = '</script><img src=x onerror="alert(1)">'


def write_run(folder, name="p0", word=HOSTILE):
    """A run of two patterns, one half deleted and one gone, with hostile words in every place that holds text."""
    before = ngram(2, "p0")
    note = {
        "before": wfsa.to_json(before),
        "groups": [{"name": "p0.1", "arcs": [1, 2], "norm": 0.5}, {"name": "p0.2", "arcs": [3, 4], "norm": 0.0}],
        "deleted": [2],
        "class_weights": {word: 0.25, "other": -0.25},
        "words": {"p0.main1": {"high": [word], "low": ["b"]}, "p0.loop1": {"high": ["c"], "low": [word]}},
    }
    groups = [{"name": f"p1.{state}", "arcs": [], "norm": 0.0} for state in (1, 2)]
    gone = {**note, "groups": groups, "class_weights": {}, "words": {}}
    values = {"p0.main1": Affine((1.0,)), "p0.loop1": Affine((0.5,), 0.1)}
    left = {name: trim(delete_states(before, {2}))}
    wfsa.save(folder / "patterns.json", left, values, {"patterns": {name: note, "p1": gone}})
    phrase = {"phrase": word, "score": 1.5, "text": 0}
    (folder / "phrases.json").write_text(json.dumps({name: {"highest": [phrase], "lowest": []}}))
    (folder / "lexicon.json").write_text(json.dumps(lexicon(word)))
    models = {"transitions": 4, "patterns": 1, "dev": 0.7, "test": 0.7, "test_macro_f1": 0.6, "test_error": 0.1}
    usual = {"label": word, "test": 0.5, "test_macro_f1": 0.3}
    summary = {"data": word, "dense": models, "chosen": {**models, "remark": word}, "majority": usual}
    summary |= {"cost": {"test": 0.0, "test_error": 0.1}, "warnings": [word], "evaluation": evaluation(word)}
    (folder / "summary.json").write_text(json.dumps(summary))
    (folder / "curve.csv").write_text("transitions,strength,dev,dev_debiased\n1,0.1,0.6,0.65\n4,0.01,0.7,\n")
    (folder / "live.json").write_text(json.dumps({"model": live_model(left, word), "sizes": live_sizes(word)}))
    (folder / "certificate.json").write_text(json.dumps({"residual": 0.1, word: word}))
    (folder / "config.toml").write_text(f"data = '{word}'\n")
    (folder / "norms.csv").write_text("strength,p0.1,p0.2,p1.1\n0.01,1.5,0.5,0.25\n0.1,1.25,0,0\n")
    head = io.StringIO()
    csv.writer(head).writerows([["label", "predicted", f"p({word})", "p(other)"], [word, "other", 0.4, 0.6]])
    (folder / "predictions.csv").write_text(head.getvalue())
    row = {"phase": "full", "strength": 0.0, "loss": 0.7, "dev": 0.5, "transitions": 4}
    rows = [row, {**row, "phase": "path", "strength": 1e-5}, {**row, "phase": word, "transitions": 1}]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def lexicon(word):
    """One word moved, along one direction."""
    row = {"word": word, "shift": 0.5, "effects": {word: 0.75, "other": -0.75}, "coordinates": [0.5]}
    ends = {"direction": [1.0], "high": [row], "low": []}
    return {"kind": "low-rank", "vocabulary": 3, "moved": 1, "words": [row], "directions": [ends]}


def evaluation(word):
    """Of one text, which is taken for the other class."""
    nothing, zero = dict.fromkeys(("value", "low", "high")), {"value": 0.0, "low": 0.0, "high": 0.25}
    figures = [{"precision": nothing, "recall": zero, "f1": zero}, {"precision": zero, "recall": nothing, "f1": zero}]
    rows = zip((word, "other"), (1, 0), (0, 1), figures, strict=True)
    classes = [{"label": name, "texts": n, "predicted": m, **own} for name, n, m, own in rows]
    whole = {"accuracy": zero, "macro_f1": zero, "calibration_error": {**zero, "value": 0.6}}
    return {"texts": 1, **whole, "classes": classes, "bootstrap": {"resamples": 1000}}


def live_model(automata, word):
    """A model of three words in the form of live.json, with the class names and words hostile."""
    return {
        "tokenizer": {"sentence": "(?<=[.!?])\\s+", "before": [], "after": []},
        "lowercase": True, "words": ["<unk>", "</s>", word], "labels": [word, "other"], "activation": "tanh",
        "class_weights": [[0.25], [-0.25]], "class_biases": [0.0, 0.1],
        "automata": {name: wfsa.to_json(automaton) for name, automaton in automata.items()},
        "parameters": {"p0.main1": {"row": 0}, "p0.loop1": {"row": 1}},
        "numbers": {"offset": [0.0, -1.0], "scale": [0.5, 1.0], "base64": "AAAAAQAAAgAAAAAAAQAAAgAA"},
    }  # fmt: skip


def live_sizes(word):
    """The curve's two models in words."""
    arcs = [{"source": 0, "target": 1, "high": [word], "low": [word]}]
    return [{"transitions": n, "patterns": [{"name": "p0", "arcs": arcs}]} for n in (1, 4)]
