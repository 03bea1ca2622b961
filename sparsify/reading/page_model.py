"""live.json: all that a page needs to run the model by itself, and the models of every size in words.

Numbers are kept in 24 bits: for every learned weight its value w·x + b on every word of the vocabulary, or, where that
is smaller, the word vectors themselves. An error of 2⁻²⁵ of a row's range moves a logit by less than 1e-5.
"""

import base64
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

import wfsa
from neural import PatternClassifier
from neural.text.tokens import tokenize
from sparsify.model import Model
from sparsify.reading.driving_words import driving_words

_LEVELS = 2**24 - 1


def live(model: Model) -> dict[str, Any]:
    """The model as a JSON tree: tokeniser rules for JavaScript, words, automata, numbers, the linear layer."""
    names = list(model.parameters)
    vectors = model.table.double().numpy()
    weights = np.array([model.parameters[name].weights for name in names]).reshape(len(names), vectors.shape[1])
    biases = np.array([model.parameters[name].bias for name in names])
    direct = len(names) <= vectors.shape[1]
    rows = vectors @ weights.T + biases if direct else vectors
    return {
        "tokenizer": javascript_rules(),
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


def javascript_rules() -> dict[str, Any]:
    """The rules of `neural.tokenize` as JavaScript regular expressions with the flag u."""
    sentence, before, after = tokenizer_rules()
    return {
        "sentence": _javascript(sentence)[0],
        "before": [[*_javascript(pattern), _replacement(text)] for pattern, text in before],
        "after": [[*_javascript(pattern), _replacement(text)] for pattern, text in after],
    }


_WORD = r"[\p{L}\p{N}_]"
_BOUNDARY = rf"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))"
_TRANSLATED = {r"\w": _WORD, r"\b": _BOUNDARY, r"\d": r"\p{Nd}"}


def _javascript(pattern: str) -> tuple[str, str]:
    """(pattern, flags): Python's classes spelt out, comments, possessive stars and needless backslashes taken off."""
    flags = "gui" if "(?i)" in pattern else "gu"
    pattern = pattern.replace("(?i)", "").replace("(?#X)", "").replace("*+", "*")

    def translate(match: re.Match[str]) -> str:
        escaped = match.group()
        if escaped in _TRANSLATED:
            inside = pattern.count("[", 0, match.start()) > pattern.count("]", 0, match.start())
            return r"\p{Nd}" if inside and escaped == r"\d" else _TRANSLATED[escaped]
        return escaped[1] if escaped[1] in "\"'<>`" else escaped

    return re.sub(r"\\.", translate, pattern), flags


def _replacement(text: str) -> str:
    return (
        text.replace("$", "$$").replace(r"\g<0>", "$&").replace(r"\1", "$1").replace(r"\2", "$2").replace(r"\3", "$3")
    )
