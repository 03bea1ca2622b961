"""Ready-made pattern families: automata with symbolic weights over word vectors, or over a finite alphabet.

All weights are those of REAL. `logarithmic` makes an automaton for LOG and MAX_PLUS of one without negative weights;
`anywhere` lets a pattern match any part of what is read.
"""

import math
import warnings
from collections.abc import Hashable, Sequence

from wfsa.automaton import ANY, EPSILON, WFSA, Arc, State
from wfsa.errors import AutomatonError
from wfsa.weights.base import Const, Expression
from wfsa.weights.expressions import (
    Complement,
    Linear,
    Log,
    Lookup,
    Parameters,
    Product,
    Scalar,
    Sigmoid,
    Softmax,
    Weight,
)
from wfsa.weights.numbers import logarithm

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
    first, last = min(automaton.states, default=0) - 1, max(automaton.states, default=0) + 1
    begin = (Arc(first, EPSILON, state, weight) for state, weight in automaton.initial.items())
    end = (Arc(state, EPSILON, last, weight) for state, weight in automaton.final.items())
    around = (Arc(first, ANY, first, ONE), *begin, *automaton.arcs, *end, Arc(last, ANY, last, ONE))
    return WFSA({first: ONE}, around, {last: ONE})


def logarithmic(automaton: WFSA) -> WFSA:
    """The same automaton for LOG, MAX_PLUS: every weight e becomes log e. No weight may be negative."""
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


def hmm(states: int, name: str = "h0", ends: bool = False) -> WFSA:
    """A hidden Markov model over an alphabet: pathsum = p(x) = Σ over state sequences of Π transition · emission.

    State 0 comes before the first symbol, 1 … n are the hidden ones. The first state has the probabilities
    softmax(NAME.start), a state q the transitions softmax(NAME.from_q), and the emissions are the tables
    `NAME.emit_q`, which `hmm_parameters` fills.

    With `ends`, a state may also end the string, with a share NAME.from_q_end of the same softmax: then the
    probabilities of all strings sum to one. Without, those of all strings of one length do.

    Raises:
        AutomatonError: there is no state.
    """
    if not isinstance(states, int) or states < 1:
        raise AutomatonError(f"a hidden Markov model has at least one state (got {states!r:.40}).")
    hidden = range(1, states + 1)
    rows = {0: [Scalar(f"{name}.start{r}") for r in hidden]}
    last = ["end"] if ends else []
    rows |= {q: [Scalar(f"{name}.from{q}_{r}") for r in [*hidden, *last]] for q in hidden}
    arcs = [
        Arc(q, ANY, r, Product((Softmax(tuple(row), r - 1), Lookup(f"{name}.emit{r}"))))
        for q, row in rows.items()
        for r in hidden
    ]
    final = {q: Softmax(tuple(rows[q]), states) for q in hidden} if ends else dict.fromkeys(range(states + 1), ONE)
    return WFSA({0: ONE}, tuple(arcs), final)


def hmm_parameters(
    start: Sequence[float],
    transitions: Sequence[Sequence[float]],
    emissions: Sequence[Sequence[float]],
    alphabet: Sequence[Hashable],
    name: str = "h0",
    ends: Sequence[float] | None = None,
) -> Parameters:
    """The parameters of `hmm` for probabilities start [state], transitions [from, to], emissions [state, symbol].

    With `ends` [state], the probabilities of ending there, for `hmm(…, ends=True)`; a state's transitions and its end
    then sum to one together. A probability of 0 is the parameter log 0 = −inf.

    Raises:
        AutomatonError: a probability is below 0, their numbers do not fit, or those of a row do not sum to one, but for
            rounding to two decimals.

    Warns: where a row is off by more than 1e-6; it is divided by its sum.
    """
    size = len(start)
    if not len(transitions) == len(emissions) == size == (size if ends is None else len(ends)):
        raise AutomatonError(
            f"every state has its transitions, emissions and end (got {size} states, {len(transitions)} and "
            f"{len(emissions)} rows, and {size if ends is None else len(ends)} ends)."
        )
    found: dict[str, float | dict[Hashable, float]] = {}

    def store(source: str, row: Sequence[float], last: Sequence[float] = ()) -> None:
        if len(row) != size:
            raise AutomatonError(f"{name}.{source} has a probability for each of {size} states (got {list(row)}).")
        shares = _shares(f"{name}.{source}", [*row, *last])
        for r, share in zip([*range(1, size + 1), "end"], shares, strict=False):
            found[f"{name}.{source}{r}"] = logarithm(share)

    store("start", start)
    for q, row in enumerate(transitions, 1):
        store(f"from{q}_", row, () if ends is None else (ends[q - 1],))
    for q, row in enumerate(emissions, 1):
        if len(row) != len(alphabet):
            raise AutomatonError(f"{name}.emit{q} has a probability for each of {list(alphabet)} (got {list(row)}).")
        found[f"{name}.emit{q}"] = dict(zip(alphabet, _shares(f"{name}.emit{q}", row), strict=True))
    return found


def _shares(what: str, row: Sequence[float]) -> list[float]:
    """A row of probabilities that sums to one; what is off by rounding is divided by its sum, and that is said."""
    total = math.fsum(row)
    off = abs(total - 1)
    if not (off <= min(0.005 * len(row), 0.05) and min(row) >= 0):
        raise AutomatonError(f"{what} holds probabilities of at least 0 that sum to one (got {[*map(float, row)]}).")
    if off > 1e-6:
        warnings.warn(f"{what} sums to {total:.6g}; its probabilities are divided by that.", stacklevel=4)
    return [float(share) / total for share in row] if off > 1e-6 else [float(share) for share in row]
