"""Phrases and traces of a small model: exact, and told as they are."""

import io
import json
import re

import numpy as np
import pytest
import torch
from rich.console import Console
from rich.text import Text

import wfsa
from neural import READOUTS, PatternClassifier, StaticVectors, Vocabulary, compile_patterns, tokenize, tokenizer
from sparsify.data import load_corpus
from sparsify.model import Model
from sparsify.phrases import main as phrases_main
from sparsify.reading.columns import as_phrase
from sparsify.reading.explain import explain
from sparsify.reading.phrase_table import head
from sparsify.reading.phrases import find_phrases
from sparsify.reading.show_trace import show
from sparsify.runs.manifest import write_manifest
from sparsify.runs.model_files import save_model
from sparsify.trace import main as trace_main
from wfsa import EXTREMES, ngram

TEXTS = [
    "not worth the money", "well worth it .", "a really good film", "not a good film at all .", "good", "",
    "worth worth worth", "not not good [b]bold[/b] </script>", "the good , the bad and the worth",
]  # fmt: skip


@pytest.fixture(scope="module", params=READOUTS)
def model(request):
    """Three chains of different lengths, random weights of both signs."""
    vocabulary = Vocabulary.build(tokenize(text) for text in TEXTS)
    table = torch.randn((len(vocabulary), 6), generator=torch.Generator().manual_seed(0))
    bank = compile_patterns([ngram(n, f"p{n}") for n in (1, 2, 3)], 6, readout=request.param)
    classifier = PatternClassifier(bank, 3)
    generator = torch.Generator().manual_seed(1)
    bank.reset_parameters(generator)
    classifier.reset_parameters(generator)
    with torch.no_grad():
        classifier.bias.copy_(torch.tensor([0.1, -0.2, 0.05]))
    encoder = StaticVectors("random", vocabulary, table)
    return Model(classifier, ["p1", "p2", "p3"], tokenizer(), encoder, ["bad", "good", "so"])


def readout_of(model):
    return model.classifier.bank.readout


def read_out(prefixes, readout):
    """The score of a text from the pathsums of its prefixes, the empty one first."""
    if readout == "end" or len(prefixes) == 1:
        return prefixes[-1]
    return max(prefixes[1:]) if readout == "best" else sum(prefixes[1:]) / (len(prefixes) - 1) ** 0.5


@pytest.fixture
def run(model, tmp_path):
    """A folder that holds the model, and its data beside it."""
    data = tmp_path / "data"
    data.mkdir()
    for part in ("train", "dev", "test"):
        rows = [f"{'good' if 'good' in text else 'bad'}\t{text} {part}" for text in TEXTS if text]
        (data / f"{part}.tsv").write_text("\n".join(rows) + "\n")
    save_model(model, tmp_path / "run", None)
    (tmp_path / "run" / "config.toml").write_text(f"data = '{data}'\n")
    write_manifest(tmp_path / "run", finished=True)
    return tmp_path / "run"


@pytest.mark.parametrize("anywhere", [False, True])
def test_phrases_are_the_extremes_of_the_corpus(model, anywhere):
    found = find_phrases(model, TEXTS, 3, anywhere)
    weigh = wfsa.evaluator(model.parameters)
    sums = model.pattern_scores(TEXTS)

    assert found.keys() == model.automata.keys()
    for p, (name, automaton) in enumerate(model.automata.items()):
        for end, rows in found[name].items():
            for row in rows:
                words = tokenize(TEXTS[row["text"]])
                xs = model.vectors(TEXTS[row["text"]])
                columns = [*(w for c in row["columns"] for w in (*c["loops"], c["word"])), *row["after"]]
                assert row["phrase"] == as_phrase(row["columns"], row["after"])
                assert "…" in columns or columns == words[row["start"] : row["end"]]
                assert row["pathsum"] == pytest.approx(float(sums[row["text"], p]), rel=1e-6)
                whole = not anywhere and readout_of(model) == "end"
                span = xs if whole else xs[: row["end"]]
                extremes = wfsa.pathsum(automaton, span, EXTREMES, weigh)
                if not anywhere:
                    assert row["score"] == pytest.approx(extremes[end == "highest"], rel=1e-5)
                slack = 1e-6 + 1e-5 * max(map(abs, extremes))
                assert extremes[0] - slack <= row["score"] <= extremes[1] + slack
            scores = [row["score"] for row in rows]
            assert scores == sorted(scores, reverse=end == "highest")
            assert len({tuple(c["word"] for c in row["columns"]) for row in rows}) == len(rows)


