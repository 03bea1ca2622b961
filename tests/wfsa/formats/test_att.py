"""AT&T text: what its columns, its costs and its epsilon are, against OpenFst itself."""

import json
import math
import struct
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wfsa import (
    BOOLEAN,
    COUNT,
    EPSILON,
    EXTREMES,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    WFSA,
    Arc,
    FormatError,
    SemiringError,
    from_att,
    pathsum,
    to_att,
)
from wfsa.semirings.costs import cost_of_number, count_of_cost, number_of_cost

WORKER = """
import json, sys, tempfile
import pywrapfst as f
asked = json.load(sys.stdin)
answers = []
for one in asked:
    table = None
    if one["symbols"] is not None:
        with tempfile.NamedTemporaryFile("w", suffix=".syms") as file:
            file.write(one["symbols"])
            file.flush()
            table = f.SymbolTable.read_text(file.name)
    compiler = f.Compiler(
        arc_type=one["kind"], isymbols=table, osymbols=table, acceptor=one["acceptor"], keep_state_numbering=True
    )
    compiler.write(one["text"])
    machine = compiler.compile()
    best = float(f.shortestdistance(machine, reverse=True)[machine.start()])
    arcs = [[q, arc.nextstate, arc.ilabel, float(arc.weight)] for q in machine.states() for arc in machine.arcs(q)]
    answers.append([machine.print(isymbols=table, osymbols=table, acceptor=one["printed"]), best, arcs])
json.dump(answers, sys.stdout)
"""


