"""Drawing a run directory from its files alone."""

import csv
import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

import wfsa
from neural import compile_patterns
from viz import VizError, open_run
from viz.__main__ import main
from viz.automata.svg import render_svg
from viz.notebook import bank_html
from wfsa import Affine, delete_states, ngram, trim

PLOTS = ("curve", "training", "strengths", "quality")
HOSTILE = '</script><img src=x onerror="alert(1)">'


def write_run(folder, name="p0", word=HOSTILE):
    """A run of two patterns, one half deleted and one gone, with hostile words in every place that holds text."""
    before = ngram(2, "p0")
    note = {
        "before": wfsa.to_json(before),
        "groups": [{"name": "p0.1", "arcs": [1, 2], "norm": 0.5}, {"name": "p0.2", "arcs": [3, 4], "norm": 0.0}],
        "deleted": [2],
        "class_weights": {word: 0.25, "other": -0.25},
        "words": {"p0.main1": {"high": [word], "low": ["b"]}, "p0.loop1": {"high": ["c"], "low": [word]}},
    }
    groups = [{"name": f"p1.{state}", "arcs": [], "norm": 0.0} for state in (1, 2)]
    gone = {**note, "groups": groups, "class_weights": {}, "words": {}}
    values = {"p0.main1": Affine((1.0,)), "p0.loop1": Affine((0.5,), 0.1)}
    left = {name: trim(delete_states(before, {2}))}
    wfsa.save(folder / "patterns.json", left, values, {"patterns": {name: note, "p1": gone}})
    phrase = {"phrase": word, "score": 1.5, "text": 0}
    (folder / "phrases.json").write_text(json.dumps({name: {"highest": [phrase], "lowest": []}}))
    models = {"transitions": 4, "patterns": 1, "dev": 0.7, "test": 0.7, "test_macro_f1": 0.6, "test_error": 0.1}
    usual = {"label": word, "test": 0.5, "test_macro_f1": 0.3}
    summary = {"data": word, "dense": models, "chosen": {**models, "remark": word}, "majority": usual}
    summary |= {"cost": {"test": 0.0, "test_error": 0.1}, "warnings": [word]}
    (folder / "summary.json").write_text(json.dumps(summary))
    (folder / "curve.csv").write_text("transitions,strength,dev,dev_debiased\n1,0.1,0.6,0.65\n4,0.01,0.7,\n")
    (folder / "live.json").write_text(json.dumps({"model": live_model(left, word), "sizes": live_sizes(word)}))
    (folder / "certificate.json").write_text(json.dumps({"residual": 0.1, word: word}))
    (folder / "config.toml").write_text(f"data = '{word}'\n")
    (folder / "norms.csv").write_text("strength,p0.1,p0.2,p1.1\n0.01,1.5,0.5,0.25\n0.1,1.25,0,0\n")
    head = io.StringIO()
    csv.writer(head).writerows([["label", "predicted", f"p({word})", "p(other)"], [word, "other", 0.4, 0.6]])
    (folder / "predictions.csv").write_text(head.getvalue())
    row = {"phase": "full", "strength": 0.0, "loss": 0.7, "dev": 0.5, "transitions": 4}
    rows = [row, {**row, "phase": "path", "strength": 1e-5}, {**row, "phase": word, "transitions": 1}]
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def live_model(automata, word):
    """A model of three words in the form of live.json, with the class names and words hostile."""
    return {
        "tokenizer": {"sentence": "(?<=[.!?])\\s+", "before": [], "after": []},
        "lowercase": True, "words": ["<unk>", "</s>", word], "labels": [word, "other"], "activation": "tanh",
        "class_weights": [[0.25], [-0.25]], "class_biases": [0.0, 0.1],
        "automata": {name: wfsa.to_json(automaton) for name, automaton in automata.items()},
        "parameters": {"p0.main1": {"row": 0}, "p0.loop1": {"row": 1}},
        "numbers": {"offset": [0.0, -1.0], "scale": [0.5, 1.0], "base64": "AAAAAQAAAgAAAAAAAQAAAgAA"},
    }  # fmt: skip


def live_sizes(word):
    """The curve's two models in words."""
    arcs = [{"source": 0, "target": 1, "high": [word], "low": [word]}]
    return [{"transitions": n, "patterns": [{"name": "p0", "arcs": arcs}]} for n in (1, 4)]


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


@pytest.mark.parametrize("change", [{"arcs": [5]}, {"arcs": [-1]}, {"arcs": ["1"]}, {"norm": -1.0}, {"norm": "x"}])
def test_groups_are_checked(tmp_path, capsys, change):
    write_run(tmp_path)
    tree = json.loads((tmp_path / "patterns.json").read_text())
    tree["annotations"]["patterns"]["p0"]["groups"][0].update(change)
    (tmp_path / "patterns.json").write_text(json.dumps(tree))

    assert main([str(tmp_path)]) == 2
    assert "groups[0]" in capsys.readouterr().err


def test_importing_viz_loads_no_drawing_library():
    code = "import sys, viz, viz.__main__; print({'matplotlib', 'graphviz', 'torch'} & sys.modules.keys())"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


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
