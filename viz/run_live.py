"""live.json: the model as a page runs it, and the models of all sizes in words."""

import base64
import binascii
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from viz.errors import VizError
from viz.read_files import COUNT, FINITE, Number, expect, expect_items, read_json
from viz.report.recorded import read_recorded
from wfsa import (
    WFSA,
    Complement,
    Const,
    Expression,
    FormatError,
    Linear,
    Log,
    Product,
    Scalar,
    Sigmoid,
    Softmax,
    Sum,
    Weight,
    children,
    from_json,
)

_MODEL = {
    "words": list, "labels": list, "automata": dict, "parameters": dict, "tokenizer": dict, "class_weights": list,
    "class_biases": list, "activation": str, "numbers": {"offset": list, "scale": list, "base64": str},
}  # fmt: skip
_ARC = {"source": Number(whole=True), "target": Number(whole=True), "high": list, "low": list}
_CHOICES = {"readout": ("end", "anywhere", "best"), "activation": ("tanh", "relu", "none")}
_OCTETS = 3
"""Of a number in `numbers`."""
_INSIDE = (Const, Linear, Scalar, Sigmoid, Complement, Product, Sum, Log, Softmax)
"""The kinds of weights that `evaluate` of live.js knows."""
_TOKENIZERS: Mapping[str, Mapping[str, Any]] = {
    "rules": {"sentence": str, "before": list, "after": list},
    "whitespace": {},
    "characters": {},
    "none": {"name": str},
}
"""The kinds of tokenisers that live.js knows, and the fields that each needs."""
_FLAGS = re.compile(r"(?!.*(.).*\1)(?!.*u.*v)(?!.*v.*u)[dgimsuvy]*")
"""Of a regular expression in JavaScript: each at most once, and not both modes of Unicode."""


def read_live(place: Path) -> Mapping[str, Any]:
    """model: null where a page cannot run it; sizes: the models of the curve in words.

    Raises:
        VizError: a field is missing or is not what the page needs: it checks nothing itself.
    """
    tree: Mapping[str, Any] = read_json(place, {"sizes": list})
    if tree.get("model", False) is not None:
        expect(tree, {"model": _MODEL}, str(place))
        _model(tree["model"], f"{place}: model")
    read_recorded(tree, place)
    for number, size in enumerate(tree["sizes"]):
        where = f"{place}: sizes[{number}]"
        expect(size, {"transitions": COUNT, "patterns": list}, where)
        for pattern in size["patterns"]:
            expect(pattern, {"name": str, "arcs": list}, where)
            for arc in pattern["arcs"]:
                expect(arc, _ARC, where)
                expect_items([*arc["high"], *arc["low"]], str, where)
    return tree


def _model(model: Mapping[str, Any], place: str) -> None:
    for key in ("words", "labels"):
        expect_items(model[key], str, f"{place}: {key}")
    may = {"sample": str, "unknown": list, "vocabulary": Number(len(model["words"]), COUNT.high, whole=True)}
    expect(model, {key: kind for key, kind in may.items() if key in model}, place)
    expect_items(model.get("unknown", []), Number(0, len(model["words"]) - 1, whole=True), f"{place}: unknown")
    for key, choices in _CHOICES.items():
        if (chosen := model.get(key, choices[0])) not in choices:
            raise VizError(f"{place}: {key} must be one of {', '.join(choices)} (got {chosen!r:.40}).")
    labels, patterns = len(model["labels"]), len(model["automata"])
    expect_items(model["class_weights"], list, f"{place}: class_weights")
    for values, count in ((model["class_biases"], labels), *((row, patterns) for row in model["class_weights"])):
        expect_items(values, FINITE, f"{place}: class weights")
        if len(values) != count or len(model["class_weights"]) != labels or not labels:
            raise VizError(
                f"{place} must have a weight per class and pattern and a bias per class ({labels} classes and "
                f"{patterns} patterns; got {len(model['class_weights'])} rows, one of {len(values)} numbers)."
            )
    _tokenizer(model["tokenizer"], f"{place}: tokenizer")
    _numbers(model, place)
    for name, automaton in model["automata"].items():
        try:
            machine = from_json(automaton, (name,))
        except FormatError as error:
            raise VizError(f"{place}: {error}") from None
        for weight in _weights(machine):
            _weight(weight, model["parameters"], f"{place}: automata: {name}")


