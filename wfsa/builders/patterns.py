"""Ready-made pattern families: automata with symbolic weights over word vectors.

All weights are those of REAL. `logarithmic` makes an automaton for LOG and MAX_PLUS of one without negative weights;
`anywhere` lets a pattern match any part of what is read.
"""

from collections.abc import Sequence

from wfsa.automaton import WFSA, Arc, State, as_automaton
from wfsa.errors import AutomatonError
from wfsa.labels import ANY, EPSILON
from wfsa.weights.base import Const, Expression
from wfsa.weights.expressions import (
    Complement,
    Linear,
    Log,
    Product,
    Scalar,
    Sigmoid,
    Softmax,
    Weight,
)

ONE = Const(1.0)

MAINS, LOOPS, FINALS = ("tied", "untied", "gate"), ("own", "shared", "none"), ("all", "last", "sigmoid", "softmax")


def ngram(
    length: int,
    name: str = "p0",
    main: str = "tied",
    loops: str = "own",
    last_loop_one: bool = False,
    skips: bool = False,
    final: str = "all",
) -> WFSA:
    """The pattern of Dodge et al. (2019), Fig. 2: a chain of `length` main arcs over n+1 states, with self-loops.

    States 0 … n. State 0 is initial with weight one and reads anything at weight one. Into state i come the main arc
    i−1 → i of weight (1 − f_i) · (w_i · x) and the self-loop of weight f_i = σ(a_i · x + b_i). States 1 … n are final
    with weight one. In REAL its pathsum is

        c_i[t] = f_i c_i[t−1] + u_i c_{i−1}[t−1],   c_0 = 1,   pathsum = Σ_{i≥1} c_i[T].

    The parameters are named `NAME.main1`, `NAME.loop1`, …

    Args:
        main: the main arc weighs (1 − f_i) · (w_i · x) ("tied" to its self-loop), w_i · x ("untied"), or
            σ(w_i · x + b_i) ("gate", never negative).
        loops: each state has its "own" self-loop, all have a "shared" one, or there are "none", and f_i = 0.
        last_loop_one: the last state's self-loop weighs one (footnote 12): what has matched counts to the text's end.
        skips: an epsilon arc i−1 → i of weight σ(NAME.skip_i) beside every main arc.
        final: "all" states but the first are final with weight one, the "last" one is, or all are with learned weights,
            each a "sigmoid" or together a "softmax" of `NAME.final_i`.

    Raises:
        AutomatonError: `length` is below 1, or a choice is unknown.
    """
    check_length(length)
    check_choice("main", main, MAINS)
    check_choice("loops", loops, LOOPS)
    arcs = [Arc(0, ANY, 0, ONE)]
    for i in range(1, length + 1):
        loop = Sigmoid(Linear(f"{name}.loop{i if loops == 'own' else ''}", bias=True)) if loops != "none" else None
        arcs.append(Arc(i - 1, ANY, i, _main(f"{name}.main{i}", main, loop)))
        if last_loop_one and i == length:
            arcs.append(Arc(i, ANY, i, ONE))
        elif loop is not None:
            arcs.append(Arc(i, ANY, i, loop))
        if skips:
            arcs.append(Arc(i - 1, EPSILON, i, Sigmoid(Scalar(f"{name}.skip{i}"))))
    return WFSA({0: ONE}, tuple(arcs), _final(length, name, final))


def check_length(length: int) -> None:
    """Is it a length that a pattern can have?"""
    if not isinstance(length, int) or length < 1:
        raise AutomatonError(f"a pattern has at least one main arc (got length {length!r:.40}); use 1 or more.")


def check_choice(what: str, value: str, choices: Sequence[str]) -> None:
    """Is `value` one of them?"""
    if value not in choices:
        raise AutomatonError(f"{what} is one of {', '.join(choices)} (got {value!r}).")


def _main(name: str, kind: str, loop: Expression | None) -> Expression:
    if kind == "gate":
        return Sigmoid(Linear(name, bias=True))
    if kind == "untied" or loop is None:
        return Linear(name)
    return Product((Complement(loop), Linear(name)))


def _final(length: int, name: str, kind: str) -> dict[State, Weight]:
    check_choice("final", kind, FINALS)
    scores = [Scalar(f"{name}.final{i}") for i in range(1, length + 1)]
    if kind == "softmax":
        return {i + 1: Softmax(tuple(scores), i) for i in range(length)}
    if kind == "sigmoid":
        return {i + 1: Sigmoid(score) for i, score in enumerate(scores)}
    return {length: ONE} if kind == "last" else dict.fromkeys(range(1, length + 1), ONE)


def unigram(name: str = "p0") -> WFSA:
    """c[t] = f c[t−1] + (1 − f)(w·x), read out with weight σ(NAME.final1): the one-state form of Peng et al. (2018)."""
    return ngram(1, name, final="sigmoid")


def bigram(name: str = "p0") -> WFSA:
    """The bigram of Peng et al. (2018), "Rational recurrences": c₂ may begin without c₁, at weight ε = σ(NAME.skip).

    c₁[t] = f₁ c₁[t−1] + u₁;  c₂[t] = f₂ c₂[t−1] + (ε + c₁[t−1]) u₂;  pathsum = σ(r₁) c₁[T] + σ(r₂) c₂[T].
    """
    chain = ngram(2, name, final="sigmoid")
    second = next(arc for arc in chain.arcs if (arc.source, arc.target) == (1, 2))
    skip = Arc(0, ANY, 2, Product((Sigmoid(Scalar(f"{name}.skip")), second.weight)))
    return WFSA(chain.initial, (*chain.arcs, skip), chain.final)


def anywhere(automaton: WFSA) -> WFSA:
    """The automaton that matches any part of what is read: ⊕ over all parts of their pathsums, empty ones included.

    A new first state, numbered below all others, reads what comes before at weight one, and a new last state what comes
    after. Weights are those of semirings where 1̄ is 1.
    """
    as_automaton(automaton)
    first, last = min(automaton.states, default=0) - 1, max(automaton.states, default=0) + 1
    begin = (Arc(first, EPSILON, state, weight) for state, weight in automaton.initial.items())
    end = (Arc(state, EPSILON, last, weight) for state, weight in automaton.final.items())
    around = (Arc(first, ANY, first, ONE), *begin, *automaton.arcs, *end, Arc(last, ANY, last, ONE))
    return WFSA({first: ONE}, around, {last: ONE})


def logarithmic(automaton: WFSA) -> WFSA:
    """The same automaton for LOG, MAX_PLUS: every weight e becomes log e. No weight may be negative."""
    as_automaton(automaton)
    return WFSA(
        {state: Log(_expression(weight)) for state, weight in automaton.initial.items()},
        tuple(arc._replace(weight=Log(_expression(arc.weight))) for arc in automaton.arcs),
        {state: Log(_expression(weight)) for state, weight in automaton.final.items()},
    )


def _expression(weight: Weight) -> Expression:
    return Const(float(weight)) if isinstance(weight, int | float) else weight


def graph(edges: Sequence[tuple[State, State]], initial: State, final: State, name: str = "p0") -> WFSA:
    """Any graph: an arc source → target of weight σ(w·x + b) with parameters of its own, `NAME.arc1`, …, per edge."""
    arcs = (Arc(s, ANY, t, Sigmoid(Linear(f"{name}.arc{i}", bias=True))) for i, (s, t) in enumerate(edges, 1))
    return WFSA({initial: ONE}, tuple(arcs), {final: ONE})
