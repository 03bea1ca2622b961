"""The page's tokenisers give the tokens of Python's, in node."""

import json
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural import tokenizer
from sparsify.data import load_corpus
from sparsify.reading.page_tokens import page_tokenizer
from tests.neural.text.pieces import TEXTS

SCRIPT = (Path(__file__).parents[3] / "viz/report/live.js").read_text(encoding="utf-8")
TOKENIZE = SCRIPT[SCRIPT.index("// ---- the tokeniser") : SCRIPT.index("// ---- the numbers")]
ASK = 'const { data, texts } = JSON.parse(require("fs").readFileSync(0, "utf8"));'
ANSWER = "process.stdout.write(JSON.stringify(texts.map(tokenize)));"


def in_the_page(used, texts):
    """The tokens of the page's function `tokenize`, run by node."""
    if shutil.which("node") is None:
        pytest.skip("no node: apt-get install nodejs")
    data = {"tokenizer": page_tokenizer(used), "lowercase": used.lowercase}
    done = subprocess.run(
        ["node", "-e", f"{ASK}\n{TOKENIZE}\n{ANSWER}"],
        input=json.dumps({"data": data, "texts": texts}),
        capture_output=True,
        encoding="utf-8",
        errors="surrogatepass",
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["penn", "whitespace", "characters"])
@pytest.mark.parametrize("lowercase", [True, False])
def test_the_page_tokenises_as_python_does_on_reviews(name, lowercase):
    used = tokenizer(name, lowercase)
    texts = [*load_corpus("rotten_tomatoes").test.texts, *load_corpus("imdb").test.texts[:300]]

    assert in_the_page(used, texts) == used.all(texts)


def known(text):
    """Without characters that this Python's Unicode does not have: a newer one may know their lower case."""
    return "".join(c for c in text if unicodedata.category(c) != "Cn")


@pytest.mark.parametrize("name", ["penn", "whitespace", "characters"])
@settings(max_examples=5, deadline=None)
@given(st.lists(TEXTS.map(known), min_size=200, max_size=400), st.booleans())
def test_the_page_tokenises_as_python_does_on_anything(name, texts, lowercase):
    used = tokenizer(name, lowercase)

    assert in_the_page(used, texts) == used.all(texts)


def test_a_tokeniser_that_is_python_code_is_named_and_white_space_parts_the_words():
    used = tokenizer("nltk:TweetTokenizer")

    assert page_tokenizer(used)["kind"] == "none"
    assert page_tokenizer(used)["name"] == "nltk:TweetTokenizer"
    assert in_the_page(used, ["Hello, World!"]) == [["hello,", "world!", "</s>"]]
