"""Tables with their words beside them: numpy's, and safetensors with the vocabulary of a tokeniser."""

import json
import re

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch

from neural import VectorError, read_vectors

LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\ufeff"), min_size=1, max_size=6)
PIECES = LINES.filter(lambda word: word[0] not in " \u2581")


def pair(folder, words, rows, ending=".txt", end="\n"):
    """A table of numpy and its list."""
    np.save(folder / "v.npy", rows)
    (folder / f"v{ending}").write_bytes("".join(word + end for word in words).encode())
    return folder / "v.npy"


def model(folder, tokens, added=(), kind="WordPiece", **tensors):
    """A folder of model2vec's layout."""
    save_file(tensors, folder / "model.safetensors")
    tree = {"model": {"type": kind, "vocab": tokens}, "added_tokens": [*added]}
    (folder / "tokenizer.json").write_text(json.dumps(tree), encoding="utf-8")
    return folder


def table(seed, count, kind):
    return np.random.default_rng(seed).normal(size=(count, 5)).astype(kind)


CASES = {
    "words": st.lists(LINES, unique=True, min_size=1, max_size=9),
    "kind": st.sampled_from(["<f2", "<f4", "<f8", ">f4"]),
    "seed": st.integers(0, 99),
    "data": st.data(),
}


def check(found, words, rows, wanted):
    """The wanted rows, as float32."""
    assert found.keys() == {word for word in words if wanted is None or word in wanted}
    for word, vector in found.items():
        assert vector.dtype == np.float32
        assert vector.tobytes() == rows[words.index(word)].astype(np.float32).tobytes()


@given(**CASES, ending=st.sampled_from([".txt", ".vocab"]), end=st.sampled_from(["\n", "\r\n"]), order=st.booleans())
def test_a_table_of_numpy_is_read(tmp_path_factory, words, kind, seed, data, ending, end, order):
    assume(not all(re.fullmatch("[^ ]+ [0-9]+", word) for word in words))  # counts, see below
    rows = table(seed, len(words), kind)
    path = pair(tmp_path_factory.mktemp("numpy"), words, np.asfortranarray(rows) if order else rows, ending, end)
    wanted = data.draw(st.none() | st.sets(st.sampled_from([*words, "other"])))

    check(read_vectors(path, wanted), words, rows, wanted)


@given(
    words=st.lists(PIECES, unique=True, min_size=1, max_size=9),
    kind=st.sampled_from(["<f2", "<f4", "<f8"]),
    seed=st.integers(0, 99),
    data=st.data(),
)
def test_a_folder_of_model2vecs_layout_is_read(tmp_path_factory, words, kind, seed, data):
    rows = table(seed, len(words), kind)
    folder = model(tmp_path_factory.mktemp("tokens"), {word: i for i, word in enumerate(words)}, embeddings=rows)
    wanted = data.draw(st.none() | st.sets(st.sampled_from([*words, "other"])))

    check(read_vectors(folder, wanted), words, rows, wanted)
    check(read_vectors(folder / "model.safetensors", wanted), words, rows, wanted)


def test_rows_may_be_mapped_and_weighed(tmp_path):
    """model2vec's later files: `mapping` names the row of a token, `weights` what it is multiplied by."""
    rows = np.array([[1, 2], [3, 4]], np.float32)
    more = {"mapping": np.array([1, 0, 1]), "weights": np.array([1, 2, 0.5])}
    folder = model(tmp_path, {"a": 0, "b": 1, "c": 2}, embeddings=rows, **more)

    found = {word: vector.tolist() for word, vector in read_vectors(folder).items()}
    assert found == {"a": [3, 4], "b": [2, 4], "c": [1.5, 2]}


def test_tables_of_bfloat16_and_other_names_are_read(tmp_path):
    folder = model(tmp_path, {"a": 0, "b": 1})
    save_torch(
        {"embedding.weight": torch.tensor([[1.0, 2.5], [3, 4]], dtype=torch.bfloat16)}, folder / "model.safetensors"
    )

    assert {word: vector.tolist() for word, vector in read_vectors(folder).items()} == {"a": [1, 2.5], "b": [3, 4]}