def test_the_best_of_all_texts_is_first(model):
    found = find_phrases(model, TEXTS, 1)
    weigh = wfsa.evaluator(model.parameters)
    for name, automaton in model.automata.items():
        reads = [model.vectors(text) for text in TEXTS]
        read = [xs[:t] for xs in reads for t in range(1, len(xs) + 1) if readout_of(model) != "end" or t == len(xs)]
        every = [wfsa.pathsum(automaton, xs, EXTREMES, weigh) for xs in read]

        assert found[name]["highest"][0]["score"] == pytest.approx(max(high for _, high in every), rel=1e-5)
        assert found[name]["lowest"][0]["score"] == pytest.approx(min(low for low, _ in every), rel=1e-5)


def test_self_loops_are_marked_as_in_the_paper():
    columns = [
        {"loops": [], "word": "not"},
        {"loops": ["the", "times"], "word": "worth"},
        {"loops": ["…"], "word": "it"},
    ]

    assert as_phrase(columns, ["</s>"]) == "not the_SL times_SL worth … it </s>_SL"


@pytest.mark.parametrize("text", TEXTS)
def test_shares_sum_to_the_logits(model, text):
    trace = explain(model, text)
    logits = model.logits([text])[0].numpy()

    np.testing.assert_allclose(trace.bias + sum(p.shares for p in trace.patterns), logits, atol=1e-6)
    for p, pattern in enumerate(trace.patterns):
        np.testing.assert_allclose(pattern.without, pattern.shares, atol=1e-6)
        assert pattern.score == pytest.approx(float(model.pattern_scores([text])[0, p]))
        automaton = model.automata[pattern.name]
        ends = [i for i, q in enumerate(automaton.states) if q in automaton.final]
        prefixes = pattern.states[:, ends].sum(1)
        assert read_out(prefixes, readout_of(model)) == pytest.approx(pattern.score, rel=1e-5, abs=1e-6)
        before = wfsa.forward(automaton, model.vectors(text), wfsa.REAL, wfsa.evaluator(model.parameters))
        charts = [[chart.get(q, 0.0) for q in automaton.states] for chart in before]
        np.testing.assert_allclose(pattern.states, charts, rtol=1e-6, atol=1e-9)
    assert trace.prediction == model.predict([text])[0]
    assert trace.effects.shape == (len(trace.tokens), 3)


def test_an_effect_is_what_the_logits_lose_without_the_token(model):
    """By setting the main arcs' vector of that token to nothing in plain Python."""
    text = TEXTS[3]
    trace, xs = explain(model, text), model.vectors(TEXTS[3])
    weigh = wfsa.evaluator(model.parameters)
    for t in range(len(xs)):
        # The position is read too, so that the same word elsewhere still counts.
        numbered = list(enumerate(xs))

        def without(weight, symbol, t=t):
            value = weigh(weight, symbol[1]) if symbol is not None else weigh(weight, None)
            main = isinstance(weight, wfsa.Product)
            return 0.0 if main and symbol[0] == t else value

        left = []
        for automaton in model.automata.values():
            ends = range(len(numbered) + 1)
            prefixes = [wfsa.pathsum(automaton, numbered[:end], wfsa.REAL, without) for end in ends]
            left.append(read_out(prefixes, readout_of(model)))
        with torch.no_grad():
            gone = model.classifier.classify(torch.tensor([left], dtype=torch.float32))[0].numpy()
        np.testing.assert_allclose(trace.logits - trace.effects[t], gone, atol=1e-5)


def test_the_phrases_command(run, capsys):
    assert phrases_main([str(run), "--top", "2", "--threads", "1"]) == 0
    printed = capsys.readouterr().out

    assert printed == (run / "phrases.txt").read_text()
    legend, table = printed.split("\n\n")
    names = head(json.loads((run / "phrases.json").read_text()))
    assert table.splitlines()[0].split() == list(names)
    assert {name for line in legend.splitlines() for name in line.split("  ")[0].split(", ")} <= {*names, "…"}
    found = json.loads((run / "phrases.json").read_text())
    assert found.keys() == {"p1", "p2", "p3"}
    assert len(table.splitlines()) == 1 + sum(len(rows) for ends in found.values() for rows in ends.values())


