"""JSON round trips exactly; broken files give FormatError with the place."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfsa import (
    REAL,
    SEMIRINGS,
    WFSA,
    Affine,
    Arc,
    FormatError,
    SemiringError,
    expectation,
    from_json,
    load,
    save,
    to_json,
)
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


@pytest.mark.parametrize("K", SEMIRINGS, ids=repr)
def test_a_file_says_what_its_weights_mean(tmp_path, K):
    save(tmp_path / "x.json", {"m": WFSA({}, (), {})}, semiring=K)

    assert load(tmp_path / "x.json").semiring is K


def test_files_that_name_no_semiring_are_read_as_before(tmp_path):
    path = tmp_path / "x.json"
    save(path, {"m": WFSA({}, (), {})})

    assert "semiring" not in json.loads(path.read_text())
    assert load(path).semiring is None


@pytest.mark.parametrize("name", ["real", None, 3, "EXPECTATION"])
def test_a_semiring_that_nobody_knows_is_named(tmp_path, name):
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"format": "wfsa", "version": 1, "semiring": name, "automata": {}, "parameters": {}}))

    with pytest.raises(FormatError, match=r"x\.json:1:\d+: semiring must name one of REAL, LOG, "):
        load(path)


MACHINE = WFSA({0: 1.0}, (Arc(0, "a", 0, 0.5),), {0: 1.0})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({"m": MACHINE}, "x.json"), "a path first and then the automata .got the automata in its place"),
        ((MACHINE, "x.json"), "a path first and then the automata"),
        ((None, {}), "a path first"),
        (("x.json", MACHINE), r"write save\(path, \{\"name\": automaton\}\)"),
        (("x.json", [MACHINE]), "a mapping from names"),
        (("x.json", {"m": "a"}), "every name stands for a WFSA .got 'a' for 'm'"),
        (("x.json", {"m": MACHINE}, None, None, "REAL"), r"K is a semiring, such as wfsa\.REAL"),
        (
            ("x.json", {"m": MACHINE}, None, None, expectation(REAL)),
            r"one of the semirings REAL, .*expectation\(REAL\)",
        ),
    ],
)
def test_exchanged_arguments_are_named(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((FormatError, SemiringError), match=message):
        save(*arguments)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_path_is_not_loaded():
    with pytest.raises(FormatError, match="a file is named by its path"):
        load({"m": MACHINE})


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path):
    path = tmp_path / "x.json"
    save(path, {"m": MACHINE})
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert load(path).automata == {"m": MACHINE}


def test_links_in_the_folder_are_not_written_through(tmp_path):
    """Neither one of the file's name nor one of the name that a partial file once had."""
    outside = tmp_path / "outside"
    outside.write_text("mine")
    folder = tmp_path / "foreign"
    folder.mkdir()
    (folder / "x.json.part").symlink_to(outside)
    (folder / "x.json").symlink_to(outside)
    save(folder / "x.json", {"m": MACHINE})

    assert outside.read_text() == "mine"
    assert load(folder / "x.json").automata == {"m": MACHINE}
    assert sorted(path.name for path in folder.iterdir()) == ["x.json", "x.json.part"]


def test_a_file_has_the_rights_of_any_new_file_and_a_failure_leaves_nothing(tmp_path):
    (tmp_path / "other").write_text("")
    save(tmp_path / "x.json", {"m": MACHINE})
    assert (tmp_path / "x.json").stat().st_mode == (tmp_path / "other").stat().st_mode
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        save(tmp_path / "taken", {"m": MACHINE})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "taken", "x.json"]
