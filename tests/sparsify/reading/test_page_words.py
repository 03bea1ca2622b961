"""A page is bounded: of a large vocabulary it knows the frequent words, and those that it shows."""

import base64
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural import tokenizer
from sparsify.data.corpus import Texts
from sparsify.model import Model
from sparsify.reading.page_model import live
from sparsify.reading.page_words import page_words
from tests.sparsify.small import classifier, static
from wfsa import ngram

NAMES = [f"word{n}" for n in range(3000)]
TEXTS = Texts(("word7 word2990 word2991", "word5 word2 word2995 word3"), (0, 1))


@pytest.fixture(scope="module")
def model():
    """The frequent words first; word2500 drives each weight, whichever it is."""
    encoder = static(NAMES)
    encoder.table[encoder.vocabulary.ids["word2500"]] *= 1e3
    return Model(classifier([ngram(2, "p")]), ["p"], tokenizer(), encoder, ["bad", "good"])


def size(tree):
    """Bytes of a file as a run writes it, of what grows with the words."""
    parts = {key: tree[key] for key in ("words", "unknown", "numbers")}
    return len(json.dumps(parts, ensure_ascii=False, indent=1).encode())


@pytest.mark.parametrize("bound", [5_000, 20_000, 60_000])
def test_a_page_is_as_large_as_its_bound(model, bound):
    """Give or take the lines that every page has."""
    tree = live(model, TEXTS, bound)

    assert tree["vocabulary"] == 3002
    assert 0.5 * bound < size(tree) < bound + 1000


def test_it_knows_the_frequent_words_and_those_that_it_shows(model):
    tree = live(model, TEXTS, 20_000)
    words, rare = tree["words"], {"word2500", *model.tokenizer(tree["sample"])}
    frequent = [*model.encoder.vocabulary.words[: len(words) - len(rare)]]

    assert words[:400] == frequent[:400]
    assert rare <= {*words}
    assert len(words) > 400


def test_its_numbers_are_those_of_its_words(model):
    """By numpy, from the weights and the vectors of the words that are named; to half of one of 2²⁴ levels."""
    tree = live(model, TEXTS, 20_000)
    packed = tree["numbers"]
    octets = np.frombuffer(base64.b64decode(packed["base64"]), np.uint8).astype(np.int64)
    levels = (octets.reshape(-1, 3) @ [1, 256, 65536]).reshape(-1, len(tree["words"]))
    rows = np.array(packed["offset"])[:, None] + np.array(packed["scale"])[:, None] * levels
    forms = dict(zip(*model.encoder.forms(), strict=True))
    vectors = np.array([forms[word] for word in tree["words"]], dtype=np.float64)
    for name, own in model.parameters.items():
        row = tree["parameters"][name]["row"]
        difference = np.abs(rows[row] - (vectors @ own.weights + own.bias))
        assert difference.max() < 0.501 * packed["scale"][row]


def test_a_model_whose_words_fit_has_them_all(model):
    tree = live(model, TEXTS)

    assert tree["words"] == [*model.encoder.vocabulary.words]
    assert "vocabulary" not in tree


@given(
    st.lists(st.text(max_size=9), min_size=1, max_size=30, unique=True),
    st.integers(0, 40),
    st.integers(0, 9000),
    st.data(),
)
def test_what_is_left_out_is_rarer_than_what_is_there(words, rows, bound, data):
    wanted = {*data.draw(st.lists(st.sampled_from(words), max_size=3)), words[0]}
    places = page_words(words, np.zeros(len(words), bool), rows, wanted, bound).tolist()
    kept = [words[place] for place in places]
    size = len(json.dumps(kept, ensure_ascii=False, indent=1).encode()) - 4 + 4 * rows * len(kept)

    assert places == sorted(set(places))
    assert wanted <= {*kept}
    others = [word for word in words if word not in wanted]
    assert [word for word in kept if word not in wanted] == others[: len(kept) - len(wanted)]
    assert kept == words or {*kept} == wanted or size <= bound