@pytest.mark.parametrize(
    ("digest", "named", "kept"),
    [("right", False, True), ("right", True, True), ("wrong", False, False), ("", False, True), ("", True, False)],
)
def test_phrases_of_other_texts_do_not_take_the_place_of_the_runs(run, digest, named, kept, capsys):
    """They are shown, and it is said; the run's texts are told by their digest, wherever they are."""
    data = str(run.parent / "data")
    if digest:
        found = load_corpus(data).digest if digest == "right" else "0" * 64
        (run / "summary.json").write_text(json.dumps({"data_digest": found}))
    (run / "phrases.json").write_text("the run's")
    (run / "phrases.txt").write_text("the run's")

    assert phrases_main([str(run), "--top", "2", "--threads", "1", *(["--data", data] if named else [])]) == 0
    printed, said = capsys.readouterr()
    assert printed.splitlines()[-1].startswith("p3 ")
    assert ((run / "phrases.txt").read_text() == printed) == kept
    assert ((run / "phrases.json").read_text() != "the run's") == kept
    assert ("phrases of other texts" in said) == (not kept)


def test_phrases_of_a_run_that_may_not_be_written_to_are_shown_all_the_same(run, capsys):
    """As where a folder has the name of the file."""
    (run / "phrases.txt").unlink(missing_ok=True)
    (run / "phrases.txt").mkdir()

    assert phrases_main([str(run), "--top", "2", "--threads", "1"]) == 2
    printed, error = capsys.readouterr()
    assert printed.splitlines()[-1].startswith("p3 ")
    assert error.splitlines()[-1].endswith(f"{str(run / 'phrases.txt')!r}.")


def test_the_trace_command(run, capsys):
    assert trace_main([str(run), "not a [b]good[/b] film", "--states", "--words"]) == 0
    printed = capsys.readouterr().out

    assert re.match(r"prediction: (bad|good|so) at \d+\.\d %, then (bad|good|so) at \d+\.\d %\n", printed)
    assert "[b" in printed or "[" in printed
    assert printed.count("(start)") == 3
    assert "opens: " in printed
    assert "= logit" in printed


def test_a_trace_says_without_colour_what_it_says_with_it(model):
    """On a terminal with NO_COLOR, and beside the colours: signs, numbers, unknown words, a legend, the probability."""
    trace = explain(model, "not a zyxwv film")
    printed = {}
    for colours in (True, False):
        console = Console(file=io.StringIO(), force_terminal=True, no_color=not colours, width=200)
        show(trace, console, False)
        printed[colours] = Text.from_ansi(console.file.getvalue()).plain
    plain = printed[False]

    assert printed[True] == plain
    chance = model.predict_proba(["not a zyxwv film"]).max()
    assert plain.startswith(f"prediction: {trace.prediction} at {100 * chance:.1f} %, then ")
    assert re.search(r"\bzyxwv\(\?[,)]", plain)
    assert trace.known == tuple(token != "zyxwv" for token in trace.tokens)
    for token, margin in zip(trace.tokens, trace.margins, strict=True):
        assert abs(margin) < 0.1 or re.search(rf"{re.escape(token)}\((\?, )?{re.escape(f'{margin:+.2f}')}\)", plain)
    for said in ("a word that has no vector", "against", "_SL", "pathsum:", "bias"):
        assert said in plain


@pytest.mark.parametrize("command", [phrases_main, trace_main])
def test_a_folder_that_is_no_run_is_one_line(command, tmp_path, capsys):
    arguments = [str(tmp_path)] + (["x"] if command is trace_main else [])

    assert command(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_bad_numbers_are_one_line(run, capsys):
    assert phrases_main([str(run), "--top", "0"]) == 2
    assert "at least 1" in capsys.readouterr().err


def test_loading_runs_no_code_that_only_a_file_names(run, tmp_path, capsys, monkeypatch):
    described = json.loads((run / "model.json").read_text())
    name = f"cutting_{described['readout']}:cut"  # a module of its own in each of the three
    described["tokenizer"]["name"] = name
    (run / "model.json").write_text(json.dumps(described))
    write_manifest(run, finished=True)
    (tmp_path / f"{name.split(':')[0]}.py").write_text(
        f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\ndef cut(text): return text.split()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    assert trace_main([str(run), "a good film"]) == 2
    assert f"pass code={name!r}" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()
    assert trace_main([str(run), "a good film", "--code", name]) == 0
    assert (tmp_path / "ran").exists()
