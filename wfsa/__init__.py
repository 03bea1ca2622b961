"""Weighted finite-state automata over any semiring: the symbolic core. Standard library and numpy only."""

from wfsa.automaton import ANY, EPSILON, WFSA, Arc, Special, State
from wfsa.closure import epsilon_closure
from wfsa.composed import ENTROPY, expectation, product
from wfsa.errors import AutomatonError, DivergenceError, FormatError, SemiringError, WfsaError
from wfsa.extremes import extreme_paths
from wfsa.forward import backward, forward, pathsum
from wfsa.io import Bundle, from_json, load, save, to_json
from wfsa.laws import check_laws
from wfsa.patterns import ngram
from wfsa.scalars import BOOLEAN, COUNT, EXTREMES, LOG, MAX_PLUS, MAX_TIMES, MIN_PLUS, REAL, SEMIRINGS
from wfsa.semiring import Semiring
from wfsa.structure import accessible, coaccessible, delete_states, main_arcs, trim
from wfsa.total import total_weight
from wfsa.tracking import STRINGS, k_best, labelled
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
    "ENTROPY",
    "EPSILON",
    "EXTREMES",
    "LOG",
    "MAX_PLUS",
    "MAX_TIMES",
    "MIN_PLUS",
    "REAL",
    "SEMIRINGS",
    "STRINGS",
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
    "check_laws",
    "children",
    "coaccessible",
    "delete_states",
    "epsilon_closure",
    "evaluate",
    "evaluator",
    "expectation",
    "extreme_paths",
    "forward",
    "from_json",
    "k_best",
    "labelled",
    "linears",
    "load",
    "main_arcs",
    "ngram",
    "pathsum",
    "product",
    "save",
    "to_json",
    "total_weight",
    "trim",
    "viterbi",
]
