"""Texts that were read beforehand, on the page."""

import html
import re

import pytest

from sparsify.reading.columns import as_phrase
from viz.report.recorded import recorded_section


@pytest.mark.parametrize(
    "forms",
    [
        ["[CLS]", "un", "##forget", "##table", "film", "##s", ".", "[SEP]"],
        ["##ing", "a", "##<b>", "#", "##"],
        ["film"],
        [],
    ],
)
def test_marked_pieces_of_a_word_are_joined_as_in_phrases(forms):
    """Every piece keeps its mark."""
    effects = [(-1) ** place * 0.2 * place for place in range(len(forms))]
    text = {
        "text": "", "label": "good", "prediction": "good", "probability": 0.9, "next": "bad", "patterns": [],
        "tokens": [*zip(forms, effects, strict=True)],
    }  # fmt: skip
    (line,) = re.findall(r'<p dir="auto">(.*?)</p>', recorded_section([text]))

    assert html.unescape(re.sub("<[^>]*>", "", line)) == as_phrase([], forms).replace("_SL", "")
    titles = re.findall(r'title="([^"]*)"', line)
    assert [float(title.replace("\u2212", "-")) for title in titles] == pytest.approx(effects)
