"""Patterns that match any part of a text, with epsilons between their states: "SoPa"."""

from wfsa.automaton import WFSA, Arc
from wfsa.builders.patterns import LOOPS, MAINS, ONE, anywhere, check_choice, check_length
from wfsa.errors import AutomatonError
from wfsa.labels import ANY
from wfsa.weights.base import Expression
from wfsa.weights.expressions import Complement, Linear, Product, Scalar, Sigmoid


def soft_pattern(length: int, name: str = "p0", loops: str = "own", skips: bool = True, main: str = "gate") -> WFSA:
    """The pattern of Schwartz, Thomson and Smith (2018), "SoPa": matches any part, one epsilon at most before a token.

    States 0 … n, main arcs i−1 → i of weight m_i = σ(w_i·x + b_i), self-loops l_i = σ(a_i·x + b'_i) on 0 … n−1 (or
    γ_i · m_{i+1} with learned γ_i = σ(NAME.scale_i) where `loops` is "shared"), skips e_i = σ(NAME.skip_i). With
    h̃_i = h_i[t−1] + e_i h_{i−1}[t−1] and h_0 starting anew before every token,

        h_i[t] = m_i h̃_{i−1} + l_i h̃_i,   pathsum = Σ_t h_n[t].

    State −1 reads what comes before a match, state n+1 what comes after.

    With main arcs that vanish with their parameters, zero parameters of all that enters a state are its death, and a
    skip leads past it. Then there are states 0 … n only: 0 reads what comes before a match, n what comes after;
    self-loops are on 1 … n−1, and skips are taken before main arcs only.

    Args:
        main: "gate", as above; or vanishing, "untied" m_i = w_i·x, or "tied" m_i = (1 − l_i)(w_i·x) where i < n.

    Raises:
        AutomatonError: `length` is below 1, `loops` or `main` is unknown, or `loops` are "shared" with another `main`
            than "gate".
    """
    check_length(length)
    check_choice("loops", loops, LOOPS)
    check_choice("main", main, MAINS)
    if main != "gate":
        return _vanishing(length, name, loops, skips, main)
    mains = [Sigmoid(Linear(f"{name}.main{i}", bias=True)) for i in range(1, length + 1)]
    reads = [Arc(i, ANY, i + 1, main) for i, main in enumerate(mains)]
    for i in range(length if loops != "none" else 0):
        shared = Product((Sigmoid(Scalar(f"{name}.scale{i}")), mains[i]))
        reads.append(Arc(i, ANY, i, shared if loops == "shared" else Sigmoid(Linear(f"{name}.loop{i}", bias=True))))
    skipping = [
        arc._replace(source=arc.source - 1, weight=Product((Sigmoid(Scalar(f"{name}.skip{arc.source}")), arc.weight)))
        for arc in reads
        if skips and arc.source > 0
    ]
    return anywhere(WFSA({0: ONE}, (*reads, *skipping), {length: ONE}))


def _vanishing(length: int, name: str, loops: str, skips: bool, main: str) -> WFSA:
    """The form of `soft_pattern` whose main arcs vanish with their parameters."""
    if loops == "shared":
        raise AutomatonError(f"shared loops go with main 'gate' (got main {main!r}); use loops 'own' or 'none'.")
    own = range(1, length) if loops == "own" else ()
    gates = {i: Sigmoid(Linear(f"{name}.loop{i}", bias=True)) for i in own}
    arcs = [Arc(0, ANY, 0, ONE)]
    for i in range(1, length + 1):
        weight: Expression = Linear(f"{name}.main{i}")
        if main == "tied" and i in gates:
            weight = Product((Complement(gates[i]), weight))
        arcs.append(Arc(i - 1, ANY, i, weight))
        if skips and i > 1:
            arcs.append(Arc(i - 2, ANY, i, Product((Sigmoid(Scalar(f"{name}.skip{i - 1}")), weight))))
        if i in gates:
            arcs.append(Arc(i, ANY, i, gates[i]))
    return WFSA({0: ONE}, (*arcs, Arc(length, ANY, length, ONE)), {length: ONE})