def openfst(*asked):
    """What fstprint writes, the least or the log cost of all paths, and the arcs, of each text."""
    full = [{"symbols": None, "kind": "standard", "acceptor": True, "printed": True, **one} for one in asked]
    done = subprocess.run([sys.executable, "-c", WORKER], input=json.dumps(full), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def one(weight):
    return WFSA({0: 1.0}, (Arc(0, "a", 1, weight),), {1: 1.0})


DOUBLES = (
    st.integers(1, 2**63 - 1).map(lambda bits: struct.unpack("d", struct.pack("q", bits))[0]).filter(math.isfinite)
)


@pytest.mark.parametrize("K", [REAL, MAX_TIMES], ids=repr)
@given(st.lists(DOUBLES | st.floats(0, 1), min_size=1, max_size=5))
def test_every_weight_comes_back_to_the_last_bit(K, weights):
    machine = WFSA({0: 1.0}, tuple(Arc(0, "a", 0, weight) for weight in weights), {0: weights[0] or 1.0})
    text, symbols = to_att(machine, K)

    assert from_att(text, K, symbols) == machine


def test_a_cost_is_the_logarithm_of_numpy_in_extended_precision():
    rng = np.random.default_rng(0)
    for weight in np.exp(-rng.uniform(-700, 700, 200)):
        assert float(cost_of_number(float(weight))) == pytest.approx(float(-np.log(np.longdouble(weight))), rel=1e-15)
        cost = np.longdouble(rng.uniform(-700, 700))
        assert number_of_cost(float(cost)) == pytest.approx(float(np.exp(-np.longdouble(float(cost)))), rel=2.3e-16)


def test_openfst_reads_the_costs_that_need_more_digits():
    """To the nine digits in which it says what it has read."""
    rng = np.random.default_rng(1)
    weights = [float(weight) for weight in np.exp(-rng.uniform(2, 600, 30))]
    machine = WFSA({0: 1.0}, tuple(Arc(0, n + 1, 0, weight) for n, weight in enumerate(weights)), {0: 1.0})
    text = to_att(machine, REAL).text
    ((_, _, arcs),) = openfst({"text": text, "kind": "log64"})

    assert any(len(line.split()[-1]) > 20 for line in text.splitlines())
    assert [arc[3] for arc in arcs] == [pytest.approx(-math.log(weight), rel=5e-9) for weight in weights]


@pytest.mark.parametrize("K", [REAL, MAX_TIMES], ids=repr)
@pytest.mark.parametrize(("line", "place"), [("0 1 a 800.5\n1\n", "1:7"), ("0 1 a\n1 -710\n", "2:3"), ("0 746", "1:3")])
def test_what_no_double_can_hold_is_refused_with_its_line(K, line, place):
    with pytest.raises(FormatError, match=rf"^{place}: a cost lies between -709\.7 and 745\.1 .* use LOG, MAX_PLUS"):
        from_att(line, K)
    assert isinstance(from_att(line, LOG), WFSA)


@pytest.mark.parametrize("cost", ["-Infinity", "1e400", "-1e400", "1_0", "nan", "BadNumber", "٣", "0x1"])
def test_a_cost_is_a_number_of_openfst(cost):
    with pytest.raises(FormatError, match=r"^1:7: "):
        from_att(f"0 1 a {cost}\n1 2 a\n2\n", MIN_PLUS)


def test_infinite_weights_have_no_cost():
    with pytest.raises(SemiringError, match=r"finite numbers"):
        to_att(one(math.inf), REAL)


@given(st.integers(0, 10**18) | st.integers(10**18, 10**200))
def test_counts_have_costs(count):
    machine = WFSA({0: 1}, (Arc(0, "a", 1, count),), {1: 1})
    back = from_att(to_att(machine, COUNT).text, COUNT)

    assert back == machine
    assert type(back.arcs[0].weight) is int
    assert pathsum(back, "a", COUNT) == count


def test_what_is_no_count_is_refused():
    assert count_of_cost(-1.09861) == 3  # what fstprint writes of log 3
    for cost in ("0.5", "-0.5", "-1", "-800"):
        with pytest.raises(FormatError, match=r"^1:7: COUNT reads costs −log n of natural numbers"):
            from_att(f"0 1 a {cost}\n1 2 a\n2\n", COUNT)
    with pytest.raises(SemiringError, match=r"needs a semiring with 'from_cost'.*BOOLEAN or COUNT"):
        from_att("0 1 a\n", EXTREMES)


@pytest.mark.parametrize(("K", "accepted"), [(BOOLEAN, True), (COUNT, 1)], ids=repr)
def test_a_string_of_cost_0_is_accepted(K, accepted):
    machine = from_att("0 1 a\n1 2 b Infinity\n1\n2\n", K)

    assert pathsum(machine, "a", K) == accepted
    assert pathsum(machine, "ab", K) == K.zero


def test_a_finite_cost_is_true():
    assert pathsum(from_att("0 1 a 7.5\n1 0.5\n", BOOLEAN), "a", BOOLEAN) is True
    assert to_att(WFSA({0: True}, (Arc(0, "a", 1, True), Arc(0, "b", 1, False)), {1: True}), BOOLEAN).text == (
        "0\t1\ta\n0\t1\tb\tInfinity\n1\n"
    )


@pytest.mark.parametrize("name", ["-", "ε", "<epsilon>", "eps", "<eps>", "a"])
def test_number_0_is_epsilon_whatever_its_name(name):
    text, symbols = f"0 1 {name} 1.5\n1\n", f"b 1\n{name} 0\n"
    machine = from_att(text, MIN_PLUS, symbols)
    ((_, best, arcs),) = openfst({"text": text, "symbols": symbols})

    assert machine.arcs[0].label is EPSILON
    assert arcs[0][2] == 0
    assert pathsum(machine, "", MIN_PLUS) == best == 1.5
    assert from_att("0 1 0 1.5\n1\n", MIN_PLUS, symbols) == machine


def test_epsilon_with_another_number_is_a_word_and_that_is_said():
    with pytest.warns(UserWarning, match="line 2 of the symbol table: <eps> has the number 7 and is an ordinary word"):
        machine = from_att("0 1 <eps> 1.5\n1\n", MIN_PLUS, "- 0\n<eps> 7\n")

    assert machine.arcs[0].label == "<eps>"


def test_other_names_of_epsilon_without_a_table_are_words_and_that_is_said():
    with pytest.warns(UserWarning, match="'ε' is an ordinary word here"):
        assert from_att("0 1 ε 1.5\n1\n", MIN_PLUS).arcs[0].label == "ε"


@pytest.mark.parametrize("acceptor", [True, False])
@given(st.data())
def test_what_fstprint_writes_is_read(acceptor, data):
    """With one label column and with two, from texts of the other kind."""
    drawn = data.draw(
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from("ab"), st.sampled_from([0, 0.5, 2])),
            min_size=1, max_size=4,
        )
    )  # fmt: skip
    machine = WFSA({drawn[0][0]: 0.0}, tuple(Arc(p, label, q, cost) for p, q, label, cost in drawn), {0: 1.5})
    text, symbols = to_att(machine, MIN_PLUS)
    lines = [line.split("\t") for line in text.splitlines()]
    if not acceptor:
        text = "".join("\t".join(row[:3] + row[2:]) + "\n" if len(row) > 2 else "\t".join(row) + "\n" for row in lines)

    assert from_att(text, MIN_PLUS, symbols, acceptor=acceptor) == from_att("\n".join(map("\t".join, lines)), MIN_PLUS)


