"""Plots read back from their SVG: one colour says one thing, and grey says deleted."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from viz.plots.curve_plot import curve_svg
from viz.plots.strengths_plot import strengths_svg
from viz.plots.training_plot import training_svg

SVG = "{http://www.w3.org/2000/svg}"
GREY = "#808080"


def lines(svg):
    """(colour, dashes) of every line that is drawn of data."""
    found = []
    for group in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        if re.fullmatch(r"line2d_\d+", group.get("id", "")):
            for path in group.findall(f"{SVG}path"):
                style = path.get("style") or ""
                colour, dashes = re.search(r"stroke: (#\w+)", style), re.search(r"stroke-dasharray: ([\d., ]+)", style)
                if colour and path.get("clip-path"):
                    found.append((colour[1], dashes[1] if dashes else ""))
    return found


@pytest.mark.parametrize(("kept", "gone"), [(1, 3), (9, 2), (27, 1), (40, 5), (3, 0)])
def test_no_kept_group_is_grey_and_named_ones_differ(kept, gone):
    names = [f"p{n}.1" for n in range(kept + gone)]
    rows = [{"strength": 10.0**-power, **dict.fromkeys(names, 1.0 + power)} for power in (4, 3, 2)]
    svg = strengths_svg(rows, names[:kept], 1e-3)
    looks = [look for look in lines(svg) if look[0] not in ("#b0b0b0", "#000000")]

    assert sum(colour == GREY for colour, _ in looks) == gone
    named = [look for look in looks if look[0] != GREY]
    assert len(named) == len(set(named)) == min(kept, 27)
    texts = [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert [name in texts for name in names[:kept]].count(True) == min(kept, 27)
    assert ("deleted" in texts) == (gone > 0)
    assert (f"{kept - 27} more kept" in texts) == (kept > 27)


RANGES = [
    [], [1e-3], [1e-3, 1.0001e-3], [1e-3, 4e-3], [1e-12, 1e9], [1e-300, 1e-299], [0.0, 1e-320, 1.0], [5e-324],
    [5e-324, 1e12],
]  # fmt: skip


@pytest.mark.parametrize("strengths", RANGES)
def test_the_axis_of_strengths_has_few_ticks_whatever_its_range(strengths):
    row = {"phase": "path", "loss": 0.5, "dev": 0.5, "transitions": 4}
    svg = training_svg([{**row, "strength": strength} for strength in strengths])
    below = ElementTree.fromstring(svg).find(f".//{SVG}g[@id='axes_2']")
    ticks = [g for g in below.iter(f"{SVG}g") if re.fullmatch(r"xtick_\d+", g.get("id", ""))]

    assert len(ticks) <= 8


def test_strengths_further_apart_than_doubles_say_are_drawn():
    rows = [{"strength": 1e-320, "p0.1": 1.0}, {"strength": 1.0, "p0.1": 0.0}]

    assert "nan" not in strengths_svg(rows, {"p0.1"}, 0.5)


def test_loss_accuracy_size_and_the_beginning_of_the_penalty_have_a_colour_each():
    row = {"loss": 0.5, "dev": 0.5, "transitions": 4, "strength": 0.0}
    rows = [{**row, "phase": "full"}, *({**row, "phase": "path", "strength": 10.0**-n} for n in (3, 2))]
    colours = [colour for colour, _ in lines(training_svg(rows)) if colour != "#b0b0b0"]

    assert len(colours) == len(set(colours)) == 4


def test_the_curve_marks_the_chosen_model_in_a_colour_of_its_own():
    rows = [
        {"transitions": 4.0, "dev": 0.5, "dev_debiased": 0.6},
        {"transitions": 9.0, "dev": 0.7, "dev_debiased": 0.7},
    ]
    style = curve_svg(rows, 4, {"dev": 0.7}).split("</style>")[0]
    drawn = dict(re.findall(r"#curve \.(penalised|debiased|full|chosen) \{ stroke: var\((--\w+)\)", style))

    assert len(set(drawn.values())) == len(drawn) == 4
    assert f"circle.here {{ fill: var({drawn['chosen']})" in style
