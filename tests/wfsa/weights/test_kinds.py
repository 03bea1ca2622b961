"""Every kind of expression through everything that reads expressions, and a kind of one's own beside them."""

import json
import math
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import torch

from neural import compile_patterns
from sparsify.reading.page_numbers import PageNumbers
from tests.wfsa.weights.small import AX, PARAMETERS, WX, A, W, X, machine
from viz import formula, to_dot
from wfsa import (
    KINDS,
    Affine,
    Complement,
    Const,
    Expression,
    Log,
    Lookup,
    Product,
    Scalar,
    Sigmoid,
    Softmax,
    Sum,
    at_zero,
    children,
    evaluate,
    from_json,
    leaves,
    linears,
    load,
    reads_symbol,
    rebuilt,
    rename_parameters,
    save,
    to_json,
    vanishes,
)

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "docs" / "automata.schema.json").read_text())


@dataclass(frozen=True)
class Softsign(Expression):
    """e / (1 + |e|), a kind that nobody knows."""

    argument: Expression

    def combine(self, values, m=math):
        return values[0] / (1 + (m.fabs(values[0]) if m is math else m.abs(values[0])))

    def text(self, texts):
        return f"softsign({texts[0]})"


@pytest.fixture
def kinds(monkeypatch):
    """All kinds, and one more."""
    monkeypatch.setitem(KINDS, "softsign", Softsign)
    return KINDS


EXAMPLES = {
    "const": (Const(0.5), 0.5, "0.5"),
    "linear": (A, AX, "a"),
    "lookup": (Lookup("t"), 0.375, "t"),
    "scalar": (Scalar("s"), 0.75, "s"),
    "sigmoid": (Sigmoid(A), 1 / (1 + math.exp(-AX)), "σ(a)"),
    "complement": (Complement(W), 1 - WX, "(1 − w)"),
    "product": (Product((Scalar("s"), W, Const(2.0))), 0.75 * WX * 2, "s · w · 2"),
    "sum": (Sum((W, A)), WX + AX, "(w + a)"),
    "log": (Log(W), math.log(WX), "log w"),
    "softmax": (
        Softmax((Scalar("s"), W), 1), math.exp(WX) / (math.exp(0.75) + math.exp(WX)), "softmax(w)",
    ),
    "softsign": (Softsign(Product((W, Softsign(A)))), WX * -0.2 / (1 + WX * 0.2), "softsign(w · softsign(a))"),
}  # fmt: skip
"""tag → (an example, its value on X or on "x", its text)."""
AX_SOFTSIGN = AX / (1 + abs(AX))


def test_every_kind_has_an_example(kinds):
    assert set(EXAMPLES) == set(kinds)
    assert all(type(EXAMPLES[tag][0]) is kind for tag, kind in kinds.items())
    assert pytest.approx(-0.2) == AX_SOFTSIGN


def symbol_of(expression):
    return "x" if isinstance(expression, Lookup) else X


@pytest.mark.parametrize("tag", EXAMPLES)
def test_it_is_taken_apart_and_evaluated(kinds, tag):
    expression, value, text = EXAMPLES[tag]
    named = [leaf.name for leaf in leaves(expression)]

    assert rebuilt(expression, children(expression)) == expression
    assert evaluate(expression, symbol_of(expression), PARAMETERS) == pytest.approx(value)
    assert formula(expression) == text
    assert json.dumps(text, ensure_ascii=False)[1:-1] in to_dot(machine(expression))
    assert set(named) <= {"w", "a", "s", "t"}
    assert [leaf.name for leaf in linears(expression)] == [name for name in named if name in "wa"]
    assert reads_symbol(expression) == bool(set(named) & {"w", "a", "t"})


@pytest.mark.parametrize("tag", EXAMPLES)
def test_its_parameters_are_renamed_and_set_to_zero(kinds, tag):
    expression, value, _ = EXAMPLES[tag]
    (arc,) = rename_parameters(machine(expression), "{}2".format).arcs
    renamed = {f"{name}2": parameter for name, parameter in PARAMETERS.items()}
    nothing = {"w": Affine((0.0, 0.0)), "a": Affine((0.0, 0.0)), "s": 0.0, "t": {"x": 0.0}}

    assert [leaf.name for leaf in leaves(arc.weight)] == [f"{leaf.name}2" for leaf in leaves(expression)]
    assert evaluate(arc.weight, symbol_of(expression), renamed) == pytest.approx(value)
    assert at_zero(expression) == evaluate(expression, symbol_of(expression), nothing)


