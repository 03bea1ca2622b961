"""What a run trains on and is judged by: texts, and what automata read of them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from neural import (
    END,
    ContextOptions,
    ContextualVectors,
    Counting,
    Encoder,
    StaticVectors,
    Tokenizer,
    Training,
    encoder_kind,
    tokenizer,
    uncounted,
)
from sparsify.data import Corpus
from sparsify.errors import ConfigError
from sparsify.settings import Settings
from sparsify.training.encoded import Encoded, encoded

_COVERED = 0.8
"""Vectors that know fewer of the tokens are said to be others' than the texts': GloVe knows 99 % of English reviews."""

_SHORT = 2.5
"""Tokens: a mean below is that of texts that were not cut into words."""


@dataclass(frozen=True)
class Coverage:
    """How much of the training texts has a vector, as shares; `</s>` counts neither here nor there."""

    tokens: float
    types: float

    def __str__(self) -> str:
        return (
            f"word vectors know {100 * self.tokens:.1f} % of the training tokens, {100 * self.types:.1f} % of the types"
        )


@dataclass(frozen=True)
class Material:
    """What a run trains on and is judged by.

    Attributes:
        test: None where nothing is to be tested.
        coverage: None where every token has a vector of its own.
        notes: what is to be known of the tokens, a sentence each.
    """

    corpus: Corpus
    tokenizer: Tokenizer
    encoder: Encoder
    train: Encoded
    dev: Encoded
    test: Encoded | None
    coverage: Coverage | None
    notes: tuple[str, ...]

    @property
    def judge(self) -> tuple[str, Encoded]:
        """The part that says what a model is worth, and its name: test, or dev where nothing is tested."""
        return ("dev", self.dev) if self.test is None else ("test", self.test)


def prepare(settings: Settings, corpus: Corpus, counting: Counting = uncounted) -> Material:
    """Tokenise and encode a corpus; the encoder is made of the training texts only."""
    cut = tokenizer(settings.tokenizer, lowercase=not settings.cased)
    context = ContextOptions(
        settings.layers, settings.pieces, settings.reduce, settings.cache_numbers, settings.cache_dir
    )
    training = Training(corpus.train.texts, cut, settings.threads, context, counting)
    kind = encoder_kind(settings.embeddings)
    _check_flags(settings, issubclass(kind, ContextualVectors))
    encoder = kind.made(settings.embeddings, training)
    train = encoded(encoder.read_training(training), corpus.train.labels)
    dev, test = (
        encoded(encoder.read_corpus(part.texts, cut, settings.threads, counting), part.labels) if len(part) else None
        for part in (corpus.dev, corpus.test)
    )
    assert dev is not None
    if not encoder.static:
        return Material(corpus, cut, encoder, train, dev, test, None, tuple(_beyond(encoder, settings)))
    known = coverage(encoder, training.tokens)
    return Material(corpus, cut, encoder, train, dev, test, known, tuple(_notes(known, training.tokens, settings)))


_IN_CONTEXT = ("layers", "pieces", "reduce", "cache_dir", "cache_numbers")
_BY_WORD = ("tokenizer", "cased", "move_vectors", "vector_lr")
"""Settings that only contextual encoders read, and those that only others do."""


def _check_flags(settings: Settings, in_context: bool) -> None:
    """Is every setting read?

    Raises:
        ConfigError: one is not; the encoder is of another kind.
    """
    names, kind = (_BY_WORD, "without context") if in_context else (_IN_CONTEXT, "in context: minilm or encoder:…")
    for name in names:
        as_it_is = (getattr(Settings(), name), *(["none"] if name == "move_vectors" else []))
        if (value := getattr(settings, name)) not in as_it_is:
            raise ConfigError(
                f"--{name.replace('_', '-')} goes with vectors {kind} (got {value!r:.40} with --embeddings "
                f"{settings.embeddings}); leave it out."
            )


def _beyond(encoder: Encoder, settings: Settings) -> Iterator[str]:
    """Are there as many principal components as were asked for?"""
    if isinstance(encoder, ContextualVectors) and encoder.dim < settings.reduce:
        yield (
            f"--reduce {settings.reduce} is beyond the {encoder.dim} dimensions in which vectors of {encoder.name} "
            "differ; all of these are read."
        )


def coverage(encoder: Encoder, texts: Sequence[Sequence[str]]) -> Coverage | None:
    """How many of the tokenised training texts' tokens, and how many different ones, have a vector."""
    if not isinstance(encoder, StaticVectors):
        return None
    vocabulary, known = encoder.vocabulary, (encoder.table != 0).any(1).tolist()
    counts = Counter(vocabulary.counts or chain.from_iterable(texts))
    del counts[END]
    with_vector = [word for word in counts if known[vocabulary.ids.get(word, 0)]]
    tokens = sum(counts[word] for word in with_vector)
    return Coverage(tokens / max(1, counts.total()), len(with_vector) / max(1, len(counts)))


def _notes(known: Coverage | None, texts: Sequence[Sequence[str]], settings: Settings) -> Iterator[str]:
    if known is not None and known.tokens < _COVERED:
        yield (
            f"{100 * (1 - known.tokens):.0f} % of the training tokens have no vector and tell nothing; take "
            "--embeddings of the texts' language, --cased with cased ones, and a --tokenizer that finds their words."
        )
    mean = sum(len(text) - 1 for text in texts) / len(texts)
    if mean < _SHORT:
        other = "a --tokenizer of their language" if settings.tokenizer == "characters" else "--tokenizer characters"
        yield (
            f"texts have {mean:.1f} tokens on average; where words are written without blanks between, as in Chinese, "
            f"take {other}."
        )
