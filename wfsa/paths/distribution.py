"""The accepting paths as a probability distribution: sampling, entropy, expected counts.

A path of weight w has the probability w / Z with Z the sum over all paths: those that read `xs`, or, without `xs`,
those of all strings. Seen from the start it is a Markov chain: from a node the next edge has the probability
weight ⊗ ahead(target) ⊘ ahead(node). These numbers lie in [0, 1] however long the text is; use LOG where the sums of a
long text would underflow in REAL.
"""

import math
import random
from collections.abc import Iterable
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np

from wfsa.automaton import WFSA, Arc
from wfsa.errors import SemiringError
from wfsa.paths.forward import Symbols, Weigh
from wfsa.paths.lattice import Edge, Lattice, Node
from wfsa.paths.underflow import beyond_error, vanished_error
from wfsa.paths.viterbi import Path
from wfsa.semirings.base import Semiring
from wfsa.weights.evaluate import constant
from wfsa.weights.multiply import is_beyond

V = TypeVar("V")
Choice = tuple[float, Edge[V] | None]
"""A probability, and the edge that is taken with it; None: stop here."""


class _Chain(Generic[V]):
    """The Markov chain of a lattice.

    Raises:
        SemiringError: K has no `divide` or `real`, no path has a weight, or a weight is negative.
        RangeError: there are paths, and all are too small for doubles, or their sum is too large.
    """

    def __init__(self, lattice: Lattice[V], purpose: str) -> None:
        K = lattice.K
        self._divide = K.needs("divide", purpose)
        self._real = K.needs("real", purpose)
        self.lattice = lattice
        self._purpose = purpose
        for weight in (*lattice.start.values(), *lattice.end.values()):
            self._check(weight)
        for node in lattice.reachable(cancelled=True):
            for edge in lattice.edges(node):
                self._check(edge.weight)
        if any(is_beyond(weight, K) for weight in (lattice.total, *lattice.ahead.values())):
            raise beyond_error(purpose, K)
        if lattice.total == K.zero:
            if lattice.vanished:
                raise vanished_error(purpose, K)
            raise SemiringError(f"{purpose} needs an accepting path of non-zero weight (got none).")
        self.nodes = lattice.reachable()
        self.start = {
            node: self._probability(K.times(weight, lattice.ahead[node]), lattice.total)
            for node, weight in lattice.start.items()
            if node in lattice.ahead
        }

    def _check(self, weight: V) -> None:
        """Signs may cancel in every sum, so weights are looked at one by one."""
        if float(self._real(weight)) < 0:
            raise SemiringError(
                f"{self._purpose} needs paths of non-negative weight (got an arc or an end of {weight!r}); negative "
                "weights make no distribution."
            )

    def _probability(self, part: V, whole: V) -> float:
        return float(self._real(self._divide(part, whole)))

    @cached_property
    def choices(self) -> dict[Node, list[Choice[V]]]:
        """Node → what can happen there, with its probability."""
        return {node: self._choices(node) for node in self.nodes}

    def _choices(self, node: Node) -> list[Choice[V]]:
        lattice, K = self.lattice, self.lattice.K
        here = lattice.ahead[node]
        found: list[Choice[V]] = [
            (self._probability(K.times(edge.weight, lattice.ahead[edge.target]), here), edge)
            for edge in lattice.edges(node)
            if edge.target in lattice.ahead and edge.weight != K.zero
        ]
        if node in lattice.end:
            found.append((self._probability(lattice.end[node], here), None))
        return found

    def visits(self) -> dict[Node, float]:
        """The expected number of visits to each node: behind ⊗ ahead ⊘ total."""
        lattice, K = self.lattice, self.lattice.K
        for node in self.nodes:
            if is_beyond(lattice.behind[node], K):
                raise beyond_error(self._purpose, K)
            if lattice.behind[node] == K.zero:
                raise vanished_error(self._purpose, K)
        return {
            node: self._probability(K.times(lattice.behind[node], lattice.ahead[node]), lattice.total)
            for node in self.nodes
        }


def entropy(automaton: WFSA, K: Semiring[V], xs: Symbols | None = None, weigh: Weigh = constant) -> float:
    """The entropy −Σ p log p of the accepting paths' distribution, in nats.

    By the chain rule: the entropy of the first state, and for every node its expected visits times the entropy of what
    happens there.

    Raises:
        SemiringError: K has no `divide` or `real` (use REAL or LOG), or there is no distribution.
        RangeError: sums of paths are too small or too large for doubles (use LOG).
        DivergenceError: the sum around a cycle has no value.

    Cost: that of `total_weight`, or O(T·|arcs|) with `xs`. Source: Cover and Thomas (2006), §4.2.
    """
    chain = _Chain(Lattice(automaton, xs, K, weigh), "an entropy")
    total = _uncertainty(chain.start.values())
    for node, count in chain.visits().items():
        total += count * _uncertainty(share for share, _ in chain.choices[node])
    return total


def _uncertainty(shares: Iterable[float]) -> float:
    return math.fsum(-share * math.log(share) for share in shares if share > 0)


def expected_counts(
    automaton: WFSA, K: Semiring[V], xs: Symbols | None = None, weigh: Weigh = constant
) -> tuple[float, ...]:
    """How often each arc is used on average by an accepting path, in arc order.

    Raises:
        SemiringError: K has no `divide` or `real` (use REAL or LOG), or there is no distribution.
        RangeError: sums of paths are too small or too large for doubles (use LOG).
        DivergenceError: the sum around a cycle has no value.

    Cost: that of `total_weight`, or O(T·|arcs|) with `xs`. Source: Eisner (2002).
    """
    chain = _Chain(Lattice(automaton, xs, K, weigh), "an expected count")
    counts = [0.0] * len(automaton.arcs)
    for node, count in chain.visits().items():
        for share, edge in chain.choices[node]:
            if edge is not None:
                counts[edge.number] += count * share
    return tuple(counts)


def sample_paths(
    automaton: WFSA,
    n: int,
    K: Semiring[V],
    xs: Symbols | None = None,
    weigh: Weigh = constant,
    seed: int = 0,
) -> list[Path[V]]:
    """`n` accepting paths, drawn independently with their exact probabilities; the same seed gives the same paths.

    Raises:
        SemiringError: `n` is no int or below 0, K has no `divide` or `real` (use REAL or LOG), or there is no
            distribution.
        RangeError: sums of paths are too small or too large for doubles (use LOG).
        DivergenceError: the sum around a cycle has no value.

    Cost: that of `total_weight`, or O(T·|arcs|) with `xs`, once; then O(out-degree) per arc drawn.
    """
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 0:
        raise SemiringError(f"the number of paths to draw is an int of at least 0 (got {n!r:.40}).")
    chain = _Chain(Lattice(automaton, xs, K, weigh), "sampling")
    generator = random.Random(seed)
    return [_draw(chain, generator) for _ in range(n)]


def _draw(chain: _Chain[V], generator: random.Random) -> Path[V]:
    K, lattice = chain.lattice.K, chain.lattice
    nodes = list(chain.start)
    (first,) = generator.choices(nodes, [chain.start[node] for node in nodes])
    node, weight, arcs = first, lattice.start[first], list[Arc]()
    while True:
        choices = chain.choices[node]
        ((_, edge),) = generator.choices(choices, [share for share, _ in choices])
        if edge is None:
            return Path(K.times(weight, lattice.end[node]), first.state, tuple(arcs))
        arcs.append(edge.arc)
        node, weight = edge.target, K.times(weight, edge.weight)
