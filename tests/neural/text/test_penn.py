"""The scanner gives NLTK's tokens, and the vocabulary's ids, for every text."""

import re
import subprocess
import sys
import unicodedata
from itertools import pairwise

import numpy as np
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.tokenize.destructive import NLTKWordTokenizer

from neural import Vocabulary, tokenize, tokenize_all, tokenizer
from neural.text import penn_rules
from neural.text.penn_scan import scan
from neural.text.penn_tables import CONTRACTIONS, RULES_AFTER, RULES_BEFORE, SENTENCE_END, SPACES, is_digit, is_word
from sparsify.data import load_corpus
from tests.neural.text.pieces import PIECES, TEXTS

NLTK = NLTKWordTokenizer()
ANY = TEXTS | st.text(st.characters(), max_size=30)


def oracle(text, lowercase=True):
    """NLTK on every sentence."""
    text = text.lower() if lowercase else text
    starts = [0, *(match.end() for match in re.finditer(SENTENCE_END, text)), len(text)]
    words = [word for start, end in pairwise(starts) for word in NLTK.tokenize(text[start:end])]
    return [*words, "</s>"]


@settings(max_examples=400)
@given(ANY, st.booleans())
def test_words_are_those_of_nltk(text, lowercase):
    assert tokenize(text, lowercase) == oracle(text, lowercase)


@settings(max_examples=150)
@given(ANY)
def test_the_plain_rules_are_nltks(sentence):
    assert penn_rules.words(sentence) == NLTK.tokenize(sentence)


def test_ten_thousand_random_strings_are_tokenised_as_by_nltk():
    """benchmarks/tokens.py does it for a million."""
    random = np.random.default_rng(0)
    texts = ["".join(random.choice(PIECES, random.integers(1, 15))) for _ in range(10_000)]

    for lowercase in (True, False):
        assert tokenize_all(texts, lowercase) == [oracle(text, lowercase) for text in texts]


@pytest.mark.parametrize("name", ["rotten_tomatoes", "bbc"])
@pytest.mark.parametrize("lowercase", [True, False])
def test_every_third_text_of_the_small_corpora_is_tokenised_as_by_nltk(name, lowercase):
    """benchmarks/tokens.py does it for every text of every corpus."""
    corpus = load_corpus(name)
    texts = [text for part in (corpus.train, corpus.dev, corpus.test) for text in part.texts][::3]

    assert tokenize_all(texts, lowercase) == [oracle(text, lowercase) for text in texts]


@pytest.mark.parametrize("text", ["", " ", ".", "\ud800 don't \udfff.", "a\x1cb. c", "'" * 1001, ". " * 500, "\x1c"])
def test_odd_texts_are_tokenised_as_by_nltk(text):
    assert tokenize(text) == oracle(text)


@settings(max_examples=200)
@given(st.lists(ANY, max_size=8), st.lists(st.sampled_from([*PIECES, "``", "can", "not", "\ud800", ""])), st.booleans())
def test_ids_are_those_of_the_tokens(texts, words, lowercase):
    penn, vocabulary = tokenizer("penn", lowercase), Vocabulary(words)
    found = penn.ids(texts, vocabulary)
    expected = [vocabulary.encode(tokens) for tokens in penn.all(texts)]

    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


def test_ids_of_reviews_are_those_of_their_tokens():
    texts = load_corpus("rotten_tomatoes").test.texts
    penn = tokenizer("penn")
    tokens = penn.all(texts)
    vocabulary = Vocabulary.build(tokens[::2])

    for one, other in zip(penn.ids(texts, vocabulary), tokens, strict=True):
        assert one.tolist() == [vocabulary.ids.get(token, 0) for token in other]


def test_the_tables_are_nltks():
    before = [*NLTK.STARTING_QUOTES, *NLTK.PUNCTUATION, NLTK.PARENS_BRACKETS, NLTK.DOUBLE_DASHES]
    plain = [(rule.replace("*+", "*"), text) for rule, text in RULES_BEFORE]

    assert [(rule.pattern.replace("*+", "*"), text) for rule, text in before] == plain
    assert [(rule.pattern, text) for rule, text in NLTK.ENDING_QUOTES] == list(RULES_AFTER)
    assert [rule.pattern for rule in (*NLTK.CONTRACTIONS2, *NLTK.CONTRACTIONS3)] == [rule for rule, _ in CONTRACTIONS]


def test_the_classes_are_those_of_the_module_regex():
    """For every character of this Python's Unicode."""
    for character in filter(lambda c: unicodedata.category(c) != "Cn", map(chr, range(0x110000))):
        assert is_word(character) == bool(regex.match(r"\w", character)), hex(ord(character))
        assert is_digit(character) == bool(regex.match(r"\d", character)), hex(ord(character))
        assert (character in SPACES) == bool(regex.match(r"\s", character)), hex(ord(character))


ALONE = """
import sys
from neural import tokenize
assert tokenize("Don't go. Été.") == ["do", "n't", "go", ".", "été", ".", "</s>"]
assert not {"nltk", "regex", "pandas", "sklearn"} & sys.modules.keys()
"""


def test_nltk_is_not_imported():
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")


def test_the_scanner_leaves_few_reviews_to_the_plain_rules(monkeypatch):
    assert scan.signatures, "compiled by now"
    seen = []
    monkeypatch.setattr(penn_rules, "words", lambda sentence: seen.append(sentence) or [])
    texts = load_corpus("rotten_tomatoes").test.texts
    tokenize_all(texts)

    assert len(seen) < len(texts) / 100
