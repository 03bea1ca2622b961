"""AT&T text, networkx, grounding, the command line: what goes out comes back, and errors name the place."""

import math
import subprocess
import sys

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import wfsa
from tests.clocks import seconds
from wfsa import (
    ANY,
    EPSILON,
    LOG,
    MAX_PLUS,
    MIN_PLUS,
    REAL,
    WFSA,
    Affine,
    Arc,
    FormatError,
    SemiringError,
    from_att,
    load,
    ngram,
    pathsum,
    save,
    to_att,
)
from wfsa.__main__ import main
from wfsa.testing.strategies import automata

COSTS = (0.0, 0.1, 2.5, 1e-300, 1e300, math.inf)
WORDS = st.text(alphabet="ab", max_size=3)


@given(automata(weights=COSTS), WORDS)
def test_att_text_comes_back(automaton, xs):
    """Bit for bit where there is one start of cost 0; else up to the new start state."""
    ends = {state for state, cost in automaton.final.items() if cost != math.inf}
    starts = {arc.source for arc in automaton.arcs} | ends
    if list(automaton.initial.values()) == [0.0] and not starts & set(automaton.initial):
        with pytest.raises(FormatError, match="start state"):
            to_att(automaton, MIN_PLUS)
        return
    assume(automaton.initial or not starts)
    text, symbols = to_att(automaton, MIN_PLUS)
    back = from_att(text, MIN_PLUS, symbols)

    assert pathsum(back, xs, MIN_PLUS) == pathsum(automaton, xs, MIN_PLUS)
    if list(automaton.initial.values()) == [0.0]:
        assert sorted(map(repr, back.arcs)) == sorted(map(repr, automaton.arcs))
        assert back.initial == automaton.initial
        assert back.final == {q: cost for q, cost in automaton.final.items() if cost != math.inf}
        assert to_att(back, MIN_PLUS) == (text, symbols)


def test_att_text_as_openfst_writes_it():
    machine = WFSA({0: 0.0}, (Arc(0, "a", 1, 0.5), Arc(1, EPSILON, 0, 0.0), Arc(1, ANY, 1, 1.5)), {1: 0.25})

    assert to_att(machine, MIN_PLUS).text == "0\t1\ta\t0.5\n1\t0\t<eps>\n1\t1\t<any>\t1.5\n1\t0.25\n"
    assert to_att(machine, MIN_PLUS).symbols == "<eps>\t0\na\t1\n<any>\t2\n"
    assert to_att(machine, MAX_PLUS).text.startswith("0\t1\ta\t-0.5\n")
    assert from_att(to_att(machine, LOG).text, LOG) == machine
    assert from_att("0 1 1 0.5\n1 2 0\n2\n", MIN_PLUS) == WFSA(
        {0: 0.0}, (Arc(0, 1, 1, 0.5), Arc(1, EPSILON, 2, 0.0)), {2: 0.0}
    )
    assert to_att(from_att("0\t1\t7\n1\n", MIN_PLUS), MIN_PLUS) == ("0\t1\t7\n1\n", None)
    assert from_att("0 1 3\n1\n", MIN_PLUS, "<eps> 0\nx 3\n").arcs == (Arc(0, "x", 1, 0.0),)


def test_openfst_itself_reads_and_prints_the_same():
    """pywrapfst's compiler and printer, what fstcompile and fstprint run."""
    text, _ = to_att(
        WFSA({0: 0.0}, (Arc(0, 1, 1, 0.5), Arc(1, 2, 1, 0.25), Arc(0, 3, 2, 3.0)), {1: 0.0, 2: 1.5}), MIN_PLUS
    )
    code = (
        "import sys, pywrapfst as f; c = f.Compiler(acceptor=True, keep_state_numbering=True); c.write(sys.argv[1]);"
        "print(c.compile().print(acceptor=True), end='')"
    )
    printed = subprocess.run([sys.executable, "-c", code, text], capture_output=True, text=True, check=True).stdout

    assert from_att(printed, MIN_PLUS) == from_att(text, MIN_PLUS)


