"""Large automata as arrays against the plain definition, linear algebra and what cannot converge."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.names import name_of
from wfsa import (
    BOOLEAN,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    WFSA,
    Arc,
    DivergenceError,
    SizeError,
    k_best_paths,
    total_weight,
)
from wfsa.arrays import totals
from wfsa.paths import total as plain
from wfsa.testing.strategies import MACHINES, POSITIVE, WEIGHTS, automata
from wfsa.weights.evaluate import constant

SELECTIVE = [MAX_PLUS, MIN_PLUS, MAX_TIMES, BOOLEAN]


def by_definition(K):
    """The same semiring without arrays: whatever is run on them, is run on mappings."""
    return replace(K, arrays=None)


def everything(automaton, K, weigh=constant):
    """(State → to the end, from the start, the total) as arrays."""
    return totals.to_end(automaton, K, weigh), totals.from_start(automaton, K, weigh), totals.total(automaton, K, weigh)


def defined(automaton, K, weigh=constant):
    K = by_definition(K)
    return (
        plain.totals_to_end(automaton, K, weigh),
        plain.totals_from_start(automaton, K, weigh),
        plain.quiet_total(automaton, K, weigh),
    )


def assert_same(found, wanted, **near):
    for ours, theirs in zip(found[:2], wanted[:2], strict=True):
        assert ours == pytest.approx(theirs, **near)
    assert found[2] == pytest.approx(wanted[2], **near)
    assert type(found[2]) is type(wanted[2])


@pytest.mark.parametrize("K", SELECTIVE, ids=name_of)
@given(data=st.data())
def test_best_ways_are_those_of_the_definition(K, data):
    automaton = data.draw(automata(WEIGHTS[K]))
    try:
        wanted = defined(automaton, K)
    except DivergenceError:
        with pytest.raises(DivergenceError, match="around state"):
            everything(automaton, K)
    else:
        assert_same(everything(automaton, K), wanted, rel=1e-12)


@given(MACHINES)
def test_sums_are_those_of_the_definition(machine):
    assert_same(everything(machine, REAL), defined(machine, REAL), rel=1e-9, abs=1e-12)


@given(POSITIVE)
def test_sums_of_logarithms_are_those_of_the_definition(machine):
    def log(weight, symbol):
        return math.log(weight)

    assert_same(everything(machine, LOG, log), defined(machine, LOG, log), rel=1e-9, abs=1e-9)


def entangled(rng, size, mass, signed=False):
    """One component of `size` states and four arcs from each, whose sizes add up to `mass`."""
    targets = np.column_stack([(np.arange(size) + 1) % size, rng.integers(0, size, (size, 3))])
    weights = rng.dirichlet(np.ones(4), size) * mass
    if signed:
        weights *= rng.choice([-1.0, 1.0], weights.shape)
    matrix = np.zeros((size, size))
    np.add.at(matrix, (np.arange(size)[:, None], targets), weights)
    return matrix, [Arc(p, "a", int(targets[p, k]), float(weights[p, k])) for p in range(size) for k in range(4)]


@pytest.mark.parametrize("signed", [False, True])
def test_large_components_are_solved_as_numpy_does(signed):
    rng = np.random.default_rng(1)
    matrix, arcs = entangled(rng, 700, 0.95, signed)
    end = rng.uniform(0.1, 1, 700)
    machine = WFSA({0: 1.0}, tuple(arcs), dict(enumerate(end.tolist())))
    wanted = np.linalg.solve(np.eye(700) - matrix, end)

    found = plain.totals_to_end(machine, REAL)
    np.testing.assert_allclose([found[q] for q in range(700)], wanted, rtol=1e-9, atol=1e-9)


def test_large_components_of_tiny_weights_are_solved_in_logarithms():
    """Every arc costs 2,000 nats more than its weight says, and every state has a bonus that takes it back."""
    rng = np.random.default_rng(2)
    matrix, arcs = entangled(rng, 400, 0.9)
    height = rng.uniform(-2000, 2000, 400)
    logs = tuple(
        arc._replace(weight=math.log(arc.weight) + height[arc.target] - height[arc.source]) for arc in arcs
    )  # fmt: skip
    machine = WFSA({0: 0.0}, logs, {399: 0.0})
    wanted = math.log(np.linalg.inv(np.eye(400) - matrix)[0, 399]) + height[399] - height[0]
    assert total_weight(machine, LOG) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize(("K", "log"), [(REAL, False), (LOG, True)], ids=["REAL", "LOG"])
def test_a_large_component_without_an_exit_has_no_sum(K, log):
    _, arcs = entangled(np.random.default_rng(3), 300, 1.0)
    ends = {0: 0.0 if log else 1.0}
    if log:
        arcs = [arc._replace(weight=math.log(arc.weight)) for arc in arcs]
    with pytest.raises(DivergenceError, match=r"around state 0, 1, 2, 3, 4, …: .* scale the weights"):
        total_weight(WFSA(ends, tuple(arcs), ends), K)


def test_what_converges_too_slowly_is_refused_and_what_only_signs_make_converge_is_solved():
    _, arcs = entangled(np.random.default_rng(4), 300, 1 - 1e-9)
    with pytest.raises(SizeError, match="300 states has no value, or converges so slowly"):
        total_weight(WFSA({0: 1.0}, tuple(arcs), {0: 1.0}), REAL)

    matrix, arcs = entangled(np.random.default_rng(5), 300, 1.1, signed=True)
    assert np.abs(np.linalg.eigvals(matrix)).max() < 0.95
    wanted = np.linalg.inv(np.eye(300) - matrix)[0, 7]
    assert total_weight(WFSA({0: 1.0}, tuple(arcs), {7: 1.0}), REAL) == pytest.approx(wanted, rel=1e-9)


def test_a_chain_of_300_000_needs_no_stack():
    length = 300_000
    machine = WFSA({0: 0.0}, tuple(Arc(i, "a", i + 1, -1.0) for i in range(length)), {length: 0.0})
    assert total_weight(machine, LOG) == -length
    assert total_weight(machine, MAX_PLUS) == -length


def test_better_cycles_than_one_are_found_at_any_size():
    """A cycle of 3,000 arcs that gains in the end, and one that does not; most of its weights are better than 1̄."""
    size = 3000
    arcs = [Arc(i, "a", (i + 1) % size, 1.0) for i in range(size)]
    for last, ends in ((-size + 1.5, False), (-size + 0.5, True)):
        machine = WFSA({0: 0.0}, (*arcs[:-1], Arc(size - 1, "a", 0, last)), {size - 1: 0.0})
        if ends:
            assert total_weight(machine, MAX_PLUS) == size - 1
            assert k_best_paths(machine, None, 2, MAX_PLUS)[1].weight == size - 1.5
        else:
            with pytest.raises(DivergenceError, match="around state 0, 1, 2, 3, 4, …: a cycle improves"):
                total_weight(machine, MAX_PLUS)
            with pytest.raises(DivergenceError, match=r"a sum in LOG .* around state 0, 1, 2, 3, 4, …"):
                total_weight(machine, LOG)
