"""Expressions as they are built, compared and read: numbers in them, depth, fields, and what vanishes."""

import copy
import math
import pickle
from dataclasses import dataclass

import numpy as np
import pytest
import torch

import sparsify
from neural import compile_patterns
from sparsify.penalties.exact import check_possible
from tests.wfsa.weights.small import AX, PARAMETERS, WX, A, W, X, machine
from wfsa import (
    REAL,
    AutomatonError,
    Const,
    Expression,
    FormatError,
    Linear,
    Product,
    Sigmoid,
    Softmax,
    Sum,
    children,
    from_json,
    load,
    pathsum,
    save,
    to_json,
    vanishes,
)


def test_numbers_inside_expressions_compile_and_go_through_files():
    weight = Product((2.0, W, Sum((A, 1))))
    bank = compile_patterns([from_json(to_json(machine(weight)))], 2).double()
    bank.load_symbolic(PARAMETERS)

    assert bank(torch.tensor([[X]], dtype=torch.float64)).item() == pytest.approx(2 * WX * (AX + 1))


@pytest.mark.parametrize("tree", [{"sigmoid": 1.0}, {"product": [2, {"sum": [1.0, {"log": 3}]}]}])
def test_a_number_inside_an_expression_is_a_constant(tree):
    """In a file as in Python, whether it is compiled or not."""
    arcs = [[0, {"special": "any"}, 1, tree]]
    automaton = from_json({"initial": [[0, 1.0]], "arcs": arcs, "final": [[1, 1.0]]})
    value = 1 / (1 + math.exp(-1)) if "sigmoid" in tree else 2 * (1 + math.log(3))

    assert pathsum(automaton, ["x"], REAL) == pytest.approx(value)
    assert compile_patterns([automaton], 2).double()(torch.zeros(1, 1, 2).double()).item() == pytest.approx(value)
    assert from_json(to_json(automaton)) == automaton
    assert Sigmoid(1.0) == Sigmoid(np.float32(1)) == Sigmoid(Const(1.0))
    assert type(Sigmoid(np.float32(1)).argument.value) is float


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Sigmoid("a"), r"Sigmoid\.argument takes expressions and numbers \(got 'a'\)"),
        (lambda: Sigmoid(None), "takes expressions and numbers"),
        (lambda: Product(W), r"Product\.factors is a tuple"),
        (lambda: Product((W, "2")), r"Product\.factors takes"),
        (lambda: Linear(3), r"Linear\.name is of type str"),
        (lambda: Const("1"), r"Const\.value is of type float"),
        (lambda: Softmax((W,), 1), "details of an expression fit"),
    ],
)
def test_what_is_no_expression_is_refused_where_it_is_built(build, message):
    with pytest.raises(AutomatonError, match=message):
        build()


def nested(levels):
    deep = W
    for _ in range(levels - 1):
        deep = Sigmoid(deep)
    return deep


def test_the_deepest_weights_are_compared_copied_and_saved(tmp_path):
    deep = nested(100)
    save(tmp_path / "deep.json", {"m": machine(deep)})

    assert load(tmp_path / "deep.json").automata["m"] == machine(deep) == machine(nested(100))
    assert hash(deep) == hash(nested(100))
    assert repr(deep).count("Sigmoid") == 99
    assert pickle.loads(pickle.dumps(machine(deep))) == copy.deepcopy(machine(deep)) == machine(deep)


def test_deeper_weights_are_refused_where_they_are_built_and_read():
    with pytest.raises(AutomatonError, match="nested at most 100 levels deep"):
        nested(300)
    tree = {"const": 1.0}
    for _ in range(300):
        tree = {"complement": tree}
    with pytest.raises(FormatError, match=r"arcs\[0\]: weights are nested at most 100 levels"):
        from_json({"initial": [], "arcs": [[0, "a", 1, tree]], "final": []})


@dataclass(frozen=True)
class Listed(Expression):
    """With a field that would be neither child nor detail."""

    terms: list[Expression]

    def combine(self, values, m=math):
        return sum(values)

    def text(self, texts):
        return "?"


def test_fields_that_would_be_forgotten_are_refused():
    with pytest.raises(TypeError, match=r"fields of an expression are .*Listed\.terms"):
        children(Listed([W]))


@dataclass(frozen=True)
class Inverse(Expression):
    """1 / e, which has no value at 0."""

    argument: Expression

    def combine(self, values, m=math):
        return 1 / values[0]

    def text(self, texts):
        return f"1 / {texts[0]}"


def test_what_has_no_value_at_zero_does_not_vanish():
    assert not vanishes(Inverse(W), lambda leaf: True)
    layout = compile_patterns([machine(Inverse(W))], 2).layout
    with pytest.raises(sparsify.PruneError, match="no value of"):
        check_possible(sparsify.by_state(layout), REAL)
