"""NLTK's word tokeniser without the package around it."""

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_PACKAGES = ("nltk", "nltk.tokenize")


def word_tokenizer() -> Any:
    """The class NLTKWordTokenizer; to be asked for while a module is imported, which happens in one thread only.

    `import nltk` brings scipy, scikit-learn and pandas in where they are installed: seconds for a page of rules. So
    its module is imported inside empty packages, which are gone afterwards, for whoever wants the whole package. Where
    that is there already, or its files lie elsewhere in another version, it is imported as usual.
    """
    spec = None if "nltk" in sys.modules else find_spec("nltk")
    if spec is not None and spec.origin is not None:
        try:
            return _alone(Path(spec.origin).parent).NLTKWordTokenizer
        except (ImportError, AttributeError):
            pass
    return import_module("nltk.tokenize").NLTKWordTokenizer


def _alone(folder: Path) -> Any:
    try:
        for name in _PACKAGES:
            package = ModuleType(name)
            package.__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
            sys.modules[name] = package
        return import_module("nltk.tokenize.destructive")
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "nltk"]:
            del sys.modules[name]
