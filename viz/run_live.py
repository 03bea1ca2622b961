"""live.json: the model as a page runs it, and the models of all sizes in words."""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from viz.errors import VizError
from viz.read_files import COUNT, FINITE, Number, expect, expect_items, read_json
from wfsa import FormatError, from_json

_MODEL = {
    "words": list, "labels": list, "automata": dict, "parameters": dict, "tokenizer": dict, "class_weights": list,
    "class_biases": list, "activation": str, "numbers": {"offset": list, "scale": list, "base64": str},
}  # fmt: skip
_ARC = {"source": Number(whole=True), "target": Number(whole=True), "high": list, "low": list}
_CHOICES = {"readout": ("end", "anywhere", "best"), "activation": ("tanh", "relu", "none")}
_OCTETS = 3
"""Of a number in `numbers`."""


def read_live(place: Path) -> Mapping[str, Any]:
    """model: null where a page cannot run it; sizes: the models of the curve in words.

    Raises:
        VizError: a field is missing or is not what the page needs: it checks nothing itself.
    """
    tree: Mapping[str, Any] = read_json(place, {"sizes": list})
    if tree.get("model", False) is not None:
        expect(tree, {"model": _MODEL}, str(place))
        _model(tree["model"], f"{place}: model")
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
    expect(model, {"sample": str} if "sample" in model else {}, place)
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
    for name, automaton in model["automata"].items():
        try:
            from_json(automaton, (name,))
        except FormatError as error:
            raise VizError(f"{place}: {error}") from None
    _numbers(model, place)


def _numbers(model: Mapping[str, Any], place: str) -> None:
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
