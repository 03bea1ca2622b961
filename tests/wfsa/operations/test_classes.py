"""Classes of states against Moore's definition, and what a lexicon needs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfsa import MAX_PLUS, WFSA, Arc, SizeError, determinize, minimize, pathsum
from wfsa.operations.classes import classes


@st.composite
def deterministic(draw):
    """At most one arc per state and symbol; weights and ends of few values, so that states are alike."""
    size = draw(st.integers(1, 8))
    steps = draw(st.dictionaries(st.tuples(st.integers(0, size - 1), st.sampled_from("ab")), st.tuples(
        st.integers(0, size - 1), st.sampled_from([0.0, -1.0])), max_size=14))  # fmt: skip
    if draw(st.booleans()):
        steps = {(p, a): (q, w) for (p, a), (q, w) in steps.items() if p < q}
    final = draw(st.dictionaries(st.integers(0, size - 1), st.sampled_from([0.0, -2.0])))
    return WFSA({0: 0.0}, tuple(Arc(p, a, q, w) for (p, a), (q, w) in steps.items()), final)


def moore(automaton):
    """State → its class, by as many rounds as there are states."""
    block = {q: (automaton.final.get(q),) for q in automaton.states}
    for _ in automaton.states:
        block = {
            q: (block[q], frozenset((arc.label, arc.weight, block[arc.target]) for arc in automaton.leaving[q]))
            for q in automaton.states
        }
        names = {}
        block = {q: names.setdefault(value, len(names)) for q, value in block.items()}
    return block


@given(deterministic())
def test_classes_are_those_of_moore(automaton):
    found, wanted = classes(automaton, MAX_PLUS), moore(automaton)
    assert len(set(zip(found.values(), wanted.values(), strict=True))) == len(set(found.values()))
    assert len(set(found.values())) == len(set(wanted.values()))


def test_a_deep_chain_and_a_large_ring_merge():
    """Moore's rounds would be as many as there are states."""
    length = 10_000
    chains = [Arc(i, "a", i + 2, 0.0) for i in range(length)]
    merged = minimize(WFSA({0: 0.0, 1: 0.0}, tuple(chains), {length: 0.0, length + 1: 0.0}), MAX_PLUS)
    assert len(merged.states) == length // 2 + 1

    ring = WFSA({0: 0.0}, tuple(Arc(i, "a", (i + 1) % length, -1.0) for i in range(length)), {0: 0.0, length // 2: 0.0})
    assert len(minimize(ring, MAX_PLUS).states) == length // 2


def lexicon(count):
    """A path of its own for each of so many words, which begin and end alike."""
    rng = np.random.default_rng(0)
    words = sorted({"".join(rng.choice(list("abcde"), rng.integers(4, 9))) for _ in range(count)})
    arcs, final, state = [], {}, 0
    for word in words:
        before = 0
        for symbol in word:
            state += 1
            arcs.append(Arc(before, symbol, state, 0.0))
            before = state
        final[before] = -1.0
    return words, WFSA({0: 0.0}, tuple(arcs), final)


def test_a_lexicon_of_6_000_words_is_determinized_and_minimized():
    words, machine = lexicon(6000)
    known, prefixes = set(words), {word[:end] for word in words for end in range(len(word) + 1)}
    endings, numbers = {}, {}
    for prefix in sorted(prefixes, key=len, reverse=True):  # prefixes after which the same may follow are one state
        after = frozenset((a, endings[prefix + a]) for a in "abcde" if prefix + a in prefixes)
        endings[prefix] = numbers.setdefault((prefix in known, after), len(numbers))
    trie = determinize(machine, MAX_PLUS)
    assert len(trie.states) == len(prefixes)
    smallest = minimize(machine, MAX_PLUS)
    assert len(smallest.states) == len(numbers)
    assert {pathsum(smallest, word, MAX_PLUS) for word in words[::500]} == {-1.0}


def test_no_twins_are_refused_early_and_named():
    """Two loops of other weights, beside thousands of ends that the same symbol reaches, and all of their pairs."""
    arcs = [Arc(0, "a", q, 0.0) for q in (1, 2)] + [Arc(1, "b", 1, -1.0), Arc(2, "b", 2, -2.0)]
    arcs += [Arc(0, "a", 3 + i, 0.0) for i in range(3000)]
    machine = WFSA({0: 0.0}, tuple(arcs), dict.fromkeys(range(1, 3003), 0.0))
    with pytest.raises(SizeError, match=r"10000 states .* states (1 and 2|2 and 1) .* are no twins"):
        determinize(machine, MAX_PLUS)
