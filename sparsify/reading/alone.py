"""What a whole model says of a few words, and which classes one pattern's score raises and lowers there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from neural import ACTIVATIONS, END
from sparsify.model import Model
from sparsify.training.encoded import pattern_scores

_EQUAL = 1e-6
"""Effects that differ by less than this share of the largest are equal: the class weights are float32."""

_NAMED = 3
"""So many classes are named; of more it is said how many there are."""


@dataclass(frozen=True)
class Reading:
    """What a model says of some word sequences, each read as a text of its own, or of texts.

    Attributes:
        labels: the model's classes.
        chances: [sequence, class]: probabilities.
        scores: [sequence, pattern]: what the patterns score.
        effects: [sequence, pattern, class]: what each pattern adds to a logit, less the mean of that over the classes:
            W[c, p] a(s_p) − mean over c, with the class weights W and the activation a. What is added to all classes
            alike moves no probability.
    """

    labels: tuple[str, ...]
    chances: np.ndarray
    scores: np.ndarray
    effects: np.ndarray

    def label(self, place: int) -> str:
        """The predicted class, as `Model.predict` has it."""
        return self.labels[int(self.chances[place].argmax())]

    def effects_of(self, place: int, p: int) -> dict[str, float]:
        """Class → how the pattern moves it."""
        return dict(zip(self.labels, self.effects[place, p].tolist(), strict=True))


@torch.no_grad()
def read_alone(model: Model, sequences: Sequence[Sequence[str]]) -> Reading:
    """The model reads every token sequence as a text: `</s>` is put behind those that do not end in it."""
    read = model.encoder.encode([[*words, *([] if words[-1:] == [END] else [END])] for words in map(list, sequences)])
    return reading_of(model, pattern_scores(model.classifier, read))


@torch.no_grad()
def reading_of(model: Model, scores: Tensor) -> Reading:
    """What the model says where its patterns score so, [sequence, pattern]."""
    chances = model.classifier.classify(scores).double().softmax(1).numpy()
    active = ACTIVATIONS[model.classifier.activation](scores).double().numpy()
    added = active[:, :, None] * model.classifier.weight.double().numpy().T
    effects = added - added.mean(2, keepdims=True) if added.size else added
    return Reading(model.labels, chances, scores.double().numpy(), effects)


def raised(effects: Mapping[str, float]) -> list[str]:
    """The classes whose logit rises against the mean of all, the strongest effect first."""
    least = _EQUAL * max(map(abs, effects.values()), default=0.0)
    return sorted((name for name, effect in effects.items() if effect > least), key=lambda name: -effects[name])


def lowered(effects: Mapping[str, float]) -> list[str]:
    """The classes whose logit falls against the mean of all, the strongest effect first."""
    return raised({name: -effect for name, effect in effects.items()})


def in_words(effects: Mapping[str, float]) -> tuple[str, str]:
    """(what is raised, what is lowered) as a person reads it.

    Equal classes are joined by "=". Of more than two classes, "all others" are those beside the only one that is
    lowered, or raised; "none" where all classes move alike.
    """
    return _named(raised(effects), effects), _named(lowered(effects), effects)


def _named(names: Sequence[str], effects: Mapping[str, float]) -> str:
    if len(names) == len(effects) - 1 > 1:
        return "all others"
    least = _EQUAL * max(map(abs, effects.values()), default=0.0)
    text = ""
    for before, name in zip(["", *names], names[:_NAMED], strict=False):
        equal = before and abs(effects[before] - effects[name]) <= least
        text += f"{' = ' if equal else ', ' if before else ''}{name}"
    return (text or "none") + (f", {len(names) - _NAMED} more" if len(names) > _NAMED else "")
