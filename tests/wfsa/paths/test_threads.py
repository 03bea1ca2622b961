"""Threads that share an automaton's index find what one of them alone does."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from wfsa import EPSILON, MAX_TIMES, REAL, WFSA, Arc, pathsum, viterbi
from wfsa.components import Components


def test_components_that_threads_look_for_at_once():
    rng = np.random.default_rng(0)
    edges = {state: rng.integers(0, 300, 2).tolist() for state in range(300)}

    def after(state):
        for target in edges[state]:
            time.sleep(0)  # another thread's turn
            yield target

    alone, shared = Components(edges.__getitem__), Components(after)
    wanted = [alone.states(alone.of(state)) for state in range(300)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda state: shared.states(shared.of(state)), range(300)))
    assert found == wanted
    assert len(shared.all()) == len(alone.all())


def read(machine, word):
    return pathsum(machine, word, REAL), viterbi(machine, word, MAX_TIMES)


def tangle(seed):
    """Fifty states, half of the arcs epsilons, cycles among them."""
    rng = np.random.default_rng(seed)
    ends, labels = rng.integers(0, 50, (300, 2)), ["a", "b", EPSILON, EPSILON]
    arcs = [Arc(int(p), labels[int(rng.integers(4))], int(q), 0.05) for p, q in ends]
    return WFSA({0: 1.0}, tuple(arcs), {1: 1.0, 2: 0.5})


def test_sequences_that_threads_read_at_once():
    words = ["", "a", "ab", "bba", "abab"] * 4
    for seed in range(3):
        alone, shared = tangle(seed), tangle(seed)
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(partial(read, shared), words)) == [read(alone, word) for word in words]
