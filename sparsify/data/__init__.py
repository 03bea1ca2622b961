"""Labelled texts: the built-in data sets, files of `label<TAB>text`, and the split."""

from sparsify.data.corpus import Corpus, Texts, load_corpus

__all__ = ["Corpus", "Texts", "load_corpus"]
