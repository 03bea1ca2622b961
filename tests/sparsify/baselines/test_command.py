"""`python -m sparsify.baselines`: one table, or JSON, of texts and vectors that are read as a run reads them."""

import json
import sys

import numpy as np
import pytest

from sparsify.baselines import BASELINES
from sparsify.baselines.__main__ import main
from sparsify.errors import ConfigError
from tests.neural.text.contextual.tiny import tiny_bert
from tests.sparsify.baselines.toy import OTHERS, TELLING, corpus_of

FEW = ["--trials=1", "--seeds=2", "--threads=1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The parts of a corpus as files, and vectors of its words."""
    folder, corpus = tmp_path_factory.mktemp("baselines"), corpus_of()
    (folder / "data").mkdir()
    for part in ("train", "dev", "test"):
        texts = getattr(corpus, part)
        rows = (f"{corpus.labels[k]}\t{text}\n" for k, text in zip(texts.labels, texts.texts, strict=True))
        (folder / "data" / f"{part}.tsv").write_text("".join(rows), encoding="utf-8")
    numbers = np.random.default_rng(0).normal(size=(20, 4)).round(3)
    words = [*OTHERS, *(word for words in TELLING.values() for word in words)]
    lines = (f"{word} {' '.join(map(str, row))}\n" for word, row in zip(words, numbers, strict=False))
    (folder / "vectors.txt").write_text("".join(lines), encoding="utf-8")
    return folder


def flags(folder, *more):
    return [f"--data={folder / 'data'}", f"--embeddings={folder / 'vectors.txt'}", *FEW, *more]


def test_json_has_a_row_for_every_baseline(folder, capsys):
    assert main(flags(folder, "--json", "--only=majority,nbsvm,bag-moved")) == 0
    tree = json.loads(capsys.readouterr().out)
    rows = {row["name"]: row for row in tree["baselines"]}
    words = len({*OTHERS, *TELLING["bad"], *TELLING["good"], "<unk>", "</s>"})

    assert list(rows) == ["majority", "nbsvm", "bag-moved"]
    assert rows["majority"]["test"]["value"] == rows["majority"]["dev"]["value"] == 0.5
    assert rows["nbsvm"]["test"]["value"] > 0.9
    assert rows["bag-moved"]["learned"] == {"vectors": words * 4, "weights": 10}
    assert rows["bag-moved"]["stored"] == words * 4 + 10
    assert [rows[name]["seeds"] for name in rows] == [1, 1, 2]


def test_the_table_says_what_it_shows(folder, capsys):
    assert main(flags(folder, "--only=tfidf,dan")) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()

    assert lines[0].split() == [
        *("baseline", "dev", "test", "95", "%", "macro-F1", "learned:", "vectors", "weights", "stored", "seconds"),
    ]
    assert [line.split()[0] for line in lines[1:3]] == ["tfidf", "dan"]
    assert "±" in lines[2]
    assert "±" not in lines[1]
    assert "over 2 seeds" in out
    assert "tfidf: dev" in err


def test_without_a_test_part_test_columns_are_empty(folder, tmp_path, capsys):
    rows = (folder / "data" / "train.tsv").read_text(encoding="utf-8")
    (tmp_path / "one.tsv").write_text(rows, encoding="utf-8")
    one = [f"--data={tmp_path / 'one.tsv'}", f"--embeddings={folder / 'vectors.txt'}", "--test-share=0"]

    assert main([*one, *FEW, "--only=majority", "--dev-share=0.3"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[2:5] == ["–", "–", "–"]
    assert main([*one, *FEW, "--only=majority", "--dev-share=0.3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["baselines"][0]["test"] is None


def test_vectors_in_context_are_those_of_a_frozen_encoder(folder, tmp_path, capsys):
    from transformers import BertModel

    encoder = tiny_bert(tmp_path / "tiny")
    own = [f"--embeddings=encoder:{encoder}", "--reduce=5", f"--cache-dir={tmp_path / 'cache'}"]
    own = [f"--data={folder / 'data'}", *own, *FEW]

    assert main([*own, "--only=mean,lstm", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["baselines"]
    numbers = sum(own.numel() for own in BertModel.from_pretrained(encoder).parameters()) + 24 + 24 * 5
    assert [row["stored"] - row["learned"]["weights"] for row in rows] == [numbers, numbers]
    assert [row["learned"]["vectors"] for row in rows] == [0, 0]
    assert main([*own, "--only=mean,dan-moved"]) == 2
    assert "dan-moved needs --embeddings with a vector for every word" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--only=tfdif"], "names of baselines (got 'tfdif'); did you mean tfidf?"),
        (["--only="], "names of baselines (got ''); they are majority, "),
        (["--trials=0"], "--trials: must be a whole number from 1 to 10,000 (got '0')."),
        (["--seeds=x"], "--seeds: must be a whole number from 1"),
        (["--trial=3"], "'--trial=3'); did you mean --trials?"),
        (["--patterns=3"], "flags must be known (got '--patterns=3')"),
        (["--data=rotten_tomato"], "did you mean rotten_tomatoes?"),
        (["--pieces=mean"], "--pieces goes with vectors in context"),
    ],
)
def test_a_mistake_is_one_sentence(folder, more, said, capsys):
    assert main(flags(folder, *more)) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("error: ")
    assert said in error


def test_linear_baselines_say_what_they_lack(monkeypatch):
    for name in [name for name in sys.modules if name == "sparsify.baselines.linear" or name.startswith("sklearn")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)

    with pytest.raises(ConfigError, match=r"need the package scikit-learn .* 'sparse-wfsa\[baselines\]'"):
        BASELINES.find("tfidf")
    assert BASELINES.find("dan").random  # needs none
