"""Long chains of epsilon arcs cost as much as they have arcs, in whatever order; what needs all pairs says so."""

import pytest

from wfsa import (
    COUNT,
    EPSILON,
    EXTREMES,
    MAX_TIMES,
    REAL,
    WFSA,
    Arc,
    DivergenceError,
    SizeError,
    determinize,
    entropy,
    epsilon_closure,
    epsilon_remove,
    extreme_paths,
    k_best_paths,
    kleene_closure,
    pathsum,
    posteriors,
    total_weight,
    viterbi,
)

LONG = 20_000


def chain(length, backwards=False):
    """0 –ε→ 1 –ε→ … and a loop that reads at the end; the arcs in either order."""
    arcs = [Arc(i, EPSILON, i + 1, 1.0) for i in range(length)]
    return WFSA({0: 1.0}, (*(arcs[::-1] if backwards else arcs), Arc(length, "a", length, 0.5)), {length: 1.0})


def test_a_chain_of_20_000():
    """All pairs of it, 2e8, would take minutes and gigabytes; and so would a round per arc."""
    machine = chain(LONG, backwards=True)

    assert pathsum(machine, "aa", REAL) == 0.25
    assert total_weight(machine, REAL) == 2
    best = viterbi(machine, "aa", MAX_TIMES)
    assert (best.weight, len(best.arcs)) == (0.25, LONG + 2)
    assert epsilon_remove(machine, REAL) == WFSA(
        {0: 1.0}, (Arc(0, "a", LONG, 0.5), Arc(LONG, "a", LONG, 0.5)), {0: 1.0, LONG: 1.0}
    )


@pytest.mark.parametrize("backwards", [False, True])
def test_whatever_follows_epsilons_follows_a_chain(backwards):
    machine = chain(1500, backwards)

    assert [path.weight for path in extreme_paths(machine, "aa")] == [0.25, 0.25]
    assert [path.weight for path in k_best_paths(machine, None, 2, MAX_TIMES)] == [1.0, 0.5]
    assert posteriors(machine, "a", REAL).states[0][1499] == 1
    assert entropy(machine, REAL) == pytest.approx(2 * 0.6931471805599453)
    assert len(determinize(machine, MAX_TIMES).states) == 2


def ladder(length):
    """Every state reads, and every state has an epsilon arc to the next one."""
    arcs = [arc for i in range(length) for arc in (Arc(i, EPSILON, i + 1, 1.0), Arc(i, "a", i + 1, 0.5))]
    return WFSA({0: 1.0}, tuple(arcs), {length: 1.0})


@pytest.mark.parametrize(
    "ask",
    [
        lambda: kleene_closure(chain(LONG), REAL),
        lambda: epsilon_closure(chain(LONG), REAL, lambda weight, _: weight),
        lambda: epsilon_remove(ladder(LONG), REAL),
    ],
)
def test_what_needs_all_pairs_refuses(ask, monkeypatch):
    """The limit is lowered, so that the test is fast; where it lies does not matter here."""
    monkeypatch.setattr("wfsa.semirings.stars._MOST_PAIRS", 100_000)
    with pytest.raises(SizeError, match=r"at most 100,000 pairs .*\(got more from 6 of the states\); ask for pathsum"):
        ask()


@pytest.mark.parametrize(("K", "largest"), [(REAL, 1500), (MAX_TIMES, 1500), (EXTREMES, 250)], ids=repr)
def test_a_ring_that_is_too_large_refuses(K, largest):
    ring = WFSA({0: 1.0}, tuple(Arc(i, EPSILON, (i + 1) % LONG, 0.5) for i in range(LONG)), {0: 1.0})

    with pytest.raises(SizeError, match=f"at most {largest} states .got 20000 that lie on cycles"):
        pathsum(ring, "", K)
    assert viterbi(ring, "", MAX_TIMES).weight == 1


def test_a_cycle_that_gains_is_named_behind_a_chain():
    arcs = (*chain(50).arcs, Arc(50, EPSILON, 51, 2.0), Arc(51, EPSILON, 50, 0.75))
    machine = WFSA({0: 1.0}, arcs, {50: 1.0})

    for ask in (lambda: viterbi(machine, "a", MAX_TIMES), lambda: extreme_paths(machine, "a")):
        with pytest.raises(DivergenceError, match=r"around state 5[01]"):
            ask()
    with pytest.raises(DivergenceError, match="around state 50, 51"):
        pathsum(machine, "a", COUNT)
