"""Weighted finite-state automata over any semiring: the symbolic core. Numpy; numba for large automata."""

from wfsa.automaton import WFSA, Arc, State
from wfsa.builders.edit_distances import edit_distance
from wfsa.builders.hidden_markov import hmm, hmm_parameters
from wfsa.builders.ngram_models import ngram_model
from wfsa.builders.patterns import (
    anywhere,
    bigram,
    graph,
    logarithmic,
    ngram,
    unigram,
)
from wfsa.builders.regex import from_regex
from wfsa.builders.soft_patterns import soft_pattern
from wfsa.builders.strings import from_strings, trie
from wfsa.errors import (
    AutomatonError,
    DivergenceError,
    FormatError,
    RangeError,
    RangeWarning,
    SemiringError,
    SizeError,
    WfsaError,
)
from wfsa.formats.att import Att, to_att
from wfsa.formats.att_reading import from_att
from wfsa.formats.dot import from_dot
from wfsa.formats.json_files import Bundle, load, save
from wfsa.formats.json_trees import from_json, to_json
from wfsa.formats.networkx_graphs import from_networkx, to_networkx
from wfsa.formats.openfst import from_openfst, to_openfst
from wfsa.ground import ground
from wfsa.labels import ANY, EPSILON, NoneOf, OneOf, Special
from wfsa.operations.determinize import determinize
from wfsa.operations.epsilon_remove import epsilon_remove
from wfsa.operations.equivalence import CounterExample, distance, equivalent
from wfsa.operations.minimize import minimize
from wfsa.operations.push import push
from wfsa.operations.rational import closure, concat, intersect, reverse, spell_out, union
from wfsa.operations.twins import Violation, twins_violation
from wfsa.paths.distribution import entropy, expected_counts, sample_paths
from wfsa.paths.epsilon_closure import epsilon_closure
from wfsa.paths.extremes import extreme_paths
from wfsa.paths.forward import backward, forward, pathsum
from wfsa.paths.kbest import k_best_paths
from wfsa.paths.posteriors import Posteriors, posteriors
from wfsa.paths.total import kleene_closure, total_weight
from wfsa.paths.tracking_semirings import STRINGS, k_best, labelled
from wfsa.paths.viterbi import Path, viterbi
from wfsa.rename import rename_parameters
from wfsa.semirings.base import Semiring
from wfsa.semirings.composed import ENTROPY, expectation, product
from wfsa.semirings.laws import check_laws
from wfsa.semirings.scalars import BOOLEAN, COUNT, EXTREMES, LOG, MAX_PLUS, MAX_TIMES, MIN_PLUS, REAL, SEMIRINGS
from wfsa.structure import accessible, coaccessible, delete_states, main_arcs, trim
from wfsa.weights.base import Const, Expression
from wfsa.weights.evaluate import at_zero, evaluate, evaluator
from wfsa.weights.expressions import (
    KINDS,
    Affine,
    Complement,
    Leaf,
    Linear,
    Log,
    Lookup,
    Parameters,
    Product,
    Scalar,
    Sigmoid,
    Softmax,
    Sum,
    Weight,
)
from wfsa.weights.parts import children, leaves, linears, reads_symbol, rebuilt, vanishes

__all__ = [
    "ANY",
    "BOOLEAN",
    "COUNT",
    "ENTROPY",
    "EPSILON",
    "EXTREMES",
    "KINDS",
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
    "Att",
    "AutomatonError",
    "Bundle",
    "Complement",
    "Const",
    "CounterExample",
    "DivergenceError",
    "Expression",
    "FormatError",
    "Leaf",
    "Linear",
    "Log",
    "Lookup",
    "NoneOf",
    "OneOf",
    "Parameters",
    "Path",
    "Posteriors",
    "Product",
    "RangeError",
    "RangeWarning",
    "Scalar",
    "Semiring",
    "SemiringError",
    "Sigmoid",
    "SizeError",
    "Softmax",
    "Special",
    "State",
    "Sum",
    "Violation",
    "Weight",
    "WfsaError",
    "accessible",
    "anywhere",
    "at_zero",
    "backward",
    "bigram",
    "check_laws",
    "children",
    "closure",
    "coaccessible",
    "concat",
    "delete_states",
    "determinize",
    "distance",
    "edit_distance",
    "entropy",
    "epsilon_closure",
    "epsilon_remove",
    "equivalent",
    "evaluate",
    "evaluator",
    "expectation",
    "expected_counts",
    "extreme_paths",
    "forward",
    "from_att",
    "from_dot",
    "from_json",
    "from_networkx",
    "from_openfst",
    "from_regex",
    "from_strings",
    "graph",
    "ground",
    "hmm",
    "hmm_parameters",
    "intersect",
    "k_best",
    "k_best_paths",
    "kleene_closure",
    "labelled",
    "leaves",
    "linears",
    "load",
    "logarithmic",
    "main_arcs",
    "minimize",
    "ngram",
    "ngram_model",
    "pathsum",
    "posteriors",
    "product",
    "push",
    "reads_symbol",
    "rebuilt",
    "rename_parameters",
    "reverse",
    "sample_paths",
    "save",
    "soft_pattern",
    "spell_out",
    "to_att",
    "to_json",
    "to_networkx",
    "to_openfst",
    "total_weight",
    "trie",
    "trim",
    "twins_violation",
    "unigram",
    "union",
    "vanishes",
    "viterbi",
]
