"""`sparsify.fit(texts, labels)`: a model of texts that are in memory."""

import warnings
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sparsify.data.corpus import Corpus, Labelled
from sparsify.errors import ConfigError, ShortfallError, suggestion
from sparsify.model import Model
from sparsify.runs.experiment import run
from sparsify.runs.model_files import load
from sparsify.settings import Settings

_OF_FILES = ("data", "header", "columns", "text_column", "label_column", "encoding", "on_bad_row")
"""Settings that say how files are read."""


def fit(
    texts: Iterable[str],
    labels: Iterable[object],
    *,
    dev: Labelled | None = None,
    test: Labelled | None = None,
    out: str | Path = "",
    **settings: Any,
) -> Model:
    """Learn from texts and labels as `python -m sparsify.train` does from files; returns the chosen model.

    `fit(texts, labels, at_most=10).predict(["a text"])`.

    Args:
        texts: a list, a generator, a pandas Series, a numpy array of strings, …
        labels: one for each, strings or what can be written as such: 1 becomes "1", True "true", as in files, and is
            predicted so.
        dev, test: (texts, labels) of these parts; without, they are split off by a hash of the text
            (`Corpus.from_lists`).
        out: the run directory, which says everything about the model; "": a temporary one, which is removed.
        settings: fields of `Settings`: `seed`, `at_most`, `embeddings`, …

    A model that is larger than `at_most`, where none was found that is not, is returned with a UserWarning.

    Raises:
        ConfigError: there is no such setting, it is one of files, or of another type.
        DataError: there are not as many labels as texts, or too few of either.
        RunError: a text is no string, or the run directory cannot be written.
    """
    known = [field.name for field in fields(Settings) if field.name not in _OF_FILES]
    for name in settings:
        if name in _OF_FILES:
            raise ConfigError(f"{name} goes with files of texts (got it with lists); leave it out.")
        if name not in known:
            raise ConfigError(f"settings must be known (got {name!r}){suggestion(name, known)}")
    with TemporaryDirectory(prefix="sparsify-") as temporary:
        folder = str(out) or str(Path(temporary) / "run")
        chosen = Settings(data=Corpus.LISTS, out=folder, **settings)
        corpus = Corpus.from_lists(
            texts, labels, dev=dev, test=test, dev_share=chosen.dev_share, test_share=chosen.test_share
        )
        try:
            run(chosen, corpus, lasting=bool(str(out)))
        except ShortfallError as error:
            warnings.warn(str(error), stacklevel=2)
        except BaseException as error:
            # Where the full model is saved, which is not for long.
            error.__notes__ = [note for note in getattr(error, "__notes__", []) if temporary not in note]
            raise
        return load(folder)
