"""Labelled texts: the built-in data sets, files of many forms, and the split."""

from sparsify.data.corpus import Corpus, Texts
from sparsify.data.load import load_corpus, options_of

__all__ = ["Corpus", "Texts", "load_corpus", "options_of"]
