"""Binary files: what is written comes back to the last bit, and OpenFst reads it as we do."""

import json
import math
import struct
from collections import Counter

import numpy as np
import pytest
import pywrapfst
from hypothesis import given

import wfsa
from wfsa import ANY, BOOLEAN, COUNT, LOG, MIN_PLUS, REAL, WFSA, Arc, from_openfst, pathsum, to_openfst
from wfsa.testing.enumeration import strings
from wfsa.testing.strategies import SETS, automata


@given(automata(labels=(*SETS, 7, "7", "é")))
def test_safetensors_keep_every_label_and_weight(tmp_path_factory, machine):
    path = tmp_path_factory.mktemp("binary") / "a.safetensors"
    wfsa.save(path, {"a": machine, "b/ü": WFSA({}, (), {})}, None, {"note": [1, None]}, REAL)
    found = wfsa.load(path)
    assert found.automata == {"a": machine, "b/ü": WFSA({}, (), {})}
    assert (found.semiring, found.annotations, dict(found.parameters)) == (REAL, {"note": [1, None]}, {})


def test_safetensors_keep_kinds_of_numbers_and_large_states(tmp_path):
    path = tmp_path / "a.safetensors"
    machines = {
        "count": WFSA({0: 1}, (Arc(0, 1, 2**40, 3), Arc(0, True, 0, 1)), {0: 2}),
        "boolean": WFSA({0: True}, (Arc(0, ANY, -1, False),), {}),
        "low": WFSA({-(2**63): 1.0}, (), {}),
        "float": WFSA({0: -math.inf}, (Arc(0, "a", 0, 5e-324),), {}),
    }
    wfsa.save(path, {name: machines[name] for name in ("boolean", "low", "float")}, semiring=BOOLEAN)
    found = wfsa.load(path).automata
    assert type(found["boolean"].initial[0]) is bool
    assert found["float"] == machines["float"]
    assert found["low"] == machines["low"]
    without = WFSA({0: 1}, machines["count"].arcs[:1], {0: 2})
    wfsa.save(path, {"count": without}, semiring=COUNT)
    assert wfsa.load(path).automata["count"] == without
    assert type(wfsa.load(path).automata["count"].arcs[0].weight) is int


def test_safetensors_are_half_as_large_as_json(tmp_path):
    rng = np.random.default_rng(0)
    arcs = tuple(Arc(i, "ab"[i % 2], int(rng.integers(5000)), float(rng.random())) for i in range(5000))
    for name in ("a.json", "a.safetensors"):
        wfsa.save(tmp_path / name, {"a": WFSA({0: 1.0}, arcs, {0: 1.0})})
    assert (tmp_path / "a.safetensors").stat().st_size < 0.6 * (tmp_path / "a.json").stat().st_size


@pytest.mark.parametrize(
    ("machine", "parameters", "message"),
    [
        (wfsa.ngram(1, "p"), None, "all ints"),
        (WFSA({0: 1.0}, (Arc(0, "a", 0, 0.5), Arc(0, "a", 0, 2)), {}), None, "float, int"),
        (WFSA({0: 1.0}, (Arc(0, ("a",), 0, 0.5),), {}), None, "labels in a file"),
        (WFSA({2**70: 1.0}, (), {}), None, "64 bits"),
        (WFSA({0: 2**70}, (), {}), None, "64 bits"),
        (WFSA({0: 1.0}, (), {}), {"w": 1.0}, "no parameters"),
    ],
)
def test_what_a_binary_file_cannot_hold_is_said(tmp_path, machine, parameters, message):
    with pytest.raises(wfsa.FormatError, match=message):
        wfsa.save(tmp_path / "a.safetensors", {"a": machine}, parameters)
    assert not [*tmp_path.iterdir()]


