"""Where automata algorithms go wrong: weights of any size and sign, epsilon cycles, ANY beside names, `weigh`."""

import math

import pytest

from tests.clocks import seconds
from tests.names import name_of
from wfsa import (
    ANY,
    BOOLEAN,
    COUNT,
    EPSILON,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    STRINGS,
    WFSA,
    Affine,
    Arc,
    AutomatonError,
    Const,
    DivergenceError,
    FormatError,
    SemiringError,
    SizeError,
    Sum,
    determinize,
    entropy,
    epsilon_remove,
    equivalent,
    evaluator,
    expectation,
    expected_counts,
    intersect,
    k_best,
    k_best_paths,
    labelled,
    load,
    minimize,
    ngram,
    pathsum,
    product,
    push,
    save,
    spell_out,
    total_weight,
    twins_violation,
)
from wfsa.__main__ import main


def machine(initial, arcs, final):
    return WFSA(initial, tuple(Arc(*arc) for arc in arcs), final)


def one(weight):
    return machine({0: 1.0}, [(0, "a", 1, weight)], {1: 1.0})


MIXED = machine({0: 1.0}, [(0, EPSILON, 1, 0.5), (1, "a", 2, 0.5), (2, EPSILON, 2, 0.5)], {1: 0.5, 2: 0.5})


def square(weight, symbol):
    return weight * weight


def cost(weight, symbol):
    return -math.log(weight)


@pytest.mark.parametrize("operation", [epsilon_remove, push, determinize, minimize])
@pytest.mark.parametrize(("K", "weigh"), [(REAL, square), (MIN_PLUS, cost)], ids=name_of)
def test_a_weigh_of_ones_own_is_applied_once(operation, K, weigh):
    result = operation(MIXED, K, weigh=weigh)

    for xs in ("", "a"):
        assert pathsum(result, xs, K) == pytest.approx(pathsum(MIXED, xs, K, weigh), rel=1e-9)
    assert equivalent(MIXED, MIXED, K, weigh=weigh) is True


def test_labels_survive_epsilon_removal():
    automaton = machine({0: 1.0}, [(0, EPSILON, 1, 1.0), (1, "a", 2, 1.0)], {2: 1.0})

    assert total_weight(epsilon_remove(automaton, STRINGS, labelled()), STRINGS) == {("a",)}


@pytest.mark.parametrize("size", [1e-13, 1e-200, 1e150])
def test_small_and_large_weights_are_told_apart(size):
    for K in (MAX_TIMES, REAL):
        assert equivalent(one(size), one(5 * size), K).string == ("a",)
    tail = machine({0: 1.0}, [(0, "a", 1, 1.0), (0, "b", 1, 0.5), (1, "c", 2, size)], {2: 1.0})
    even = machine({0: 1.0}, [(0, "a", 1, 1.0), (0, "b", 1, 1.0), (1, "c", 2, size)], {2: 1.0})
    assert equivalent(tail, even, MAX_TIMES).string == ("b", "c")
    chains = [
        machine({0: 1.0}, [(i, "a", i + 1, last if i == 13 else 0.1) for i in range(14)], {14: 1.0})
        for last in (0.1, 0.9)
    ]
    assert equivalent(*chains, MAX_TIMES).string == ("a",) * 14


@pytest.mark.parametrize("size", [1.0, 1e-13, 1e100])
def test_twins_are_compared_by_quotients(size):
    fork = machine(
        {0: 1.0},
        [(0, "a", 1, 1.0), (0, "a", 2, 1.0), (1, "b", 1, size), (2, "b", 2, 2 * size)],
        {1: 1.0, 2: 1.0},
    )
    assert twins_violation(fork, REAL).cycle == ("b",)
    rings = [(0, "a", 1, 1.0), (0, "a", 100, 1.0)]
    rings += [(1 + i, "b", 1 + (i + 1) % 41, 0.5) for i in range(41)]
    rings += [(100 + i, "b", 100 + (i + 1) % 43, 0.4 if i == 7 else 0.5) for i in range(43)]
    assert twins_violation(machine({0: 1.0}, rings, {1: 1.0, 100: 1.0}), REAL) is not None


