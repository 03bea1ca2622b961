"""Where text stands in pictures: on no other text, state or, where there is room, arc, and led to its own arc."""

import math
import re
import xml.etree.ElementTree as ElementTree
from itertools import combinations

import pytest
from hypothesis import given

from viz import draw
from viz.automata.svg import render_svg
from wfsa import WFSA, Arc
from wfsa.testing.strategies import automata

SVG = "{http://www.w3.org/2000/svg}"


def arcs_of(picture):
    """The groups of the arcs' lines."""
    return [group for group in picture.iter(f"{SVG}g") if group.get("class").split()[0] == "arc"]


@pytest.mark.parametrize("down", [False, True])
@given(automata(max_arcs=12))
def test_texts_meet_neither_each_other_nor_states_and_lie_inside(down, machine):
    """By the boxes of the glyphs that a layout could use: 7 pixels a letter, 11 a line."""
    picture = ElementTree.fromstring(render_svg(draw(machine, before=machine), down))
    left, top, width, height = map(float, picture.get("viewBox").split())
    found = boxes(picture, down)

    assert all(left <= x0 and x1 <= left + width and top <= y0 and y1 <= top + height for x0, y0, x1, y1 in found)
    assert not [(a, b) for a, b in combinations(found, 2) if meet(a, b)]


def boxes(picture, down):
    """(left, top, right, bottom) of every text beside an arc or a state, and of every state."""
    found = []
    for group in (g for g in picture.iter(f"{SVG}g") if g.get("class").split()[0] == "beside"):
        for text in group.iter(f"{SVG}text"):
            x, y, width = float(text.get("x")), float(text.get("y")), 6.6 * len(text.text)
            found.append((x, y - 9, x + width, y + 2) if down else (x - width / 2, y - 9, x + width / 2, y + 2))
    for circle in picture.iter(f"{SVG}circle"):
        if circle.get("r") == "18":
            x, y = float(circle.get("cx")), float(circle.get("cy"))
            found.append((x - 17, y - 17, x + 17, y + 17))
    return found


def meet(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def dense(states):
    """Every state leads to every state, itself included."""
    arcs = [Arc(a, f"word{a}{b}", b, 0.5) for a in range(states) for b in range(states)]
    return WFSA({0: 1.0}, arcs, {states - 1: 1.0})


def numbers(path):
    return list(map(float, re.findall(r"-?[\d.]+", path.get("d"))))


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("states", [3, 5, 7])
def test_no_leader_runs_through_a_state_to_the_arc_of_its_text(states, down):
    picture = ElementTree.fromstring(render_svg(draw(dense(states)), down))
    centres = [(float(c.get("cx")), float(c.get("cy"))) for c in picture.iter(f"{SVG}circle") if c.get("r") == "18"]
    leaders = [numbers(path) for path in picture.iter(f"{SVG}path") if path.get("class") == "leader"]
    spots = [(x0 + (x1 - x0) * t / 50, y0 + (y1 - y0) * t / 50) for x0, y0, x1, y1 in leaders for t in range(51)]

    assert leaders
    assert len(centres) == states
    assert min(math.dist(spot, centre) for spot in spots for centre in centres) > 18


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("count", [1, 4])
def test_a_text_lies_on_no_other_arc_where_there_is_room(count, down):
    """Arcs to and fro: by points of each quadratic curve against the boxes of the texts of the others."""
    ends = [(0, 1), (1, 0), (1, 2), (2, 1)]
    arcs = [Arc(a, f"word{a}{b}{n}", b, 0.5) for a, b in ends for n in range(count)]
    picture = ElementTree.fromstring(render_svg(draw(WFSA({0: 1.0}, arcs, {2: 1.0})), down))
    found = boxes(picture, down)[: len(arcs)]
    curves = [numbers(group.find(f"{SVG}path")) for group in arcs_of(picture)]

    assert len(curves) == len(ends)
    for k, (x0, y0, x1, y1, x2, y2) in enumerate(curves):
        weights = [((1 - t / 99) ** 2, 2 * t / 99 * (1 - t / 99), (t / 99) ** 2) for t in range(100)]
        points = [(a * x0 + b * x1 + c * x2, a * y0 + b * y1 + c * y2) for a, b, c in weights]
        others = found[: k * count] + found[(k + 1) * count :]
        assert not [box for box in others for x, y in points if box[0] < x < box[2] and box[1] < y < box[3]]


@pytest.mark.parametrize("down", [False, True])
def test_parallel_arcs_show_all_their_labels_inside_the_picture(down):
    """Also an arc that was kept and one that was deleted between the same states, and arcs to and fro."""
    arcs = [Arc(0, f"word{n}", 1, 0.5) for n in range(15)] + [Arc(1, f"back{n}", 0, 0.5) for n in range(9)]
    loops = [Arc(0, f"loop{n}", 0, 0.5) for n in range(12)]
    left = WFSA({0: 1.0}, arcs[:8] + loops[:6], {1: 1.0})
    drawn = draw(left, before=WFSA({0: 1.0}, arcs + loops, {1: 1.0}))
    picture = ElementTree.fromstring(render_svg(drawn, down))
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    found, (x, y, width, height) = boxes(picture, down), map(float, picture.get("viewBox").split())

    assert {f"{arc.label} / 0.5" for arc in arcs + loops} <= set(texts)
    assert not [(a, b) for a, b in combinations(found, 2) if meet(a, b)]
    assert all(x <= a and y <= b and c <= x + width and d <= y + height for a, b, c, d in found)
    curves = [g.find(f"{SVG}path").get("d") for g in arcs_of(picture)]
    assert len(set(curves)) == len(curves), "no line hides another"
