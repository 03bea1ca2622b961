"""The paper's method: what its threshold leaves, which strengths its search visits, where its training ends."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from neural import compile_patterns
from sparsify import Settings, groups, norms
from sparsify.errors import SearchError
from sparsify.log import Row
from sparsify.methods.base import parameters_of
from sparsify.methods.plain import until_stale
from sparsify.methods.strength_search import find_strength
from sparsify.methods.threshold import balancing_strength, cut, learn, threshold
from sparsify.penalties.prune import survivors
from sparsify.training.encoded import accuracy, logits
from tests.sparsify.small import classifier, search_of
from wfsa import main_arcs, ngram

SETTINGS = Settings(
    method="threshold",
    dropout=0.0,
    word_dropout=0.0,
    batch_size=3,
    path_epochs=12,
    patience=4,
    move_vectors="none",
    lr=0.05,
)


def make_search(folder, settings=SETTINGS, seed=0):
    search = search_of(classifier([ngram(3, "p0"), ngram(2, "p1")], seed=seed), settings, folder, lr=settings.lr)
    return replace(search, initial=parameters_of(search.model))


@given(st.lists(st.lists(st.sampled_from([0.01, 0.0999, 0.1001, 1.0]), min_size=4, max_size=4), min_size=1, max_size=5))
def test_the_longest_prefix_above_the_threshold_is_kept_and_orphans_are_counted(sizes):
    """Pattern by pattern in numpy: the prefix ends at the first norm below; what is above behind it is an orphan."""
    bank = compile_patterns([ngram(4, f"p{p}") for p in range(len(sizes))], 3).double()
    grouped = groups(bank.layout)
    scale, place = torch.tensor(sizes).double().reshape(-1) / norms(bank, grouped), grouped.row_group
    with torch.no_grad():
        bank.weight *= scale[place][:, None]
        bank.bias *= scale[place[len(bank.weight) - len(bank.bias) :]]
    before = norms(bank, grouped)
    orphans = cut(bank, grouped, 0.1)
    above = np.array(sizes) >= 0.1
    lengths = np.cumprod(above, axis=1).sum(1)
    left = survivors(bank, grouped)

    assert orphans == above.sum() - lengths.sum()
    assert [len(main_arcs(left[p])) if p in left else 0 for p in range(len(sizes))] == lengths.tolist()
    kept = (np.arange(4) < lengths[:, None]).reshape(-1)
    assert torch.equal(norms(bank, grouped), before * torch.from_numpy(kept))


def upstream(sizes_of, strength, goal, within):
    """The authors' loop, as their code's description has it: (strengths tried, did it succeed?)."""
    rate, was_large, was_small, counter, tried = 2.0, False, False, 0, []
    while True:
        tried.append(strength)
        size = sizes_of(strength)
        if size < goal - within:
            if was_large:
                rate = (rate + 1) / 2
            strength, was_small, was_large = strength / rate, True, False
            if strength < 1e-9:
                return tried, False
        elif size > goal + within:
            if was_small:
                rate = (rate + 1) / 2
            strength, was_small, was_large = strength * rate, False, True
            if strength > 1e2:
                return tried, False
        else:
            return tried, True
        counter += 1
        if counter > 25:
            return tried, False


@given(
    st.floats(1e-8, 10), st.floats(1e-8, 10), st.floats(0.3, 6), st.integers(1, 96), st.integers(0, 10), st.booleans()
)
def test_the_search_visits_the_strengths_of_the_authors_rule(first, middle, slope, goal, within, jumps):
    """Sizes fall with the strength as a logistic curve of its logarithm, or at once."""

    def size_at(strength):
        place = slope * np.log(strength / middle)
        return 96 * int(place < 0) if jumps else round(96 / (1 + np.exp(min(place, 500))))

    wanted, success = upstream(size_at, first, goal, within)
    visited = []

    def seen(strength):
        visited.append(strength)
        return size_at(strength)

    if success:
        assert find_strength(seen, first, goal, within) == pytest.approx(wanted[-1], rel=1e-12)
    else:
        with pytest.raises(SearchError, match=rf"must leave {goal} ± {within} transitions .got \d+ at the nearest"):
            find_strength(seen, first, goal, within)
    assert visited == pytest.approx(wanted, rel=1e-12)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20), st.integers(1, 6))
def test_training_ends_when_no_better_dev_accuracy_came_for_so_many_epochs(accuracies, patience):
    rows = [Row("path", epoch, 0.0, 0.0, 0.0, dev / 5, 0, 0) for epoch, dev in enumerate(accuracies)]
    last = next(
        (e for e in range(len(rows)) if e - int(np.argmax(accuracies[: e + 1])) >= patience), len(rows) - 1
    )  # numpy's argmax is the first of the best

    assert [row.epoch for row, _ in until_stale(rows, patience)] == list(range(last + 1))


def test_the_first_strength_makes_penalty_and_loss_equal_at_the_initial_values(tmp_path):
    search = make_search(tmp_path)
    search.model.bank.reset_parameters(torch.Generator().manual_seed(9))
    strength = balancing_strength(search)
    search.model.load_state_dict(search.initial)
    out = logits(search.model, search.trainer.data.texts)
    loss = float(torch.nn.functional.cross_entropy(out, search.trainer.data.labels))

    assert strength * float(norms(search.model.bank, search.trainer.groups).sum()) == pytest.approx(loss)


def test_every_training_begins_at_the_same_values_and_goes_the_same_way(tmp_path):
    search = make_search(tmp_path)
    first, other, again = learn(search, 0.01), learn(search, 0.05), learn(search, 0.01)

    assert all(torch.equal(values, again.found[name]) for name, values in first.found.items())
    assert not torch.equal(first.found["bank.weight"], other.found["bank.weight"])


def test_no_group_becomes_zero_and_what_the_threshold_changes_is_kept_for_the_report(tmp_path):
    search = make_search(tmp_path, replace(SETTINGS, strength=0.05, threshold=0.6))
    (found,) = threshold(search)
    grouped, model = search.trainer.groups, search.model
    model.load_state_dict(found.found)
    sizes, texts = norms(model.bank, grouped), search.trainer.data.texts
    full = logits(model, texts)
    model.load_state_dict(found.zeroed)

    assert (sizes > 0).all()
    assert (sizes < 0.6).any()
    assert 0 < found.transitions < 5
    assert float((logits(model, texts) - full).abs().max()) > 1e-3
    assert all(torch.equal(found.state[name], values) for name, values in found.zeroed.items())


def test_fine_tuning_ends_at_the_best_of_its_epochs(tmp_path):
    search = make_search(tmp_path, replace(SETTINGS, strength=0.05, threshold=0.6))
    (found,) = threshold(search)
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    tuned = [row["dev"] for row in rows if row["phase"] == "tune"]

    assert found.dev_debiased == max(tuned) == accuracy(found.model, search.dev)
    assert len(tuned) <= 12
    assert {row["strength"] for row in rows if row["phase"] == "path"} == {0.05}


def test_a_goal_is_met_and_one_that_cannot_be_is_refused(tmp_path):
    search = make_search(tmp_path, replace(SETTINGS, goal=3, within=1, threshold=0.6))
    (found,) = threshold(search)
    assert abs(found.transitions - 3) <= 1

    with pytest.raises(SearchError, match="must leave 5 ± 0 transitions"):
        list(threshold(make_search(tmp_path, replace(SETTINGS, goal=5, within=0, threshold=1e9, path_epochs=1))))
