"""Corpora of texts in memory, and `sparsify.fit`."""

import json
import random

import numpy as np
import pandas
import pytest
import torch

import sparsify
from sparsify import ConfigError, Corpus, DataError, RunError
from sparsify.data import load_corpus
from tests.sparsify.data.files import LABELS, TEXTS, table


def test_lists_are_split_as_a_file_of_them_is(tmp_path):
    corpus, same = Corpus.from_lists(TEXTS, LABELS), load_corpus(table(tmp_path, LABELS, TEXTS))

    assert (corpus.digest, corpus.labels, corpus.notes) == (same.digest, same.labels, same.notes)
    assert corpus.dev == same.dev
    assert Corpus.from_lists(iter(TEXTS), iter(LABELS), dev_share=0.3, test_share=0).test.texts == ()


@pytest.mark.parametrize(
    "labels",
    [
        [i % 3 for i in range(200)],
        np.arange(200) % 3,
        pandas.Series(np.arange(200) % 3),
        pandas.Categorical(np.arange(200) % 3),
    ],
)
def test_labels_may_be_numbers_in_what_holds_them(labels):
    corpus = Corpus.from_lists(pandas.Series(TEXTS), labels)

    assert corpus.labels == ("0", "1", "2")
    assert all(int(text.split()[-1]) % 3 == label for text, label in zip(*vars(corpus.dev).values(), strict=True))


def test_parts_that_are_given_stay(tmp_path):
    corpus = Corpus.from_lists(TEXTS, LABELS, dev=(["x"], ["a"]), test=(["y", "z"], ["b", "a"]))
    assert (corpus.train.texts, corpus.dev.texts, corpus.test.texts) == (tuple(TEXTS), ("x",), ("y", "z"))

    assert len(Corpus.from_lists(TEXTS, LABELS, dev=(["x"], ["a"])).test) == 0
    corpus = Corpus.from_lists(TEXTS, LABELS, test=(["y"], ["b"]))
    assert (corpus.test.texts, len(corpus.train) + len(corpus.dev)) == (("y",), 200)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ((TEXTS, LABELS[:-1]), DataError, "a label for every text .got 200 texts and 199 labels"),
        ((TEXTS, [None, *LABELS[1:]]), DataError, r"labels\[0\] must be one string or number .got None"),
        ((TEXTS, [pandas.NA, *LABELS[1:]]), DataError, r"labels\[0\] must be one string or number .got <NA>"),
        ((TEXTS, [("a", "b"), *LABELS[1:]]), DataError, r"labels\[0\] must be one string or number .got ..a"),
        ((TEXTS, [{"a"}, *LABELS[1:]]), DataError, r"labels\[0\] must be one string or number .got .'a'"),
        ((TEXTS, [" ", *LABELS[1:]]), DataError, r"labels\[0\] must be one string or number .got ' '"),
        ((TEXTS, torch.arange(200) % 2), DataError, r"labels\[0\] must .*got tensor\(0\).; pass tolist\(\) of the"),
        ((TEXTS, set(LABELS)), DataError, "labels must be a list, in the order of the texts .got set"),
        ((TEXTS, dict.fromkeys(LABELS).keys()), DataError, "labels must be a list, in the order .*got dict_keys"),
        ((TEXTS, 7), DataError, "labels must be a list, in the order of the texts .got int 7"),
        ((["x", "y"], "ab"), DataError, "labels must be a list, in the order of the texts .got str 'ab'"),
        ((TEXTS, np.zeros((200, 1))), DataError, "labels must be a list, .*got ndarray"),
        ((["x", "\udcff"], ["a", "b"]), DataError, r"texts\[1\] must be Unicode .got a lone surrogate"),
        ((TEXTS, [float("nan"), *LABELS[1:]]), DataError, r"labels\[0\] must be one string or number .got nan"),
        ((TEXTS, ["a"] * 200), DataError, "at least two labels"),
        ((["x", None], ["a", "b"]), RunError, r"texts\[1\] must be a string"),
        (("text", ["a"]), RunError, "texts must be a list of strings"),
    ],
)
def test_what_is_no_list_of_texts_with_labels_is_told(given, error, message):
    with pytest.raises(error, match=message):
        Corpus.from_lists(*given)


