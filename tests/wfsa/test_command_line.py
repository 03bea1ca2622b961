"""`python -m wfsa` as a process: what it prints, where, and with which exit status."""

import os
import subprocess
import sys
from importlib import metadata

import pytest

import wfsa
from wfsa import LOG, REAL, WFSA, Arc, load, save
from wfsa.__main__ import main

ATT = "0 1 a 0.5\n1\n"


def run(*arguments, folder=None, **options):
    return subprocess.run(
        [sys.executable, "-m", "wfsa", *arguments], capture_output=True, text=True, cwd=folder, **options, check=False
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.att").write_text(ATT)
    return tmp_path


def test_a_text_converted_keeps_its_meaning(folder, capsys):
    assert main(["convert", "x.att", "x.json", "--semiring", "MIN_PLUS"]) == 0
    assert main(["score", "x.json", "a"]) == 0
    assert main(["score", "x.att", "a", "--semiring", "MIN_PLUS"]) == 0
    assert capsys.readouterr().out == "x\t0.5\nx\t0.5\n"
    assert load("x.json").semiring is wfsa.MIN_PLUS
    assert main(["info", "x.json"]) == 0
    assert "total weight in MIN_PLUS 0.5" in capsys.readouterr().out
    assert main(["convert", "x.json", "back.att"]) == 0
    assert (folder / "back.att").read_text() == "0\t1\ta\t0.5\n1\n"


@pytest.mark.parametrize(("K", "shown"), [("BOOLEAN", "True"), ("COUNT", "1")])
def test_an_accepted_string_of_a_text_is_accepted(folder, capsys, K, shown):
    (folder / "y.att").write_text("0 1 a\n1\n")
    assert main(["score", "y.att", "a", "--semiring", K]) == 0
    assert capsys.readouterr().out == f"y\t{shown}\n"
    assert main(["info", "y.att", "--semiring", K]) == 0
    assert f"total weight in {K} {shown}" in capsys.readouterr().out


def test_a_semiring_given_is_recorded_and_one_that_contradicts_is_refused(folder, capsys):
    save("m.json", {"m": WFSA({0: 0.0}, (Arc(0, "a", 1, -0.5),), {1: 0.0})})
    assert main(["convert", "m.json", "n.json", "--semiring", "LOG"]) == 0
    assert load("n.json").semiring is LOG
    assert main(["score", "n.json", "a", "--semiring", "REAL"]) == 2
    assert "n.json is in LOG (got --semiring REAL); leave the flag out" in capsys.readouterr().err


def test_the_fourth_column_is_what_the_flag_says(folder, capsys):
    (folder / "y.att").write_text("0 1 3 7\n1\n")
    assert main(["score", "y.att", "3", "--semiring", "MIN_PLUS", "--acceptor"]) == 0
    assert capsys.readouterr().out == "y\t7.0\n"
    assert main(["score", "y.att", "3", "--semiring", "MIN_PLUS"]) == 2
    assert "--acceptor or --no-acceptor" in capsys.readouterr().err


def test_warnings_are_single_lines(folder, capsys):
    (folder / "x.syms").write_text("- 0\na 1\n<eps> 2\n")
    assert main(["score", "x.att", "a", "--semiring", "MIN_PLUS"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("warning: line 3 of the symbol table: <eps> has the number 2 and is an ordinary word")


def test_escape_sequences_of_names_and_labels_stay_in_the_file(folder):
    save("m.json", {"\x1b[2Jm\u202e\n": WFSA({0: 1.0}, (Arc(0, "\x1b]0;a", 1, 1.0),), {1: 1.0})}, semiring=REAL)
    outputs = [
        run("info", "m.json", folder=folder),
        run("score", "m.json", "a", folder=folder),
        run("score", "m.json", "a", "--automaton", "?", folder=folder),
        run("info", "\x1b[2J.json", folder=folder),
        run("convert", "m.json", "m.att", folder=folder),
    ]

    for done in outputs:
        for text in (done.stdout, done.stderr):
            assert all(c.isprintable() or c in "\n\t" for c in text)
            assert "Traceback" not in text
    assert outputs[0].stdout.startswith(r"\x1b[2Jm\u202e\n: 2 states")
    assert outputs[1].stdout == "\\x1b[2Jm\\u202e\\n\t0.0\n"


def test_what_the_terminal_has_no_letters_for_is_escaped(folder):
    save("m.json", {"λ": WFSA({0: 1.0}, (), {0: 1.0})}, semiring=REAL)
    done = run("info", "m.json", folder=folder, env={**os.environ, "PYTHONIOENCODING": "cp1252"})

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("\\u03bb: 1 states")


def test_a_reader_that_has_enough_is_no_error(folder):
    save("m.json", {f"m{i}": WFSA({0: 1.0}, (), {0: 1.0}) for i in range(3000)}, semiring=REAL)
    command = f"{sys.executable} -m wfsa info m.json | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=folder, check=False)

    assert done.stdout.startswith("m0: ")
    assert (done.returncode, done.stderr) == (141, "")


def test_without_a_command_it_says_what_there_is():
    done = run()
    assert done.returncode == 0
    for word in ("convert A B", "info A", "score A", "python -m viz A.json", "--version"):
        assert word in done.stdout
    assert run("--version").stdout == f"sparse-wfsa {metadata.version('sparse-wfsa')}\n"