@given(st.binary(max_size=200) | st.text(alphabet="0123456789ab \t\n.-<>epsInfity", max_size=120).map(str.encode))
def test_any_text_is_an_automaton_or_a_format_error(content):
    try:
        outcome = from_att(content.decode(errors="replace"), MIN_PLUS)
    except (FormatError, SemiringError) as error:
        outcome = str(error)

    assert isinstance(outcome, WFSA) or outcome.split(":")[0].isdecimal() or "takes numbers" in outcome


@given(
    st.binary(max_size=300), st.sampled_from([b"", b'{"format": "wfsa", "version": 1, "automata": {"m": {"arcs": ['])
)
def test_any_bytes_are_an_automaton_or_a_format_error(tmp_path_factory, content, start):
    path = tmp_path_factory.mktemp("fuzz") / "x.json"
    path.write_bytes(start + content)
    with pytest.raises(FormatError, match=r"x\.json:\d+:\d+: "):
        load(path)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 1_000_000,
        b"1" * 1_000_000,
        b'{"a":' * 200_000,
        b'{"format": "wfsa", "version": 1, "automata": {"m": {"initial": [], "final": [], "arcs": ['
        + b",".join([b'[0, "a", 0, 1.0]'] * 50_000)
        + b', [0, "a", "x", 1.0]]}}, "parameters": {}}',
        b'{"x": [' + b"1," * 499_999 + b"1]}",
        b'"' + b"\\u0041" * 166_000 + b'"',
        b"{" + b",".join(b'"%d":1' % i for i in range(100_000)) + b',"7":2}',
    ],
    ids=range(7),
)
def test_a_megabyte_takes_less_than_a_second(tmp_path, content):
    path = tmp_path / "big.json"
    path.write_bytes(content)

    def read():
        with pytest.raises(FormatError, match=r"big\.json:\d+:\d+: "):
            load(path)

    assert seconds(read, enough=1) < 1


@pytest.mark.parametrize(
    "line", ["0 1 a\n" * 150_000 + "x", "0 " * 500_000, "9" * 1_000_000, "0 1 " + "9" * 1_000_000 + "\nx"]
)
def test_a_megabyte_of_text_takes_less_than_a_second(line):
    def read():
        with pytest.raises(FormatError, match=r"^\d+:\d+: "):
            from_att(line, MIN_PLUS)

    assert seconds(read, enough=1) < 1


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("0 1 a\n0 x a\n", r"^2:3: a state is a number"),
        ("0 1 a b\n", r"^1:7: both labels of an arc are equal"),
        ("0 1 a 1_0\n", r"^1:7: a cost is a number"),
        ("0 1 a \u0663\n1 2 a\n", r"^1:7: a cost is a number"),
        ("0 1 a a 1 2\n", r"^1:11: a line has at most 5"),
        ("0 1 a\n0 1 a a 2\n", r"^2:9: an arc with one label has at most 4"),
        ("0\n0 2\n", r"^2:1: a state is final once"),
        ("-1\n", r"^1:1: a state"),
        ("0 1 a nan", r"^1:7: a cost"),
    ],
)
def test_a_broken_line_is_named(text, place):
    with pytest.raises(FormatError, match=place):
        from_att(text, MIN_PLUS)


def test_what_att_text_cannot_hold():
    for label in ("two words", "", "<eps>", "a\tb", "a\r", 1.5):
        with pytest.raises(FormatError, match="labels are words without spaces"):
            to_att(WFSA({0: 0.0}, (Arc(0, label, 0, 0.0),), {0: 0.0}), MIN_PLUS)
    with pytest.raises(FormatError, match="int labels"):
        to_att(WFSA({0: 0.0}, (Arc(0, "a", 0, 0.0), Arc(0, 1, 0, 0.0)), {}), MIN_PLUS)
    with pytest.raises(FormatError, match="numbered from 0"):
        to_att(WFSA({-1: 0.0}, (), {-1: 0.0}), MIN_PLUS)
    with pytest.raises(SemiringError, match="negative weights have no cost"):
        to_att(WFSA({0: 1.0}, (Arc(0, "a", 0, -0.5),), {0: 1.0}), REAL)
    with pytest.raises(FormatError, match="symbol table"):
        from_att("0 1 b\n", MIN_PLUS, "a 1\n")
    with pytest.raises(FormatError, match="a word and its number"):
        from_att("0 1 b\n", MIN_PLUS, "a b c\n")


