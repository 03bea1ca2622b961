"""live.json: all that a page needs to run the model by itself, and the models of every size in words."""

from collections.abc import Sequence
from typing import Any

import wfsa
from neural import Encoder, PatternClassifier
from sparsify.model import Model
from sparsify.reading.driving_words import driving_words
from sparsify.reading.page_numbers import PageNumbers
from sparsify.reading.page_tokens import page_tokenizer


def live(model: Model) -> dict[str, Any] | None:
    """The model as a JSON tree: tokeniser rules for JavaScript, words, automata, numbers, the linear layer.

    None where words have no vectors of their own: a page cannot run the encoder.
    """
    forms = model.encoder.forms()
    if forms is None:
        return None
    words, table = forms
    numbers = PageNumbers(model.parameters, table)
    automata = {name: wfsa.to_json(numbers.automaton(automaton)) for name, automaton in model.automata.items()}
    return {
        "tokenizer": page_tokenizer(model.tokenizer),
        "lowercase": model.tokenizer.lowercase,
        "words": list(words),
        "labels": list(model.labels),
        "activation": model.classifier.activation,
        "readout": model.classifier.bank.readout,
        "class_weights": model.classifier.weight.detach().double().tolist(),
        "class_biases": model.classifier.bias.detach().double().tolist(),
        "automata": automata,
        "parameters": numbers.parameters,
        "numbers": numbers.packed(),
    }


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
