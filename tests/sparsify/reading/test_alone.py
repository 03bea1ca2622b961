"""The classes that stand beside a phrase are those that the model itself gives it; the oracle is `Model.predict`."""

import io
import re

import numpy as np
import pytest
import torch
from rich.console import Console

from neural import PatternClassifier, StaticVectors, Vocabulary, compile_patterns, tokenizer
from sparsify.model import Model
from sparsify.reading.alone import in_words, read_alone
from sparsify.reading.phrase_table import as_text
from sparsify.reading.phrases import find_phrases
from sparsify.reading.show_phrases import show
from wfsa import ngram

TEXTS = ["the singer", "a singer of the match", "hsbc the match", "the a of the hsbc a of the a", "singer", "hsbc"]
TEXTS += ["a singer of the", "a hsbc of the match"]
WORDS = sorted({word for text in TEXTS for word in text.split()} | {"</s>"})
LABELS = ["business", "entertainment", "sports", "tech"]


def model_of(reads, class_weights, activation="tanh", **numbers):
    """Patterns of one main arc over words with vectors of their own.

    Args:
        reads: per pattern, word → what its main arc weighs.
        class_weights: [pattern, class].
        numbers: class → bias.
    """
    vocabulary = Vocabulary(WORDS)
    bank = compile_patterns([ngram(1, f"p{p}") for p in range(len(reads))], len(vocabulary))
    classifier = PatternClassifier(bank, len(LABELS), activation)
    with torch.no_grad():
        for parameter in classifier.parameters():
            parameter.zero_()
        for p, row in enumerate(reads):
            for word, weight in row.items():
                bank.weight[p, vocabulary.ids[word]] = weight
        classifier.weight.copy_(torch.tensor(class_weights).T)
        classifier.bias.copy_(torch.tensor([numbers.get(label, 0.0) for label in LABELS]))
    table = torch.eye(len(vocabulary))
    table[0] = 0
    encoder = StaticVectors("own", vocabulary, table)
    return Model(classifier, [f"p{p}" for p in range(len(reads))], tokenizer("whitespace"), encoder, LABELS)


@pytest.fixture
def news():
    """Where the largest class weight of p0, times its score, is not what the model says, as on BBC News.

    p0 pushes business and entertainment alike on "singer", p1 away from business; p2 only lowers one class.
    """
    return model_of(
        [{"singer": 6.0, "match": -2.0}, {"singer": 4.0, "the": 0.5}, {"hsbc": 5.0, "the": -1.0}],
        [[1.5, 1.5, -1.0, -1.0], [-2.0, 0.5, 0.25, 0.0], [0.5, 0.5, -2.0, 0.5]],
        business=0.1,
    )


def rows_of(phrases):
    return [(name, row) for name, ends in phrases.items() for rows in ends.values() for row in rows]


def words_of(phrase):
    """What a reader sees: "…" is no word."""
    return [word.removesuffix("_SL") for word in phrase.split() if word not in ("…", "</s>", "</s>_SL")]


@pytest.mark.parametrize("activation", ["tanh", "relu", "none"])
@pytest.mark.parametrize("seed", range(5))
def test_the_class_of_a_phrase_is_what_the_model_predicts_for_it(seed, activation):
    draw = np.random.default_rng(seed)
    reads = [dict(zip(WORDS, draw.normal(size=len(WORDS)).tolist(), strict=True)) for _ in range(3)]
    model = model_of(reads, draw.normal(size=(3, len(LABELS))).tolist(), activation, tech=0.3)
    for _, row in rows_of(find_phrases(model, TEXTS, 3)):
        text = " ".join(words_of(row["phrase"]))
        assert row["label"] == model.predict([text])[0]
        assert row["probability"] == pytest.approx(float(model.predict_proba([text]).max()), rel=1e-5)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_what_a_pattern_moves_is_what_the_logits_lose_without_it(news, activation):
    news.classifier.activation = activation
    for name, row in rows_of(find_phrases(news, TEXTS, 3)):
        text, p = " ".join(words_of(row["phrase"])), list(news.automata).index(name)
        before, column = news.logits([text])[0], news.classifier.weight.detach()[:, p].clone()
        with torch.no_grad():
            news.classifier.weight[:, p] = 0
            moved = (before - news.logits([text])[0]).numpy()
            news.classifier.weight[:, p] = column
        moved -= moved.mean()
        np.testing.assert_allclose([row["effects"][label] for label in LABELS], moved, atol=1e-6)
        assert set(row["raises"]) == {label for label, value in zip(LABELS, moved, strict=True) if value > 1e-6}
        assert set(row["lowers"]) == {label for label, value in zip(LABELS, moved, strict=True) if value < -1e-6}
        assert row["alone"] == pytest.approx(float(news.pattern_scores([text])[0, p]))


