"""Drawing a run directory from its files alone."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

import wfsa
from neural import compile_patterns
from tests.viz.small_run import write_run
from viz import VizError, open_run
from viz.__main__ import main
from viz.automata.svg import render_svg
from viz.notebook import bank_html
from wfsa import Affine, ngram

PLOTS = ("curve", "training", "strengths", "quality")


def test_a_run_is_drawn_without_torch_and_hostile_words_stay_text(tmp_path, capsys):
    write_run(tmp_path)

    assert main([str(tmp_path)]) == 0
    assert "11 files" in capsys.readouterr().out
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<img") == page.count('<img class="plot" src="data:image/svg+xml;base64,') == 3
    assert page.count("<script") == page.count("</script>") == 3
    assert "&lt;img" in page
    assert "p1" in page
    for name in ("automata/p0.svg", "automata/p1.svg", *(f"{plot}.svg" for plot in PLOTS)):
        ElementTree.parse(tmp_path / name)
    kept = {node["id"]: node["kept"] for node in json.loads((tmp_path / "automata" / "p0.json").read_text())["nodes"]}
    assert kept == {0: True, 1: True, 2: False}
    gone = json.loads((tmp_path / "automata" / "p1.json").read_text())["nodes"]
    assert not any(node["kept"] for node in gone)


def test_drawing_twice_gives_the_same_bytes(tmp_path):
    write_run(tmp_path)
    found = []
    for _ in range(2):
        for name in PLOTS:
            (tmp_path / f"{name}.svg").unlink(missing_ok=True)
        assert main([str(tmp_path)]) == 0
        found.append({path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()})

    assert found[0] == found[1]
    assert {tmp_path / f"{name}.svg" for name in PLOTS} <= set(found[0])


@pytest.mark.parametrize("name", ["curve_svg", "training_svg", "strengths_svg", "quality_svg"])
def test_an_error_in_a_plot_is_said(tmp_path, monkeypatch, capfd, name):
    def fail(*_):
        raise VizError("there must be a plot (got none).")

    write_run(tmp_path)
    monkeypatch.setattr(f"viz.run_pictures.{name}", fail)

    assert main([str(tmp_path)]) == 2
    assert capfd.readouterr().err == "error: there must be a plot (got none).\n"


def test_the_page_holds_the_curve_as_it_stands_alone(tmp_path):
    write_run(tmp_path)
    assert main([str(tmp_path)]) == 0
    curve = (tmp_path / "curve.svg").read_text(encoding="utf-8")

    assert curve in (tmp_path / "report.html").read_text(encoding="utf-8")
    for said in ("debiased", "with the penalty", "full model: 70.0 %", "chosen: 4 transitions", "(the chosen model)"):
        assert said in curve


def test_width_and_norm_come_from_the_group_that_holds_the_arc(tmp_path):
    """Whatever the group is; arcs in no group have neither; an arc deleted between living states is grey and dashed."""
    write_run(tmp_path, word="warm")
    tree = json.loads((tmp_path / "patterns.json").read_text())
    note = tree["annotations"]["patterns"]["p0"]
    note["groups"] = [{"name": "any", "arcs": [1], "norm": 2.3}, {"name": "other", "arcs": [2], "norm": 1.15}]
    before = wfsa.from_json(note["before"])
    left = wfsa.WFSA(before.initial, [arc for n, arc in enumerate(before.arcs) if n != 3], before.final)
    values = {name: Affine((1.0,), 0.0) for name in ("p0.main1", "p0.loop1", "p0.loop2")}
    wfsa.save(tmp_path / "patterns.json", {"p0": left}, values, tree["annotations"])
    drawing = open_run(tmp_path).patterns[0].drawing()
    edges = {(edge.source, edge.target): edge for edge in drawing.edges}

    assert {ends: edge.size for ends, edge in edges.items()} == {
        (0, 0): None, (0, 1): 2.3, (1, 1): 1.15, (1, 2): None, (2, 2): None,
    }  # fmt: skip
    assert [drawing.width(edges[ends]) for ends in ((0, 1), (1, 1))] == [4.0, 2.5]
    assert edges[0, 1].lines[0] == "norm 2.30"
    assert not any("norm" in line for ends, edge in edges.items() if ends != (0, 1) for line in edge.lines)
    assert all(node.kept for node in drawing.nodes)
    assert [ends for ends, edge in edges.items() if not edge.kept] == [(1, 2)]
    assert render_svg(drawing).count('class="arc deleted"') == 1


def test_importing_viz_loads_no_drawing_library():
    code = "import sys, viz, viz.__main__; print({'matplotlib', 'graphviz', 'torch'} & sys.modules.keys())"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_diff_says_what_lives_where(tmp_path, capsys):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_run(tmp_path / name, word="warm")
    before = ngram(2, "p0")
    values = {name: Affine((1.0,)) for name in ("p0.main1", "p0.loop1", "p0.main2", "p0.loop2")}
    tree = json.loads((tmp_path / "b" / "patterns.json").read_text())
    wfsa.save(tmp_path / "b" / "patterns.json", {"p0": before}, values, tree["annotations"])

    assert main(["diff", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    printed = capsys.readouterr().out
    assert "p0: only B keeps 2; both keep 1\n  A highest: warm (+1.50)\n" in printed
    assert main(["diff", str(tmp_path / "a"), str(tmp_path / "a")]) == 0
    assert "The same states and main arcs live in both." in capsys.readouterr().out
    assert main(["diff", str(tmp_path / "a"), str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


class Broken:
    """Looks like a bank and is none."""

    @property
    def layout(self):
        raise RuntimeError("broken")


def test_notebooks_get_pictures_and_never_an_exception(tmp_path):
    write_run(tmp_path, word="warm")

    assert ngram(2)._repr_svg_().startswith("<svg")
    assert wfsa.WFSA({}, (), {})._repr_svg_().startswith("<svg")
    assert wfsa.WFSA(dict.fromkeys(range(1000), 1.0), (), {})._repr_svg_() is None
    assert open_run(tmp_path)._repr_html_().count("<svg") == 1
    assert open_run(tmp_path / "none")._repr_html_() is None
    bank = compile_patterns([ngram(1, f"p{i}") for i in range(6)], 3)
    assert bank_html(bank).count("<svg") == 4
    assert "and 2 more" in bank_html(bank)
    assert bank_html(Broken()) is None
