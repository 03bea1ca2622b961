"""The page measured in a browser: nothing is cut, no text lies on another, in the dark and on a telephone too."""

import itertools
import json
import random
import re

import pytest

from sparsify.train import main as train
from tests.viz.report.test_browser import SMALL, Page
from tests.viz.small_run import live_sizes, write_run
from viz.__main__ import main

SCREENS = [
    {"viewport": {"width": 1280, "height": 900}},
    {"viewport": {"width": 390, "height": 800}},
    {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"},
]
MEASURE = """() => {
  const wrong = [];
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) wrong.push(["page", page.scrollWidth]);
  for (const part of document.querySelectorAll("figure, .scroll, pre, p"))
    if (part.offsetParent && part.scrollWidth > part.clientWidth + 1) wrong.push(["cut", part.innerText.slice(0, 60)]);
  for (const svg of document.querySelectorAll("svg")) {
    const frame = svg.getBoundingClientRect();
    if (!frame.width) continue;
    const texts = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
    texts.forEach(([text, box], i) => {
      const across = box.left < frame.left - 1 || box.right > frame.right + 1;
      if (across || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        wrong.push(["outside", text]);
      // Lines of one label are as high as the font asks, which is more than their letters are.
      for (const [other, b] of texts.slice(0, i))
        if (box.left < b.right - 1 && b.left < box.right - 1 && box.top < b.bottom - 4 && b.top < box.bottom - 4)
          wrong.push(["over", text, other]);
    });
  }
  return wrong;
}"""


def corpus(folder, classes):
    """Texts in which a word tells the class, with vectors of their own."""
    chance, words = random.Random(0), [f"{name}s" for name in classes]
    folder.mkdir()
    for part, count in (("train", 240), ("dev", 120), ("test", 120)):
        rows = [chance.randrange(len(classes)) for _ in range(count)]
        rows[: len(classes)] = range(len(classes))
        lines = [
            f"{classes[c]}\t{' '.join([*chance.choices(FILLERS, k=4), words[c], f'x{n}'])}" for n, c in enumerate(rows)
        ]
        (folder / f"{part}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    vectors = [f"{word} {' '.join(f'{chance.gauss(0, 1):.3f}' for _ in range(8))}" for word in (*FILLERS, *words)]
    (folder / "vectors.txt").write_text("\n".join(vectors) + "\n", encoding="utf-8")


FILLERS = ["في", "من", "على", "在", "是", "的", "the", "of", "and"]
CLASSES = {
    "twenty": [f"class.with-a-long-name.{a}{b}" for a, b in itertools.product("abcd", "vwxyz")],
    "arabic": ["إيجابي", "سلبي"],
    "chinese": ["好评", "差评差评差评差评"],
}


@pytest.fixture(scope="module", params=["default", *CLASSES])
def run(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("layout")
    own = []
    if request.param in CLASSES:
        corpus(folder / "data", CLASSES[request.param])
        own = ["--data", str(folder / "data"), "--embeddings", str(folder / "data" / "vectors.txt")]
    assert train([*SMALL, *own, "--choose=best", "--out", str(folder / "run")]) == 0
    return folder / "run"


def test_nothing_is_cut_or_lies_on_something_else(browser, run):
    for screen in SCREENS:
        opened = Page(browser, run, **screen)
        assert opened.said == []
        assert opened.page.evaluate(MEASURE) == []
        for switch in opened.page.locator("details summary").all():
            switch.click()
        assert opened.page.evaluate(MEASURE) == [], "with what was deleted"
        opened.page.close()


def test_many_classes_are_legible_on_a_telephone(browser, tmp_path):
    """The confusion matrix is as large as on a wide page, in a box that scrolls; no number breaks over two lines."""
    write_run(tmp_path, word="warm")
    classes = CLASSES["twenty"]
    chances = [["1" if c == d else "0" for d in classes] for c in classes]
    rows = [["label", "predicted", *(f"p({c})" for c in classes)]]
    rows += [[c, c, *own] for c, own in zip(classes, chances, strict=True) for _ in range(100)]
    (tmp_path / "predictions.csv").write_text("".join(",".join(row) + "\n" for row in rows))
    summary = json.loads((tmp_path / "summary.json").read_text())
    (tmp_path / "summary.json").write_text(json.dumps({**summary, "evaluation": None}))  # is of other classes
    assert main([str(tmp_path)]) == 0
    sizes = [
        float(size) for size in re.findall(r"(?:font: |font-size: )([\d.]+)px", (tmp_path / "quality.svg").read_text())
    ]
    opened = Page(browser, tmp_path, viewport={"width": 390, "height": 800})
    width = opened.page.locator("img.plot").first.bounding_box()["width"]

    assert len(sizes) > 20
    assert min(sizes) * width / 432 >= 9, "the picture is 432 of its units wide"
    assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    lines = """() => [...document.querySelectorAll("td:not(.detail) .number:not(.detail)")].map((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return new Set([...range.getClientRects()].map((box) => box.top)).size;
    })"""
    assert set(opened.page.evaluate(lines)) == {1}
    opened.page.close()


def test_plots_stand_alone_without_overlaps(browser, run):
    for name in ("quality", "training", "strengths", "curve", "automata/p0"):
        page = browser.new_page()
        page.goto((run / f"{name}.svg").as_uri())
        wrong = page.evaluate(MEASURE)
        assert wrong == [], name
        page.close()


def test_the_box_begins_with_a_text_of_the_corpus(browser, run):
    opened = Page(browser, run)
    sample = json.loads((run / "live.json").read_text())["model"]["sample"]
    assert sample
    assert opened.page.input_value("#text") == sample
    direction = "rtl" if "\u0600" < sample[0] < "\u0700" else "ltr"
    assert opened.page.evaluate("getComputedStyle(document.getElementById('tokens')).direction") == direction
    opened.page.close()


def test_rows_are_sorted_and_sum_to_the_logits_with_the_bias(browser, run):
    opened = Page(browser, run)
    rows = "[...document.querySelectorAll('#paths tr')].map((row) => [...row.children].map((cell) => cell.innerText))"
    cells = opened.page.evaluate(rows)
    shares = [[float(cell.replace("−", "-")) for cell in row[4:]] for row in cells]
    moved = [abs(first - second) for first, second, *_ in shares[:-2]]  # of many classes the first two lead

    assert [row[0] for row in cells[-2:]] == ["bias", "logit"]
    assert all(a >= b - 0.011 for a, b in itertools.pairwise(moved))
    for column, total in enumerate(shares[-1]):
        assert sum(row[column] for row in shares[:-1]) == pytest.approx(total, abs=0.006 * len(shares))
    opened.page.close()


def test_colours_mean_the_same_in_every_text(browser, tmp_path):
    """By bounds in logits that the legend names, not by the largest word of the text."""
    write_run(tmp_path, word="warm")
    tree = json.loads((tmp_path / "live.json").read_text())
    tree["model"] |= {"activation": "none", "class_weights": [[1.0], [0.0]], "class_biases": [0.0, 0.0]}
    tree["sizes"] = live_sizes("warm")
    (tmp_path / "live.json").write_text(json.dumps(tree))
    assert main([str(tmp_path)]) == 0
    opened = Page(browser, tmp_path)
    opened.answer("warm")
    found = opened.page.evaluate("run('warm').effects.map((effect) => effect[0] - effect[1])")
    lead = found if opened.page.locator("#decision").get_attribute("data-label") == "warm" else [-one for one in found]
    kinds = opened.page.locator("#tokens .token").evaluate_all("spans => spans.map((span) => span.className)")
    for size, kind in zip(lead, kinds, strict=True):
        assert ("for" in kind.split()) == (size >= 0.1)
        assert ("against" in kind.split()) == (size <= -0.1)
        assert ("weak" in kind.split()) == (0.1 <= abs(size) < 0.5)
    assert {"+0.50 and above", "−0.10 to −0.50"} <= set(opened.page.locator(".legend .token").all_inner_texts())
    opened.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_have_a_ground_of_the_scheme_on_any_page(browser, tmp_path, scheme):
    """Drawn as images on a white page: the ground is the picture's own, dark where the system is dark."""
    write_run(tmp_path)
    assert main([str(tmp_path)]) == 0
    names = ("automata/p0.svg", "curve.svg", "quality.svg", "training.svg", "strengths.svg")
    images = "".join(f'<img src="{(tmp_path / name).as_uri()}">' for name in names)
    (tmp_path / "white.html").write_text(f"<body style='background:#fff'>{images}")
    page = browser.new_page(color_scheme=scheme)
    page.goto((tmp_path / "white.html").as_uri())
    for image in page.locator("img").all():
        shot = image.screenshot()
        page.evaluate(
            """async (bytes) => {
          const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
          const canvas = document.createElement("canvas");
          canvas.width = image.width; canvas.height = image.height;
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0);
          window.corner = [...context.getImageData(3, 3, 1, 1).data].slice(0, 3);
        }""",
            list(shot),
        )
        assert page.evaluate("window.corner") == ([22, 22, 22] if scheme == "dark" else [255, 255, 255])
    page.close()