def test_damaged_files_are_named(tmp_path):
    path = tmp_path / "a.safetensors"
    wfsa.save(path, {"a": WFSA({0: 1.0}, (Arc(0, "a", 1, 0.5),), {1: 1.0})})
    whole = path.read_bytes()
    (size,) = struct.unpack_from("<Q", whole)
    head = json.loads(whole[8 : 8 + size])
    broken = [whole[:-1], whole[: size // 2], b"", whole.replace(b"a/weights", b"b/weights")]
    broken.append(whole[:8] + whole[8 : 8 + size].replace(b"version", b"revised") + whole[8 + size :])
    offset = 8 + size + head["a/arcs"]["data_offsets"][0]
    broken.append(whole[: offset + 4] + struct.pack("<i", 99) + whole[offset + 8 :])  # a label that is not there
    for content in broken:
        path.write_bytes(content)
        with pytest.raises(wfsa.FormatError, match=r"a\.safetensors"):
            wfsa.load(path)


POSITIVE = automata(weights=(0.25, 0.5, 1.0, 1 / 3))


@given(POSITIVE)
def test_openfst_has_the_same_sums_and_gives_every_bit_back(machine):
    if not (machine.initial and wfsa.trim(machine).states):
        return
    logs = WFSA(
        {q: math.log(w) for q, w in machine.initial.items()},
        tuple(arc._replace(weight=math.log(arc.weight)) for arc in machine.arcs),
        {q: math.log(w) for q, w in machine.final.items()},
    )
    fst = to_openfst(wfsa.trim(logs), LOG)
    assert fst.arc_type() == "log64"
    back = from_openfst(fst)
    assert fst.input_symbols() is not None or not machine.arcs
    for text in strings("ab", 3):
        assert pathsum(back, text, LOG) == pytest.approx(pathsum(logs, text, LOG), abs=1e-12)
    alone = WFSA({0: 0.0}, tuple(wfsa.trim(logs).arcs), {0: -1 / 3})
    again = from_openfst(to_openfst(alone, LOG))
    assert (again.initial, again.final, Counter(again.arcs)) == (alone.initial, alone.final, Counter(alone.arcs))


def test_files_of_openfst_in_all_types_of_arcs(tmp_path):
    path = str(tmp_path / "a.fst")
    for kind, K in (("standard", MIN_PLUS), ("log", LOG), ("log64", LOG)):
        compiler = pywrapfst.Compiler(arc_type=kind, acceptor=True)
        compiler.write("0 1 5 0.5\n0 0 0 2\n1 0.25\n")
        pywrapfst.convert(compiler.compile(), "const").write(path)
        sign = 1 if K is MIN_PLUS else -1
        arcs = (Arc(0, 5, 1, sign * 0.5), Arc(0, wfsa.EPSILON, 0, sign * 2.0))
        assert from_openfst(path) == WFSA({0: 0.0}, arcs, {1: sign * 0.25})
    assert from_openfst(path, REAL).arcs[0].weight == pytest.approx(math.exp(-0.5))


def test_transducers_other_arcs_and_other_files_are_refused(tmp_path):
    compiler = pywrapfst.Compiler()
    compiler.write("0 1 5 6\n1\n")
    with pytest.raises(wfsa.FormatError, match="5:6 on 0 → 1, a transducer's"):
        from_openfst(compiler.compile())
    other = tmp_path / "a.fst"
    other.write_text("no FST", encoding="utf-8")
    with pytest.raises(wfsa.FormatError, match=r"a\.fst: an OpenFst file"):
        from_openfst(other)
    with pytest.raises(wfsa.FormatError, match="of type"):
        to_openfst(WFSA({0: 0.0}, (), {0: 0.0}), LOG, arc_type="tropical")


def test_two_symbol_tables_that_differ_are_a_transducers():
    tables = [pywrapfst.SymbolTable(), pywrapfst.SymbolTable()]
    for table, word in zip(tables, "ab", strict=True):
        table.add_symbol("<eps>", 0)
        table.add_symbol(word, 1)
    compiler = pywrapfst.Compiler(isymbols=tables[0], osymbols=tables[1], keep_isymbols=True, keep_osymbols=True)
    compiler.write("0 1 a b\n1\n")
    with pytest.raises(wfsa.FormatError, match="that differ"):
        from_openfst(compiler.compile())


def test_words_with_ends_of_lines_of_other_alphabets_and_what_is_no_fst(tmp_path):
    odd = WFSA({0: 0.0}, (Arc(0, "a\u2028b\x85", 0, -1.0),), {0: 0.0})
    assert from_openfst(to_openfst(odd, LOG)) == odd
    with pytest.raises(wfsa.FormatError, match="character of number 0"):
        to_openfst(WFSA({0: 0.0}, (Arc(0, "a\0", 0, -1.0),), {0: 0.0}), LOG)
    with pytest.raises(FileNotFoundError):
        from_openfst(tmp_path / "none.fst")
    with pytest.raises(wfsa.FormatError, match="an Fst of pynini"):
        from_openfst(None)


def test_single_precision_is_said():
    machine = WFSA({0: 0.0}, (Arc(0, "a", 0, 0.1),), {0: 0.0})
    with pytest.warns(UserWarning, match="single precision"):
        found = to_openfst(machine, MIN_PLUS)
    assert from_openfst(found).arcs[0].weight == pytest.approx(0.1, rel=1e-7)
    assert from_openfst(to_openfst(machine, MIN_PLUS, arc_type="log64"), MIN_PLUS) == machine
