"""A trained model: automata, parameters, encoder, classes; from texts to labels."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from torch import Tensor

import wfsa
from neural import EncodedTexts, Encoder, PatternClassifier, Tokenizer
from sparsify.data.listed import listed
from sparsify.errors import RunError
from sparsify.training.encoded import logits, pattern_scores
from wfsa import WFSA


class Model:
    """A text classifier made of automata.

    Attributes:
        automata: name → automaton, in the order of `pattern_scores`.
        parameters: the parameters of their symbolic weights.
        labels: the class names.
        classifier: the compiled patterns and the linear layer above them.
        tokenizer, encoder: from text to tokens, and from tokens to what the automata read.
    """

    def __init__(
        self,
        classifier: PatternClassifier,
        names: Sequence[str],
        tokenizer: Tokenizer,
        encoder: Encoder,
        labels: Sequence[str],
    ) -> None:
        patterns, self.parameters = classifier.bank.to_symbolic()
        self.automata: Mapping[str, WFSA] = dict(zip(names, patterns, strict=True))
        self.labels = tuple(labels)
        self.classifier = classifier
        self.tokenizer, self.encoder = tokenizer, encoder

    @property
    def transitions(self) -> int:
        """The number of main arcs."""
        return sum(len(wfsa.main_arcs(automaton)) for automaton in self.automata.values())

    def read(self, texts: Iterable[str], threads: int = 1) -> EncodedTexts:
        """What the automata read of `texts`: a list, or what else goes through strings in an order.

        Raises:
            RunError: an item is no string, or `texts` is one itself; here, and in all that takes texts.
        """
        return self.encoder.read(listed(texts), self.tokenizer, threads)

    def logits(self, texts: Iterable[str]) -> Tensor:
        """[text, class]."""
        return logits(self.classifier, self.read(texts))

    def predict(self, texts: Iterable[str]) -> list[str]:
        """The label of every text."""
        return [self.labels[i] for i in self.logits(texts).argmax(1).tolist()]

    def predict_proba(self, texts: Iterable[str]) -> np.ndarray:
        """[text, class]: probabilities, by softmax."""
        chances: np.ndarray = self.logits(texts).softmax(1).numpy()
        return chances

    def pattern_scores(self, texts: Iterable[str]) -> np.ndarray:
        """[text, pattern]: the score of every automaton on every text, in the order of `automata`."""
        scores: np.ndarray = pattern_scores(self.classifier, self.read(texts)).numpy()
        return scores

    def vectors(self, text: str) -> np.ndarray:
        """[token, dim]: what the automata read for `text`."""
        if not isinstance(text, str):
            raise RunError(f"vectors are those of one text, a string (got {type(text).__name__} {text!r:.40}).")
        packed = self.read([text]).batch(np.zeros(1, np.int64))
        assert packed.data is not None
        rows: np.ndarray = packed.data[packed.rows].numpy()
        return rows

    def __repr__(self) -> str:
        if not self.automata:
            return f"Model(no patterns are left: predicts the class prior of {', '.join(self.labels)})"
        return f"Model({len(self.automata)} patterns, {self.transitions} transitions, labels {', '.join(self.labels)})"
