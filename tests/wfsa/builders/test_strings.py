"""Lexicons: what they accept, and that they have a state for every different rest of a string, and no more."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wfsa
from wfsa import ANY, BOOLEAN, COUNT, LOG, MIN_PLUS, REAL, from_strings, trie

WORDS = st.lists(st.text("abc", max_size=5), max_size=12)
WEIGHTED = st.dictionaries(st.text("ab", max_size=5), st.sampled_from([0.25, 0.5, 1.0, 2.0]), max_size=10)


def rests(weights, normal):
    """The different things that can follow a beginning, by the definition of Myhill and Nerode."""
    beginnings = {word[:i] for word in weights for i in range(len(word) + 1)}
    return {
        frozenset(normal({word[len(start) :]: w for word, w in weights.items() if word.startswith(start)}).items())
        for start in beginnings
    }


def check(machine, weights, K, words):
    assert all(len({arc.label for arc in arcs}) == len(arcs) for arcs in machine.leaving.values())
    for word in words:
        assert K.near(wfsa.pathsum(machine, word, K), weights.get(word, K.zero), 1e-12), word


@given(WORDS, WORDS)
def test_words_are_accepted_by_as_few_states_as_there_are_rests(words, others):
    machine = from_strings(words, BOOLEAN)
    check(machine, dict.fromkeys(words, True), BOOLEAN, [*words, *others])
    assert len(machine.states) == max(1, len(rests(dict.fromkeys(words, True), dict)))
    check(trie(words, BOOLEAN), dict.fromkeys(words, True), BOOLEAN, [*words, *others])
    assert len(trie(words, BOOLEAN).states) == len({word[:i] for word in [*words, ""] for i in range(len(word) + 1)})


@given(WEIGHTED)
def test_weights_are_merged_as_far_as_they_can_move(weights):
    def less(costs):
        return {word: cost - min(costs.values()) for word, cost in costs.items()}

    def share(values):
        return {word: round(value / math.fsum(values.values()), 9) for word, value in values.items()}

    for K, normal in ((MIN_PLUS, less), (REAL, share)):
        machine = from_strings(weights, K)
        check(machine, weights, K, weights)
        assert len(machine.states) == max(1, len(rests(weights, normal)))


@given(WEIGHTED)
def test_signs_and_semirings_that_do_not_divide_keep_their_weights(weights):
    signed = {word: -weight if len(word) % 2 else weight for word, weight in weights.items()}
    check(from_strings(signed, REAL), signed, REAL, signed)
    logs = {word: math.log(weight) for word, weight in weights.items()}
    check(from_strings(logs, LOG), logs, LOG, logs)
    check(trie(signed, REAL), signed, REAL, signed)


def test_strings_of_any_symbols_and_strings_that_come_twice():
    machine = from_strings([["not", "good"], ("not", 3), ["not", "good"]], COUNT)
    assert wfsa.pathsum(machine, ["not", "good"], COUNT) == 2
    assert wfsa.pathsum(machine, ["not", 3], COUNT) == 1
    assert from_strings([], REAL).final == {}


@pytest.mark.parametrize("wrong", ["word", [3], [[[]]], [[ANY]], None])
def test_what_is_no_list_of_strings_is_refused(wrong):
    with pytest.raises(wfsa.AutomatonError, match="string"):
        from_strings(wrong, REAL)
