"""What is refused in AT&T text and on the command line, in sentences that lead out."""

import math
import subprocess
import sys

import pytest

from wfsa import COUNT, MIN_PLUS, REAL, WFSA, Arc, FormatError, Scalar, SemiringError, from_att, pathsum, save, to_att
from wfsa.__main__ import main
from wfsa.formats.json_files import write_whole
from wfsa.formats.json_trees import from_json


@pytest.mark.parametrize("cost", ["1e-999999999999999999999", "0.00000000000000000001e-99999999999999999999999999"])
def test_a_cost_that_is_0_as_a_double_is_0(cost):
    for K in (REAL, COUNT, MIN_PLUS):
        assert from_att(f"0 1 a {cost}\n1\n", K).arcs == (Arc(0, "a", 1, K.one),)


@pytest.mark.parametrize(
    ("text", "acceptor", "offered"),
    [
        ("0 1 a b 0.5\n1\n", None, False),
        ("0 1 a b\n1 2 a a 0.5\n", None, False),
        ("0 1 1 2\n1 2 1 1 0.5\n", None, False),
        ("0 1 a b\n1\n", None, False),
        ("0 1 1 2\n1\n", False, True),
    ],
)
def test_columns_are_taken_for_costs_only_where_they_can_be(text, acceptor, offered):
    with pytest.raises(FormatError, match="both labels of an arc are equal") as caught:
        from_att(text, REAL, acceptor=acceptor)
    assert ("--acceptor" in str(caught.value)) == offered
    assert "fstproject" in str(caught.value)
    if offered:
        assert from_att(text, REAL, acceptor=True).arcs
    with pytest.raises(FormatError, match=r"leave acceptor=True, --acceptor on the command line, out.*fstproject"):
        from_att("0 1 a b 0.5\n1\n", REAL, acceptor=True)


@pytest.mark.parametrize("text", [b"0 1 a\n", None, ["0 1 a"]])
def test_text_is_a_string(text):
    with pytest.raises(FormatError, match="AT&T text is a string"):
        from_att(text, REAL)


def test_counts_of_any_size_are_written(tmp_path, capsys):
    """Python writes ints of up to 4,300 digits."""
    size = 16_000
    arcs = tuple(Arc(q, "a", q + 1, 1) for q in range(size) for _ in range(2))
    chain = WFSA({0: 1}, arcs, {size: 1})
    save(tmp_path / "m.json", {"m": chain}, semiring=COUNT)

    assert main(["info", str(tmp_path / "m.json")]) == 0
    exponent = math.floor(size * math.log10(2))
    assert f"e+{exponent}" in capsys.readouterr().out
    assert main(["score", str(tmp_path / "m.json"), "a " * size]) == 0
    out = capsys.readouterr().out.split()[1]
    assert len(out) == exponent + 1
    assert int(out[-18:]) == pow(2, size, 10**18)
    with pytest.raises(SemiringError, match=r"got 1\.000e\+330"):
        to_att(WFSA({0: 1}, (Arc(0, "a", 0, 10**330),), {0: 1}), COUNT)
    huge = WFSA({0: 10**5000}, (), {0: 1})
    assert len(str(huge)) > 5000
    for ask in (lambda: pathsum(huge, "", REAL), lambda: save(tmp_path / "n.json", {"m": huge})):
        with pytest.raises(ValueError, match=r"a double can hold|lie within the doubles"):
            ask()


def deep(levels):
    tree = 1
    for _ in range(levels):
        tree = {"sigmoid": tree}
    return tree


@pytest.mark.parametrize(
    "tree",
    [
        {"initial": [], "arcs": [[0, "a", 1, deep(330)]], "final": []},
        {"initial": [], "arcs": [], "final": [[0, deep(5000)]]},
        {"initial": deep(5000), "arcs": [], "final": []},
        {"initial": [], "arcs": [[0, deep(5000), 1, 1]], "final": []},
        {"initial": [], "arcs": [deep(5000)], "final": []},
    ],
)
def test_trees_of_any_depth_are_refused_in_a_sentence(tree):
    with pytest.raises(FormatError, match=r"nested at most 100 levels|a tree of far too many levels"):
        from_json(tree)


def test_a_folder_that_is_not_there_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save("a.json", {"m": WFSA({0: 1.0}, (), {0: 1.0})}, semiring=REAL)

    assert main(["convert", "a.json", "nodir/x.json"]) == 2
    error = capsys.readouterr().err
    assert "x.json" in error
    assert "name a file in a folder that exists" in error
    assert ".part" not in error
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "no" / "x", b"")


def test_info_of_a_learned_automaton_speaks_of_commands(tmp_path, capsys):
    save(tmp_path / "m.json", {"m": WFSA({0: Scalar("s")}, (), {0: 1.0})}, {"s": 1.0}, semiring=REAL)

    assert main(["info", str(tmp_path / "m.json")]) == 0
    out = capsys.readouterr().out
    assert "ground them first" in out
    assert "weigh=" not in out


def test_help_is_there_without_docstrings():
    for flags in ([], ["-OO"]):
        found = subprocess.run(
            [sys.executable, *flags, "-m", "wfsa", "--help"], capture_output=True, text=True, check=True
        )
        assert "python -m wfsa convert A B" in found.stdout
        assert "one line per automaton" in found.stdout