@pytest.mark.parametrize("tag", EXAMPLES)
@pytest.mark.parametrize("dead", ["", "w", "a", "s", "t", "wa", "ws", "was"])
def test_what_vanishes_is_zero_whatever_the_others_are(kinds, tag, dead):
    expression = EXAMPLES[tag][0]
    claimed = vanishes(expression, lambda leaf: leaf.name in dead)
    rng = np.random.default_rng(0)
    values = []
    for _ in range(20):
        w, a, s, t = (np.zeros(2) if name in dead else rng.uniform(0.1, 2, 2) for name in "wast")
        parameters = {"w": Affine(w), "a": Affine(a, a[0]), "s": float(s[0]), "t": {"x": float(t[0])}}
        values.append(evaluate(expression, "x" if tag == "lookup" else [1.0, 0.5], parameters))

    assert claimed == all(value == 0 for value in values)


@pytest.mark.parametrize("tag", EXAMPLES)
def test_it_goes_through_files(kinds, tag, tmp_path):
    automaton = machine(EXAMPLES[tag][0])
    save(tmp_path / "m.json", {"m": automaton}, PARAMETERS)
    tree = json.loads((tmp_path / "m.json").read_text())

    assert from_json(to_json(automaton)) == load(tmp_path / "m.json").automata["m"] == automaton
    assert tag in tree["automata"]["m"]["arcs"][0][3]
    if tag != "softsign":
        jsonschema.validate(tree, SCHEMA)


@pytest.mark.parametrize("tag", EXAMPLES)
def test_it_compiles_with_gradients(kinds, tag):
    expression, value, _ = EXAMPLES[tag]
    symbols = isinstance(expression, Lookup)
    bank = compile_patterns([machine(expression)], 0 if symbols else 2, alphabet=("x", "y") if symbols else ()).double()
    bank.load_symbolic(PARAMETERS)
    x = torch.tensor([[0]]) if symbols else torch.tensor([[X]], dtype=torch.float64)

    assert bank(x).item() == pytest.approx(value)
    learned = [own for own in (bank.weight, bank.bias, bank.table, bank.scalars) if own.numel()]
    if learned:
        bank(x).sum().backward()
    for own in learned:
        for place in np.ndindex(tuple(own.shape)):
            values = []
            for step in (1e-6, -1e-6):
                with torch.no_grad():
                    own[place] += step
                    values.append(bank(x).item())
                    own[place] -= step
            assert own.grad[place].item() == pytest.approx((values[0] - values[1]) / 2e-6, abs=1e-6)


@pytest.mark.parametrize("tag", [tag for tag in EXAMPLES if tag != "lookup"])  # a page reads words by their vectors
def test_a_page_runs_it(kinds, tag):
    """In node: with the kinds that live.js knows; the others become tables over the words."""
    if shutil.which("node") is None:
        pytest.skip("no node: apt-get install nodejs")
    expression, value, _ = EXAMPLES[tag]
    numbers = PageNumbers({k: v for k, v in PARAMETERS.items() if k != "t"}, np.array([[0.0, 1.0], X]))
    arcs = to_json(numbers.automaton(machine(expression)))["arcs"]
    data = {"words": ["one", "x"], "numbers": numbers.packed(), "parameters": numbers.parameters}
    script = (ROOT / "viz" / "report" / "live.js").read_text(encoding="utf-8")
    decoded = "const bytes = Uint8Array.from(atob(data.numbers.base64), (c) => c.charCodeAt(0));"
    used = script[script.index("function stored") : script.index("// [t][i]")]
    code = f"const data = {json.dumps(data)};{decoded}{used}"
    done = subprocess.run(
        ["node", "-e", f"{code} console.log(evaluate({json.dumps(arcs[0][3])}, 1))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert float(done.stdout) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("shift", [0.0, 800.0, -800.0])
def test_a_softmax_of_large_terms_is_finite_everywhere(shift):
    weight = Softmax((Scalar("s"), Scalar("r")), 0)
    parameters = {"s": 1.0 + shift, "r": shift}
    bank = compile_patterns([machine(Product((weight, W)))], 2).double()
    bank.load_symbolic({**parameters, "w": Affine((1.0, 0.0))})
    want = 1 / (1 + math.exp(-1))

    assert evaluate(weight, None, parameters) == pytest.approx(want)
    assert bank(torch.tensor([[[1.0, 0.0]]], dtype=torch.float64)).item() == pytest.approx(want)
