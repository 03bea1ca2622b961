"""Ready-made pattern families: automata with symbolic weights over word vectors."""

from wfsa.automaton import ANY, WFSA, Arc
from wfsa.errors import AutomatonError
from wfsa.weights import Complement, Const, Linear, Product, Sigmoid


def ngram(length: int, name: str = "p0") -> WFSA:
    """The pattern of Dodge et al. (2019), Fig. 2: a chain of `length` main arcs over n+1 states, with self-loops.

    States 0 … n. State 0 is initial with weight one and reads anything at weight one. Into state i come the main arc
    i−1 → i of weight (1 − f_i) · (w_i · x) and the self-loop of weight f_i = σ(a_i · x + b_i). States 1 … n are final
    with weight one. In REAL its pathsum is

        c_i[t] = f_i c_i[t−1] + u_i c_{i−1}[t−1],   c_0 = 1,   pathsum = Σ_{i≥1} c_i[T].

    The parameters are named `NAME.main1`, `NAME.loop1`, …

    Raises:
        AutomatonError: `length` is below 1.
    """
    if length < 1:
        raise AutomatonError(f"a pattern has at least one main arc (got length {length}); use 1 or more.")
    arcs = [Arc(0, ANY, 0, Const(1.0))]
    for i in range(1, length + 1):
        loop = Sigmoid(Linear(f"{name}.loop{i}", bias=True))
        arcs.append(Arc(i - 1, ANY, i, Product((Complement(loop), Linear(f"{name}.main{i}")))))
        arcs.append(Arc(i, ANY, i, loop))
    return WFSA({0: Const(1.0)}, tuple(arcs), {i: Const(1.0) for i in range(1, length + 1)})
