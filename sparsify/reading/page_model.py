"""live.json: all that a page needs to run the model by itself, and the models of every size in words."""

import re
from collections.abc import Sequence
from typing import Any

import wfsa
from neural import Encoder, PatternClassifier
from neural.text.tokens import tokenizer_rules
from sparsify.model import Model
from sparsify.reading.driving_words import driving_words
from sparsify.reading.page_numbers import PageNumbers


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
        "tokenizer": javascript_rules(),
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
