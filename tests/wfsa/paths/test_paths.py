"""forward, backward, pathsum, viterbi and extreme_paths against enumeration of all paths."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.oracles import COMBINE
from tests.wfsa.semirings.test_semiring import close
from wfsa import (
    ANY,
    EPSILON,
    EXTREMES,
    LOG,
    MAX_PLUS,
    REAL,
    SEMIRINGS,
    WFSA,
    Arc,
    AutomatonError,
    DivergenceError,
    Linear,
    SemiringError,
    backward,
    extreme_paths,
    forward,
    pathsum,
    viterbi,
)
from wfsa.testing.enumeration import matrix_pathsum, paths
from wfsa.testing.strategies import STRINGS, WEIGHTS, automata

REFERENCE = WFSA(
    {0: 1.0}, (Arc(0, "a", 1, 0.5), Arc(1, "b", 1, 0.3), Arc(1, "a", 2, 0.2), Arc(0, "b", 2, 0.1)), {2: 0.7}
)


@pytest.mark.parametrize("K", SEMIRINGS, ids=repr)
@given(st.data())
def test_pathsum_is_the_sum_over_all_paths(K, data):
    machine, xs = data.draw(automata(WEIGHTS[K])), data.draw(STRINGS)

    assert close(pathsum(machine, xs, K), COMBINE[K](list(paths(machine, xs))))


@pytest.mark.parametrize("K", SEMIRINGS, ids=repr)
@given(st.data())
def test_forward_and_backward_meet_at_every_time(K, data):
    """⊕ over states of α[t] ⊗ β[t] is the pathsum for every t."""
    machine, xs = data.draw(automata(WEIGHTS[K], epsilons=False)), data.draw(STRINGS)
    alphas, betas = forward(machine, xs, K), backward(machine, xs, K)
    want = COMBINE[K](list(paths(machine, xs)))

    for alpha, beta in zip(alphas, betas, strict=True):
        assert close(K.sum(K.times(w, beta[q]) for q, w in alpha.items() if q in beta), want)


@given(automata(), STRINGS)
def test_backward_with_epsilons_weighs_what_follows(machine, xs):
    """β[0] from the initial states, epsilon arcs included, gives the pathsum."""
    beta = backward(machine, xs, REAL)[0]

    total = math.fsum(w * beta.get(q, 0.0) for q, w in machine.initial.items())
    assert close(total, COMBINE[REAL](list(paths(machine, xs))))


@pytest.mark.parametrize("K", [K for K in SEMIRINGS if K.selective], ids=repr)
@given(st.data())
def test_viterbi_is_an_accepting_path_of_the_best_weight(K, data):
    machine, xs = data.draw(automata(WEIGHTS[K])), data.draw(STRINGS)
    want = COMBINE[K](list(paths(machine, xs)))
    best = viterbi(machine, xs, K)

    if want == K.zero:
        assert best is None
        return
    assert best is not None
    assert best.weight == want
    read = [arc for arc in best.arcs if arc.label is not EPSILON]
    assert len(read) == len(xs)
    assert all(arc.label in (ANY, x) for arc, x in zip(read, xs, strict=True))
    assert all(arc in machine.arcs for arc in best.arcs)
    assert all(arc.source == q for arc, q in zip(best.arcs, best.states, strict=False))
    weights = [machine.initial[best.start], *(arc.weight for arc in best.arcs), machine.final[best.states[-1]]]
    assert COMBINE[K]([weights]) == want


@given(automata(), STRINGS)
@example(
    WFSA({0: 1.0}, (Arc(0, "a", 1, -2.0), Arc(0, "a", 2, 1.0), Arc(1, "a", 3, -2.0), Arc(2, "a", 3, 1.0)), {3: 1.0}),
    "aa",
)
def test_extreme_paths_are_paths_of_the_extreme_weights(machine, xs):
    """Right for signed weights: two negative factors win in the example, where a max-only recursion misses them."""
    listed = list(paths(machine, xs))
    ends = extreme_paths(machine, xs)

    if not listed:
        assert ends is None
        return
    assert ends is not None
    assert (ends[0].weight, ends[1].weight) == COMBINE[EXTREMES](listed)
    for path in ends:
        weights = [machine.initial[path.start], *(arc.weight for arc in path.arcs), machine.final[path.states[-1]]]
        assert weights in listed
        assert math.prod(weights) == path.weight


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([-0.2, 0.1, 0.2])), max_size=8), STRINGS
)
def test_epsilon_cycles_are_summed_exactly(epsilons, xs):
    """Against linear algebra: (I − E)⁻¹ between the symbols."""
    arcs = [Arc(p, EPSILON, q, w) for p, q, w in dict.fromkeys(epsilons)]
    machine = WFSA(
        {0: 1.0, 1: -0.5}, (*arcs, Arc(0, "a", 1, 0.5), Arc(1, ANY, 0, 2.0), Arc(2, "b", 3, 1.0)), {0: 1.0, 3: 0.5}
    )
    try:
        found = pathsum(machine, xs, REAL)
    except DivergenceError:
        return

    assert math.isclose(found, matrix_pathsum(machine, xs), rel_tol=1e-9, abs_tol=1e-12)


def test_a_divergent_epsilon_cycle_names_its_state():
    machine = WFSA({5: 1.0}, (Arc(5, EPSILON, 5, 1.5),), {5: 1.0})

    with pytest.raises(DivergenceError, match="around state 5"):
        pathsum(machine, "", REAL)
    with pytest.raises(DivergenceError, match="epsilon cycle"):
        viterbi(machine, "", MAX_PLUS)
    with pytest.raises(DivergenceError, match="epsilon cycle"):
        extreme_paths(machine, "")


def test_an_epsilon_loop_of_one_half_doubles():
    assert pathsum(WFSA({0: 1.0}, (Arc(0, EPSILON, 0, 0.5),), {0: 1.0}), "", REAL) == 2.0


def test_the_reference_machine_has_its_known_weights():
    assert math.isclose(pathsum(REFERENCE, "aba", REAL), 0.021)
    assert math.isclose(pathsum(REFERENCE, "b", REAL), 0.07)
    assert pathsum(REFERENCE, "bb", REAL) == 0


@pytest.mark.parametrize("K", [REAL, LOG, EXTREMES], ids=repr)
def test_viterbi_refuses_semirings_that_mix_paths(K):
    with pytest.raises(SemiringError, match="MAX_PLUS"):
        viterbi(REFERENCE, "b", K)


def test_symbolic_weights_need_parameters():
    machine = WFSA({0: 1.0}, (Arc(0, ANY, 0, Linear("w")),), {0: 1.0})

    with pytest.raises(AutomatonError, match="evaluator"):
        pathsum(machine, [[1.0]], REAL)