@pytest.mark.parametrize(
    ("kind", "tokens", "numbers"),
    [
        ("Unigram", [["<unk>", 0], ["\u2581film", -1], ["film", -2], [".", -3]], {"film": 1, ".": 3, "<unk>": 0}),
        ("BPE", {"\u0120caf\u00c3\u00a9": 0, "caf\u00c3\u00a9": 1, "ing": 2}, {"caf\u00e9": 0, "ing": 2}),
        ("BPE", {"film": 0, "\u2581film": 1}, {"film": 1}),
        ("WordPiece", {"film": 0, "##ing": 1, "\u0120a": 2}, {"film": 0, "##ing": 1, "\u0120a": 2}),
    ],
)
def test_tokens_are_words_as_they_stand_in_texts(tmp_path, kind, tokens, numbers):
    """The mark of a word's beginning is no part of it, and a piece that begins a word comes before one inside."""
    rows = np.arange(len(tokens), dtype=np.float32)[:, None]
    folder = model(tmp_path, tokens, [{"id": 0, "content": "[PAD]"}], kind, embeddings=rows)

    assert {word: int(vector[0]) for word, vector in read_vectors(folder, {*numbers, "[PAD]"}).items()} == {
        **numbers,
        "[PAD]": 0,
    }


def test_byte_level_tokens_are_those_of_the_library(tmp_path):
    tokenizers = pytest.importorskip("tokenizers")
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    words = ["café", "naïve", "日本", "a\u00a0b"]
    split = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=False)
    marked = [split.pre_tokenize_str(word)[0][0] for word in words]
    tokens = {token: i for i, token in enumerate([*marked, *alphabet])}
    folder = model(tmp_path, tokens, (), "BPE", embeddings=np.arange(len(tokens), dtype=np.float32)[:, None])

    found = read_vectors(folder, words)
    assert {word: int(vector[0]) for word, vector in found.items()} == {word: i for i, word in enumerate(words)}


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"the\nof\nthe\n", r"1 words occur more than once; .*\(line 3\)"),
        (b"the\n\nof\n", r"1 lines hold no word .*\(line 2\)"),
        (b"the\ncaf\xe9\nof", r"1 lines hold a word that is not UTF-8, .*\(line 2\)"),
    ],
)
def test_what_is_odd_in_a_word_list_is_said(tmp_path, octets, said):
    path = pair(tmp_path, [], np.eye(3))
    (tmp_path / "v.txt").write_bytes(octets)

    with pytest.warns(UserWarning, match=said):
        found = read_vectors(path)
    lines = octets.split(b"\n")
    assert {word: int(vector.argmax()) for word, vector in found.items()} == {
        word: lines.index(word.encode()) for word in ("the", "of")
    }


COUNTED = ["the 10", "of 9", "caf\u00e9 1"]


def test_a_vocabulary_may_bear_counts(tmp_path):
    """As gensim's `save_word2vec_format(fvocab=…)` writes it."""
    path = pair(tmp_path, COUNTED, np.eye(3), ".vocab")

    with pytest.warns(UserWarning, match=r"every line of v.vocab is read as a word and its count; the word alone"):
        found = read_vectors(path, {"of", "caf\u00e9", "the 10"})
    assert {word: int(vector.argmax()) for word, vector in found.items()} == {"of": 1, "caf\u00e9": 2}


@pytest.mark.parametrize(
    ("words", "ending"),
    [(COUNTED, ".txt"), ([*COUNTED, "new york"], ".vocab"), ([*COUNTED, " 1"], ".vocab"), (["a b 1", "c 1"], ".vocab")],
)
def test_other_lists_are_words_as_they_stand(tmp_path, words, ending):
    assert list(read_vectors(pair(tmp_path, words, np.eye(len(words)), ending))) == words


def test_a_mark_at_the_beginning_of_a_word_list_is_no_letter(tmp_path):
    assert list(read_vectors(pair(tmp_path, ["\ufeffthe", "\ufeffof"], np.eye(2)))) == ["the", "\ufeffof"]


