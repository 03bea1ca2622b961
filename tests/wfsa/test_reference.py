"""One small machine whose answers are known, in every semiring; and what its peers got wrong, as facts about us."""

import math
import random

import pytest

from tests.clocks import seconds
from tests.names import name_of
from wfsa import (
    BOOLEAN,
    COUNT,
    ENTROPY,
    EPSILON,
    EXTREMES,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    STRINGS,
    WFSA,
    Arc,
    DivergenceError,
    entropy,
    equivalent,
    expectation,
    expected_counts,
    forward,
    k_best,
    k_best_paths,
    labelled,
    minimize,
    pathsum,
    product,
    push,
    total_weight,
    viterbi,
)

# 0 -a/.5-> 1 ; 1 -b/.3-> 1 ; 1 -a/.2-> 2 ; 0 -b/.1-> 2 ; start 0 ; final 2 = .7
MACHINE = WFSA({0: 1.0}, (Arc(0, "a", 1, 0.5), Arc(1, "b", 1, 0.3), Arc(1, "a", 2, 0.2), Arc(0, "b", 2, 0.1)), {2: 0.7})


def log(weight, symbol):
    return math.log(weight)


def cost(weight, symbol):
    return -math.log(weight)


@pytest.mark.parametrize(
    ("K", "weigh", "total", "aba"),
    [
        (REAL, None, 0.17, 0.021),
        (LOG, log, math.log(0.17), math.log(0.021)),
        (MAX_TIMES, None, 0.07, 0.021),
        (MAX_PLUS, log, math.log(0.07), math.log(0.021)),
        (MIN_PLUS, cost, -math.log(0.07), -math.log(0.021)),
        (BOOLEAN, None, True, True),
        (EXTREMES, None, (0.0, 0.07), (0.021, 0.021)),
        (ENTROPY, None, None, (0.021, -0.021 * math.log(0.021))),
        (expectation(REAL), None, (0.17, 0.0), (0.021, 0.0)),
        (product(REAL, MAX_TIMES), None, (0.17, 0.07), (0.021, 0.021)),
    ],
    ids=name_of,
)
def test_the_reference_machine(K, weigh, total, aba):
    ask = {} if weigh is None else {"weigh": weigh}

    assert pathsum(MACHINE, "aba", K, **ask) == pytest.approx(aba, rel=1e-12)
    if total is not None:
        assert total_weight(MACHINE, K, **ask) == pytest.approx(total, rel=1e-12)


def test_the_reference_machine_counted_listed_and_weighed():
    assert pathsum(MACHINE, "aba", COUNT) == 1
    with pytest.raises(DivergenceError, match="state 1"):
        total_weight(MACHINE, COUNT)
    with pytest.raises(DivergenceError, match="reads nothing"):
        total_weight(MACHINE, STRINGS, labelled())
    assert pathsum(MACHINE, "abba", STRINGS, labelled()) == {("a", "b", "b", "a")}
    assert total_weight(MACHINE, k_best(2, MAX_TIMES), labelled()) == (
        (pytest.approx(0.07), ("b",)),
        (pytest.approx(0.07), ("a", "a")),
    )
    assert [p.weight for p in k_best_paths(MACHINE, None, 3, MAX_TIMES)] == pytest.approx([0.07, 0.07, 0.021])
    assert expected_counts(MACHINE, REAL) == pytest.approx([0.588235, 0.252101, 0.588235, 0.411765], abs=1e-6)
    z, r = total_weight(MACHINE, ENTROPY)
    assert r == pytest.approx(0.50367, abs=1e-5)
    assert entropy(MACHINE, REAL) == pytest.approx(math.log(z) + r / z, rel=1e-12)
    assert math.fsum(push(MACHINE, REAL).initial.values()) == pytest.approx(0.17)


def test_what_is_not_accepted_has_the_true_zero():
    """No stand-in such as −100."""
    assert pathsum(MACHINE, "c", LOG, log) == -math.inf
    assert pathsum(MACHINE, "c", MIN_PLUS, cost) == math.inf
    assert pathsum(MACHINE, "c", MAX_TIMES) == 0.0
    assert viterbi(MACHINE, "c", MAX_TIMES) is None
    assert total_weight(WFSA({0: -1000.0}, (), {0: -1000.0}), LOG) == -2000.0


def test_an_epsilon_loop_sums_exactly():
    assert total_weight(WFSA({0: 1.0}, (Arc(0, EPSILON, 0, 0.5),), {0: 1.0}), REAL) == 2.0


def test_minimising_costs_on_a_cycle_ends():
    """hfst's weighted minimisation does not."""
    machine = WFSA({0: 0.0}, (Arc(0, "a", 1, 1.0), Arc(1, "a", 0, 2.0), Arc(0, "b", 0, 0.5)), {0: 0.0, 1: 1.0})
    smallest = minimize(machine, MIN_PLUS)

    assert len(smallest.states) == 2
    assert equivalent(machine, smallest, MIN_PLUS) is True


@pytest.fixture(scope="module")
def large():
    """States, arcs → a machine whose sums converge."""

    def make(states, arcs):
        rng = random.Random(0)
        ends = [(rng.randrange(states), rng.choice("abcde"), rng.randrange(states)) for _ in range(arcs)]
        leaving = [sum(source == state for source, *_ in ends) for state in range(states)]
        drawn = [Arc(p, label, q, rng.uniform(0.45, 0.9) / leaving[p]) for p, label, q in ends]
        return WFSA({0: 1.0}, tuple(drawn), {states - 1: 0.5, 1: 0.3})

    return make


def test_a_thousand_symbols_through_a_thousand_arcs_take_less_than_a_second(large):
    drawn = large(64, 1000)  # whose sums over a thousand symbols would be too small for doubles
    machine = WFSA(drawn.initial, tuple(arc._replace(weight=7 * arc.weight) for arc in drawn.arcs), drawn.final)
    rng = random.Random(1)
    xs = [rng.choice("abcde") for _ in range(1000)]

    assert seconds(lambda: forward(machine, xs, REAL), enough=1) < 1
    assert len(forward(machine, xs, REAL)) == 1001


def test_three_hundred_states_take_less_than_two_seconds(large):
    machine = large(300, 1500)
    other = machine.arcs[0]._replace(weight=machine.arcs[0].weight * 1.01)
    changed = WFSA(machine.initial, (other, *machine.arcs[1:]), machine.final)
    for ask, expected in [
        (lambda: total_weight(machine, REAL) > 0, True),
        (lambda: total_weight(machine, LOG, log) > -math.inf, True),
        (lambda: equivalent(machine, push(machine, REAL), REAL), True),
        (lambda: bool(equivalent(machine, changed, REAL)), False),
    ]:
        found = []
        assert seconds(lambda ask=ask, found=found: found.append(ask()), 2, enough=2) < 2
        assert all(answer is expected for answer in found)