def test_composite_semirings_converge_where_their_parts_do():
    """Spectral radius .47 with 1.2 on the diagonal, and 1.9 with −.9 there."""

    def loops(rows):
        return machine({0: 1.0}, [(i, "a", j, rows[i][j]) for i in (0, 1) for j in (0, 1)], {1: 1.0})

    good, bad = loops([[1.2, -1.0], [1.0, -0.9]]), loops([[-0.9, 1.0], [1.0, -0.9]])
    total = total_weight(good, REAL)
    assert total_weight(good, expectation(REAL))[0] == pytest.approx(total)
    assert total_weight(good, expectation(REAL, order=2))[0] == pytest.approx(total)
    assert total_weight(good, product(REAL, REAL)) == pytest.approx((total, total))
    for K in (REAL, expectation(REAL), product(REAL, REAL)):
        with pytest.raises(DivergenceError):
            total_weight(bad, K)


def test_a_second_order_expectation_over_a_cycle():
    """The number of a's of a geometric language: mean p/(1−p), mean square p(1+p)/(1−p)²."""
    p = 0.3
    automaton = machine({0: 1.0}, [(0, "a", 1, p), (1, EPSILON, 0, 1.0)], {0: 1.0 - p})

    def weigh(weight, symbol):
        value = float(symbol == "a")
        return weight, weight * value, weight * value, weight * value * value

    z, r, s, t = total_weight(automaton, expectation(REAL, order=2), weigh)
    assert (z, r, s) == pytest.approx((1, p / (1 - p), p / (1 - p)))
    assert t == pytest.approx(p * (1 + p) / (1 - p) ** 2)


def test_constants_multiply_as_numbers():
    automaton = machine({0: 1.0}, [(0, EPSILON, 1, 1.0), (0, EPSILON, 1, 1.0), (1, "a", 2, Const(0.5))], {2: 1.0})

    assert pathsum(epsilon_remove(automaton, COUNT), "a", COUNT) == 2
    for K in (k_best(2, MAX_PLUS), expectation(LOG), product(MAX_PLUS, MIN_PLUS)):
        plain, constant = (intersect(one(f(2.0)), one(f(3.0)), K) for f in (float, Const))
        assert pathsum(constant, "a", K) == pathsum(plain, "a", K)
    with pytest.raises(AutomatonError, match="cannot be multiplied unread"):
        intersect(ngram(1), ngram(1), COUNT)


def test_distinct_strings_beside_any():
    both = machine({0: 1.0}, [(0, "a", 1, 0.1), (0, ANY, 1, 0.9)], {1: 1.0})
    found = k_best_paths(both, None, 5, MAX_TIMES, distinct="strings")
    assert [path.labels for path in found] == [("a",), (ANY,)]
    assert len(k_best_paths(both, "a", 5, MAX_TIMES, distinct="strings")) == 1
    later = machine({0: 1.0}, [(0, ANY, 1, 0.9), (1, "b", 2, 0.5)], {1: 1.0, 2: 1.0})
    strings = [path.labels for path in k_best_paths(later, None, 9, MAX_TIMES, distinct="strings")]
    assert sorted(strings, key=repr) == sorted([("b",), (ANY,), ("b", "b"), (ANY, "b")], key=repr)


def test_the_witness_of_any_against_a_name_is_any():
    assert equivalent(machine({0: 1.0}, [(0, ANY, 1, 1.0)], {1: 1.0}), one(1.0), BOOLEAN).string == (ANY,)


def test_the_command_line_keeps_totals_and_tables(tmp_path, capsys):
    words, numbers, att = tmp_path / "w.json", tmp_path / "n.json", tmp_path / "x.att"
    save(words, {"m": one(0.3)}, semiring=REAL)
    save(numbers, {"m": machine({0: 1.0}, [(0, 1, 1, 0.5)], {1: 1.0})})
    assert main(["convert", str(words), str(att)]) == 0
    assert main(["info", str(att), "--semiring", "REAL"]) == 0
    assert "total weight in REAL 0.3" in capsys.readouterr().out
    assert main(["score", str(att), "a", "--semiring", "REAL"]) == 0
    assert float(capsys.readouterr().out.split()[1]) == 0.3
    assert main(["info", str(numbers)]) == 0
    assert "no total weight without a semiring; say --semiring" in capsys.readouterr().out
    assert main(["convert", str(numbers), str(att), "--semiring", "REAL"]) == 0
    assert main(["convert", str(att), str(words), "--semiring", "REAL"]) == 0
    assert load(words).automata["x"].arcs[0].label == 1
    capsys.readouterr()
    assert main(["score", str(words), "1"]) == 0
    assert capsys.readouterr().out == "x\t0.5\n"


