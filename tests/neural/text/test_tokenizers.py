"""Tokenisers by their names."""

import pickle
import sys

import numpy as np
import pytest
from hypothesis import given
from nltk.tokenize import TweetTokenizer

from neural import TOKENIZERS, TokenizerError, Vocabulary, tokenize, tokenizer
from neural.text import tokenizer_base
from tests.neural.text.pieces import TEXTS

MODULE = """
def commas(text): return text.split(",")
def one(text): return text
def numbers(text): return [1]
def fails(text): raise RuntimeError("no luck")
nothing = None
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of the user's."""
    (tmp_path / "own_words.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    yield "own_words"
    sys.modules.pop("own_words", None)


@pytest.mark.parametrize("name", [*TOKENIZERS, "nltk:TweetTokenizer", "nltk:wordpunct_tokenize"])
@pytest.mark.parametrize("lowercase", [True, False])
def test_a_tokeniser_knows_its_name_and_travels(name, lowercase):
    used = tokenizer(name, lowercase)

    assert (used.name, used.lowercase) == (name, lowercase)
    assert pickle.loads(pickle.dumps(used)) == used
    assert used("It ends")[-1] == "</s>"
    assert used.all(["It ends", "A b"]) == [used("It ends"), used("A b")]


def test_penn_is_the_default():
    assert tokenizer()("Don't go!") == tokenize("Don't go!")


def test_whitespace_parts_words_and_characters_parts_everything():
    assert tokenizer("whitespace")(" Don't\u2003go! ") == ["don't", "go!", "</s>"]
    assert tokenizer("characters", lowercase=False)(" It  is\n") == ["I", "t", "▁", "i", "s", "</s>"]


@given(TEXTS)
def test_others_of_nltk_are_nltks(text):
    assert tokenizer("nltk:TweetTokenizer", lowercase=False)(text) == [*TweetTokenizer().tokenize(text), "</s>"]


def test_a_function_of_the_user_is_one_too(module):
    used = tokenizer(f"{module}:commas")
    vocabulary = Vocabulary(["a", " b"])

    assert used("A, B") == ["a", " b", "</s>"]
    assert [ids.tolist() for ids in used.ids(["A, B", "x"], vocabulary)] == [[2, 3, 1], [0, 1]]
    assert used.ids(["a"], vocabulary)[0].dtype == np.int64


@pytest.mark.parametrize("name", ["penn", "whitespace", "characters", "nltk:TweetTokenizer"])
def test_what_is_no_text_is_refused(name):
    used, vocabulary = tokenizer(name), Vocabulary(["a"])

    for wrong in (None, 5, b"a", ["a"]):
        kind = type(wrong).__name__
        for read in (used, lambda text: used.all(["a", text]), lambda text: used.ids(["a", text], vocabulary)):
            with pytest.raises(TokenizerError, match=f"a text must be a string .got {kind} "):
                read(wrong)
    for read in (used.all, lambda texts: used.ids(texts, vocabulary)):
        with pytest.raises(TokenizerError, match=r"got the string 'a text'.; put it into a list"):
            read("a text")
        with pytest.raises(TokenizerError, match=r"got the bytes b'ab'.; put it into a list"):
            read(b"ab")
        for wrong in (None, 5, {"a"}, {"a": 1}):
            with pytest.raises(TokenizerError, match=f"list of strings, in order .got {type(wrong).__name__} "):
                read(wrong)


def test_processes_give_the_same_tokens(monkeypatch):
    monkeypatch.setattr(tokenizer_base, "_WORTHWHILE", 1)
    used = tokenizer("nltk:TweetTokenizer")

    assert used.all(iter(["A b, c", "d"]), 2) == used.all(["A b, c", "d"])
    with pytest.raises(TokenizerError, match="got int 5"):
        used.all(["a", 5], 2)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pen", r"penn, whitespace, characters, nltk:NAME or MODULE:FUNCTION \(got 'pen'\); did you mean penn\?"),
        ("zzz", r"\(got 'zzz'\)\.$"),
        ("nltk:TweetTokeniser", r"did you mean nltk:TweetTokenizer\?"),
        ("nltk:RegexpTokenizer", "neither arguments nor missing data"),
        ("no_such_module:words", "can be imported"),
        ("own_words:other", "can be imported"),
        ("own_words:nothing", "must name a function"),
        ("own_words:one", r"list of strings \(got str\)"),
        ("own_words:numbers", r"list of strings \(got a list with int\)"),
        ("own_words:fails", r"got RuntimeError: no luck"),
    ],
)
def test_what_is_no_tokeniser_says_why(module, name, message):
    with pytest.raises(TokenizerError, match=message) as caught:
        tokenizer(name)
    assert "\n" not in str(caught.value)


def test_data_that_is_missing_is_named(monkeypatch):
    import nltk

    monkeypatch.setattr(nltk.data, "path", [])
    with pytest.raises(TokenizerError, match=r"nltk:word_tokenize .*punkt"):
        tokenizer("nltk:word_tokenize")
