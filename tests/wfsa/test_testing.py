"""What wfsa.testing gives to other people's tests: it sees what is wrong, and nothing else needs hypothesis."""

import subprocess
import sys

import pytest
from hypothesis import given

from tests.oracles import COMBINE
from wfsa import REAL, WFSA, Arc, epsilon_remove, from_regex, reverse
from wfsa.testing.enumeration import listed_pathsum, paths
from wfsa.testing.laws import assert_keeps_pathsums, assert_pathsums_are_listed, assert_same_language
from wfsa.testing.strategies import STRINGS, WEIGHTS, automata


@pytest.mark.parametrize("K", WEIGHTS, ids=str)
def test_the_listed_pathsum_is_the_definition(K):
    @given(automata(WEIGHTS[K]), STRINGS)
    def check(automaton, xs):
        want = COMBINE[K](list(paths(automaton, xs)))
        assert K.near(listed_pathsum(automaton, xs, K), K.lift(want) if not isinstance(want, tuple) else want, 1e-9)
        assert_pathsums_are_listed(automaton, [xs], K)

    check()


def test_an_operation_that_changes_a_pathsum_is_caught():
    machine = WFSA({0: 1.0}, (Arc(0, "a", 1, 0.5), Arc(1, "b", 1, 0.5)), {1: 1.0})

    assert_keeps_pathsums(lambda automaton: epsilon_remove(automaton, REAL), machine, ["", "a", "ab"], REAL)
    with pytest.raises(AssertionError, match=r"pathsum of 'ab' in REAL: 0\.25 and 0\.0"):
        assert_keeps_pathsums(reverse, machine, ["a", "ab"], REAL)


def test_languages_that_differ_are_told_apart_by_a_string():
    one, two = (from_regex(pattern, REAL) for pattern in ("a(b|c)*", "a(b|c)?(b|c)*"))
    assert_same_language(one, two)
    with pytest.raises(AssertionError, match=r"tells them apart in REAL: 1\.0 and 2\.0"):
        assert_same_language(one, two, REAL)
    with pytest.raises(AssertionError, match=r"\('b',\) tells them apart in BOOLEAN: True and False"):
        assert_same_language(from_regex("[ab]", REAL), from_regex("a", REAL))


@given(automata(states=3, acyclic=True))
def test_automata_of_a_given_shape(machine):
    assert set(machine.states) <= {0, 1, 2}
    assert all(arc.source < arc.target for arc in machine.arcs)


def test_only_the_room_for_tests_needs_hypothesis():
    code = "import sys, wfsa; print('hypothesis' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
