"""Sums over all strings against linear algebra and enumeration."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wfsa.paths.test_paths import REFERENCE
from wfsa import (
    BOOLEAN,
    COUNT,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    WFSA,
    Arc,
    DivergenceError,
    total_weight,
)
from wfsa.components import components
from wfsa.testing.enumeration import matrices

SMALL = st.sampled_from([-0.4, -0.1, 0.1, 0.2, 0.3])
ARCS = st.lists(st.tuples(st.integers(0, 4), st.sampled_from("ab"), st.integers(0, 4), SMALL), max_size=12)


@given(
    ARCS, st.dictionaries(st.integers(0, 4), SMALL, max_size=3), st.dictionaries(st.integers(0, 4), SMALL, max_size=3)
)
def test_real_total_is_the_solution_of_the_linear_system(arcs, initial, final):
    """λ (I − M)⁻¹ ρ, signs included; where the spectral radius reaches 1 there is no sum."""
    machine = WFSA(initial, tuple(Arc(*arc) for arc in arcs), final)
    start, table, end = matrices(machine, 5)
    matrix = sum(table.values(), np.zeros((5, 5)))
    radius = max(abs(np.linalg.eigvals(matrix)))
    if radius >= 0.999:
        return

    want = float(start @ np.linalg.solve(np.eye(5) - matrix, end))
    assert total_weight(machine, REAL) == pytest.approx(want, rel=1e-12, abs=1e-12)


@given(
    ARCS, st.dictionaries(st.integers(0, 4), SMALL, max_size=3), st.dictionaries(st.integers(0, 4), SMALL, max_size=3)
)
def test_log_total_is_the_logarithm_of_the_real_one(arcs, initial, final):
    arcs = [(p, a, q, abs(w)) for p, a, q, w in arcs]
    machine = WFSA(
        {q: abs(w) for q, w in initial.items()}, tuple(Arc(*arc) for arc in arcs), {q: abs(w) for q, w in final.items()}
    )
    logs = WFSA(
        {q: math.log(w) for q, w in machine.initial.items()},
        tuple(a._replace(weight=math.log(a.weight)) for a in machine.arcs),
        {q: math.log(w) for q, w in machine.final.items()},
    )
    try:
        real = total_weight(machine, REAL)
    except DivergenceError:
        return

    log = total_weight(logs, LOG)
    assert math.exp(log) == pytest.approx(real, rel=1e-9, abs=1e-300)
    costs = WFSA(
        {q: -w for q, w in logs.initial.items()}, tuple(a._replace(weight=-a.weight) for a in logs.arcs),
        {q: -w for q, w in logs.final.items()},
    )  # fmt: skip
    best = total_weight(machine, MAX_TIMES)
    assert total_weight(logs, MAX_PLUS) == pytest.approx(math.log(best) if best else -math.inf)
    assert total_weight(costs, MIN_PLUS) == pytest.approx(-math.log(best) if best else math.inf)
    assert total_weight(machine, BOOLEAN) == (real > 0)


def test_the_reference_machine():
    assert total_weight(REFERENCE, REAL) == pytest.approx(0.17)
    assert total_weight(REFERENCE, MAX_TIMES) == pytest.approx(0.07)
    assert total_weight(REFERENCE, BOOLEAN)


def test_divergence_names_the_states_of_the_cycle():
    machine = WFSA({0: 1.0}, (Arc(0, "a", 7, 1.0), Arc(7, "a", 8, 2.0), Arc(8, "a", 7, 0.5)), {8: 1.0})

    with pytest.raises(DivergenceError, match=r"around state 7, 8: .*spectral radius below 1"):
        total_weight(machine, REAL)
    with pytest.raises(DivergenceError, match=r"around state 7, 8: .*COUNT"):
        total_weight(machine, COUNT)


def test_signed_cycles_may_pass_through_large_pivots():
    """State 0 alone loops at 3, yet the component's spectral radius is 0: Lehmann's pivot would diverge."""
    machine = WFSA(
        {0: 1.0}, (Arc(0, "a", 0, 3.0), Arc(0, "a", 1, 9.0), Arc(1, "a", 0, -1.0), Arc(1, "a", 1, -3.0)), {1: 1.0}
    )

    assert total_weight(machine, REAL) == pytest.approx(9.0)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25))
def test_components_are_the_classes_of_mutual_reachability_in_order(edges):
    rows = {p: {q: 1 for s, q in edges if s == p} for p, _ in edges}
    reach = np.eye(10, dtype=bool)
    for p, q in edges:
        reach[p, q] = True
    for _ in range(10):
        reach = reach | ((reach.astype(int) @ reach.astype(int)) > 0)
    found = components(rows)
    place = {state: i for i, states in enumerate(found) for state in states}

    assert set(place) == {state for edge in edges for state in edge}
    for p in place:
        for q in place:
            assert (place[p] == place[q]) == bool(reach[p, q] and reach[q, p])
            if reach[p, q]:
                assert place[p] <= place[q]


def test_three_hundred_states_take_seconds():
    rng = np.random.default_rng(0)
    arcs = tuple(Arc(int(p), "a", int(q), float(w)) for p, q, w in zip(
        rng.integers(0, 300, 3000), rng.integers(0, 300, 3000), rng.uniform(0, 0.15, 3000), strict=True
    ))  # fmt: skip
    machine = WFSA({0: 1.0}, arcs, {299: 1.0})
    _, table, _ = matrices(machine, 300)
    want = np.linalg.solve(np.eye(300) - table["a"], np.eye(300)[299])[0]

    assert total_weight(machine, REAL) == pytest.approx(want)
    assert total_weight(machine, MAX_TIMES) > 0