def test_no_other_exceptions(tmp_path):
    huge = machine({0: 1.0}, [(0, "a", 1, Sum((Const(1e308), Const(1e308))))], {1: 1.0})
    with pytest.raises(SemiringError, match="REAL takes finite numbers"):
        pathsum(huge, "a", REAL)
    with pytest.raises(AutomatonError, match="reads vectors"):
        total_weight(ngram(1, "p"), REAL, evaluator({"p.main1": Affine((1.0,)), "p.loop1": Affine((1.0,))}))
    with pytest.raises(AutomatonError, match="within the doubles"):
        pathsum(machine({0: 10**400}, [], {0: 1.0}), "", REAL)
    with pytest.raises(AutomatonError, match="symbols, not labels"):
        spell_out(huge, ["a", EPSILON])
    path = tmp_path / "x.json"
    for tree in (
        '{"format": "wfsa", "version": 1, "automata": {"\\ud800": {"initial": [], "arcs": [], "final": []}}}',
        "[1e999]",
    ):
        path.write_text(tree)
        with pytest.raises(FormatError, match=r"x\.json:1:\d+: "):
            load(path)
    with pytest.raises(FormatError, match="named by strings"):
        save(path, {1: one(1.0)})


def test_cycles_that_no_accepting_path_uses_do_not_matter():
    useless = machine({0: 1.0}, [(1, "a", 1, 2.0), (0, "b", 2, 1.0), (2, "b", 2, 3.0)], {0: 1.0})
    assert total_weight(useless, REAL) == 1.0
    assert entropy(useless, REAL) == 0.0
    assert pathsum(machine({0: 1.0}, [(1, EPSILON, 1, 2.0)], {0: 1.0}), "", REAL) == 1.0
    dead = machine({0: 1.0}, [(0, "a", 1, 0.0), (1, "a", 1, 2.0), (1, "b", 0, 1.0)], {0: 1.0})
    assert total_weight(dead, REAL) == 1.0


def test_costs_are_as_they_are_said():
    states = machine({0: 1.0}, [(0, "a", 1, 0.5), (1, "a", 0, 0.5), (0, "a", 0, 0.25)], {0: 1.0})
    short, long = (seconds(lambda n=n: expected_counts(states, LOG, "a" * n, cost_free)) for n in (2000, 8000))
    assert long < 10 * short
    pairs = machine({0: 1.0}, [(i, EPSILON, i + 1, 1.0) for i in range(0, 4000, 2)] + [(0, "a", 0, 0.5)], {1: 1.0})
    ring = machine({0: 1.0}, [(i, "a", (i + 1) % 400, 1.0) for i in range(400)], {399: 1.0})
    wide = machine({0: 1.0}, [(i % 200, f"w{i % 300}", (7 * i) % 200, 0.01) for i in range(1000)], {199: 1.0})
    for ask in (
        lambda: pathsum(pairs, "aa", REAL),
        lambda: total_weight(ring, BOOLEAN),
        lambda: equivalent(wide, wide, REAL),
    ):
        assert seconds(ask, 1) < 2


def cost_free(weight, symbol):
    return math.log(weight)


def test_what_rounding_leaves_of_nothing_is_nothing():
    arcs = [(0, "a", 2, 1.0), (1, "b", 1, 0.5), (2, "b", 2, 0.25), (1, "c", 3, 1.0), (2, "c", 3, 1.0)]
    cancelled = machine({0: 1.0}, [*[(0, "a", 1, w) for w in (0.3, -0.1, -0.2)], *arcs], {3: 1.0})
    assert len(determinize(cancelled, REAL, max_states=50).states) == 3
    with pytest.raises(SemiringError, match="cancel"):
        push(machine({0: 1.0}, [(0, "a", 1, w) for w in (0.3, -0.1, -0.2)], {1: 1.0}), REAL)
    sides = [
        machine({0: 1.0}, [*[(0, "a", 1, w) for w in order], (1, "b", 2, 1.0), (0, "c", 2, 1.0)], {2: 1.0})
        for order in ((0.1, 0.2, -0.3), (-0.3, 0.2, 0.1))
    ]
    assert equivalent(*sides, REAL) is True


def test_determinising_beyond_the_doubles_says_so():
    fork = machine(
        {0: 1.0}, [(0, "a", 1, 1.0), (0, "a", 2, 1.0), (1, "b", 1, 1.0), (2, "b", 2, 1e-30)], {1: 1.0, 2: 1.0}
    )
    with pytest.raises(SizeError, match="no twins"):
        determinize(fork, MAX_TIMES)
