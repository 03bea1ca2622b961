"""A run on contextual vectors, from texts to every file and back: the encoder is a small BERT of random weights."""

import html
import json
import re
import socket

import numpy as np
import pytest

import sparsify
from sparsify.data import load_corpus
from sparsify.phrases import main as phrases_main
from sparsify.reading.driving_words import driving_words
from sparsify.reading.explain import explain
from sparsify.trace import main as trace_main
from sparsify.train import main
from tests.neural.text.contextual.tiny import tiny_bert
from viz.__main__ import main as viz_main

FAST = [
    "--patterns=3",
    "--length=2",
    "--epochs=30",
    "--growth=2",
    "--polish=2",
    "--certify=0",
    "--debias=10",
    "--choose=best",
    "--reduce=12",
]
WORDS = {"good": ["a good film", "good good", "good ."], "bad": ["a bad film", "bad bad . a film", "not bad !"]}


def write_texts(folder):
    folder.mkdir()
    for number, part in enumerate(("train", "dev", "test")):
        rows = [
            f"{label}\t{'film ' * (i % 4)}{text}{' .' * (i % 3)} {['', 'unforgettable', 'films'][i % 3]}{' a' * number}"
            for i in range(60)
            for label, texts in WORDS.items()
            for text in [texts[i % 3]]
        ]
        (folder / f"{part}.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("contextual")


@pytest.fixture(scope="module")
def flags(folder):
    encoder, data = tiny_bert(folder / "tiny"), write_texts(folder / "data")
    return [*FAST, f"--embeddings=encoder:{encoder}", f"--data={data}", f"--cache-dir={folder / 'cache'}"]


@pytest.fixture(scope="module")
def run(folder, flags):
    assert main([*flags, f"--out={folder / 'run'}"]) == 0
    return folder / "run"


def test_a_second_run_reads_the_cache_and_gives_the_same_bits(run, flags, folder, monkeypatch):
    monkeypatch.setattr("neural.text.contextual.shards.Shards._write", None)  # whoever reads anew fails
    assert main([*flags, f"--out={folder / 'again'}"]) == 0
    one, two = (sparsify.load(path).classifier.state_dict() for path in (run, folder / "again"))
    assert all(np.array_equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--tokenizer=whitespace"], "--tokenizer goes with vectors without context (got 'whitespace'"),
        (["--vector-lr=0.5"], "--vector-lr goes with vectors without context (got 0.5"),
        (["--embeddings=glove", "--pieces=mean"], "goes with vectors in context: minilm or encoder:"),
    ],
)
def test_a_flag_that_nothing_would_read_is_refused(flags, tmp_path, more, said, capsys):
    assert main([*flags, f"--out={tmp_path / 'run'}", *more]) == 2
    assert said in capsys.readouterr().err


def test_more_components_than_the_encoder_has_are_said(flags, folder, capsys):
    """Nor do vectors that stay as they are keep a run from being made."""
    few = ["--epochs=1", "--polish=1", "--debias=1", "--certify=0", "--growth=4", "--reduce=999", "--move-vectors=none"]
    assert main([*flags, *few, f"--out={folder / 'all'}"]) == 0
    dim = sparsify.load(folder / "all").encoder.dim
    assert f"--reduce 999 is beyond the {dim} dimensions in which vectors of encoder:" in capsys.readouterr().out


def test_no_network_is_touched(flags, folder, monkeypatch):
    def forbidden(*_, **__):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "create_connection", forbidden)
    assert main([*flags, f"--out={folder / 'offline'}", f"--cache-dir={folder / 'other'}"]) == 0


def test_a_loaded_model_predicts_what_was_evaluated(run):
    model = sparsify.load(run)
    rows = [line.split("\t") for line in (run.parent / "data" / "test.tsv").read_text().splitlines()]
    right = np.mean([label == found for (label, _), found in zip(rows, model.predict(t for _, t in rows), strict=True)])
    summary = json.loads((run / "summary.json").read_text())
    assert summary["chosen"]["test"] == pytest.approx(right)
    assert right > 0.8
    assert model.vectors("a good film").shape == (5, 12)


def test_the_encoder_is_found_again_by_its_digest(run, folder, tmp_path):
    moved = tiny_bert(tmp_path / "moved")
    here = folder / "tiny"
    here.rename(folder / "away")
    try:
        with pytest.raises(sparsify.RunError, match=r"nothing is fetched here; if it has moved: load\(.*encoder:PATH"):
            sparsify.load(run)
        assert sparsify.load(run, embeddings=str(moved)).labels == ("bad", "good")
        with pytest.raises(sparsify.RunError, match=r"reads vectors in context, .* \(got 'glove', which is none of"):
            sparsify.load(run, embeddings="glove")
        with pytest.raises(sparsify.RunError, match=r"named by a string \(got 5\)"):
            sparsify.load(run, embeddings=5)
        model = sparsify.load(run, embeddings=f"encoder:{moved}")
        other = tiny_bert(tmp_path / "other", seed=5)
        with pytest.raises(sparsify.RunError, match=r"an encoder of digest \w{12} \(got .*name the right one"):
            sparsify.load(run, embeddings=f"encoder:{other}")
    finally:
        (folder / "away").rename(here)
    assert model.predict(["a good film", "a bad film"]) == sparsify.load(run).predict(["a good film", "a bad film"])


