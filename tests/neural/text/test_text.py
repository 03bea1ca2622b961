"""Tokens, vocabularies, word vectors, batches."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.autograd import forward_ad

from neural import (
    BatchError,
    VectorError,
    Vocabulary,
    bucketed_batches,
    embedding_table,
    glove_6b_50d,
    sorted_batches,
    tokenize,
)
from neural.batches.packing import pack_words


def test_sentences_are_split_before_words():
    """Otherwise the tokeniser leaves inner full stops glued to their word."""
    assert tokenize("Not good. Don't go!") == ["not", "good", ".", "do", "n't", "go", "!", "</s>"]
    assert tokenize("It ended (badly.) Then", lowercase=False)[-4:] == [".", ")", "Then", "</s>"]


@given(st.text(max_size=80))
def test_every_text_has_tokens_and_one_end(text):
    tokens = tokenize(text)

    assert tokens[-1] == "</s>"
    assert all(token and not any(c.isspace() for c in token) for token in tokens[:-1])


def test_vocabularies_are_ordered_by_frequency_and_know_what_they_do_not_know():
    vocabulary = Vocabulary.build([["b", "a", "</s>"], ["c", "b", "</s>"]])

    assert vocabulary.words == ("<unk>", "</s>", "b", "a", "c")
    assert vocabulary.encode(["a", "zebra", "</s>"]).tolist() == [3, 0, 1]
    with pytest.raises(BatchError, match="list of tokens"):
        vocabulary.encode("a b")
    with pytest.raises(BatchError, match="list of tokens"):
        Vocabulary.build(["a b"])


def test_the_table_is_centred_at_unit_length_and_follows_the_rule_for_unknown_words():
    vocabulary = Vocabulary.build([["good", "good", "bad", "zebra", "</s>"]])
    vectors = {"good": np.array([3.0, 4.0]), "bad": np.array([-5.0, 0.0]), "unused": np.array([1.0, 1.0])}
    table = embedding_table(vocabulary, vectors)
    units = np.array([[0.6, 0.8], [-1.0, 0.0]])
    centred = units - (2 * units[0] + units[1]) / 3

    rows = table[[vocabulary.ids["good"], vocabulary.ids["bad"]]]
    assert rows == pytest.approx(centred / np.linalg.norm(centred, axis=1, keepdims=True), abs=1e-6)
    assert np.linalg.norm(table[vocabulary.ids["</s>"]]) == pytest.approx(1)
    assert not table[[vocabulary.ids["<unk>"], vocabulary.ids["zebra"]]].any()
    assert np.array_equal(table, embedding_table(vocabulary, vectors))
    marked = {**vectors, "<unk>": np.ones(2), "</s>": np.ones(2)}
    assert np.array_equal(table, embedding_table(vocabulary, marked))
    with pytest.raises(VectorError, match="at least two words"):
        embedding_table(vocabulary, {"good": np.ones(2), "</s>": np.ones(2)})


def test_glove_knows_words_and_their_neighbours():
    """Real vectors: the nearest of these to "good" is "great"."""
    words = ["good", "great", "table", "seven", "xyzzyx"]
    vectors = glove_6b_50d(words)

    assert set(vectors) == set(words[:4])
    unit = {word: vector / np.linalg.norm(vector) for word, vector in vectors.items()}
    assert max(words[1:4], key=lambda word: unit["good"] @ unit[word]) == "great"


@given(st.lists(st.integers(1, 30), max_size=200), st.integers(1, 9), st.integers(0, 9))
def test_bucketed_batches_hold_every_text_once(lengths, size, seed):
    sizes = np.array(lengths, dtype=np.int64)
    batches = list(bucketed_batches(sizes, size, torch.Generator().manual_seed(seed)))

    assert sorted(i for batch in batches for i in batch.tolist()) == list(range(len(lengths)))
    assert all(len(batch) <= size for batch in batches)


def test_bucketed_batches_hold_texts_of_like_length():
    lengths = np.random.default_rng(0).integers(1, 60, 2000)
    spread = [np.ptp(lengths[batch]) for batch in bucketed_batches(lengths, 50, torch.Generator().manual_seed(0))]

    assert np.mean(spread) < 0.1 * 59


@given(st.lists(st.integers(0, 30), max_size=60), st.integers(1, 90))
def test_sorted_batches_stay_within_their_tokens(lengths, tokens):
    sizes = np.array(lengths, dtype=np.int64)
    batches = list(sorted_batches(sizes, tokens))
    order = [i for batch in batches for i in batch.tolist()]

    assert sorted(order) == list(range(len(lengths)))
    assert (np.diff(sizes[order]) >= 0).all()
    assert all(len(batch) == 1 or sizes[batch].sum() <= tokens for batch in batches)


@given(
    st.lists(st.lists(st.integers(0, 9), max_size=6), min_size=1, max_size=6),
    st.sampled_from([(10, 1), (3000, 1), (10**5, 4096), (10**5, 11_111)]),
)
def test_packed_words_are_the_texts(texts, vocabulary):
    """Each distinct word once; the nearer to an end, the earlier; also where ids lie far, and powers of two, apart."""
    size, apart = vocabulary
    texts = [[apart * word for word in text] for text in texts]
    table = torch.arange(size, dtype=torch.float32)[:, None]
    packed = pack_words([np.array(text, dtype=np.int64) for text in texts], table)
    tokens, ends = packed.data[packed.rows, 0].tolist(), packed.offsets.tolist()

    assert [tokens[first:last] for first, last in pairwise(ends)] == texts
    back = {}
    for distance, word in sorted((len(text) - i, word) for text in texts for i, word in enumerate(text)):
        back.setdefault(word, distance)
    found = packed.data[:, 0].tolist()
    assert sorted(found) == sorted(back)
    assert [back[word] for word in found] == sorted(back.values())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_word_vectors_are_those_of_the_table(dtype):
    """Also where the table's rows do not lie in a row, and where it has a gradient."""
    rng = np.random.default_rng(0)
    texts = [rng.integers(0, 500, length) for length in (3, 100, 0, 41)]
    table = torch.from_numpy(rng.normal(size=(500, 7))).to(dtype)
    for other in (table, table.T.contiguous().T, table.clone().requires_grad_()):
        packed = pack_words(texts, other)
        assert torch.equal(packed.data[packed.rows], table[torch.from_numpy(np.concatenate(texts))])
        assert packed.data.requires_grad == other.requires_grad


@pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning")  # torch's own, of its forward derivatives
def test_derivatives_of_every_kind_go_through_packed_words():
    texts = [np.array([2, 0]), np.array([1, 2, 2])]
    table, tangent = torch.randn(9, 4), torch.randn(9, 4)
    with forward_ad.dual_level():
        packed = pack_words(texts, forward_ad.make_dual(table, tangent))
        moved = forward_ad.unpack_dual(packed.data).tangent
    assert torch.equal(moved[packed.rows], tangent[[2, 0, 1, 2, 2]])

    found = torch.func.grad(lambda words: pack_words(texts, words).data.square().sum())(table)
    assert torch.equal(found[:3], 2 * table[:3])
    assert not found[3:].any()
