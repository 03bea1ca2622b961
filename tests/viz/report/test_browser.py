"""The report in a real browser: no error, no request, the same answers as Python, every control by keyboard."""

import json
import shutil
import time

import pytest

import sparsify
from sparsify.data import load_corpus
from sparsify.reading.page_model import live
from sparsify.train import main as train
from tests.viz.small_run import HOSTILE, write_run
from viz.__main__ import main

SMALL = ["--patterns=10", "--length=3", "--epochs=1", "--growth=3", "--polish=1", "--debias=1", "--certify=0"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser") / "run"
    assert train([*SMALL, "--choose=best", "--out", str(folder)]) == 0
    return folder


class Page:
    """A page with everything that it says and asks for."""

    def __init__(self, browser, folder, **options):
        self.page = browser.new_page(**options)
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url[:60]))
        started = time.perf_counter()
        self.page.goto((folder / "report.html").as_uri())
        self.seconds = time.perf_counter() - started

    def settle(self):
        """Until the live box has answered what was typed."""
        self.page.wait_for_selector("#decision[aria-busy=false]")

    def answer(self, text):
        """(label, logits) of the live box."""
        self.page.fill("#text", text)
        self.settle()
        decision = self.page.locator("#decision")
        return decision.get_attribute("data-label"), json.loads(decision.get_attribute("data-logits"))


@pytest.fixture
def page(browser, run):
    opened = Page(browser, run)
    yield opened
    opened.page.close()


def test_it_opens_without_an_error_or_a_request(page, run):
    assert page.said == []
    asked = [url for url in page.asked if not url.startswith("data:image/svg+xml;base64,")]
    assert asked == [(run / "report.html").as_uri()[:60]]
    widths = page.page.locator("img.plot").evaluate_all("plots => plots.map(plot => plot.naturalWidth)")
    assert len(widths) == 3
    assert min(widths) > 300, "the plots are drawn"
    assert page.seconds < 3
    assert page.page.locator("#try").is_visible()
    assert page.page.locator("#tokens .token").count() > 5


def test_the_live_box_answers_as_python_does(page, run):
    model = sparsify.load(run)
    texts = [*load_corpus("rotten_tomatoes").test.texts[:50], "", "Unknownword! It's 3,000 (really) \"good\"... 'tis"]
    expected = model.logits(texts).tolist()

    for text, label, logits in zip(texts, model.predict(texts), expected, strict=True):
        found, numbers = page.answer(text)
        assert found == label
        assert numbers == pytest.approx(logits, abs=1e-4)
    assert page.said == []


def test_a_word_of_the_training_texts_without_a_vector_is_unknown(page, run):
    words, table = sparsify.load(run).encoder.forms()
    zero = next(word for word, row in zip(words[2:], table[2:], strict=True) if word.isalpha() and not row.any())
    known = next(word for word, row in zip(words[2:], table[2:], strict=True) if word.isalpha() and row.any())

    found = page.page.evaluate(f"run('{known} {zero} Unknownword')")
    assert found["tokens"] == [known, zero, "unknownword", "</s>"]
    assert found["known"] == [True, False, False, True]


def test_a_model_of_many_arcs_carries_the_word_vectors_instead(browser, run, tmp_path):
    folder = tmp_path / "full"
    shutil.copytree(run, folder)
    model = sparsify.load(run, "full")
    tree = live(model, load_corpus("rotten_tomatoes").dev)
    assert all("weights" in own for own in tree["parameters"].values())
    (folder / "live.json").write_text(json.dumps({"model": tree, "sizes": []}))
    assert main([str(folder)]) == 0
    full = Page(browser, folder)

    for text in load_corpus("rotten_tomatoes").test.texts[:5]:
        label, logits = full.answer(text)
        assert label == model.predict([text])[0]
        assert logits == pytest.approx(model.logits([text])[0].tolist(), abs=1e-4)
    full.page.close()


def test_a_page_without_room_for_all_words_says_so(browser, run, tmp_path):
    folder = tmp_path / "bounded"
    shutil.copytree(run, folder)
    model = sparsify.load(run)
    texts = load_corpus("rotten_tomatoes").dev
    tree = live(model, texts, 200_000)
    (folder / "live.json").write_text(json.dumps({"model": tree, "sizes": []}))
    assert main([str(folder)]) == 0
    words, known = [*model.encoder.forms()[0]], {*tree["words"]}
    fewer = Page(browser, folder)
    said = fewer.page.locator("#fewer-words").inner_text()
    assert f"knows {len(known)} of the model's {len(words)} words" in said

    whole = [text for text in texts.texts if {*model.tokenizer(text)} <= known][:10]
    assert len(whole) == 10
    for text in (fewer.page.input_value("#text"), *whole):
        label, logits = fewer.answer(text)
        assert label == model.predict([text])[0]
        assert logits == pytest.approx(model.logits([text])[0].tolist(), abs=1e-4)
    rare = next(word for word in reversed(words) if word.isalpha() and word not in known)
    assert fewer.page.evaluate(f"run('good {rare}')")["known"] == [True, False, True]
    assert fewer.page.evaluate(f"run('good {rare}').logits") == fewer.page.evaluate("run('good qqzzqq').logits")
    assert fewer.said == []
    fewer.page.close()


def test_every_size_can_be_seen_by_keyboard(page):
    sizes = page.page.locator("#curve circle.size")
    page.page.keyboard.press("Tab")
    for place in range(sizes.count()):
        focused = page.page.evaluate("document.activeElement.dataset.place")
        assert focused == str(place)
        page.page.keyboard.press("Enter" if place % 2 else "Space")
        assert sizes.nth(place).get_attribute("aria-pressed") == "true"
        title = sizes.nth(place).get_attribute("aria-label")
        assert page.page.locator("#size p").inner_text().split(" ")[0] == title.split(" ")[0]
        page.page.keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.id") == "text"
    page.page.keyboard.press("End")
    page.page.keyboard.type(" wonderful")
    page.settle()
    assert "wonderful" in page.page.locator("#tokens").inner_text()


def test_it_fits_a_phone_and_the_dark(browser, run):
    for options in ({"viewport": {"width": 390, "height": 800}}, {"color_scheme": "dark"}):
        phone = Page(browser, run, **options)
        assert phone.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert phone.said == []
        phone.page.close()


def test_hostile_words_run_nothing(browser, tmp_path):
    write_run(tmp_path)
    main([str(tmp_path)])
    hostile = Page(browser, tmp_path)
    label, _ = hostile.answer(f"{HOSTILE} <b>x</b> \u202eabc \U0001f600 " + "y" * 10_000)

    assert label in (HOSTILE, "other")
    hostile.page.locator("#curve circle.size").first.click()
    assert hostile.page.locator("img:not(.plot)").count() == 0
    assert hostile.said == []
    assert len([url for url in hostile.asked if not url.startswith("data:image/svg+xml;base64,")]) == 1
    hostile.page.close()


def test_a_tokeniser_that_the_page_has_not_is_named(browser, tmp_path):
    write_run(tmp_path)
    tree = json.loads((tmp_path / "live.json").read_text())
    tree["model"]["tokenizer"] = {"kind": "none", "name": "nltk:TweetTokenizer", "blank": "[ ]+"}
    (tmp_path / "live.json").write_text(json.dumps(tree))
    main([str(tmp_path)])
    other = Page(browser, tmp_path)
    other.answer("Hello, World!")

    assert "splits at white space where the model uses nltk:TweetTokenizer" in other.page.locator("#try").inner_text()
    assert other.page.locator("#tokens").inner_text() == "hello, world! </s>"
    assert other.said == []
    other.page.close()
