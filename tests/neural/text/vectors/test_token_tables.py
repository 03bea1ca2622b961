"""What stands beside a table of tokens, `mapping` and `weights`, is looked at before a vector is made of it."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from neural import VectorError, read_vectors

ROWS = np.array([[1, 2], [3, 4]], np.float32)


def model(folder, **tensors):
    """A folder of model2vec's layout: the tokens a and b."""
    save_file(tensors, folder / "model.safetensors")
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"type": "WordLevel", "vocab": {"a": 0, "b": 1}}}))
    return folder


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.array([1, np.nan]), r"model.safetensors, weights.1. .'b'.: the weights must be finite .got nan"),
        (np.array([1, -np.inf], np.float16), r"weights.1. .'b'.: .*got -inf"),
        (np.array([1, 1e300]), r"weights.1. .'b'.: .*got 1e.300"),
        (np.array([1, 3e38], np.float32), r"row 2 .'b'.: the values must be finite"),
        (np.ones(3), r"`weights` .token. of 2 numbers, .*got float64 of shape .3,"),
        (np.ones((2, 1), np.int64), r"`weights` .*got int64 of shape .2, 1"),
        (np.ones((2, 1)), r"`weights` .*got float64 of shape .2, 1"),
        (np.float32(2), r"`weights` .*got float32 of shape .."),
        (np.ones(2, bool), r"`weights` .*got bool of shape .2,"),
    ],
)
def test_weights_that_do_not_fit_are_refused(tmp_path, weights, message):
    """Those of needed words have to be finite, and so has what they make of a row."""
    folder = model(tmp_path, embeddings=ROWS, weights=np.asarray(weights))

    with pytest.raises(VectorError, match=message):
        read_vectors(folder, {"a", "b"})
    if weights.shape == (2,) and weights.dtype != bool:
        assert read_vectors(folder, {"a"})["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (np.array([0, 5]), r"model.safetensors .*`mapping` .*0 to 1, .*got int64 of shape .2,., with 0 and 5"),
        (np.array([-1, 0], np.int32), r"got int32 of shape .2,., with -1 and 0"),
        (np.array([0.0, 1.0]), r"got float64 of shape .2,"),
        (np.array([[0], [1]]), r"got int64 of shape .2, 1"),
        (np.array([False, True]), r"got bool of shape .2,"),
        (np.array(1), r"got int64 of shape .."),
    ],
)
@pytest.mark.parametrize("wanted", [None, {"a"}, {"b"}, set()])
def test_a_mapping_that_does_not_fit_is_refused(tmp_path, mapping, message, wanted):
    with pytest.raises(VectorError, match=message):
        read_vectors(model(tmp_path, embeddings=ROWS, mapping=mapping), wanted)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.uint32, np.uint64, np.int8, np.int64])
def test_rows_are_named_by_whole_numbers_of_any_size(tmp_path, kind):
    folder = model(tmp_path, embeddings=ROWS, mapping=np.array([1, 0], kind), weights=np.array([1, 2], kind))

    assert {word: vector.tolist() for word, vector in read_vectors(folder).items()} == {"a": [3, 4], "b": [2, 4]}


def test_the_only_table_may_be_called_weights(tmp_path):
    assert read_vectors(model(tmp_path, weights=ROWS))["b"].tolist() == [3, 4]
