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
    tokens = cut.all(corpus.train.texts, settings.threads)
    encoder = encoder_kind(settings.embeddings).made(settings.embeddings, tokens)
    train = encoded(encoder.encode(tokens), corpus.train.labels)
    dev, test = (
        encoded(encoder.read(part.texts, cut, settings.threads), part.labels) for part in (corpus.dev, corpus.test)
    )
    return Material(corpus, cut, encoder, train, dev, test)
