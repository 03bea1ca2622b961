"""What a run trains on and is judged by: texts, vocabulary, word vectors."""

from dataclasses import dataclass

import torch
from torch import Tensor

from neural import Vocabulary, embedding_table, glove_6b_50d, read_vectors, tokenize_all
from sparsify.data import Corpus, load_corpus
from sparsify.settings import Settings
from sparsify.training.encoded import Encoded, encode


@dataclass(frozen=True)
class Material:
    """What a run trains on and is judged by."""

    corpus: Corpus
    vocabulary: Vocabulary
    table: Tensor
    train: Encoded
    dev: Encoded
    test: Encoded


def prepare(settings: Settings) -> Material:
    """Read the corpus and the word vectors; the vocabulary comes from the training texts only."""
    corpus = load_corpus(settings.data)
    lowercase = not settings.cased
    parts = (corpus.train, corpus.dev, corpus.test)
    tokens = [tokenize_all(part.texts, lowercase, settings.threads) for part in parts]
    vocabulary = Vocabulary.build(tokens[0])
    builtin = settings.embeddings == "glove"
    vectors = glove_6b_50d(vocabulary.ids) if builtin else read_vectors(settings.embeddings, vocabulary.ids)
    table = torch.from_numpy(embedding_table(vocabulary, vectors))
    train, dev, test = (encode(t, part.labels, vocabulary) for t, part in zip(tokens, parts, strict=True))
    return Material(corpus, vocabulary, table, train, dev, test)
