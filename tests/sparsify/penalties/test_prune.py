"""Deleting dead states is lossless: bit-identical at equal shapes, equal predictions after recompiling."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from neural import PatternClassifier, compile_patterns
from sparsify import PruneError, dead_states, groups, norms, prune, zero_behind
from sparsify.penalties.prune import restore, transitions
from tests.neural.test_compiled import batch, ngrams
from wfsa import ANY, MAX_PLUS, REAL, WFSA, Arc, Const, Linear, Product, Sigmoid, evaluator, main_arcs, pathsum

LENGTHS = [4, 3, 1, 2]
STATES = [(p, q) for p, n in enumerate(LENGTHS) for q in range(1, n + 1)]
DEAD = st.sets(st.sampled_from(STATES))


def model_with(dead, seed=0, dtype=torch.float32, lengths=LENGTHS):
    """A random classifier in which the groups of `dead` are zero."""
    bank = ngrams(lengths, seed, dtype=dtype)
    model = PatternClassifier(bank, 3).to(dtype)
    grouped = groups(bank.layout)
    with torch.no_grad():
        for key in dead:
            rows = grouped.row_group == grouped.index(key)
            bank.weight[rows] = 0
            bank.bias[rows[len(rows) - len(bank.bias) :]] = 0
        model.bias.normal_(generator=torch.Generator().manual_seed(seed))
    return model, grouped


def bits(x):
    return x.detach().numpy().view(np.int32)


@given(DEAD, st.integers(0, 99))
@example({(0, 2)}, 0)
@example({(0, 1)}, 1)
@example(set(STATES), 2)
def test_zeros_behind_a_dead_state_change_no_bit(dead, seed):
    """Middle states, first states, all states: the theorem that makes pruning exact."""
    model, grouped = model_with(dead, seed)
    x, lengths = batch([5, 1, 9, 0, 3], seed)
    before = model(x.float(), lengths)
    zero_behind(model.bank, grouped)

    assert (bits(model(x.float(), lengths)) == bits(before)).all()
    alive = norms(model.bank, grouped) > 0
    for (p, q), lives in zip(grouped.keys, alive.tolist(), strict=True):
        assert lives == all((p, i) not in dead for i in range(1, q + 1))


@given(DEAD, st.integers(0, 99))
@example(set(STATES), 0)
@example({(0, 1), (1, 1), (3, 1)}, 0)
def test_the_pruned_model_predicts_the_same(dead, seed):
    """At 1e-5 relative in float32 and equal predictions; at rounding in float64."""
    model, grouped = model_with(dead, seed)
    x, lengths = batch([5, 1, 9, 0, 3], seed)
    pruned = prune(model, grouped)
    before, after = model(x.float(), lengths), pruned.model(x.float(), lengths)

    assert torch.allclose(after, before, rtol=1e-5, atol=1e-6)
    assert torch.equal(after.argmax(1), before.argmax(1))
    exact, exact_groups = model_with(dead, seed, torch.float64)
    assert torch.allclose(prune(exact, exact_groups).model(x, lengths), exact(x, lengths), rtol=1e-12, atol=1e-12)


@given(DEAD)
def test_what_is_left_is_the_prefix_before_the_first_dead_state(dead):
    model, grouped = model_with(dead)
    pruned = prune(model, grouped)
    want = {p: min([q - 1 for q in range(1, n + 1) if (p, q) in dead], default=n) for p, n in enumerate(LENGTHS)}

    assert [len(main_arcs(pattern)) for pattern in pruned.model.bank.layout.patterns] == [n for n in want.values() if n]
    assert pruned.kept == tuple(p for p, n in want.items() if n)
    assert transitions(pruned.model.bank.layout.patterns) == sum(want.values())
    for p, states in pruned.deleted.items():
        assert states == (tuple(range(LENGTHS[p] + 1)) if want[p] == 0 else tuple(range(want[p] + 1, LENGTHS[p] + 1)))


@given(DEAD)
def test_pruning_twice_is_pruning_once(dead):
    model, grouped = model_with(dead)
    once = prune(model, grouped)
    twice = prune(once.model, groups(once.model.bank.layout))

    assert twice.model.bank.layout.patterns == once.model.bank.layout.patterns
    assert all(torch.equal(a, b) for a, b in zip(twice.model.parameters(), once.model.parameters(), strict=True))


@given(DEAD)
def test_restoring_the_smaller_model_gives_the_full_one_back(dead):
    model, grouped = model_with(dead)
    zero_behind(model.bank, grouped)
    other = deepcopy(model)
    other.bank.reset_parameters()
    restore(other, prune(model, grouped))

    assert torch.equal(other.bank.weight, model.bank.weight)
    assert torch.equal(other.bank.bias, model.bank.bias)


def test_a_model_without_patterns_predicts_its_bias():
    model, grouped = model_with(set(STATES))
    small = prune(model, grouped).model
    x, lengths = batch([2, 0])

    assert small.bank.layout.patterns == ()
    assert torch.equal(small(x.float(), lengths), model.bias.expand(2, -1))


def test_states_that_a_detour_still_reaches_stay():
    """Not a chain: killing one of two ways into a state leaves it, and the pathsum is that of the other way."""
    pattern = WFSA(
        {0: 1.0},
        (
            Arc(0, ANY, 1, Linear("a")),
            Arc(0, ANY, 2, Linear("b")),
            Arc(1, ANY, 3, Linear("c")),
            Arc(2, ANY, 3, Linear("d")),
        ),
        {3: 1.0},
    )
    model = PatternClassifier(compile_patterns([pattern], 3).double(), 2).double()
    grouped = groups(model.bank.layout)
    with torch.no_grad():
        model.bank.weight[model.bank.layout.rows.index(Linear("a"))] = 0
    x, lengths = batch([2])
    pruned = prune(model, grouped)
    left, values = pruned.model.bank.to_symbolic()

    assert left[0].states == (0, 2, 3)
    assert pathsum(left[0], x[0].numpy(), REAL, evaluator(values)) == pytest.approx(model.bank(x, lengths).item())
    assert torch.allclose(pruned.model(x, lengths), model(x, lengths), rtol=1e-12)


@pytest.mark.parametrize(
    ("weight", "semiring", "at_zero"),
    [
        (Sigmoid(Linear("a")), REAL, "0.5"),
        (Linear("a"), MAX_PLUS, "0.0"),
        (Product((Const(2.0), Sigmoid(Linear("a")))), REAL, "1.0"),
    ],
)
def test_where_zero_norm_is_not_weight_zero_pruning_refuses(weight, semiring, at_zero):
    """σ(0) = ½: such a state is alive at zero parameters."""
    pattern = WFSA({0: semiring.one}, (Arc(0, ANY, 1, weight),), {1: semiring.one, 0: semiring.one})
    bank = compile_patterns([pattern], 3, semiring)
    with torch.no_grad():
        bank.weight.zero_()
    model = PatternClassifier(bank, 2)

    with pytest.raises(PruneError, match=f"got {at_zero} in {semiring} on arc 0 → 1 of pattern 0"):
        prune(model, groups(bank.layout))
    assert prune(model, groups(bank.layout), allow_gap=True).deleted == {0: (1,)}


def test_dead_means_exactly_zero():
    model, grouped = model_with({(1, 1)})
    with torch.no_grad():
        model.bank.weight[0] *= 1e-30

    assert dead_states(model.bank, grouped) == {1: (1,)}
