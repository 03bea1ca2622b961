"""What of a path is polished, and that it is."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from sparsify import Settings
from sparsify.methods.base import parameters_of
from sparsify.methods.polish import polish, spread, worth_polishing
from sparsify.methods.snapshot import Snapshot
from tests.sparsify.small import classifier, search_of
from wfsa import ngram

SETTINGS = Settings(dropout=0.0, word_dropout=0.0, polish=3)
PATTERNS = 16
SIZES = (32, 30, 26, 24, 9, 2, 0)


def make_search(folder, threads=1):
    """16 bigram patterns, 32 transitions, in float64."""
    settings = Settings(dropout=0.0, word_dropout=0.0, polish=3, threads=threads)
    return search_of(classifier([ngram(2, f"p{i}") for i in range(PATTERNS)]), settings, folder)


def snapshots(search):
    """The model without its last states: of as many transitions as `SIZES` says, at rising strengths."""
    grouped, bank = search.trainer.groups, search.model.bank
    ends = sorted(range(len(grouped.keys)), key=lambda g: grouped.keys[g][::-1])  # first states first
    with torch.no_grad():
        for n, size in enumerate(SIZES):
            for g in ends[size:]:
                bank.weight[grouped.row_group == g] = 0
                bank.bias[grouped.row_group[-len(bank.bias) :] == g] = 0
            yield Snapshot(size, 1e-6 * 2**n, parameters_of(search.model))


@pytest.mark.parametrize("threads", [1, 2])
def test_models_of_a_path_are_polished_as_each_alone(tmp_path, threads):
    search = make_search(tmp_path, threads)
    met = worth_polishing(snapshots(search))
    found = polish(search, met, range(SETTINGS.polish))

    assert [snapshot.transitions for snapshot in met] == sorted(SIZES)[1:]
    for snapshot, polished in zip(met, found, strict=True):
        (alone,) = polish(search, [snapshot], range(SETTINGS.polish))
        assert polished.transitions == alone.transitions
        assert polished.loss == pytest.approx(alone.loss, rel=1e-10)
        for name, values in polished.state.items():
            assert torch.allclose(values, alone.state[name], rtol=1e-9, atol=1e-11), name


@pytest.mark.parametrize(
    ("met", "kept"),
    [
        ((46, 44, 42, 40, 38, 36, 34, 32, 9, 2), [2, 9, 32, 34, 36, 38, 42, 46]),
        ((32, 24, 26, 9), [9, 24, 26, 32]),
        ((32, 30), [30, 32]),  # a path that ends early
        ((9, 0), [9]),
        ((0,), [0]),
    ],
)
def test_which_of_a_path_are_polished(met, kept):
    assert [snapshot.transitions for snapshot in worth_polishing(Snapshot(n, 1e-6, {}) for n in met)] == kept


def test_of_a_path_that_leaves_nothing_the_empty_model_is_polished(tmp_path):
    search = make_search(tmp_path)
    *_, empty = snapshots(search)
    (found,) = polish(search, [replace(empty, strength=100.0)], range(SETTINGS.polish))

    assert found.transitions == 0
    assert found.kept == ()
    assert found.certificate.certified


@pytest.mark.parametrize("count", [0, 1, 5, 6, 7, 8, 9, 30])
def test_of_many_larger_models_the_next_ones_and_the_largest_are_kept(count):
    sizes = list(range(25, 25 + count))
    kept = [snapshot.transitions for snapshot in spread([SimpleNamespace(transitions=n) for n in sizes[::-1]])]

    assert kept == sorted(set(kept))
    assert len(kept) == min(count, 6)
    assert kept[:3] == sizes[:3]
    assert kept[-1:] == sizes[-1:]