@pytest.mark.parametrize("as_bool", [bool, np.bool_])
def test_labels_are_those_of_files(tmp_path, as_bool):
    """What is true there is so here; blanks around a label are none of it."""
    corpus = Corpus.from_lists(TEXTS, [as_bool(label == "b") for label in LABELS])
    lines = [json.dumps({"text": text, "label": label == "b"}) for text, label in zip(TEXTS, LABELS, strict=True)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))

    assert corpus.labels == ("false", "true")
    assert corpus.digest == load_corpus(str(tmp_path / "a.jsonl")).digest
    assert Corpus.from_lists(TEXTS, [f" {label}\n" for label in LABELS]).labels == ("a", "b")


@pytest.mark.parametrize("dev", [["x", "y", "z"], "xy", (["x"],), 3, {"x": "a"}])
def test_a_part_that_is_no_pair_is_told(dev):
    with pytest.raises(DataError, match=r"dev must be a pair, .texts, labels. .got"):
        Corpus.from_lists(TEXTS, LABELS, dev=dev)


def test_a_label_without_training_texts_is_told():
    with pytest.raises(DataError, match=r"a label in dev must occur in train .got 'c'"):
        Corpus.from_lists(TEXTS, LABELS, dev=(["x"], ["c"]))


WORDS = {"0": ["bad", "dull"], "1": ["good", "fine"]}


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    path = tmp_path_factory.mktemp("fit") / "vectors.txt"
    chance = random.Random(0)
    words = [*WORDS["0"], *WORDS["1"], "a", "film", "it", "was"]
    path.write_text("".join(f"{word} {' '.join(str(chance.gauss(0, 1)) for _ in range(8))}\n" for word in words))
    return path


def test_fit_learns_and_leaves_a_run_where_it_is_to(vectors, tmp_path, capsys):
    """A model like that of `load`, which predicts the labels that were given, as strings."""
    chance = random.Random(1)
    labels = [i % 2 for i in range(300)]
    texts = [f"{chance.choice(WORDS[str(c)])} film it was {n}" for n, c in enumerate(labels)]
    small = {
        "patterns": 2,
        "length": 2,
        "epochs": 15,
        "choose": "best",
        "growth": 3.0,
        "polish": 2,
        "debias": 2,
        "threads": 1,
    }
    model = sparsify.fit(texts, labels, embeddings=str(vectors), out=tmp_path / "run", seed=3, **small)

    assert model.predict(["a good film", "a dull film"]) == ["1", "0"]
    assert sparsify.load(tmp_path / "run").predict(texts) == model.predict(texts)
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["seed"] == 3
    assert sparsify.fit is sparsify.fit
    one = {"method": "constant", "strength": 1e-9, "path_epochs": 1, "at_most": 1}
    capsys.readouterr()
    with pytest.warns(UserWarning, match=r"of at most 1 transitions was asked for .*raise --at-most, or --strength\.$"):
        assert sparsify.fit(texts, labels, embeddings=str(vectors), **{**small, **one}).transitions == 4
    assert "sparsify-" not in "".join(capsys.readouterr())  # the directory, which is not there any more


def test_an_end_of_fit_without_out_names_no_folder(monkeypatch):
    def stopped(settings, corpus, lasting):
        error = KeyboardInterrupt()
        error.add_note(f"the full model is saved in {settings.folder}.unfinished")
        raise error

    monkeypatch.setattr("sparsify.runs.fit.run", stopped)
    with pytest.raises(KeyboardInterrupt) as ended:
        sparsify.fit(TEXTS, LABELS)
    assert ended.value.__notes__ == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"paterns": 2}, "settings must be known .got 'paterns'.; did you mean patterns"),
        ({"data": "x"}, "data goes with files of texts"),
        ({"patterns": 0}, "--patterns must be at least 1"),
        ({"seed": "a"}, "--seed must be a whole number .got str 'a'"),
        ({"at_most": 1.5}, "--at-most must be a whole number .got float 1.5"),
        ({"lr": "x"}, "--lr must be a number .got str 'x'"),
        ({"sizes": 8}, "--sizes must be a list of whole numbers .got int 8"),
        ({"embeddings": None}, "--embeddings must be a string .got NoneType None"),
        ({"cased": 1}, "--cased must be True or False .got int 1"),
    ],
)
def test_settings_that_lists_have_not_are_told_before_anything_is_learned(settings, message):
    with pytest.raises(ConfigError, match=message):
        sparsify.fit(TEXTS, LABELS, **settings)