def test_a_class_that_is_raised_as_much_as_another_is_not_the_class_of_the_phrase(news):
    first = find_phrases(news, TEXTS, 1)["p0"]["highest"][0]

    assert words_of(first["phrase"]) == ["singer"]
    assert news.predict(["singer"]) == ["entertainment"] == [first["label"]]
    assert in_words(first["effects"]) == ("business = entertainment", "sports = tech")


def test_a_pattern_that_only_lowers_a_class_says_so(news):
    phrases = find_phrases(news, TEXTS, 1)
    first, last = phrases["p2"]["highest"][0], phrases["p2"]["lowest"][0]

    assert in_words(first["effects"]) == ("all others", "sports")
    assert last["score"] < 0
    assert in_words(last["effects"]) == ("sports", "all others"), "a negative score turns it round"


def test_what_moves_no_class_says_so():
    silent = model_of([{"singer": 1.0, "the": -1.0}], [[1.0, 1.0, 1.0, 1.0]], sports=1.0)
    for _, row in rows_of(find_phrases(silent, TEXTS, 2)):
        assert in_words(row["effects"]) == ("none", "none")
        assert row["label"] == "sports"


def test_many_classes_are_counted_and_few_named():
    effects = dict(zip("abcdefgh", [3.0, 2.0, 2.0, 1.0, 0.5, -2.5, -3.0, -3.0], strict=True))

    assert in_words(effects) == ("a, b = c, 2 more", "g = h, f")


def test_two_counts_say_where_the_words_stand_and_where_the_phrase_does(news):
    """By hand: "singer" stands in four texts, with other words after it in each of the four but two."""
    singer = find_phrases(news, [*TEXTS, "the singer"], 1)["p0"]["highest"][0]

    assert singer["phrase"] == "singer </s>_SL"
    assert singer["count"] == sum("singer" in text.split() for text in [*TEXTS, "the singer"]) == 5
    assert singer["shown"] == sum(text.endswith("singer") for text in [*TEXTS, "the singer"]) == 3


def test_the_table_and_the_terminal_show_what_the_model_says(news):
    phrases, screen = find_phrases(news, TEXTS, 1), io.StringIO()
    show(phrases, Console(file=screen, force_terminal=True, width=40, no_color=True))
    shown = " ".join(re.sub(r"\x1b\[\d*m", "", screen.getvalue()).split())
    first = phrases["p0"]["highest"][0]

    (line,) = (line for line in as_text(phrases).splitlines() if line.startswith("p0       highest"))
    assert re.split(" {2,}", line)[5:] == [
        "4", "2", "entertainment", f"{first['probability']:.2f}", "business = entertainment", "sports = tech",
    ]  # fmt: skip
    assert (
        f"texts 4, shown 2 class entertainment, p {first['probability']:.2f}; raises business = entertainment; "
        "lowers sports = tech"
    ) in shown, "whole, however narrow the terminal"
    assert "read as a text of their own" in shown


def test_the_end_of_a_text_is_read_once(news):
    with_end, without = read_alone(news, [["singer", "</s>"], ["singer"]]).chances

    assert with_end.tolist() == without.tolist()
