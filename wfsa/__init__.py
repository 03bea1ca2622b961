"""Weighted finite-state automata over any semiring: the symbolic core. Standard library and numpy only."""

from wfsa.automaton import ANY, EPSILON, WFSA, Arc, Special, State
from wfsa.closure import epsilon_closure
from wfsa.errors import AutomatonError, DivergenceError, FormatError, SemiringError, WfsaError
from wfsa.extremes import extreme_paths
from wfsa.forward import backward, forward, pathsum
from wfsa.io import Bundle, from_json, load, save, to_json
from wfsa.patterns import ngram
from wfsa.semiring import (
    BOOLEAN,
    COUNT,
    EXTREMES,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    SEMIRINGS,
    Semiring,
)
from wfsa.structure import accessible, coaccessible, delete_states, main_arcs, trim
from wfsa.total import total_weight
from wfsa.viterbi import Path, viterbi
from wfsa.weights import (
    Affine,
    Complement,
    Const,
    Expression,
    Linear,
    Parameters,
    Product,
    Sigmoid,
    Weight,
    at_zero,
    children,
    evaluate,
    evaluator,
    linears,
)

__all__ = [
    "ANY",
    "BOOLEAN",
    "COUNT",
    "EPSILON",
    "EXTREMES",
    "LOG",
    "MAX_PLUS",
    "MAX_TIMES",
    "MIN_PLUS",
    "REAL",
    "SEMIRINGS",
    "WFSA",
    "Affine",
    "Arc",
    "AutomatonError",
    "Bundle",
    "Complement",
    "Const",
    "DivergenceError",
    "Expression",
    "FormatError",
    "Linear",
    "Parameters",
    "Path",
    "Product",
    "Semiring",
    "SemiringError",
    "Sigmoid",
    "Special",
    "State",
    "Weight",
    "WfsaError",
    "accessible",
    "at_zero",
    "backward",
    "children",
    "coaccessible",
    "delete_states",
    "epsilon_closure",
    "evaluate",
    "evaluator",
    "extreme_paths",
    "forward",
    "from_json",
    "linears",
    "load",
    "main_arcs",
    "ngram",
    "pathsum",
    "save",
    "to_json",
    "total_weight",
    "trim",
    "viterbi",
]