def test_openfst_itself_writes_five_columns():
    texts = [
        {"text": "0 1 x x 0.5\n1 2 y y\n2 0.25\n", "symbols": "- 0\nx 1\ny 2\n", "acceptor": False, "printed": False},
        {"text": "0 1 x 0.5\n1 2 y\n2 0.25\n", "symbols": "- 0\nx 1\ny 2\n"},
    ]
    (five, _, _), (four, _, _) = openfst(*texts)

    assert five.splitlines()[0].split() == ["0", "1", "x", "x", "0.5"]
    assert from_att(five, MIN_PLUS) == from_att(four, MIN_PLUS) == from_att(five, MIN_PLUS, acceptor=False)
    assert [arc.weight for arc in from_att(five, MIN_PLUS).arcs] == [0.5, 0.0]


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("0 1 3 7\n1\n", {}, r"^1:7: the fourth column .*'7', the cost of '3' or the output of 3:7.*acceptor="),
        ("0 1 3 7\n1\n", {"acceptor": False}, "^1:7: both labels of an arc are equal .got 3:7, a transducer's"),
        ("0 1 a a\n1\n", {"symbols": "- 0\na 1\n2 2\n", "acceptor": True}, "^1:7: a cost is a number"),
        ("0 1 a 2\n1\n", {"symbols": "- 0\na 1\nb 2\n"}, "^1:7: the fourth column is either"),
        ("0 1 x y 0.5\n1\n", {}, "^1:7: both labels of an arc are equal .got x:y"),
        ("0 1 x x\n1 2 y z\n", {}, "^2:7: both labels of an arc are equal .got y:z"),
        ("0 1 x\n1 2 y y 2\n", {}, "^2:9: an arc with one label has at most 4 fields .got 5, and 3 in line 1"),
        ("0 1 x x 2\n", {"acceptor": True}, "^1:9: an arc with one label has at most 4"),
        ("0 1 x\n", {"acceptor": False}, "^1:5: an arc with two labels has at least 4"),
        ("0 1 x 0.5\n1 2 x y\n", {}, "^2:7: a cost is a number"),
    ],
)  # fmt: skip
def test_what_is_a_transducer_or_could_be_one_is_refused(text, arguments, message):
    with pytest.raises(FormatError, match=message):
        from_att(text, MIN_PLUS, **arguments)


def test_four_columns_are_read_as_they_are_said_to_be():
    assert from_att("0 1 3 7\n1\n", MIN_PLUS, acceptor=True).arcs == (Arc(0, 3, 1, 7.0),)
    assert from_att("0 1 3 3\n1\n", MIN_PLUS, acceptor=False).arcs == (Arc(0, 3, 1, 0.0),)
    assert from_att("0 1 3 7\n1 2 3\n2\n", MIN_PLUS).arcs[0] == Arc(0, 3, 1, 7.0)
    assert from_att("0 1 3 7\n1 2 3 0.5\n2\n", MIN_PLUS).arcs[0] == Arc(0, 3, 1, 7.0)
    assert from_att("0 1 a a\n1\n", MIN_PLUS).arcs == (Arc(0, "a", 1, 0.0),)


@pytest.mark.parametrize("blank", ["\u3000", "\xa0", "\x85", "\x1c", "\u2028", "\x0b"])
def test_only_spaces_and_tabs_separate(blank):
    label = f"a{blank}b"
    machine = WFSA({0: 0.0}, (Arc(0, label, 1, 1.5),), {1: 0.0})
    text, symbols = to_att(machine, MIN_PLUS)

    assert from_att(text, MIN_PLUS, symbols) == from_att(text, MIN_PLUS) == machine
    with pytest.raises(FormatError, match=r"1:\d: a state is a number"):
        from_att(f"0{blank}1 a\n", MIN_PLUS)
    with pytest.raises(FormatError, match="a word and its number"):
        from_att("0 1 a\n", MIN_PLUS, f"a{blank}1\n")


def test_lines_of_windows_are_lines():
    assert from_att("0 1 a\r\n1\r\n", MIN_PLUS, "- 0\r\na 1\r\n") == from_att("0 1 a\n1\n", MIN_PLUS)


@pytest.mark.parametrize(
    ("symbols", "message"),
    [
        ("a 1\na 2\n", "^2:1: .*the word 'a' again"),
        ("a 1\nb 1\n", "^2:1: .*the number 1 again"),
        ("a 1\nb 01\n", "^2:1: .*the number 1 again"),
        ("a 1\n\na 1\n", "^3:1: .*the word 'a' again"),
    ],
)
def test_words_and_numbers_of_a_table_differ(symbols, message):
    with pytest.raises(FormatError, match=message):
        from_att("0 1 a\n", MIN_PLUS, symbols)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=4))
@pytest.mark.parametrize("K", [LOG, MAX_PLUS, MIN_PLUS], ids=repr)
def test_costs_as_they_are_keep_their_bits(K, weights):
    assume(0.0 not in weights)
    machine = WFSA({0: 0.0}, tuple(Arc(0, "a", 0, weight) for weight in weights), {0: 0.0})

    assert from_att(to_att(machine, K).text, K) == machine