def _tokenizer(own: Mapping[str, Any], place: str) -> None:
    """Without a kind it is one of rules."""
    kind = own.get("kind", "rules")
    if not isinstance(kind, str) or kind not in _TOKENIZERS:
        raise VizError(f"{place}: kind must be one of {', '.join(_TOKENIZERS)} (got {kind!r:.40}).")
    expect(own, {**_TOKENIZERS[kind], **({"blank": str} if "blank" in own else {})}, place)
    for key in ("before", "after") if kind == "rules" else ():
        expect_items(own[key], list, f"{place}: {key}")
        for rule in own[key]:
            expect_items(rule, str, f"{place}: {key}")
            if len(rule) != 3 or not _FLAGS.fullmatch(rule[1]):
                raise VizError(f"{place}: {key}: a rule is a pattern, JavaScript's flags, a text (got {rule!r:.80}).")


def _weights(automaton: WFSA) -> list[Weight]:
    return [*automaton.initial.values(), *(arc.weight for arc in automaton.arcs), *automaton.final.values()]


def _weight(weight: Weight, parameters: Mapping[str, Any], place: str) -> None:
    """Is it a number, or made of what the page computes over parameters that are there, each of the kind it reads?"""
    value = weight.value if isinstance(weight, Const) else weight
    if isinstance(weight, Linear | Scalar):
        numeric = isinstance(weight, Scalar)
        if FINITE.holds(own := parameters.get(weight.name)) is not numeric or own is None:
            kind = "a number" if numeric else "a row or weights over the words"
            raise VizError(f"{place}: parameters must have {weight.name[:40]!r}, {kind} (got {own!r:.40}).")
    elif not isinstance(value, _INSIDE) and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise VizError(f"{place}: a weight must be one that a page computes (got {weight!r:.80}).")
    for child in children(weight) if isinstance(weight, Expression) else ():
        _weight(child, parameters, place)


def _numbers(model: Mapping[str, Any], place: str) -> None:
    if not model["words"]:
        raise VizError(f"{place}: words must begin with the one that stands for unknown words (got none).")
    numbers = model["numbers"]
    rows = len(numbers["offset"])
    for key in ("offset", "scale"):
        expect_items(numbers[key], FINITE, f"{place}: numbers: {key}")
    try:
        count = len(base64.b64decode(numbers["base64"], validate=True))
    except (binascii.Error, ValueError) as error:
        raise VizError(f"{place}: numbers must be base64 (got {error}).") from None
    if len(numbers["scale"]) != rows or count != _OCTETS * rows * len(model["words"]):
        raise VizError(
            f"{place}: numbers must be {_OCTETS} octets for each of {rows} rows and {len(model['words'])} words, and "
            f"as many scales as rows (got {count} octets, {len(numbers['scale'])} scales)."
        )
    for name, own in model["parameters"].items():
        if not FINITE.holds(own):
            _parameter(own, rows, f"{place}: parameters: {name}")


def _parameter(own: Any, rows: int, place: str) -> None:
    """A row of the numbers, or weights over the first of them and a bias."""
    if isinstance(own, dict) and "row" in own:
        expect(own, {"row": Number(0, rows - 1, whole=True)}, place)
        return
    expect(own, {"weights": list, "bias": FINITE}, place)
    expect_items(own["weights"], FINITE, place)
    if len(own["weights"]) > rows:
        raise VizError(f"{place} must have at most {rows} weights (got {len(own['weights'])}).")
