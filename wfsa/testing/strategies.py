"""Random automata, weights and parameters for hypothesis: tiny, so that every path can be listed."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from wfsa.automaton import WFSA, Arc
from wfsa.labels import ANY, EPSILON, NoneOf, OneOf
from wfsa.semirings.base import Semiring
from wfsa.semirings.scalars import BOOLEAN, COUNT, EXTREMES, LOG, MAX_PLUS, MAX_TIMES, MIN_PLUS, REAL
from wfsa.weights.base import Const, Expression
from wfsa.weights.expressions import Affine, Complement, Linear, Log, Product, Sigmoid, Sum

INF = float("inf")
SIGNED = [-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0]

WEIGHTS: dict[Semiring[Any], list[float]] = {
    REAL: SIGNED,
    EXTREMES: SIGNED,
    LOG: [-INF, -2.0, -0.5, 0.0, 1.0, 700.0],
    MAX_PLUS: [-INF, -2.0, -0.5, 0.0, 1.0],
    MIN_PLUS: [INF, -1.0, 0.0, 0.5, 2.0],
    MAX_TIMES: [0.0, 0.25, 0.5, 1.0, 2.0],
    BOOLEAN: [0.0, 0.5, 1.0],
    COUNT: [0.0, 0.5, 1.0, 2.0],
}
"""Semiring → weights that are exact in binary, its zero and both signs included where it has them."""

SETS = ("a", "b", OneOf("ab"), OneOf("ac"), NoneOf("b"), NoneOf("ac"), ANY, EPSILON)
"""Labels of all kinds."""

SEMIRINGS = st.sampled_from(list(WEIGHTS))
STATES = st.integers(0, 3)
STRINGS = st.text(alphabet="abc", max_size=4)


@st.composite
def automata(
    draw: Callable[..., Any],
    weights: Sequence[float] = tuple(SIGNED),
    epsilons: bool = True,
    max_arcs: int = 7,
    labels: Sequence[Hashable] = ("a", "b", ANY, EPSILON),
    states: int = 4,
    acyclic: bool = False,
) -> WFSA:
    """Several initial and final states, cycles, parallel arcs; epsilon arcs only upwards, so that paths are finite.

    Args:
        weights: of arcs and ends.
        epsilons: may arcs read nothing?
        max_arcs: how many arcs there may be.
        labels: of arcs.
        states: how many there may be, 0 … states − 1.
        acyclic: may arcs only lead upwards, so that strings are finitely many, too?
    """
    own = st.integers(0, states - 1)
    weight = st.sampled_from(list(weights))
    arcs = []
    for source, target, label, w in draw(
        st.lists(st.tuples(own, own, st.sampled_from(list(labels)), weight), max_size=max_arcs)
    ):
        if label is EPSILON and (not epsilons or source >= target):
            label = ANY
        if source < target or not acyclic:
            arcs.append(Arc(source, label, target, w))
    initial = draw(st.dictionaries(own, weight, max_size=2))
    final = draw(st.dictionaries(own, weight, max_size=2))
    return WFSA(initial, tuple(arcs), final)


def expressions(names: Sequence[str] = ("u", "v", "w")) -> st.SearchStrategy[Expression]:
    """Symbolic weights; the names of biased Linears differ from the others'."""
    leaves: st.SearchStrategy[Expression] = st.one_of(
        st.sampled_from([-1.0, 0.0, 0.5, 1.0]).map(Const),
        st.sampled_from([Linear(name) for name in names] + [Linear(name + "b", True) for name in names]),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(Sigmoid),
            inner.map(Complement),
            inner.map(lambda argument: Log(Sigmoid(argument))),
            st.lists(inner, max_size=3).map(lambda factors: Product(tuple(factors))),
            st.lists(inner, max_size=3).map(lambda terms: Sum(tuple(terms))),
        ),
        max_leaves=4,
    )


@st.composite
def symbolic_patterns(draw: Callable[..., Any], max_patterns: int = 3) -> list[WFSA]:
    """Automata over vectors: any topology, ANY labels, symbolic weights."""
    patterns = []
    for _ in range(draw(st.integers(0, max_patterns))):
        arcs = draw(st.lists(st.tuples(STATES, st.just(ANY), STATES, expressions()), max_size=5))
        ends = st.dictionaries(STATES, st.sampled_from([-1.0, 0.5, 1.0]), min_size=1, max_size=2)
        patterns.append(WFSA(draw(ends), tuple(Arc(*arc) for arc in arcs), draw(ends)))
    return patterns


def parameters(dim: int, seed: int, names: Sequence[str] = ("u", "v", "w")) -> dict[str, Affine]:
    """Normal values for every name that `expressions` uses."""
    rng = np.random.default_rng(seed)
    plain = {name: Affine(rng.normal(size=dim)) for name in names}
    return plain | {name + "b": Affine(rng.normal(size=dim), float(rng.normal())) for name in names}


def random_machine(
    rng: np.random.Generator, signed: bool = False, epsilons: bool = True, acyclic: bool = False, symbols: str = "abc"
) -> WFSA:
    """A numeric automaton whose every sum converges: the sizes of the weights that leave a state add up to at most 0.9.

    Cycles, epsilon cycles, parallel arcs, several initial and final states; without cycles when `acyclic`.
    """
    size = int(rng.integers(1, 7))
    labels: list[Any] = [*symbols, EPSILON] if epsilons else list(symbols)
    arcs: list[list[Any]] = []
    for _ in range(int(rng.integers(0, 3 * size + 1))):
        source, target = (int(state) for state in rng.integers(0, size, 2))
        if acyclic:
            source, target = sorted((source, target))
            if source == target:
                continue
        arcs.append([source, labels[int(rng.integers(len(labels)))], target, float(rng.uniform(0.05, 1))])
    leaving = {source: sum(arc[3] for arc in arcs if arc[0] == source) for source in range(size)}
    for arc in arcs:
        sign = -1 if signed and rng.random() < 0.3 else 1
        arc[3] *= sign * 0.9 / max(leaving[arc[0]], 0.9)

    def ends() -> dict[int, float]:
        chosen = rng.choice(size, int(rng.integers(1, min(size, 3) + 1)), replace=False)
        return {int(state): float(rng.uniform(0.1, 1)) for state in chosen}

    return WFSA(ends(), tuple(Arc(*arc) for arc in arcs), ends())


MACHINES = st.builds(
    lambda seed, **flags: random_machine(np.random.default_rng(seed), **flags),
    st.integers(0, 2**32),
    signed=st.booleans(),
)
"""Converging automata over the reals."""

POSITIVE = st.builds(lambda seed: random_machine(np.random.default_rng(seed)), st.integers(0, 2**32))
"""Converging automata with positive weights."""

ACYCLIC = st.builds(lambda seed: random_machine(np.random.default_rng(seed), acyclic=True), st.integers(0, 2**32))
"""Automata with finitely many paths, positive weights."""
