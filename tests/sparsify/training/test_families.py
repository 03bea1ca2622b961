"""Families, readouts, groupings and penalties from the command line: each learns, deletes exactly, and is drawn."""

import json
import re

import pytest

import sparsify
import wfsa
from sparsify.train import main
from wfsa import ANY, EPSILON, WFSA, Arc, Linear

SMALL = ["--patterns=3", "--epochs=2", "--growth=4", "--polish=2", "--debias=1", "--threads=1"]


def run(folder, data, *flags):
    assert main([*SMALL, "--data", str(data), "--out", str(folder), *flags]) == 0
    assert (folder / "report.html").is_file()
    return json.loads((folder / "summary.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("flags", "transitions"),
    [
        (["--family=soft_pattern", "--length=2"], 9),
        (["--family=unigram", "--readout=anywhere"], 3),
        (["--family=bigram", "--groups=arc"], 9),
        (["--readout=best", "--groups=pattern", "--length=2"], 6),
        (["--penalty=nested", "--readout=anywhere", "--length=2"], 6),
        (["--tokenizer=whitespace", "--family=soft_pattern", "--groups=arc", "--length=2"], 9),
    ],
)
def test_it_learns_deletes_exactly_and_reports(flags, transitions, tmp_path, tenth):
    """The loaded models are those that were evaluated, with their readout and tokeniser."""
    summary = run(tmp_path / "run", tenth, *flags)
    model, full = sparsify.load(tmp_path / "run"), sparsify.load(tmp_path / "run", "full")
    sizes = sorted(int(path.name) for path in (tmp_path / "run" / "checkpoints").glob("[0-9]*"))
    settings = dict(flag.removeprefix("--").split("=") for flag in flags)

    assert summary["max_logit_difference"]["equal_shapes"] == 0
    assert summary["max_logit_difference"]["recompiled"] < 1e-4
    assert summary["dense"]["transitions"] == full.transitions == transitions
    assert sizes[0] < transitions
    assert model.classifier.bank.readout == settings.get("readout", "end")
    assert model.tokenizer.name == settings.get("tokenizer", "penn")
    live = json.loads((tmp_path / "run" / "live.json").read_text(encoding="utf-8"))["model"]
    assert live["readout"] == settings.get("readout", "end")


def test_a_model_that_is_larger_than_was_asked_for_is_written_and_said(tmp_path, tenth, capsys):
    """Nobody loses what was learned to a bound that could not be met."""
    folder = tmp_path / "run"
    flags = [
        "--method=constant",
        "--strength=1e-6",
        "--path-epochs=2",
        "--at-most=2",
        f"--data={tenth}",
        f"--out={folder}",
    ]

    assert main([*SMALL, *flags, f"--data={tenth}", f"--out={folder}"]) == 2
    error, summary = capsys.readouterr().err, json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    said = "a model of at most 2 transitions was asked for (got 12, the smallest that was found); raise --at-most"
    assert error.startswith(f"error: {said}")
    assert error.endswith(f"but for that the run is complete in {folder}.\n")
    assert summary["warnings"][0].startswith(said)
    assert sparsify.load(folder).transitions == summary["chosen"]["transitions"] == 12
    assert (folder / "report.html").is_file()


def test_a_file_of_automata_is_a_family(tmp_path, tenth):
    """Its automata in turn, under new names; epsilon arcs are taken out."""
    skipping = WFSA(
        {0: 1.0},
        (Arc(0, ANY, 0, 1.0), Arc(0, ANY, 1, Linear("a")), Arc(1, EPSILON, 2, 0.5), Arc(2, ANY, 2, 1.0)),
        {2: 1.0},
    )
    wfsa.save(tmp_path / "mine.json", {"chain": wfsa.ngram(2, "c"), "skipping": skipping}, semiring=wfsa.REAL)
    summary = run(tmp_path / "run", tenth, "--family", str(tmp_path / "mine.json"))
    automata = sparsify.load(tmp_path / "run", "full").automata

    assert summary["max_logit_difference"]["equal_shapes"] == 0
    assert wfsa.load(tmp_path / "run" / "patterns.json").semiring is wfsa.REAL
    assert automata["p0"] == wfsa.rename_parameters(wfsa.ngram(2, "c"), "p0.{}".format)
    assert automata["p2"] == wfsa.rename_parameters(wfsa.ngram(2, "c"), "p2.{}".format)
    assert all(arc.label is ANY for arc in automata["p1"].arcs)
    numbers = {"p1.a": wfsa.Affine((2.0,))}
    given = wfsa.rename_parameters(skipping, "p1.{}".format)
    for xs in ([], [[1.0]], [[1.0], [3.0], [-2.0]]):
        scores = [wfsa.pathsum(a, xs, wfsa.REAL, wfsa.evaluator(numbers)) for a in (automata["p1"], given)]
        assert scores[0] == pytest.approx(scores[1])


def test_gates_are_refused_before_training_or_their_gap_is_measured(tmp_path, tenth, capsys):
    wfsa.save(tmp_path / "gates.json", {"g": wfsa.ngram(2, "g", main="gate")})
    flags = ["--family", str(tmp_path / "gates.json")]
    assert main([*SMALL, "--data", str(tenth), "--out", str(tmp_path / "no"), *flags]) == 2
    said = capsys.readouterr()

    assert re.search(r"got 0\.5 in REAL on arc 0 → 1 of pattern 0.*such as w · x.*--allow-gap", said.err)
    assert "full " not in said.out, "nothing was trained"
    assert not (tmp_path / "no").exists()
    summary = run(tmp_path / "gap", tenth, *flags, "--allow-gap", "--at-most=3")
    said = capsys.readouterr().out
    assert summary["max_logit_difference"]["recompiled"] > 1e-3
    assert said.index("note: deletion will change scores, which --allow-gap accepts") < said.index("full        1")


def test_learned_epsilons_and_lengths_that_nothing_reads_are_said(tmp_path, capsys):
    wfsa.save(tmp_path / "skips.json", {"s": wfsa.ngram(2, "s", skips=True)})
    wfsa.save(tmp_path / "logs.json", {"s": wfsa.logarithmic(wfsa.ngram(2, "s"))}, semiring=wfsa.LOG)
    for flags, message in (
        (["--family", str(tmp_path / "logs.json")], r"must hold automata of REAL, which is learned in \(got LOG\)"),
        (["--family", str(tmp_path / "skips.json")], r"arcs weigh numbers \(got .*skip1.* on 0 → 1\); give the"),
        (["--family", "unigram", "--length", "7"], r"--length goes with families of any length \(got 7 for unigram\)"),
    ):
        assert main([*flags, "--out", str(tmp_path / "out")]) == 2
        assert re.search(message, capsys.readouterr().err)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "must be JSON"),
        ('{"format": "wfsa", "version": 1, "automata": {}, "parameters": {}}', "must hold an automaton"),
    ],
)
def test_a_file_that_is_no_family_is_said(content, message, tmp_path, capsys):
    (tmp_path / "f.json").write_text(content)

    assert main(["--family", str(tmp_path / "f.json"), "--out", str(tmp_path / "out")]) == 2
    assert message in capsys.readouterr().err
