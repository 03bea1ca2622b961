"""live.json: all that a page needs to run the model by itself, and the models of every size in words.

Numbers are kept in 24 bits: for every learned weight its value w·x + b on every word of the vocabulary, or, where that
is smaller, the word vectors themselves. An error of 2⁻²⁵ of a row's range moves a logit by less than 1e-5.
"""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

import wfsa
from neural import PatternClassifier, tokenizer
from sparsify.model import Model
from sparsify.reading.driving_words import driving_words
from sparsify.reading.page_tokens import page_tokenizer

_LEVELS = 2**24 - 1


def live(model: Model) -> dict[str, Any]:
    """The model as a JSON tree: the tokeniser, words, automata, numbers, the linear layer."""
    names = list(model.parameters)
    vectors = model.table.double().numpy()
    weights = np.array([model.parameters[name].weights for name in names]).reshape(len(names), vectors.shape[1])
    biases = np.array([model.parameters[name].bias for name in names])
    direct = len(names) <= vectors.shape[1]
    rows = vectors @ weights.T + biases if direct else vectors
    return {
        "tokenizer": page_tokenizer(tokenizer("penn", model.lowercase)),
        "lowercase": model.lowercase,
        "words": list(model.vocabulary.words),
        "labels": list(model.labels),
        "activation": model.classifier.activation,
        "class_weights": model.classifier.weight.detach().double().tolist(),
        "class_biases": model.classifier.bias.detach().double().tolist(),
        "automata": {name: wfsa.to_json(automaton) for name, automaton in model.automata.items()},
        "parameters": {
            name: {"row": row} if direct else {"weights": weights[row].tolist(), "bias": float(biases[row])}
            for row, name in enumerate(names)
        },
        "numbers": _packed(rows.T),
    }


def _packed(rows: np.ndarray) -> dict[str, Any]:
    """[row, word] → offset + scale · n per row, with n in 24 bits, little end first, row by row, in base64."""
    low, high = rows.min(axis=1, initial=0.0), rows.max(axis=1, initial=0.0)
    scale = np.where(high > low, (high - low) / _LEVELS, 1.0)
    levels = np.rint((rows - low[:, None]) / scale[:, None]).astype("<u4")
    octets = levels.reshape(-1, 1).view(np.uint8).reshape(-1, 4)[:, :3]
    return {
        "offset": low.tolist(),
        "scale": scale.tolist(),
        "base64": base64.b64encode(np.ascontiguousarray(octets).tobytes()).decode("ascii"),
    }


def in_words(classifier: PatternClassifier, names: Sequence[str], model: Model, count: int = 3) -> list[dict[str, Any]]:
    """A model of the curve: per pattern its main arcs, each with the words of highest and of lowest value."""
    patterns, parameters = classifier.bank.to_symbolic()
    words = driving_words(parameters, model.vocabulary, model.table.numpy(), count)
    return [
        {
            "name": name,
            "arcs": [
                {"source": arc.source, "target": arc.target, **words[[*wfsa.linears(arc.weight)][-1].name]}
                for arc in wfsa.main_arcs(pattern)
                if any(wfsa.linears(arc.weight))
            ],
        }
        for name, pattern in zip(names, patterns, strict=True)
    ]