@pytest.mark.parametrize(
    ("rows", "words", "message"),
    [
        (np.eye(3), ["the", "of"], r"v.txt must have a word for each of the 3 rows of v.npy .got 2 lines"),
        (np.eye(2), ["the", "of", ""], r"each of the 2 rows of v.npy .got 3 lines"),
        (np.eye(2).astype(int), ["the", "of"], r"table .word, dim. of floats .got int64 of shape .2, 2"),
        (np.ones(2), ["the", "of"], r"of floats .got float64 of shape .2,"),
        (np.ones((2, 0)), ["the", "of"], r"v.npy must have at least one number per word .got shape .2, 0"),
        (np.array([[1, 2], [np.nan, 1]]), ["the", "of"], r"v.npy, row 2 .'of'.: the values must be finite"),
        (np.array([[1, 2], [1, 1e39]]), ["the", "of"], r"v.npy, row 2 .'of'.: the values must be finite"),
        (
            np.array([{}, {}], dtype=object),
            ["the", "of"],
            r"a table that numpy has saved .got .*Python objects",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:1 lines hold no word")
def test_tables_of_numpy_that_do_not_fit_are_refused(tmp_path, rows, words, message):
    with pytest.raises(VectorError, match=message):
        read_vectors(pair(tmp_path, words, rows), {"of"})


@pytest.mark.parametrize("octets", [b"2 0\nthe\nof\n", b"2 0\nthe of ", b"the\nof\n", b"2 0\n"])
def test_a_file_without_numbers_is_refused(tmp_path, octets):
    (tmp_path / "v.vec").write_bytes(octets)

    with pytest.raises(VectorError, match=r"v.vec:1: .*word and its numbers"):
        read_vectors(tmp_path / "v.vec", {"the"})


def test_a_row_that_no_word_needs_is_not_looked_at(tmp_path):
    path = pair(tmp_path, ["the", "of"], np.array([[1, 2], [np.nan, 1]]))

    assert list(read_vectors(path, {"the"})) == ["the"]


def test_a_table_of_numpy_has_one_word_list(tmp_path):
    path = pair(tmp_path, ["a"], np.ones((1, 2)))
    (tmp_path / "v.vocab").write_text("a\n")

    with pytest.raises(VectorError, match=r"in v.txt or v.vocab .got both"):
        read_vectors(path)
    (tmp_path / "v.vocab").unlink()
    (tmp_path / "v.txt").unlink()
    with pytest.raises(VectorError, match=r"in v.txt or v.vocab .got neither"):
        read_vectors(path)


def test_a_cut_or_damaged_table_of_numpy_is_refused(tmp_path):
    path = pair(tmp_path, ["a", "b"], np.ones((2, 4)))
    whole = path.read_bytes()
    changes = {b"}": b"(", b"{": b"\0", b"2,": b"x,"}
    for octets in (whole[:-8], whole[:9], *(whole.replace(old, new, 1) for old, new in changes.items())):
        path.write_bytes(octets)
        with pytest.raises(VectorError, match=r"v.npy must be a table that numpy has saved"):
            read_vectors(path)


ONE = {"embeddings": np.ones((2, 3), np.float32)}


@pytest.mark.parametrize(
    ("tokens", "tensors", "message"),
    [
        (
            {"a": 0},
            {"a": np.ones((2, 3)), "b": np.ones((2, 3))},
            r"one table .row, dim. of floats, dim > 0, .*a .'F64', 2, 3",
        ),
        ({"a": 0}, {"ids": np.ones((2, 3), np.int64)}, r"one table .*got ids .'I64', 2, 3"),
        ({"a": 0}, {"embeddings": np.ones((1, 0), np.float32)}, r"dim > 0, .*got embeddings .'F32', 1, 0"),
        ({"a": 0}, {}, r"one table .*got no tensor"),
        ({"a": 7}, ONE, r"a row for every token .*got 2 in the table, and a token of number 7"),
        ({"a": -1}, ONE, r"token of number -1"),
        ({"a": 2}, {**ONE, "mapping": np.array([0, 1])}, r"got 2 in mapping, and a token of number 2"),
        ({"a": 2}, {**ONE, "weights": np.ones(2)}, r"got 2 in weights, and a token of number 2"),
        ({"a": 0}, {"embeddings": np.full((1, 3), np.inf)}, r"row 1 .'a'.: the values must be finite"),
        ({"a": "x"}, ONE, r"tokenizer.json must have a number for every token"),
        (["a"], ONE, r"tokenizer.json must hold the vocabulary of a tokeniser"),
        (None, ONE, r"tokenizer.json must hold the vocabulary of a tokeniser"),
    ],
)
def test_tables_and_vocabularies_that_do_not_fit_are_refused(tmp_path, tokens, tensors, message):
    with pytest.raises(VectorError, match=message):
        read_vectors(model(tmp_path, tokens, **tensors), {"a"})


def test_folders_without_a_model_are_refused(tmp_path):
    with pytest.raises(VectorError, match=r"must hold one file NAME.safetensors and tokenizer.json .*got none"):
        read_vectors(tmp_path)
    folder = model(tmp_path, {"a": 0}, **ONE)
    for octets in (b"{", b"[]", b"\xff"):
        (folder / "tokenizer.json").write_bytes(octets)
        with pytest.raises(VectorError, match=r"tokenizer.json must hold the vocabulary"):
            read_vectors(folder)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(VectorError, match=r"tokenizer.json must hold the vocabulary .*FileNotFoundError"):
        read_vectors(folder)
    (folder / "other.safetensors").touch()
    with pytest.raises(VectorError, match=r"got model.safetensors, other.safetensors"):
        read_vectors(folder)


def test_a_cut_file_of_tensors_is_refused(tmp_path):
    folder = model(tmp_path, {"a": 0}, **ONE)
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-4])

    with pytest.raises(VectorError, match=r"model.safetensors must be a file of safetensors"):
        read_vectors(folder)
