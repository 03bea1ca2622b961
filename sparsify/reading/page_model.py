"""live.json: all that a page needs to run the model by itself, and the models of every size in words."""

from collections.abc import Sequence
from typing import Any

import numpy as np

import wfsa
from neural import Encoder, PatternClassifier
from sparsify.data.corpus import Texts
from sparsify.model import Model
from sparsify.reading.driving_words import driving_words
from sparsify.reading.page_numbers import PageNumbers
from sparsify.reading.page_tokens import page_tokenizer
from sparsify.reading.page_words import BOUND, page_words

_LONGEST, _READ = 160, 500
"""Characters of a text that a page begins with, and how many such texts are looked at."""


def live(model: Model, texts: Texts, bound: int = BOUND) -> dict[str, Any] | None:
    """The model as a JSON tree: tokeniser rules for JavaScript, words, automata, numbers, the linear layer.

    None where words have no vectors of their own: a page cannot run the encoder. `unknown` holds the places of words
    whose vector is zero: the numbers do not tell, since they are values of the weights, to 24 bits. Where the words do
    not fit, the page has those of its first text, those that drive the patterns, and the most frequent; `vocabulary` is
    the number of all then. It reads the others as words without a vector.

    Args:
        texts: of the model's corpus; one of them is what the page begins with, in the model's own language.
        bound: see `page_words`.
    """
    forms = model.encoder.forms()
    if forms is None or not model.encoder.static:
        return None
    words, table = forms
    unknown = np.asarray(~table.any(1))
    sample = _sample(model, texts)
    places = page_words(words, unknown, _numbers(model, table[:1])[0].rows, _shown(model, sample), bound)
    numbers, automata = _numbers(model, table[places])
    return {
        "tokenizer": page_tokenizer(model.tokenizer),
        "lowercase": model.tokenizer.lowercase,
        "sample": sample,
        "words": [words[place] for place in places],
        **({"vocabulary": len(words)} if len(places) < len(words) else {}),
        "unknown": np.flatnonzero(unknown[places]).tolist(),
        "labels": list(model.labels),
        "activation": model.classifier.activation,
        "readout": model.classifier.bank.readout,
        "class_weights": model.classifier.weight.detach().double().tolist(),
        "class_biases": model.classifier.bias.detach().double().tolist(),
        "automata": automata,
        "parameters": numbers.parameters,
        "numbers": numbers.packed(),
    }


def _numbers(model: Model, table: np.ndarray) -> tuple[PageNumbers, dict[str, Any]]:
    """What a page needs of the words with these vectors, and the automata in its terms."""
    numbers = PageNumbers(model.parameters, table)
    return numbers, {name: wfsa.to_json(numbers.automaton(own)) for name, own in model.automata.items()}


def _shown(model: Model, sample: str) -> set[str]:
    """Words that the page itself shows: of its first text, and beside arcs."""
    driving = driving_words(model.parameters, model.encoder).values()
    return {*model.tokenizer(sample), *(word for own in driving for words in own.values() for word in words)}


def _sample(model: Model, texts: Texts) -> str:
    """Of the short texts that the model gets right the one it is most certain of; where there is none, the shortest."""
    pairs = zip(texts.texts, texts.labels, strict=True)
    short = [(text, label) for text, label in pairs if len(text) <= _LONGEST][:_READ]
    if not short:
        return min(texts.texts, key=len, default="")
    chances = model.predict_proba([text for text, _ in short])
    labels = np.array([label for _, label in short])
    right = chances.argmax(1) == labels
    return short[int(np.where(right, chances.max(1), 0.0).argmax())][0]


def in_words(
    classifier: PatternClassifier, names: Sequence[str], encoder: Encoder, count: int = 3
) -> list[dict[str, Any]]:
    """A model of the curve: per pattern its main arcs, each with the words of highest and of lowest value."""
    patterns, parameters = classifier.bank.to_symbolic()
    words = driving_words(parameters, encoder, count)
    nothing: dict[str, list[str]] = {"high": [], "low": []}
    return [
        {
            "name": name,
            "arcs": [
                {"source": arc.source, "target": arc.target, **words.get(driver, nothing)}
                for arc in wfsa.main_arcs(pattern)
                for driver in [linear.name for linear in wfsa.linears(arc.weight)][-1:]
            ],
        }
        for name, pattern in zip(names, patterns, strict=True)
    ]
