"""The main job on arguments at the edge, and on wrong ones."""

import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import sparsify
from sparsify.commands import parse
from sparsify.errors import ConfigError
from sparsify.settings import Settings
from sparsify.train import main

ROOT = Path(__file__).parents[2]


def test_a_strength_that_kills_everything_leaves_the_class_prior(tmp_path, capsys):
    train = [f"{label}\ttext {i} {label}" for i in range(30) for label in ("yes", "yes", "no")]
    for part in ("train", "dev", "test"):
        (tmp_path / part).write_text("\n".join(f"{row} {part} {i}" for i, row in enumerate(train)), encoding="utf-8")
    vectors = "".join(f"{w} {i} 1 0.5\n" for i, w in enumerate(["text", "yes", "no", "dev"]))
    (tmp_path / "v.txt").write_text(vectors, encoding="utf-8")
    out = tmp_path / "out"
    arguments = [
        "--data",
        str(tmp_path),
        "--embeddings",
        str(tmp_path / "v.txt"),
        "--out",
        str(out),
        "--polish",
        "1",
        "--certify",
        "0",
    ]
    assert main([*arguments, "--method", "constant", "--strength", "50", "--path-epochs", "2", "--epochs", "1"]) == 0
    model = sparsify.load(out)

    assert "predicts the class prior" in capsys.readouterr().out
    assert "class prior" in repr(model)
    assert model.automata == {}
    assert model.predict_proba(["text", ""]) == pytest.approx(np.array([[1 / 3, 2 / 3]] * 2))
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["chosen"]["transitions"] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--pattern", "3"], "'--pattern'.*did you mean --patterns?"),
        (["--lenght=3"], "'--lenght=3'.*did you mean --length?"),
        (["--method", "pth"], "did you mean path?"),
        (["--data", "imbd"], "did you mean imdb?"),
        (["--patterns", "0"], "--patterns must be at least 1"),
        (["--patterns", "x"], "--patterns"),
        (["--lr", "nan"], "--lr must be finite"),
        (["--patterns", "10000", "--length", "1000"], "at most 50,000 transitions .got 10,000,000 in 10,000 patterns"),
        (["--groups", "pattern", "--at-most", "2"], "whole patterns, of 4 transitions or more .got --at-most 2"),
        (["--sizes", "97"], "between 1 and the 96 transitions"),
        (["--dropout", "1"], "below 1"),
        (["--method", "constant"], "needs a --strength"),
        (["--lr", "inf"], "--lr must be finite"),
        (["--choose-by", "macro_f1"], "--choose-by must be one of loss, accuracy, macro-f1 .*did you mean macro-f1?"),
        (["--class-weight", "balance"], "did you mean balanced?"),
        (["--seed", str(2**64)], "--seed must be below"),
        (["--sizes", "40", "--at-most", "20"], "at most --at-most 20"),
        (["--sizes", "a,b"], "whole numbers with commas"),
        (["--layers", "5,a"], r"--layers: must be whole numbers with commas between .got '5,a'"),
        (["--embeddings", "minilm", "--layers", "1,1"], "each named once"),
        (["--embeddings", "/nowhere.txt"], "/nowhere.txt must be a readable file"),
        (["--threads", "100000"], "--threads must be at most 1,024 .got 100000"),
        (["--class-bound", "1e308"], r"--class-bound must be at most 1e\+30 .got 1e\+308"),
        (["--batch-size", "9" * 30], "--batch-size must be at most 2,147,483,647"),
        (["--method", "constant", "--strength", "1e300"], r"--strength must be at most 1e\+09"),
        (["--patterns", "1000000000"], "--patterns must be at most 10,000"),
        (["--data", "a" * 300], "--data must have at most 255 bytes between two /"),
        (["--family", "runs/\udcff"], r"--family must be UTF-8 .* .got 'runs/.udcff'"),
        (["--data", "imdb", "--header"], "--header and --columns go with files"),
        (["--data", "imdb", "--text-column", "x"], "--text-column and --label-column go with files"),
        (["--encoding", "utf-9"], "encoding must be one that Python knows"),
        (["--on-bad-row", "skpi"], "--on-bad-row must be one of fail, skip .*did you mean skip"),
        (["--dev-share", "0"], "--dev-share must be at least 0.001"),
        (["--dev-share", ".6", "--test-share", ".4"], "both together below 1"),
        (["--columns", "label, text"], "label once and text once, with commas and no blanks"),
        (["--columns", "text,id"], "--columns must name label once and text once"),
        (["--columns", "label,text,text"], "--columns must name label once and text once"),
        (["--data", "/nowhere"], "file or folder"),
    ],
)
def test_mistakes_get_one_line_and_status_2(arguments, message, capsys, tmp_path):
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert re.search(message, error)
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_lists_of_numbers_are_numbers():
    settings = parse(["--layers", "5,6", "--sizes", "8,16"])
    assert (settings.layers, settings.sizes) == ((5, 6), (8, 16))


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("a" * 300, "--out must have at most 255 bytes between two /"),
        ("a" * 201, "--out must have a name of at most 200 bytes"),
        ("b/" * 3000 + "a", "must be writable .*File name too long"),
        ("/dev/null/run", "must be writable .*Not a directory"),
        ("x\udcff", r"--out must be UTF-8 without line ends .*'x.udcff'"),
        ("x\ny", r"--out must be UTF-8 without line ends .*'x.ny'"),
        ("x\x1b[31m", r"--out must be UTF-8 without line ends .*'x.x1b"),
        ("x\u2028y", r"--out must be UTF-8 without line ends"),
    ],
)
def test_a_run_directory_that_cannot_be_is_refused_in_one_line(out, message, capsys):
    assert main(["--out", out]) == 2
    error = capsys.readouterr().err
    assert re.search(message, error)
    assert error.count("\n") == 1


@pytest.mark.parametrize("name", [setting.name for setting in fields(Settings) if setting.type in (int, float)])
def test_every_number_has_an_end(name):
    """A number with no upper end reaches libraries that crash on it."""
    with pytest.raises(ConfigError, match=name.replace("_", "[-_]")):
        Settings(**{name: 10**40, "method": "path"})


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["sparsify.train", "--help"], 0),
        (["sparsify.train", "--lenght", "3"], 2),
        (["sparsify.train", "--data", "nosuch"], 2),
        (["sparsify.train", "--family", "nosuch"], 2),
        (["sparsify.phrases", "--help"], 0),
        (["sparsify.trace", "--help"], 0),
        (["sparsify.predict", "--help"], 0),
        (["sparsify.evaluate", "--help"], 0),
    ],
)
def test_what_needs_no_model_answers_without_the_large_libraries(command, status):
    """In half a second of processor time: nothing of torch, numba and matplotlib is imported before it is needed."""
    code = (
        "import sys, time, runpy\n"
        "sys.argv = sys.argv[1:]\n"
        "try: runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)\n"
        "except SystemExit as end: status = end.code\n"
        "large = {'torch', 'numba', 'matplotlib', 'rich'} & set(sys.modules)\n"
        "print('\\n', status, sorted(large), time.process_time(), file=sys.stderr)"
    )
    tries = [
        subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True, cwd=ROOT)
        for _ in range(3)
    ]
    found = [done.stderr.splitlines()[-1].split() for done in tries]

    assert [line[:2] for line in found] == [[str(status), "[]"]] * 3
    assert min(float(line[2]) for line in found) < 0.5
