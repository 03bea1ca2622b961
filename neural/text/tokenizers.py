"""The tokenisers by name: those that are here, NLTK's others, and any function."""

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

from neural.errors import TokenizerError
from neural.text.penn import Penn
from neural.text.tokenizer_base import Tokenizer

BLANK = "▁"
"""The token of `characters` for white space, as SentencePiece writes it."""


@dataclass(frozen=True)
class Whitespace(Tokenizer):
    """What stands between white space."""

    name: str = "whitespace"

    def words(self, text: str) -> list[str]:
        """The tokens of a text that is folded already, without `</s>`."""
        return text.split()


@dataclass(frozen=True)
class Characters(Tokenizer):
    """Every character; white space between words, however long, is one BLANK."""

    name: str = "characters"

    def words(self, text: str) -> list[str]:
        """The tokens of a text that is folded already, without `</s>`."""
        return list(BLANK.join(text.split()))


@dataclass(frozen=True)
class Borrowed(Tokenizer):
    """A tokeniser of NLTK, or a function of some module; looked up by its name in every process."""

    def words(self, text: str) -> list[str]:
        """The tokens of a text that is folded already, without `</s>`.

        Raises:
            TokenizerError: the tokeniser fails, or returns anything but a list of strings.
        """
        try:
            tokens = _function(self.name)(text)
        except TokenizerError:
            raise
        except Exception as error:
            raise TokenizerError(f"{self.name} must tokenise every text (got {_first_line(error)}).") from error
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            raise TokenizerError(f"{self.name} must return a list of strings (got {_kind(tokens)}).")
        return tokens


TOKENIZERS: dict[str, Callable[[bool], Tokenizer]] = {
    "penn": lambda lowercase: Penn(lowercase=lowercase),
    "whitespace": lambda lowercase: Whitespace(lowercase=lowercase),
    "characters": lambda lowercase: Characters(lowercase=lowercase),
}
"""The plain names → lowercase → tokeniser."""


def tokenizer(name: str = "penn", lowercase: bool = True) -> Tokenizer:
    """The tokeniser of that name: one of TOKENIZERS, `nltk:NAME` or `MODULE:FUNCTION`.

    `nltk:NAME` is a class of `nltk.tokenize` that needs no argument, or a function there. `MODULE:FUNCTION` imports the
    module; its function takes a string and returns a list of strings.

    Raises:
        TokenizerError: there is none of that name, or it cannot tokenise.
    """
    if name in TOKENIZERS:
        return TOKENIZERS[name](lowercase)
    if ":" not in name:
        near = get_close_matches(name, TOKENIZERS, 1)
        hint = f"; did you mean {near[0]}?" if near else "."
        raise TokenizerError(
            f"a tokeniser is {', '.join(TOKENIZERS)}, nltk:NAME or MODULE:FUNCTION (got {name[:60]!r}){hint}"
        )
    found = Borrowed(name, lowercase)
    found("A text.")  # what is missing shows now, not in the middle of a corpus
    return found


@cache
def _function(name: str) -> Callable[[str], Any]:
    module, _, attribute = name.partition(":")
    return _of_nltk(name, attribute) if module == "nltk" else _of_module(name, module, attribute)


def _of_nltk(name: str, attribute: str) -> Callable[[str], Any]:
    import nltk.tokenize  # scipy, scikit-learn and pandas come with it where they are installed

    named = re.fullmatch(r"\w*(Tokenizer|_tokenize)", attribute)  # other names there are no tokenisers, and load files
    found: Any = getattr(nltk.tokenize, attribute, None) if named else None
    if not isinstance(found, type):
        if callable(found):
            function: Callable[[str], Any] = found
            return function
        known = [other for other in dir(nltk.tokenize) if other.endswith("Tokenizer")]
        near = get_close_matches(attribute, known, 1)
        hint = f"; did you mean nltk:{near[0]}?" if near else "."
        raise TokenizerError(f"{name} must name a tokeniser of nltk.tokenize (got nothing of that name){hint}")
    try:
        method: Callable[[str], Any] = found().tokenize
    except Exception as error:
        raise TokenizerError(
            f"{name} must need neither arguments nor missing data (got {_first_line(error)}); "
            "wrap it in a function and name that, MODULE:FUNCTION."
        ) from error
    return method


def _of_module(name: str, module: str, attribute: str) -> Callable[[str], Any]:
    try:
        found: Callable[[str], Any] = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        raise TokenizerError(f"{name} must name a function that can be imported (got {_first_line(error)}).") from error
    if not callable(found):
        raise TokenizerError(f"{name} must name a function (got {_kind(found)}).")
    return found


def _first_line(error: Exception) -> str:
    lines = [line.strip(" *\n") for line in str(error).splitlines()]
    return f"{type(error).__name__}: {next(filter(None, lines), 'no message')[:120].rstrip('.')}"


def _kind(value: object) -> str:
    if isinstance(value, list):
        return f"a list with {next(type(item).__name__ for item in value if not isinstance(item, str))}"
    return type(value).__name__
