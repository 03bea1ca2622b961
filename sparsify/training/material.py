"""What a run trains on and is judged by: texts, and what automata read of them."""

from dataclasses import dataclass

from neural import Encoder, Tokenizer, encoder_kind, tokenizer
from sparsify.data import Corpus
from sparsify.settings import Settings
from sparsify.training.encoded import Encoded, encoded


@dataclass(frozen=True)
class Material:
    """What a run trains on and is judged by."""

    corpus: Corpus
    tokenizer: Tokenizer
    encoder: Encoder
    train: Encoded
    dev: Encoded
    test: Encoded


def prepare(settings: Settings, corpus: Corpus) -> Material:
    """Tokenise and encode a corpus; the encoder is made of the training texts only."""
    cut = tokenizer(settings.tokenizer, lowercase=not settings.cased)
    parts = (corpus.train, corpus.dev, corpus.test)
    tokens = [cut.all(part.texts, settings.threads) for part in parts]
    encoder = encoder_kind(settings.embeddings).made(settings.embeddings, tokens[0])
    train, dev, test = (encoded(encoder.encode(t), part.labels) for t, part in zip(tokens, parts, strict=True))
    return Material(corpus, cut, encoder, train, dev, test)
