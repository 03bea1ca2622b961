"""Back-off models against the recursion that defines them."""

import gzip
import math
from itertools import product

import pytest

import wfsa
from wfsa import EPSILON, LOG, MAX_PLUS, REAL, ngram_model, pathsum, total_weight

TEXT = r"""
This is a header that nobody reads.

\data\
ngram 1=5
ngram 2=4
ngram 3=2

\1-grams:
-99	<s>	-0.3
-1.0	</s>
-0.5	a	-0.2
-0.7	b	-0.1
-1.2	c

\2-grams:
-0.2	<s> a	-0.05
-0.4	a b	-0.15
-0.6	b </s>
-0.9	b a

\3-grams:
-0.1	<s> a b
-0.3	a b </s>

\end\
"""
GRAMS = {
    ("<s>",): -99, ("</s>",): -1.0, ("a",): -0.5, ("b",): -0.7, ("c",): -1.2, ("<s>", "a"): -0.2, ("a", "b"): -0.4,
    ("b", "</s>"): -0.6, ("b", "a"): -0.9, ("<s>", "a", "b"): -0.1, ("a", "b", "</s>"): -0.3,
}  # fmt: skip
BACK = {("<s>",): -0.3, ("a",): -0.2, ("b",): -0.1, ("<s>", "a"): -0.05, ("a", "b"): -0.15}


def katz(history, word):
    """log₁₀ p(word | history) by backing off."""
    if (*history, word) in GRAMS:
        return GRAMS[(*history, word)]
    return BACK.get(history, 0.0) + katz(history[1:], word)


def of_sentence(words):
    history, total = ("<s>",), 0.0
    for word in (*words, "</s>"):
        total += katz(history, word)
        history = (*history, word)[-2:]
    return total


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "model.arpa"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_exact_sums_are_the_models_probabilities(file):
    model = ngram_model(file, REAL, exact=True)
    for words in (sentence for n in range(5) for sentence in product("abc", repeat=n)):
        assert pathsum(model, words, REAL) == pytest.approx(10 ** of_sentence(words), rel=1e-12)


def test_without_it_backing_off_only_adds_ways(file):
    model, logarithms = ngram_model(file, REAL), ngram_model(file, LOG)
    for words in (sentence for n in range(5) for sentence in product("abc", repeat=n)):
        own = of_sentence(words) * math.log(10)
        assert pathsum(model, words, REAL) == pytest.approx(math.exp(pathsum(logarithms, words, LOG)))
        assert pathsum(logarithms, words, MAX_PLUS) >= own - 1e-12
    (start,) = model.initial
    assert {arc.label for arc in model.leaving[start]} == {"a", EPSILON}
    assert math.isfinite(total_weight(model, REAL))


def test_packed_files_spaces_and_carriage_returns(file, tmp_path):
    packed = tmp_path / "model.arpa.gz"
    packed.write_bytes(gzip.compress(TEXT.replace("\t", " ").replace("\n", "\r\n").encode()))
    assert ngram_model(packed, LOG) == ngram_model(file, LOG)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("-0.4\ta b\t-0.15", "-0.4\ta\t-0.15", ":18: .*2 words"),
        ("-0.9\tb a", "x\tb a", ":20: .*base 10"),
        ("-0.9\tb a\n", "", ":21: .*1 more 2-grams"),
        ("\\end\\", "", "all that its header counts"),
        ("\\2-grams:", "\\4-grams:", "no more 4-grams"),
        ("\\1-grams:\n", "", "below a line"),
        ("-0.9\tb a", "nan\tb a", "base 10"),
        ("-1.2\tc", "-1.2\tc\n-1.2\td", ":15: .*no more 1-grams"),
        ("-1.2\tc", "-1.2\tb", "every n-gram once .*'b'"),
        ("\\3-grams:\n-0.1\t<s> a b\n-0.3\ta b </s>\n", "", "got no 3-grams"),
    ],
)
def test_what_is_wrong_is_named_by_line(file, old, new, message):
    file.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(wfsa.FormatError, match=message):
        ngram_model(file, LOG)


def test_words_end_at_spaces_and_tabs_alone(file):
    file.write_text(TEXT.replace("-1.2\tc", "-1.2\t10\u00a0000"), encoding="utf-8")
    assert pathsum(ngram_model(file, REAL, exact=True), ["10\u00a0000"], REAL) > 0


@pytest.mark.parametrize(
    ("name", "content"),
    [("m.arpa.gz", TEXT.encode()), ("m.arpa.gz", gzip.compress(TEXT.encode())[:-20]), ("m.arpa", b"\\data\\\n\xff\n")],
)
def test_files_that_are_no_text_are_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(wfsa.FormatError, match="an ARPA file is text"):
        ngram_model(tmp_path / name, LOG)


def test_negative_weights_need_a_field(file):
    with pytest.raises(wfsa.SemiringError, match="negative weights"):
        ngram_model(file, LOG, exact=True)
