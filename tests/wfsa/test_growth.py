"""Nothing grows faster than the automaton: semiring operations, and lines of the package that run, are counted."""

import math
import pickle
import sys
import tracemalloc
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import wfsa
from wfsa import EPSILON, LOG, MAX_PLUS, WFSA, Arc

SIZES = (300, 600, 1200)
PACKAGE = str(Path(wfsa.__file__).parent)


def counted(K, counts):
    """The same semiring, whose operations are counted; without arrays, which would do without them."""

    def count(name):
        operation = getattr(K, name)

        def run(*values):
            counts["operations"] += 1
            return operation(*values)

        return operation and run

    names = ("plus", "times", "star", "divide", "key")
    return replace(K, arrays=None, matrix_star=None, **{name: count(name) for name in names})


def work(job, K):
    """(Semiring operations, lines of wfsa that run), each at least 1."""
    counts = Counter({"operations": 1, "lines": 1})

    def inside(frame, event, argument):
        counts["lines"] += event == "line"
        return inside

    def entered(frame, event, argument):
        return inside if frame.f_code.co_filename.startswith(PACKAGE) else None

    own, before = counted(K, counts), sys.gettrace()
    sys.settrace(entered)
    try:
        job(own)
    finally:
        sys.settrace(before)
    return counts["operations"], counts["lines"]


