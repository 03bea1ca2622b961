"""What callers pass as texts: what can be read is read, all else is told with its place."""

import re

import numpy as np
import pandas as pd
import pytest
import torch

from neural import tokenizer
from sparsify import RunError
from sparsify.model import Model
from sparsify.reading.explain import explain
from sparsify.reading.phrases import find_phrases
from tests.sparsify.small import TEXTS, classifier, static
from wfsa import ngram

READERS = ("predict", "predict_proba", "logits", "pattern_scores", "read")


@pytest.fixture(scope="module")
def model():
    return Model(classifier([ngram(2, "p")]), ["p"], tokenizer(), static(), ["bad", "good"])


@pytest.mark.parametrize(
    "given",
    [
        tuple(TEXTS),
        (text for text in TEXTS),
        dict.fromkeys(TEXTS).keys(),
        pd.Series(TEXTS, index=range(5, 11)),
        pd.Series(TEXTS, dtype=object),
        pd.Index(TEXTS),
        np.array(TEXTS),
        np.array(TEXTS, dtype=object),
        [np.str_(text) for text in TEXTS],
    ],
    ids=lambda given: type(given).__name__,
)
def test_strings_in_an_order_are_read(model, given):
    assert model.predict(given) == model.predict(TEXTS)


@pytest.mark.parametrize("none", [[], (), np.array([], dtype=str), pd.Series([], dtype=str)])
def test_no_texts_give_no_rows(model, none):
    assert model.predict(none) == []
    assert model.predict_proba(none).shape == model.logits(none).shape == (0, 2)
    assert model.pattern_scores(none).shape == (0, 1)
    assert len(model.read(none)) == 0
    assert find_phrases(model, none) == {"p": {"highest": [], "lowest": []}}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("good", "texts must be a list of strings (got the string 'good'); put it into a list."),
        (b"good", "texts must be a list of strings (got the bytes b'good'); decode them, and put the"),
        (None, "texts must be a list of strings, in order (got NoneType None); pass a list."),
        (float("nan"), "texts must be a list of strings, in order (got float nan); pass a list."),
        (5, "texts must be a list of strings, in order (got int 5); pass a list."),
        (
            {"a": "good"},
            "texts must be a list of strings, in order (got dict {'a': 'good'}); pass those of its entries",
        ),
        ({"good"}, "texts must be a list of strings, in order (got set {'good'}); pass those of its entries"),
        (["a", None], "texts[1] must be a string (got None, as tables have it for a missing text); drop such rows"),
        (["a", "b", float("nan")], "texts[2] must be a string (got NaN, as tables have it for a missing text)"),
        (["a", np.float32("nan")], "texts[1] must be a string (got NaN, as tables"),
        (pd.Series(["a", None], dtype=object), "texts[1] must be a string (got None, as tables"),
        (pd.Series(["a", None], dtype="string"), "texts[1] must be a string (got pandas.NA, as tables"),
        (["a", np.datetime64("NaT")], "texts[1] must be a string (got NaT, as tables"),
        (["a", pd.NaT], "texts[1] must be a string (got pandas.NaT, as tables"),
        (["a", 5], "texts[1] must be a string (got int 5); write it as a string."),
        (["a", b"good"], "texts[1] must be a string (got the bytes b'good'); decode them."),
        (np.array([b"good"]), "texts[0] must be a string (got the bytes b'good'); decode them."),
        ([["good"]], "texts[0] must be a string (got list ['good']); join its words to one string, or"),
        (np.array([["good"]]), "texts must have one axis (got a ndarray of 2); choose one column of it."),
        (np.array("good"), "texts must have one axis (got a ndarray of 0); choose one column of it."),
        (pd.DataFrame({"text": ["good"]}), "texts must have one axis (got a DataFrame of 2); choose one column of it."),
        (torch.zeros(1), "texts[0] must be a string (got Tensor tensor(0.)); write it as a string."),
    ],
    ids=str,
)
def test_what_is_no_list_of_strings_is_told_with_its_place(model, given, message):
    for name in READERS:
        with pytest.raises(RunError, match="^" + re.escape(message)):
            getattr(model, name)(given)


@pytest.mark.parametrize("name", READERS)
def test_a_generator_is_read_once(model, name):
    with pytest.raises(RunError, match=r"^texts\[2\] must be a string"):
        getattr(model, name)(text for text in ["a", "good", None])


@pytest.mark.parametrize("given", [None, 5, b"good", ["good"], float("nan")])
def test_vectors_are_those_of_one_string(model, given):
    assert model.vectors("a good film").shape == (4, 4)
    with pytest.raises(RunError, match=f"one text, a string .got {type(given).__name__} "):
        model.vectors(given)
    with pytest.raises(RunError, match=f"one text is explained, a string .got {type(given).__name__} "):
        explain(model, given)
