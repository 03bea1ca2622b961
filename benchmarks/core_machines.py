"""Machines that people bring, of any size: lexicons, tries, language models with back-off, HMMs, random graphs.

Each is a list of arcs, so that every library builds its own from the same. Weights are probabilities.
"""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Symbol = int
"""1, 2, …; 0 is epsilon."""


class Machine(NamedTuple):
    """An automaton, and a string that it reads."""

    arcs: list[tuple[int, Symbol, int, float]]
    """(source, symbol, target, weight)."""
    final: dict[int, float]
    string: list[Symbol]
    """State 0 is the initial one, of weight 1."""

    @property
    def states(self) -> int:
        """Their number: all below it are used."""
        return 1 + max(max(source, target) for source, _, target, _ in self.arcs)


def words(count: int, rng: np.random.Generator) -> list[tuple[Symbol, ...]]:
    """Different words of three to nine letters, made of syllables so that beginnings and ends recur."""
    syllables = [(1 + int(c), 21 + int(v)) for c in range(20) for v in range(5)]
    found: dict[tuple[Symbol, ...], None] = {}
    while len(found) < count:
        picked = (syllables[min(int(rng.zipf(1.3)), len(syllables)) - 1] for _ in range(int(rng.integers(1, 5))))
        end = (1 + int(rng.integers(0, 20)),) if rng.random() < 0.5 else ()
        found[sum(picked, ()) + end] = None
    return list(found)


def lexicon(size: int) -> Machine:
    """A path of its own for every word."""
    arcs: list[tuple[int, Symbol, int, float]] = []
    final, state, last = dict[int, float](), 0, ()
    rng = np.random.default_rng(0)
    every = words(max(1, size // 6), rng)
    for word in every:
        if len(arcs) >= size:
            break
        before = 0
        for place, symbol in enumerate(word):
            state += 1
            arcs.append((before, symbol, state, 1 / len(every) if place == 0 else 1.0))
            before = state
        final[state], last = 1.0, word
    return Machine(arcs, final, list(last))


def trie(size: int) -> Machine:
    """Words that share their beginnings."""
    arcs: list[tuple[int, Symbol, int, float]] = []
    after: dict[tuple[int, Symbol], int] = {}
    final, last = dict[int, float](), ()
    for word in words(max(1, size // 2), np.random.default_rng(0)):
        if len(arcs) >= size:
            break
        state = 0
        for symbol in word:
            if (state, symbol) not in after:
                after[state, symbol] = len(after) + 1
                arcs.append((state, symbol, after[state, symbol], 0.5))
            state = after[state, symbol]
        final[state], last = 0.5, word
    return Machine(arcs, final, list(last))


def language_model(size: int) -> Machine:
    """Trigrams of a text of Zipf's words, with back-off by epsilon arcs (Katz 1987, absolute discounts).

    What backs off is read as the sum over all ways, as OpenFst does with epsilons.
    """
    rng = np.random.default_rng(0)
    vocabulary = max(5, round(size**0.6))
    counts = Counter[tuple[Symbol, ...]]()
    grams, sentence = 0, [1]
    while grams < size:
        length = int(rng.integers(5, 25))
        sentence = [1 + int(w) % vocabulary for w in rng.zipf(1.2, length)]
        whole = [*sentence, -1]
        for n in (1, 2, 3):
            for place in range(len(whole) - n + 1):
                gram = tuple(whole[place : place + n])
                grams += gram not in counts
                counts[gram] += 1
    histories = {(): 0}
    for gram in counts:
        if len(gram) < 3 and -1 not in gram:
            histories.setdefault(gram, len(histories))
    totals = Counter[tuple[Symbol, ...]]()
    kinds = Counter[tuple[Symbol, ...]]()
    for gram, count in counts.items():
        totals[gram[:-1]] += count
        kinds[gram[:-1]] += 1
    arcs: list[tuple[int, Symbol, int, float]] = []
    final: dict[int, float] = {}
    for gram, count in counts.items():
        history, symbol = gram[:-1], gram[-1]
        share = (count - 0.5) / totals[history]
        if symbol == -1:
            final[histories[history]] = share
        else:
            target = gram[-2:]
            arcs.append((histories[history], symbol, histories[target], share))
    for history, number in histories.items():
        if history:
            share = 0.5 * kinds[history] / totals[history] if totals[history] else 1.0
            arcs.append((number, 0, histories[history[1:]], share))
    return Machine(arcs, final, sentence)


def hmm(size: int) -> Machine:
    """All transitions between states, each with every symbol."""
    symbols = max(2, min(50, round(size ** (1 / 3))))
    states = max(2, round((size / symbols) ** 0.5))
    rng = np.random.default_rng(0)
    change = rng.dirichlet(np.ones(states), states) * 0.95
    emit = rng.dirichlet(np.ones(symbols), states)
    arcs = [
        (p, 1 + x, q, float(change[p, q] * emit[q, x]))
        for p in range(states)
        for q in range(states)
        for x in range(symbols)
    ]
    return Machine(arcs, dict.fromkeys(range(states), 0.05), [1 + int(x) for x in rng.integers(0, symbols, 20)])


def random_graph(size: int) -> Machine:
    """Four arcs from every state to any others, letters for labels."""
    rng = np.random.default_rng(0)
    states = max(1, size // 4)
    targets, labels = rng.integers(0, states, (states, 4)), rng.integers(1, 27, (states, 4))
    weights = rng.dirichlet(np.ones(4), states) * 0.9
    arcs = [(p, int(labels[p, k]), int(targets[p, k]), float(weights[p, k])) for p in range(states) for k in range(4)]
    string, state = list[Symbol](), 0
    for choice in rng.integers(0, 4, 20):
        string.append(int(labels[state, choice]))
        state = int(targets[state, choice])
    return Machine(arcs, dict.fromkeys(range(states), 0.1), string)


MACHINES: dict[str, Callable[[int], Machine]] = {
    "lexicon": lexicon,
    "trie": trie,
    "trigram LM": language_model,
    "HMM": hmm,
    "random": random_graph,
}
"""Name → about how many arcs → the machine."""