def words(size):
    rng = np.random.default_rng(0)
    found = dict.fromkeys("".join(rng.choice(list("abcde"), 5)) for _ in range(size))
    return list(found)[: size // 5]


def lexicon(size):
    """A path of its own for each word: many arcs of one label leave the start."""
    arcs, final = [], {}
    for word in words(size):
        state = 0
        for symbol in word:
            arcs.append(Arc(state, symbol, len(arcs) + 1, -1.0))
            state = len(arcs)
        final[state] = -0.5
    return WFSA({0: 0.0}, tuple(arcs), final)


def tree(size):
    return wfsa.trie(words(size), LOG)


def hub(size):
    """Half of the arcs enter one state, and half leave it."""
    half = size // 2
    into = [Arc(i, "a", half, -1.0) for i in range(half)]
    return WFSA(dict.fromkeys(range(half), 0.0), (*into, *(Arc(half, "b", half + 1 + i, -1.0) for i in range(half))),
                {half + 1 + i: -float(i) for i in range(half)})  # fmt: skip


def back_off(size):
    """A state per word, that reads a few words, and goes back to the common one by an epsilon; all on one cycle."""
    states = size // 4
    rng = np.random.default_rng(0)
    arcs = [Arc(0, f"w{i}", i, -2.0) for i in range(1, states)]
    for i in range(1, states):
        arcs += [Arc(i, f"w{j}", int(j), -3.0) for j in rng.integers(1, states, 2)] + [Arc(i, EPSILON, 0, -1.0)]
    return WFSA({0: 0.0}, tuple(arcs), dict.fromkeys(range(states), -1.0))


def chain(size):
    """One path of epsilons and symbols, as deep as it is long."""
    arcs = tuple(Arc(i, EPSILON if i % 2 else "a", i + 1, -1.0) for i in range(size))
    return WFSA({0: 0.0}, arcs, {size: 0.0})


def read(machine):
    """What the first path to the end reads: a text that costs what its own length does."""
    reached, (*todo,) = dict.fromkeys(machine.initial, ()), machine.initial
    for state in todo:  # grows while it is walked
        if state in machine.final and reached[state]:
            return [label for label in reached[state] if label is not EPSILON]
        for arc in machine.leaving[state]:
            if arc.target not in reached:
                reached[arc.target] = (*reached[state], arc.label)
                todo.append(arc.target)
    raise AssertionError("nothing is read")


def line(text):
    return WFSA({0: 0.0}, tuple(Arc(i, x, i + 1, 0.0) for i, x in enumerate(text)), {len(text): 0.0})


ACYCLIC = (lexicon, tree, hub, chain)
ALL = (*ACYCLIC, back_off)
OPERATIONS = {
    "first sentence": (ALL, LOG, lambda m, K: wfsa.pathsum(m, read(m), K)),
    "best path of a sentence": (ALL, MAX_PLUS, lambda m, K: wfsa.viterbi(m, read(m), K)),
    "posteriors": (ALL, LOG, lambda m, K: wfsa.posteriors(m, read(m), K)),
    "total weight": (ACYCLIC, LOG, lambda m, K: wfsa.total_weight(m, K)),
    "push": (ACYCLIC, LOG, lambda m, K: wfsa.push(m, K)),
    "five best paths": (ACYCLIC, MAX_PLUS, lambda m, K: wfsa.k_best_paths(m, None, 5, K)),
    "five best strings": (
        (tree, hub, chain),
        MAX_PLUS,
        lambda m, K: wfsa.k_best_paths(m, None, 5, K, distinct="strings"),
    ),
    "intersect": (ALL, LOG, lambda m, K: wfsa.intersect(line(read(m)), m, K)),
    "epsilon_remove": ((lexicon, tree, hub), LOG, lambda m, K: wfsa.epsilon_remove(m, K)),
    "determinize": ((lexicon, tree, hub), MAX_PLUS, lambda m, K: wfsa.determinize(m, K)),
    "minimize": ((tree, hub), MAX_PLUS, lambda m, K: wfsa.minimize(m, K)),
    "equivalent": ((tree,), MAX_PLUS, lambda m, K: wfsa.equivalent(m, m, K)),
    "trim": (ALL, LOG, lambda m, K: wfsa.trim(m)),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_costs_grow_as_the_automaton_does(operation):
    machines, K, run = OPERATIONS[operation]
    for make in machines:
        costs = [work(partial(run, make(size)), K) for size in SIZES]
        for what, (before, after) in zip(("operations", "lines"), zip(*costs[-2:], strict=True), strict=True):
            arcs = len(make(SIZES[-1]).arcs) / len(make(SIZES[-2]).arcs)
            exponent = math.log(after / before) / math.log(arcs)
            assert exponent < 1.2, f"{operation} on {make.__name__}: {what} grow as arcs^{exponent:.2f}"


def test_what_does_grow_faster_is_found_out():
    """Where every state has epsilons to all before it, removing them costs the square."""
    before, after = (work(partial(OPERATIONS["epsilon_remove"][2], back_off(size)), LOG) for size in SIZES[-2:])
    assert all(math.log2(late / early) > 1.5 for early, late in zip(before, after, strict=True))


@pytest.mark.parametrize("make", [tree, back_off])
def test_a_sentence_costs_the_same_however_large_the_automaton_is(make):
    costs = []
    for size in SIZES:
        machine = make(size)
        text = "ab" if make is tree else ["w1", "w2"]
        wfsa.pathsum(machine, text, LOG)  # makes the index
        costs.append(work(lambda own, m=machine, text=text: wfsa.pathsum(m, text, own), LOG))
    assert max(costs)[1] < 1.3 * min(costs)[1]


@pytest.mark.parametrize("make", [lexicon, hub])
def test_memory_per_arc_is_bounded_as_the_guide_says(make):
    copied = make(20_000)
    wfsa.total_weight(make(1000), LOG)  # loads what is compiled
    tracemalloc.start()
    try:
        machine = WFSA(
            dict(copied.initial), tuple(Arc(*arc[:3], arc.weight * 1.5) for arc in copied.arcs), copied.final
        )
        own = tracemalloc.get_traced_memory()[0]
        wfsa.pathsum(machine, read(copied), LOG)
        indexed = tracemalloc.get_traced_memory()[0] - own
        wfsa.total_weight(machine, LOG)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    arcs, states = len(machine.arcs), len(machine.states)
    assert own / arcs < 150
    assert indexed / (arcs + states) < 320
    assert peak / (arcs + states) < 600


def test_nothing_is_as_deep_as_the_automaton(tmp_path):
    """A path four times as long as Python's stack, through everything."""
    deep = chain(4 * sys.getrecursionlimit())
    text = read(deep)
    assert wfsa.pathsum(deep, text, LOG) == wfsa.viterbi(deep, text, MAX_PLUS).weight == -len(deep.arcs)
    assert wfsa.total_weight(deep, LOG) == wfsa.total_weight(wfsa.reverse(deep), MAX_PLUS) == -len(deep.arcs)
    assert len(wfsa.k_best_paths(deep, None, 2, MAX_PLUS, distinct="strings")) == 1
    assert len(wfsa.posteriors(deep, text, LOG).states) == len(text) + 1
    assert len(wfsa.sample_paths(deep, 1, LOG)[0].labels) == len(text)
    without = wfsa.epsilon_remove(deep, LOG)
    ones = WFSA(dict.fromkeys(without.initial, 1.0), without.arcs, dict.fromkeys(without.final, 1.0))
    for smallest in (wfsa.minimize(wfsa.determinize(without, LOG), LOG), wfsa.minimize(ones, wfsa.REAL)):
        assert len(smallest.states) == len(text) + 1
    assert wfsa.equivalent(without, wfsa.push(without, LOG), LOG)
    assert len(wfsa.intersect(deep, line(text), LOG).states) == len(deep.states)
    assert len(wfsa.from_strings([text], LOG).states) == len(text) + 1
    for name in ("deep.json", "deep.safetensors"):
        wfsa.save(tmp_path / name, {"deep": deep})
        assert wfsa.load(tmp_path / name).automata["deep"] == deep
    assert pickle.loads(pickle.dumps(deep)) == deep
