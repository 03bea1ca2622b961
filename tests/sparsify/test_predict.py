"""`python -m sparsify.predict`: one line out for every text in, in any form, read back by those who read such forms."""

import csv
import gzip
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sparsify.predict import main
from tests.sparsify.runs.test_endings import heed_interrupts
from tests.sparsify.small import TEXTS, saved_model

ROOT = Path(__file__).parents[2]
LABELS = ("=bad\x1b[31m", 'gut, \u202e\n"ja"\t\'')
"""What a spreadsheet would run, what steers a terminal, and all that separates cells."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("predict") / "run"
    return folder, saved_model(folder)


@pytest.fixture
def texts(tmp_path):
    place = tmp_path / "texts.txt"
    place.write_text("".join(f"{text}\n" for text in TEXTS), encoding="utf-8")
    return place


def of(capsys, *arguments, status=0):
    """What the command prints."""
    assert main([*map(str, arguments)]) == status
    return capsys.readouterr().out


def test_json_lines_hold_what_the_model_says(run, texts, capsys):
    folder, model = run
    rows = [json.loads(line) for line in of(capsys, folder, texts, "--proba", "--patterns").splitlines()]
    chances, scores = model.predict_proba(TEXTS), model.pattern_scores(TEXTS)

    assert [row["place"] for row in rows] == [f"{texts}:{n}" for n in range(1, len(TEXTS) + 1)]
    assert [row["predicted"] for row in rows] == model.predict(TEXTS)
    assert np.allclose([[row["p"][label] for label in model.labels] for row in rows], chances, rtol=1e-5)
    assert np.allclose([[row["patterns"][name] for name in model.automata] for row in rows], scores, rtol=1e-5)
    assert json.loads(of(capsys, folder, texts).splitlines()[0]).keys() == {"place", "predicted"}


@pytest.mark.parametrize(("form", "dialect"), [("csv", "excel"), ("tsv", "excel-tab")])
def test_tables_hold_the_same_under_a_head(run, texts, capsys, form, dialect):
    folder, model = run
    out = of(capsys, folder, texts, "--proba", "--patterns", "--format", form)
    rows = list(csv.DictReader(io.StringIO(out), dialect=dialect))

    assert out.count("\n") == 1 + len(TEXTS)
    assert [*rows[0]] == ["place", "predicted", "p(negative)", "p(positive)", "p0", "p1"]
    assert [row["predicted"] for row in rows] == model.predict(TEXTS)
    assert [float(row["p(positive)"]) for row in rows] == pytest.approx(model.predict_proba(TEXTS)[:, 1], rel=1e-5)
    assert [float(row["p1"]) for row in rows] == pytest.approx(model.pattern_scores(TEXTS)[:, 1], rel=1e-5)


def test_hostile_class_names_stay_in_their_line(tmp_path, texts, capsys):
    model = saved_model(tmp_path / "run", LABELS)
    predicted = model.predict(TEXTS)
    written = {LABELS[0]: "'=bad\\x1b[31m", LABELS[1]: 'gut, \\u202e\\n"ja"\\t\''}
    lines = of(capsys, tmp_path / "run", texts).splitlines()
    assert [json.loads(line)["predicted"] for line in lines] == predicted
    assert all(line.isprintable() for line in lines)
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        out = of(capsys, tmp_path / "run", texts, "--format", form)
        assert out.replace("\t", "").replace("\n", "").isprintable()
        names = [row[1] for row in csv.reader(out.splitlines()[1:], delimiter=delimiter)]
        assert names == [written[own] for own in predicted]


def test_files_follow_each_other_and_quoted_texts_may_have_lines(run, tmp_path, capsys):
    folder, model = run
    table = tmp_path / "table.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "review"], [1, "a good\nfilm, so good"], [2, 'not "bad"']])
    lines = of(capsys, folder, table, table, "--header", "--text-column", "review").splitlines()

    assert lines[:2] == lines[2:]
    del lines[2:]
    assert [json.loads(line)["predicted"] for line in lines] == model.predict(["a good\nfilm, so good", 'not "bad"'])


def test_bad_rows_end_it_or_are_counted(run, tmp_path, capsys):
    folder, _ = run
    place = tmp_path / "texts.jsonl"
    place.write_text('{"text": "good"}\n{"other": 1}\n{"text": "bad"}\n', encoding="utf-8")
    assert main([str(folder), str(place)]) == 2
    ended = capsys.readouterr()
    assert main([str(folder), str(place), "--on-bad-row", "skip"]) == 0
    skipped = capsys.readouterr()

    assert [json.loads(line)["place"] for line in ended.out.splitlines()] == [f"{place}:1"]
    note, error = ended.err.splitlines()
    assert note.startswith(f"note: {place}:1: the texts are taken to be in 'text'")
    assert error.startswith(f"error: {place}:2: ")
    assert [json.loads(line)["place"] for line in skipped.out.splitlines()] == [f"{place}:1", f"{place}:3"]
    assert f"note: 1 row that cannot be read is left out, the first at {place}:2: " in skipped.err


def test_what_was_skipped_is_said_where_an_error_ends_it(run, tmp_path, capsys):
    place = tmp_path / "texts.csv.gz"
    place.write_bytes(gzip.compress(b"id,text\n1\n" + os.urandom(9999).hex().encode() + b",x\n" * 9999)[:-99])
    assert main([str(run[0]), str(place), "--on-bad-row", "skip"]) == 2
    said = capsys.readouterr().err

    assert f"note: 1 row that cannot be read is left out, the first at {place}:2: " in said
    assert said.splitlines()[-1].startswith(f"error: {place} must be a whole packed file")


def test_another_size_and_a_run_that_is_none(run, texts, tmp_path, capsys):
    assert main([str(run[0]), str(texts), "--size", "7"]) == 2
    assert main([str(tmp_path), str(texts)]) == 2
    first, second = capsys.readouterr().err.splitlines()

    assert "has models of the sizes" in first
    assert "must be a run directory" in second


def start(*arguments, **streams):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "sparsify.predict", *map(str, arguments)]
    return subprocess.Popen(command, env=environment, preexec_fn=heed_interrupts, **streams)


def test_standard_input_a_closed_pipe_and_an_interruption(run, tmp_path):
    """Two processes side by side: the reader of one leaves after a line, the other waits for texts."""
    many, pipe = tmp_path / "many.txt", subprocess.PIPE
    many.write_text("a good film\n" * 60_000, encoding="utf-8")
    with (
        start(run[0], many, "--threads", "2", stdout=pipe, stderr=pipe) as left,
        start(run[0], "--threads", "1", stdin=pipe, stdout=pipe, stderr=pipe) as waiting,
    ):
        waiting.stdin.write("schön\n".encode() * 5000)  # more than a block
        waiting.stdin.flush()
        first = left.stdout.readline()
        left.stdout.close()
        begun = waiting.stdout.readline()
        waiting.send_signal(signal.SIGINT)
        said = waiting.communicate()[1]
        unread = left.stderr.read()

    assert json.loads(first)["place"] == f"{many}:1"
    assert (left.returncode, unread) == (141, b"")
    assert json.loads(begun)["place"] == "stdin:1"
    assert (waiting.returncode, said) == (130, b"interrupted.\n")


@pytest.mark.parametrize(
    ("settings", "content", "options"),
    [
        ({"text_column": "what they said", "label_column": "y"}, "y,id,what they said\n1,2,{}\n", []),
        ({"label_column": "y"}, "what they said,y\n{},1\n", []),
        ({"columns": "text,id,label", "header": True}, "said,id,y\n{},2,1\n", []),
        ({"columns": "text,id,label"}, "{},2,1\n", []),
        ({"text_column": "y"}, "y,said\n1,{}\n", ["--text-column", "said"]),
        ({}, "1,{}\n", ["--columns", "label,text"]),
        ({"text_column": "y"}, "{}\n", []),
    ],
)
@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_the_columns_are_those_of_the_runs_own_data(tmp_path, capsys, settings, content, options, form):
    """By name or order, where the file has them; flags go before; lines that are texts stay such."""
    model = saved_model(tmp_path / "run")
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    (tmp_path / "run" / "config.toml").write_text("\n".join(lines), encoding="utf-8")
    place = tmp_path / f"texts.{form}"
    content = content if form == "csv" else content.replace(",", "\t")
    place.write_text(content.replace("{}", "a good film"), encoding="utf-8")
    (found,) = of(capsys, tmp_path / "run", place, "--proba", *options).splitlines()
    (expected,) = model.predict_proba(["a good film"])

    assert [json.loads(found)["p"][label] for label in model.labels] == pytest.approx(expected.tolist(), rel=1e-5)


@pytest.mark.parametrize("options", [[], ["--header"]])
def test_a_table_of_which_nothing_says_which_column_is_the_text_is_refused(run, tmp_path, capsys, options):
    place = tmp_path / "texts.csv"
    place.write_text("comments,score\na good film,1\n", encoding="utf-8")
    assert main([str(run[0]), str(place), *options]) == 2
    ended = capsys.readouterr()

    assert ended.out == ""
    assert ended.err == (
        f"error: {place}:1: a column must be known to hold the texts (got 'comments', 'score'); add --text-column NAME "
        "where this row names the columns, or --columns label,text, as it is, where no row does.\n"
    )
