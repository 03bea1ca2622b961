"""Arms against size, read back from the SVG: bars in both directions, levels, one look each, in light and dark."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from viz import VizError
from viz.__main__ import main
from viz.plots.tradeoff_plot import COLOURS, Panel, Point, tradeoff_png, tradeoff_svg
from viz.tradeoff_files import read_panels

SVG, HREF = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
LINE = [Point(0.7, 0.01, 20, 4), Point(0.75, 0.02, 40, 2)]
SHAPES = [Point(0.72, 0.0, 24), Point(0.74, 0.005, 48)]
PANEL = Panel("one", {"path": LINE, "fixed": SHAPES, "cnn": [Point(0.73, 0.01)], "majority": [Point(0.5, 0)]})


def groups(svg):
    """id → element."""
    return {g.get("id"): g for g in ElementTree.fromstring(svg).iter(f"{SVG}g") if g.get("id")}


def ends(group):
    """[path] → x0, y0, x1, y1 of lines from one point to another."""
    paths = [path.get("d") for path in group.iter(f"{SVG}path")]
    return [[float(number) for number in re.findall(r"[-\d.]+", path)] for path in paths]


def texts(svg):
    return [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_bars_go_in_both_directions_as_far_as_the_deviations():
    found = groups(tradeoff_svg([PANEL]))
    across, along = ends(found["panel0-arm0-transitions"]), ends(found["panel0-arm0-accuracy"])

    assert all(y0 == pytest.approx(y1) for _, y0, _, y1 in across)
    assert all(x0 == pytest.approx(x1) for x0, _, x1, _ in along)
    widths, heights = [abs(x1 - x0) for x0, _, x1, _ in across], [abs(y1 - y0) for _, y0, _, y1 in along]
    centres = [((x0 + x1) / 2, y) for x0, y, x1, _ in across]
    points = ends(found["panel0-arm0-line"])[0]
    assert [number for centre in centres for number in centre] == pytest.approx(points[:4], abs=0.01)
    per_transition, per_share = (points[2] - points[0]) / 20, abs(points[3] - points[1]) / 0.05
    assert widths == pytest.approx([2 * 4 * per_transition, 2 * 2 * per_transition], rel=1e-3)
    assert heights == pytest.approx([2 * 0.01 * per_share, 2 * 0.02 * per_share], rel=1e-3)


def test_baselines_are_levels_with_a_band_and_those_far_off_are_in_words():
    svg = tradeoff_svg([PANEL])
    found = groups(svg)
    ((x0, y0, x1, y1),) = ends(found["panel0-arm2-level"])

    assert y0 == y1
    assert x1 - x0 > 300
    assert "panel0-arm2-band" in found
    assert "panel0-arm3-band" not in found
    assert "beyond the axis: majority 50.0 %" in texts(svg)
    assert not any("cnn 73" in text for text in texts(svg))


def test_every_arm_has_one_look_in_all_panels_and_no_two_the_same():
    arms = {f"arm {k}": [Point(0.7 + k / 1000, 0.001, 10 + k, 1)] for k in range(12)}
    arms |= {f"level {k}": [Point(0.7 + k / 1000, 0)] for k in range(12)}
    reverse = dict(reversed(list(arms.items())))
    svg = tradeoff_svg([Panel("a", arms), Panel("b", reverse)])
    looks = {}
    for name, group in groups(svg).items():
        if re.fullmatch(r"panel\d+-arm\d+-(line|level)", name):
            panel, place = map(int, re.findall(r"\d+", name))
            arm = list((arms, reverse)[panel])[place]
            path, marker = group.find(f"{SVG}path"), group.find(f".//{SVG}use")
            style = re.sub(r"stroke-linecap: \w+", "", path.get("style")) if path is not None else ""
            colour = re.search(r"stroke: (#\w+)", ElementTree.tostring(group, encoding="unicode"))[1]
            looks.setdefault(arm, set()).add((style, colour, marker.get(HREF) if marker is not None else ""))

    assert len(looks) == 24
    assert all(len(own) == 1 for own in looks.values())
    assert len(set.union(*looks.values())) == 24
    assert [text for text in texts(svg) if text in arms] == list(arms)


def test_the_legend_lies_below_the_axes():
    svg = tradeoff_svg([PANEL])
    lowest = max(y for group in groups(svg).values() if "axes_" in group.get("id") for _, y in corners(group))
    keys = [text for text in ElementTree.fromstring(svg).iter(f"{SVG}text") if text.text in PANEL.arms]

    assert len(keys) == 4
    for text in keys:
        assert float(text.get("y")) > lowest


def corners(group):
    """Of the ground of the axes."""
    numbers = ends(group.find(f"{SVG}g[@id='patch_2']"))[0]
    return zip(numbers[::2], numbers[1::2], strict=True)


def luminance(colour):
    """Of sRGB, as WCAG 2 defines it."""
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("ground", ["#ffffff", "#161616"])
def test_colours_stand_out_from_both_grounds_by_three_to_one(colour, ground):
    high, low = sorted((luminance(colour), luminance(ground)), reverse=True)

    assert (high + 0.05) / (low + 0.05) >= 3


def test_the_same_panels_give_the_same_bytes_and_a_bitmap():
    panels = [PANEL, Panel("$two$ </text><script>", {"path": LINE, "<&>": SHAPES}), PANEL]

    assert tradeoff_svg(panels) == tradeoff_svg(panels)
    assert not list(ElementTree.fromstring(tradeoff_svg(panels)).iter(f"{SVG}script"))
    assert tradeoff_png(panels).startswith(b"\x89PNG\r\n")


HEAD = "data,arm,kind,transitions_mean,transitions_sd,test_mean,test_sd\n"


def test_the_command_draws_the_table_of_a_folder(tmp_path, capsys):
    (tmp_path / "curve.csv").write_text(
        f"{HEAD}d,path,line,20,,0.7,\nd,path,line,40,2,0.75,0.01\nd,cnn,level,,,0.72,\n"
    )
    assert main(["curve", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'curve.svg'}\n{tmp_path / 'curve.png'}\n"
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG\r\n")

    assert read_panels(tmp_path / "curve.csv") == [
        Panel("d", {"path": [Point(0.7, 0, 20, 0), Point(0.75, 0.01, 40, 2)], "cnn": [Point(0.72, 0.0)]})
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "must have the columns"),
        ("transitions,dev\n1,0.5\n", "must have the columns"),
        (HEAD, "must have a row"),
        (f"{HEAD}d,path,line,20,,0.7\n", "row 2 must have 7 cells"),
        (f"{HEAD}d,path,line,20,,,\n", "test_mean must be a number from 0 to 1"),
        (f"{HEAD}d,path,line,20,,70,\n", "test_mean must be a number from 0 to 1"),
        (f"{HEAD}d,path,line,many,,0.7,\n", "transitions_mean must be a number"),
        (f"{HEAD}d,path,line,nan,,0.7,\n", "transitions_mean must be a number"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path, content, said):
    (tmp_path / "curve.csv").write_text(content)
    with pytest.raises(VizError, match=said):
        read_panels(tmp_path / "curve.csv")