def test_the_card_names_the_encoder_and_what_loading_needs(run, folder):
    card = (run / "MODEL_CARD.md").read_text()
    digest = json.loads((run / "model.json").read_text())["encoder"]["digest"]
    assert f"encoder `encoder:{folder / 'tiny'}`, SHA-256 {digest};" in card
    assert "`pip install 'sparse-wfsa[contextual]'`" in card
    assert f'`sparsify.load("{run}", embeddings="encoder:PATH")`' in card


def test_phrases_are_read_from_where_the_run_kept_its_vectors(run, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("neural.text.contextual.shards.Shards._write", None)  # whoever reads anew fails
    assert phrases_main([str(run), "--top", "1", "--threads", "1"]) == 0
    assert not [*tmp_path.rglob("*.json")]
    assert "other texts" not in capsys.readouterr().err


def test_phrases_stand_beside_their_sentence(run, capsys):
    assert phrases_main([str(run), "--top", "2", "--threads", "1"]) == 0
    lines = capsys.readouterr().out.split("\n\n")[1].splitlines()
    assert lines[0].split()[:3] == ["pattern", "end", "1"]
    assert lines[0].endswith("sentence")
    found = json.loads((run / "phrases.json").read_text())
    rows = [row for ends in found.values() for own in ends.values() for row in own]
    texts = (run.parent / "data" / "train.tsv").read_text()
    for row in rows:
        assert row["sentence"] in texts
        for column in row["columns"]:
            word = column["word"].removeprefix("##")
            assert word.startswith("[") or word in row["sentence"]


def test_what_is_said_of_a_phrase_is_said_of_its_text(run):
    """Words read alone, or special tokens, mean something else."""
    found, model = json.loads((run / "phrases.json").read_text()), sparsify.load(run)
    texts = load_corpus(str(run.parent / "data")).train.texts
    weights = model.classifier.weight.detach().double().numpy()
    for p, (name, ends) in enumerate(found.items()):
        assert name == [*model.automata][p]
        for row in (row for rows in ends.values() for row in rows):
            chances, scores = (of([texts[row["text"]]])[0] for of in (model.predict_proba, model.pattern_scores))
            assert row["label"] == model.labels[chances.argmax()]
            assert abs(row["probability"] - chances.max()) < 1e-4
            assert abs(row["alone"] - row["pathsum"]) < 1e-9
            added = weights[:, p] * np.tanh(scores[p])
            np.testing.assert_allclose([row["effects"][c] for c in model.labels], added - added.mean(), atol=1e-3)


def test_the_report_shows_the_sentence_of_a_phrase(run):
    found = json.loads((run / "phrases.json").read_text())
    page = html.unescape((run / "report.html").read_text(encoding="utf-8"))
    rows = [row for ends in found.values() for own in ends.values() for row in own]
    assert all(f"in: <bdi>{row['sentence']}" in page for row in rows if len(row["sentence"]) < 200)
    assert "its text: <bdi>" in page


def test_a_trace_says_that_context_stays(run, capsys):
    assert trace_main([str(run), "not a good film", "--words"]) == 0
    printed = capsys.readouterr().out
    assert "still in the context of the others" in printed
    assert "has no vector" not in printed  # every token has one
    assert re.search(r"p\d\.main1 +high: \S+", printed)
    trace = explain(sparsify.load(run), "not a good film")
    assert trace.tokens == ("[CLS]", "not", "a", "good", "film", "[SEP]")
    assert all(trace.known)


def test_driving_words_are_forms_of_the_training_texts(run):
    model = sparsify.load(run)
    forms, vectors = model.encoder.forms()
    name, words = next(iter(driving_words(model.parameters, model.encoder).items()))
    values = vectors @ np.array(model.parameters[name].weights, np.float32)
    assert words["high"][0] == forms[int(values.argmax())]
    assert words["low"][0] == forms[int(values.argmin())]


def test_the_report_shows_texts_that_were_read_beforehand(run):
    live = json.loads((run / "live.json").read_text())
    assert live["model"] is None
    page = (run / "report.html").read_text()
    assert page.count("<article>") == len(live["recorded"]) > 2
    model = sparsify.load(run)
    for text in live["recorded"]:
        trace = explain(model, text["text"])
        assert text["prediction"] == trace.prediction
        assert [token for token, _ in text["tokens"]] == list(trace.tokens)
        np.testing.assert_allclose([effect for _, effect in text["tokens"]], trace.margins, atol=1e-3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.pop("prediction"), "prediction"),
        (lambda text: text.update(probability=2), "probability"),
        (lambda text: text["tokens"].append(["x"]), "effect"),
        (lambda text: text["patterns"][0].update(share="x"), "share"),
    ],
)
def test_damaged_recorded_texts_are_one_line(run, change, said, capsys):
    content = (run / "live.json").read_text()
    live = json.loads(content)
    change(live["recorded"][0])
    (run / "live.json").write_text(json.dumps(live))
    assert viz_main([str(run)]) == 2
    (run / "live.json").write_text(content)
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "recorded[0]" in error
    assert said in error
