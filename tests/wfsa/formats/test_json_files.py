"""JSON round trips exactly; broken files give FormatError with the place."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfsa import WFSA, Affine, Arc, FormatError, from_json, load, save, to_json
from wfsa.testing.strategies import automata, symbolic_patterns

FLOATS = st.floats(allow_nan=False)


@given(automata(weights=(0.1, -2.0, math.inf, -math.inf, 5e-324, 1e308, 3, True)), symbolic_patterns(), st.data())
def test_what_is_saved_is_loaded(tmp_path_factory, numeric, symbolic, data):
    path = tmp_path_factory.mktemp("io") / "x.json"
    machines = {"n": numeric, "ünï": WFSA({}, (), {}), **{f"s{i}": pattern for i, pattern in enumerate(symbolic)}}
    values = {"w": Affine(tuple(data.draw(st.lists(FLOATS, max_size=4))), data.draw(FLOATS))}
    save(path, machines, values, {"note": ["</script>", None, 1.5]})
    bundle = load(path)

    assert bundle.automata == machines
    assert bundle.parameters == values
    assert [math.copysign(1, w) for w in bundle.parameters["w"].weights] == [
        math.copysign(1, w) for w in values["w"].weights
    ]
    assert bundle.annotations == {"note": ["</script>", None, 1.5]}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda t: t.update(version=2), "version 1"),
        (lambda t: t.update(format="x"), "format 'wfsa'"),
        (lambda t: t.pop("automata"), "automata in the file"),
        (lambda t: t["automata"]["m"]["arcs"][0].pop(), r"automata\.m\.arcs\[0\]"),
        (lambda t: t["automata"]["m"]["arcs"][0].__setitem__(0, "0"), "name a state by an int"),
        (lambda t: t["automata"]["m"]["arcs"][0].__setitem__(1, None), "must hold a label"),
        (lambda t: t["automata"]["m"]["arcs"][0].__setitem__(3, {"sigmoid": {"what": 1}}), "must hold a weight"),
        (lambda t: t["automata"]["m"]["arcs"][0].__setitem__(3, True), "must hold a weight"),
        (lambda t: t["automata"]["m"]["initial"].append([0, 2.0]), "every state once"),
        (lambda t: t["parameters"]["w"].update(weights="12"), "weights in parameters.w must be a list"),
        (lambda t: t["parameters"]["w"].update(bias=None), r"parameters\.w\.bias"),
    ],
)
def test_a_broken_file_names_the_place(tmp_path, change, place):
    path = tmp_path / "x.json"
    save(path, {"m": WFSA({0: 1.0}, (Arc(0, "a", 0, 0.5),), {0: 1.0})}, {"w": Affine((1.0,))})
    tree = json.loads(path.read_text())
    change(tree)
    path.write_text(json.dumps(tree))

    with pytest.raises(FormatError, match=place):
        load(path)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b"NaN", b'{"format": "wfsa", "version": 1e999}']
)
def test_bytes_that_are_no_automata(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_bytes(content)

    with pytest.raises(FormatError, match=r"x\.json"):
        load(path)


@pytest.mark.parametrize("weight", ["1e999", "NaN", "1" + "0" * 400])
def test_numbers_outside_the_doubles_are_refused(weight):
    with pytest.raises(FormatError, match="finite number"):
        from_json(json.loads(f'{{"initial": [], "arcs": [[0, "a", 0, {{"const": {weight}}}]], "final": []}}'))


def test_what_has_no_json_is_refused(tmp_path):
    with pytest.raises(FormatError, match="labels in a file"):
        to_json(WFSA({}, (Arc(0, ("a", 1), 0, 1.0),), {}))
    with pytest.raises(FormatError, match="got nan"):
        save(tmp_path / "x.json", {}, {"w": Affine((math.nan,))})
    with pytest.raises(FormatError, match="double"):
        to_json(WFSA({0: 10**400}, (), {}))
    for annotations in (math.nan, {"x": object()}):
        with pytest.raises(FormatError, match="place in JSON"):
            save(tmp_path / "x.json", {}, annotations=annotations)
    with pytest.raises(FormatError, match="place in JSON"):
        save(tmp_path / "x.json", {"\ud800": WFSA({}, (), {})})
    assert list(tmp_path.iterdir()) == []
