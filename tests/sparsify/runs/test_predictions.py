"""Predictions block by block: all texts in their order, the same on any number of threads, what is before a bad row."""

import itertools

import numpy as np
import pytest

from sparsify.data.rows import Row
from sparsify.errors import DataError
from sparsify.runs import predictions as module
from sparsify.runs.predictions import predictions
from tests.sparsify.small import WORDS, saved_model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return saved_model(tmp_path_factory.mktemp("predictions") / "run")


def rows(count):
    """Texts of one to five words, some of them unknown."""
    draw = np.random.default_rng(0)
    for n in range(count):
        yield Row(" ".join(draw.choice([*WORDS, "other"], draw.integers(1, 6))), None, f"x:{n + 1}")


@pytest.mark.parametrize("threads", [1, 3])
def test_they_are_those_of_the_model_in_the_order_of_the_texts(model, threads):
    texts = [row.text for row in rows(9000)]
    blocks = list(predictions(model, rows(9000), threads))

    assert [len(block) for block in blocks] == [4096, 4096, 808]
    assert [row.place for block in blocks for row in block.rows] == [f"x:{n + 1}" for n in range(9000)]
    assert np.allclose(np.concatenate([block.chances for block in blocks]), model.predict_proba(texts), atol=1e-6)
    assert np.allclose(np.concatenate([block.scores for block in blocks]), model.pattern_scores(texts), atol=1e-5)


def test_the_number_of_threads_changes_no_bit(model):
    one, three = (np.concatenate([b.chances for b in predictions(model, rows(9000), n)]) for n in (1, 3))

    assert (one == three).all()


@pytest.mark.parametrize("threads", [1, 2])
def test_what_stands_before_a_bad_row_is_predicted(model, threads):
    def ending():
        yield from rows(5000)
        raise DataError("x:5001: a row must have a text.")

    blocks = predictions(model, ending(), threads)
    found = [row.place for _ in range(2) for row in next(blocks).rows]

    assert found == [f"x:{n + 1}" for n in range(5000)]
    with pytest.raises(DataError, match="x:5001"):
        next(blocks)


@pytest.mark.parametrize("threads", [1, 2])
def test_rows_are_read_no_further_than_a_few_blocks_ahead(model, threads):
    """Constant memory: an endless file is predicted as it is read."""
    read = itertools.count()
    endless = (Row("a good film", None, f"x:{next(read)}") for _ in itertools.count())
    blocks = predictions(model, endless, threads)
    for _ in range(3):
        next(blocks)
    blocks.close()

    assert next(read) <= (3 + threads) * module._TEXTS


def test_a_text_longer_than_a_block_is_one(model):
    long = "good film " * (module._CHARACTERS // 8)
    blocks = list(predictions(model, [Row("bad", None, "x:1"), Row(long, None, "x:2"), Row("", None, "x:3")]))

    assert [len(block) for block in blocks] == [2, 1]
