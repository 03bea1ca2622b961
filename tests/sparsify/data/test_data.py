"""Corpora: the built-in ones, files, folders, the split, and what is wrong with bad ones."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparsify import DataError
from sparsify.data import load_corpus
from sparsify.data.corpus import part_of


@pytest.mark.parametrize(
    ("name", "labels", "distinct"),
    [
        ("rotten_tomatoes", ("negative", "positive"), 8530),
        ("bbc", ("business", "entertainment", "politics", "sports", "tech"), 2125),
        ("imdb", ("negative", "positive"), 24903),
    ],
)
def test_built_in_data(name, labels, distinct):
    """The sizes of the real data sets, repeated texts left out; no text in two parts; every part about its share."""
    corpus = load_corpus(name)
    parts = [corpus.train, corpus.dev, corpus.test]
    texts = [text for part in parts for text in part.texts]

    assert corpus.labels == labels
    assert len(texts) == len(set(texts)) == distinct
    assert [len(part) / distinct for part in parts] == pytest.approx([0.8, 0.1, 0.1], abs=0.01)
    assert not any("<br" in text or "\x96" in text for text in texts)
    assert all(part_of(text) == "dev" for text in corpus.dev.texts)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_the_split_is_the_last_digit_of_the_sha256(text):
    digit = int(hashlib.sha256(text.encode()).hexdigest(), 16) % 10

    assert part_of(text) == ("test" if digit == 9 else "dev" if digit == 8 else "train")


def write(folder, **parts):
    for name, text in parts.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_a_folder_of_three_parts(tmp_path):
    write(tmp_path, train="b\tone\r\n\na\ttwo\n", **{"dev.tsv": "a\tthree\n", "test.txt": "\ufeffb\ttwo\tmore\n"})
    corpus = load_corpus(str(tmp_path))

    assert corpus.labels == ("a", "b")
    assert (corpus.train.texts, corpus.train.labels) == (("one", "two"), (1, 0))
    assert corpus.test.texts == ("two\tmore",)
    assert corpus.notes == ()


def test_texts_in_two_parts_are_told(tmp_path):
    write(tmp_path, train="a\tone\nb\ttwo\n", dev="a\tone\n", test="b\tnew\n")

    assert "1 texts stand in more than one" in load_corpus(str(tmp_path)).notes[0]


def test_a_file_is_split_by_hash_and_repeats_are_told(tmp_path):
    rows = [f"{'ab'[i % 2]}\ttext {i}" for i in range(200)]
    path = tmp_path / "all.tsv"
    path.write_text("\n".join([*rows, rows[0], "b\ttext 0"]))
    corpus = load_corpus(str(path))

    assert len(corpus.train) + len(corpus.dev) + len(corpus.test) == 200
    assert "2 repeated texts left out, 1 of them under another label" in corpus.notes[0]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"train": "a\tx\n"}, "got no dev"),
        ({"train": "a\tx\nno tab\n", "dev": "a\ty\n", "test": "a\tz\n"}, r"train:2: .*label<TAB>text"),
        ({"train": "a\tx\n\n \t \nb\t\n", "dev": "a\ty\n", "test": "a\tz\n"}, r"train:4: "),
        ({"train": b"a\tx\nb\tcaf\xe9\n", "dev": "a\ty\n", "test": "a\tz\n"}, r"train:2: .*UTF-8"),
        ({"train": "a\tx\nb\ty\n", "dev": "c\ty\n", "test": "a\tz\n"}, "label in dev must occur in train"),
        ({"train": "a\tx\nb\ty\n", "dev": "", "test": "a\tz\n"}, "none for dev"),
        ({"train": "a\tx\n", "dev": "a\ty\n", "test": "a\tz\n"}, "at least two labels"),
    ],
)
def test_bad_data_names_the_place(tmp_path, parts, message):
    write(tmp_path, **parts)

    with pytest.raises(DataError, match=message):
        load_corpus(str(tmp_path))


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(DataError, match="did you mean rotten_tomatoes"):
        load_corpus("rotten_tomatos")
