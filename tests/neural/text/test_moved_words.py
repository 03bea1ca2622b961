"""What says which words moved is whole, or refused; it is saved and restored with the table."""

import json

import pytest
import torch

from neural import MovedWords, StaticVectors, VectorError, Vocabulary

PLACES = torch.tensor([1, 3])


def encoder(moved):
    """Four words in three dimensions."""
    vocabulary = Vocabulary(["good", "bad"])
    return StaticVectors("random", vocabulary, torch.arange(12, dtype=torch.float32).reshape(4, 3), moved)


def restored(tensors, tree):
    """As from files: the tree went through JSON."""
    return StaticVectors.restored("random", tensors, json.loads(json.dumps(tree)))


@pytest.mark.parametrize(
    ("moved", "count"),
    [
        (None, 0),
        (MovedWords(PLACES), 6),
        (MovedWords(PLACES, torch.ones(2, 1), torch.ones(1, 3)), 5),
        (MovedWords(PLACES[:0]), 0),
    ],
)
def test_it_is_restored_as_it_was(moved, count):
    whole = encoder(moved)
    found = restored(*whole.state())

    assert (found.moved is None) == (moved is None)
    if moved is not None:
        for name, tensor in moved.tensors().items():
            assert torch.equal(tensor, found.moved.tensors()[name])
        assert found.moved.numbers(3) == count
    assert torch.equal(found.table, whole.table)
    assert found.numbers == 12


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"words": torch.tensor([3, 1])}, "rising"),
        ({"words": torch.tensor([1, 1])}, "rising"),
        ({"words": torch.tensor([-1, 1])}, "rising"),
        ({"words": PLACES, "directions": torch.ones(2, 3)}, "or neither"),
        ({"words": PLACES, "coordinates": torch.ones(3, 2), "directions": torch.ones(2, 3)}, "as many coordinates"),
        ({"words": torch.tensor([1, 4])}, "among the 4"),
        ({"words": torch.tensor([1.0, 3.0])}, "of int64"),
        ({"coordinates": torch.ones(2, 2), "directions": torch.ones(2, 3)}, "of int64"),
        ({"words": PLACES, "shift": torch.ones(2, 3)}, "of int64"),
    ],
)
def test_what_does_not_fit_is_refused(own, said):
    tensors, tree = encoder(None).state()
    with pytest.raises(VectorError, match=said):
        restored({**tensors, **{f"moved.{name}": one for name, one in own.items()}}, tree)
