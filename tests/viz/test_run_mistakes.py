"""Run directories that are damaged, hostile or half there, as viz reads them: one line, and nothing drawn."""

import json

import pytest

import wfsa
from tests.viz.small_run import write_run
from viz.__main__ import main
from wfsa import Affine, ngram


@pytest.mark.parametrize("change", [{"arcs": [5]}, {"arcs": [-1]}, {"arcs": ["1"]}, {"norm": -1.0}, {"norm": "x"}])
def test_groups_are_checked(tmp_path, capsys, change):
    write_run(tmp_path)
    tree = json.loads((tmp_path / "patterns.json").read_text())
    tree["annotations"]["patterns"]["p0"]["groups"][0].update(change)
    (tmp_path / "patterns.json").write_text(json.dumps(tree))

    assert main([str(tmp_path)]) == 2
    assert "groups[0]" in capsys.readouterr().err


def test_names_cannot_leave_the_directory(tmp_path, capsys):
    write_run(tmp_path, name="../../evil")

    assert main([str(tmp_path)]) == 2
    assert "letters, digits" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    [
        "patterns.json",
        "summary.json",
        "curve.csv",
        "phrases.json",
        "live.json",
        "certificate.json",
        "config.toml",
        "metrics.jsonl",
        "norms.csv",
        "predictions.csv",
    ],
)
def test_missing_and_broken_files_get_one_line(tmp_path, capsys, name):
    write_run(tmp_path)
    (tmp_path / name).unlink()

    assert main([str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    for content in (
        "[",
        "[]",
        "transitions\nx",
        "transitions,dev,dev_debiased\n1,x,2\n",
        "strength,p0.1\n0.1\n",
        '{"p0": {"highest": [{}]}}',
        "{}",
    ):
        (tmp_path / name).write_text(content)
        status, error = main([str(tmp_path)]), capsys.readouterr().err
        # Any text is a record of settings, and any object one of phrases or of a certificate.
        harmless = name == "config.toml" or (name, content[:2]) in [("phrases.json", "{}"), ("certificate.json", "{}")]
        assert (status, error.count("\n")) == (2, 1) or harmless or name == "certificate.json"
        assert status == 0 or name in error
        assert (tmp_path / "automata").exists() == (status == 0)
        if status == 0:  # drawn once is enough
            break


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("curve.csv", b"transitions,strength,dev,dev_debiased\n1,0.1,0.6,0.65\n", "strength of the chosen size, 4"),
        ("metrics.jsonl", b"\xff\xfe\n", "must be UTF-8"),
        ("config.toml", b"\xff", "must be UTF-8"),
    ],
)
def test_nothing_is_drawn_of_half_a_run(tmp_path, capsys, name, content, said):
    write_run(tmp_path)
    (tmp_path / name).write_bytes(content)
    before = sorted(tmp_path.iterdir())

    assert main([str(tmp_path)]) == 2
    assert said in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before


def test_phrases_and_names_move_no_terminal(tmp_path, capsys):
    for name, word in (("a", "\x1b]0;gone\x07\x1b[2J\u202eword"), ("b\x1b[31m", "warm")):
        (tmp_path / name).mkdir()
        write_run(tmp_path / name, word=word)
    tree = json.loads((tmp_path / "a" / "patterns.json").read_text())
    values = {name: Affine((1.0,)) for name in ("p0.main1", "p0.loop1", "p0.main2", "p0.loop2")}
    wfsa.save(tmp_path / "a" / "patterns.json", {"p0": ngram(2, "p0")}, values, tree["annotations"])

    assert main(["diff", str(tmp_path / "a"), str(tmp_path / "b\x1b[31m")]) == 0
    assert main([str(tmp_path / "b\x1b[31m" / "none")]) == 2
    printed = capsys.readouterr()
    assert "word" in printed.out
    assert not set("\x1b\x07\u202e") & set(printed.out + printed.err)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("curve.csv", "\n4,", "\n,"),
        ("curve.csv", "\n4,", "\n1e300,"),
        ("summary.json", '"dev": 0.', '"dev": NaN, "was": 0.'),
        ("patterns.json", '"class_weights": {', '"class_weights": {"x": "much", '),
        ("patterns.json", '"high": [', '"high": [3, '),
        ("phrases.json", '"phrase"', '"columns": [1], "phrase"'),
    ],
)
def test_fields_of_another_kind_get_one_line(name, before, after, tmp_path, capsys):
    write_run(tmp_path)
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert before in text
    (tmp_path / name).write_text(text.replace(before, after, 1), encoding="utf-8")

    assert main([str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
