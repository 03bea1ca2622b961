"""`python -m viz`: what it draws, what it refuses, and that it writes nowhere but where it says."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pydot
import pytest

import wfsa
from tests.viz.small_run import write_run
from viz import VizError
from viz.__main__ import main
from viz.write_files import write_all
from wfsa import WFSA, Arc, Linear

MACHINE = WFSA({0: 1.0}, (Arc(0, "a", 1, 0.5), Arc(1, "b", 1, 2.0)), {1: 0.25})
SVG = "{http://www.w3.org/2000/svg}"


def viz(*arguments, folder, given=""):
    """The command in a process of its own, in `folder`."""
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    command = [sys.executable, "-P", "-m", "viz", *arguments]
    return subprocess.run(command, cwd=folder, input=given, capture_output=True, text=True, env=environment)


def test_a_file_of_automata_is_drawn_beside_it(tmp_path, capsys):
    place = tmp_path / "one.json"
    wfsa.save(place, {"any name / at all": MACHINE})

    assert main([str(place), "--semiring", "MIN_PLUS"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'one.svg'}\n{tmp_path / 'one.dot'}\n"
    texts = {text.text for text in ElementTree.parse(tmp_path / "one.svg").iter(f"{SVG}text")}
    assert {"a / 0.5", "b / 2", "initial 1", "final 0.25"} <= texts
    (graph,) = pydot.graph_from_dot_file(tmp_path / "one.dot")
    widths = {edge.get("label"): float(edge.get("penwidth")) for edge in graph.get_edges() if edge.get("penwidth")}
    assert widths['"a / 0.5"'] == 4.0 > widths['"b / 2"']


def test_several_automata_and_learned_weights_get_a_file_each(tmp_path):
    place = tmp_path / "many.json"
    learned = WFSA({0: 1.0}, (Arc(0, "a", 1, Linear("w")),), {1: 1.0})
    wfsa.save(place, {"p0": MACHINE, "p1": learned}, {"w": wfsa.Affine((1.0,), 0.0)})

    assert main([str(place)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "many.json", "many-p0.svg", "many-p0.dot", "many-p1.svg", "many-p1.dot",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"nodes": []}', "Draw a file of wfsa.save"),
        ("", "Draw a file of wfsa.save"),
        ({}, "must hold automata"),
        ({"../a": MACHINE, "b": MACHINE}, "letters, digits"),
        ({"large": WFSA(dict.fromkeys(range(3000), 1.0), (), {})}, "at most 2000"),
    ],
)
def test_what_is_no_file_of_automata_is_said(tmp_path, capsys, content, said):
    place = tmp_path / "file.json"
    if isinstance(content, str):
        place.write_text(content)
    else:
        wfsa.save(place, content)

    assert main([str(place)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert [*tmp_path.iterdir()] == [place]


def test_a_run_has_its_own_semiring(tmp_path, capsys):
    write_run(tmp_path)

    assert main([str(tmp_path), "--semiring", "REAL"]) == 2
    assert "leave it out" in capsys.readouterr().err


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("sparse-wfsa 0")


@pytest.mark.parametrize("arguments", [["-"], [""]])
def test_a_run_that_nobody_names_is_not_the_current_directory(tmp_path, arguments):
    write_run(tmp_path)
    before = sorted(tmp_path.iterdir())
    ended = viz(*arguments, folder=tmp_path)

    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "must be named (got nothing)" in ended.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_links_in_a_run_are_replaced_and_not_followed(tmp_path):
    run, outside = tmp_path / "run", tmp_path / "outside"
    run.mkdir()
    write_run(run)
    outside.write_text("mine")
    (run / "automata").mkdir()
    names = ("report.html", "curve.svg", "quality.svg", "training.svg", "strengths.svg", "automata/p0.svg")
    for name in names:
        (run / name).symlink_to(outside)
    (run / "automata" / "p0.dot").hardlink_to(outside)

    assert main([str(run)]) == 0
    assert outside.read_text() == "mine"
    assert not any((run / name).is_symlink() for name in names)
    assert not [path for path in run.rglob("*") if path.name.startswith(".")], "no part is left"


def test_a_folder_that_is_a_link_is_refused(tmp_path, capsys):
    run, outside = tmp_path / "run", tmp_path / "outside"
    run.mkdir()
    outside.mkdir()
    write_run(run)
    (run / "automata").symlink_to(outside)

    assert main([str(run)]) == 2
    assert "got a link to" in capsys.readouterr().err
    assert not [*outside.iterdir()]


def test_a_place_that_cannot_be_written_gets_one_sentence(tmp_path, capsys):
    write_run(tmp_path)
    (tmp_path / "curve.svg").mkdir()

    assert main([str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "curve.svg must be writable (got " in error
    assert error.count("\n") == 1
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]


def test_files_have_the_mode_that_the_user_asks_for(tmp_path):
    place, made = tmp_path / "a.svg", tmp_path / "plain"
    write_all({place: "x"})
    made.write_text("x")

    assert place.stat().st_mode == made.stat().st_mode
    with pytest.raises(VizError, match="UTF-8"):
        write_all({place: "\ud800"})
    assert place.read_text() == "x"


def test_a_matplotlibrc_in_the_current_directory_changes_nothing(tmp_path):
    """It could run LaTeX (text.usetex); the plots are the same bytes with it and without."""
    found = []
    for name, content in (("with", "axes.facecolor: red\nfont.size: 40\ntext.usetex: True\n"), ("without", None)):
        run = tmp_path / name
        run.mkdir()
        write_run(run)
        if content:
            (run / "matplotlibrc").write_text(content)
        ended = viz(".", folder=run)
        assert ended.returncode == 0, ended.stderr
        found.append({path.name: path.read_bytes() for path in run.glob("*.svg")})

    assert found[0] == found[1]


def test_att_text_is_told_how_it_becomes_a_picture(tmp_path, capsys):
    (tmp_path / "x.att").write_text("0\n")

    assert main([str(tmp_path / "x.att")]) == 2
    assert f"python -m wfsa convert {tmp_path}/x.att {tmp_path}/x.json --semiring K" in capsys.readouterr().err