MACHINE = WFSA({0: 1.0}, (Arc(0, "a", 1, 0.5), Arc(1, "b", 1, 0.25), Arc(1, "c", 2, 1.0)), {1: 0.75})


def test_the_command_line_converts_describes_and_scores(tmp_path, capsys):
    json, att, back = tmp_path / "m.json", tmp_path / "m.att", tmp_path / "back.json"
    save(json, {"m": MACHINE, "other": ngram(1)}, {"p0.main1": Affine((1.0,))}, "a note", REAL)

    assert main(["convert", str(json), str(att), "--automaton", "m"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        f"note: {att} holds m alone, without parameters and annotations.",
        f"note: {att} has costs of REAL, which it cannot say; read it with --semiring REAL.",
    ]
    assert main(["convert", str(att), str(back), "--semiring", "REAL"]) == 0
    assert load(back) == wfsa.Bundle({"m": MACHINE}, semiring=REAL)
    assert main(["info", str(json)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "m: 3 states (2 useful), 3 arcs (2 main), 3 labels, 1 initial, 1 final; total weight in REAL 0.5"
    )
    assert "no total weight in REAL: weights depend on word vectors" in lines[1]
    assert main(["score", str(json), "a b b", "--automaton", "m"]) == 0
    assert capsys.readouterr().out == f"m\t{0.5 * 0.25**2 * 0.75!r}\n"
    assert main(["score", str(back), "c"]) == 0
    assert capsys.readouterr().out == "m\t0.0\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["info", "missing.json"], "No such file"),
        (["info", "x.txt"], "from .json, .safetensors, .att, .fst, .dot, .gv files"),
        (["score", "m.json", "a"], "--semiring must say what the weights in m.json mean"),
        (["score", "m.json", "a", "--semiring", "REAL"], "depend on word vectors"),
        (["score", "m.json", "a", "--automaton", "x", "--semiring", "REAL"], "names one of those in m.json: m, other"),
        (["convert", "m.json", "m.att"], "--semiring must say what the weights in m.json mean"),
        (["convert", "real.json", "m.att"], "--automaton names one"),
        (["convert", "m.json", "m.dot"], "pictures are drawn by viz (got m.dot); run python -m viz m.json."),
        (
            ["convert", "a b.att", "m.svg", "--semiring", "LOG"],
            "run python -m wfsa convert 'a b.att' 'a b.json' --semiring LOG, then python -m viz 'a b.json'",
        ),
        (["convert", "m.json", "m.txt"], "written to .json, .safetensors, .att, .fst"),
        (["info", "broken.att"], "in OpenFst, standard arcs are MIN_PLUS and log arcs LOG"),
        (["info", "broken.att", "--semiring", "LOG"], "broken.att:1:3: a state is a number"),
        (["info", "table.att", "--semiring", "LOG"], "table.syms:2:1: a symbol table has every word"),
        (["info", "two.att", "--semiring", "LOG"], "two.att:1:7: the fourth column is either the cost"),
        (["info", "two.att", "--semiring", "LOG", "--no-acceptor"], "two.att:1:7: both labels of an arc are equal"),
        (["score", "real.json", "a", "--semiring", "LOG"], "real.json is in REAL (got --semiring LOG)"),
        (["convert", "real.json", "x.json", "--semiring", "LOG"], "real.json is in REAL (got --semiring LOG)"),
        (["info", "latin.json"], "latin.json:1:2: the file must be in UTF-8"),
    ],
)
def test_the_command_line_says_in_one_line_what_is_wrong(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    save("m.json", {"m": MACHINE, "other": ngram(1)})
    save("real.json", {"m": MACHINE, "other": ngram(1)}, semiring=REAL)
    for name in ("table", "two"):
        (tmp_path / f"{name}.att").write_text("0 1 3 7\n1\n")
    (tmp_path / "table.syms").write_text("a 1\na 2\n")
    (tmp_path / "broken.att").write_text("0 x a\n")
    (tmp_path / "latin.json").write_bytes(b'"\xe9"')

    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert error.count("\n") == 1
