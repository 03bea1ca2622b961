"""How good predictions are, beside what a model that reads nothing gets: accuracy, macro-F1, and how sure they are."""

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch

from neural import PatternClassifier
from sparsify.training.encoded import Encoded, logits

_NOISE = 2.0
"""So many standard errors are no lead."""


@dataclass(frozen=True)
class Score:
    """Predictions of one model for labelled texts.

    Attributes:
        predicted, labels: [text]: classes, as places; at least one text.
        losses: [text]: cross-entropies; empty where there are no probabilities.
    """

    predicted: np.ndarray
    labels: np.ndarray
    losses: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def right(self) -> np.ndarray:
        """[text]: is the prediction the label?"""
        same: np.ndarray = self.predicted == self.labels
        return same

    @cached_property
    def accuracy(self) -> float:
        """The share of texts that are right."""
        return float(self.right.mean())

    @cached_property
    def macro_f1(self) -> float:
        """The mean over classes of F₁ = 2 TP / (2 TP + FP + FN): every class counts alike, however rare it is.

        Over the classes that are the label or the prediction of a text; of others F₁ is 0/0.
        """
        true, both = self._counts
        return float((2 * true[both > 0] / both[both > 0]).mean())

    @cached_property
    def _counts(self) -> tuple[np.ndarray, np.ndarray]:
        """[class]: texts that are rightly taken for it; texts of it, and texts taken for it."""
        size = 1 + int(max(self.predicted.max(), self.labels.max()))
        true = np.bincount(self.labels[self.right], minlength=size)
        return true, np.bincount(self.predicted, minlength=size) + np.bincount(self.labels, minlength=size)

    @cached_property
    def macro_f1_error(self) -> float:
        """The standard error of macro-F1, as of a sample, by the delta method: √(Σ_t d_t²) / n over n texts."""
        return float(np.sqrt((self.influences**2).sum()) / len(self))

    @cached_property
    def influences(self) -> np.ndarray:
        """[text]: d_t, what every text does to macro-F1.

        Text t with label i, taken for j, moves the mean of F_c = 2 π_cc / (π_c· + π_·c) over k classes by
        d_t = Σ_c (2 [i = j = c] − F_c ([i = c] + [j = c])) / (k (π_c· + π_·c)), with π the shares of texts in the
        cells of the confusion matrix. Source: Takahashi et al. (2022).
        """
        true, both = self._counts
        there = np.maximum(1, both)
        own = 2 * true / there
        moved = 2 * self.right / there[self.labels] - own[self.labels] / there[self.labels]
        moved -= own[self.predicted] / there[self.predicted]
        found: np.ndarray = moved * len(self) / (both > 0).sum()
        return found

    @cached_property
    def error(self) -> float:
        """The standard error of the accuracy, as of a sample: √(p (1 − p) / (n + 4)) with p = (right + 2) / (n + 4).

        Two right and two wrong texts more than there are, so that 2 of 2 are not taken for certainty.
        Source: Agresti and Coull (1998).
        """
        n = len(self) + 4
        p = (float(self.right.sum()) + 2) / n
        return math.sqrt(p * (1 - p) / n)

    def lead(self, other: "Score") -> tuple[float, float]:
        """(accuracy − the other's on the same texts, the standard error of this difference, text by text).

        With b texts that only this model has right and c that only the other has, n texts in all, the error is
        √(b + c + 1 − (b − c)² / (n + 2)) / (n + 2): half a text is added to each of the four cells, so that models
        which agree on a few texts are not taken for equal. Source: Agresti and Min (2005).
        """
        only, others = float((self.right & ~other.right).sum()), float((other.right & ~self.right).sum())
        n = len(self) + 2
        return (only - others) / len(self), math.sqrt(only + others + 1 - (only - others) ** 2 / n) / n

    def beside(self, majority: "Score") -> str:
        """What must be said beside the accuracy where it is no better than that of the most frequent class; or "".

        A model that gives up accuracy to find rare classes may have the better macro-F1, which is said, too.
        """
        lead, error = self.lead(majority)
        if lead > _NOISE * error:
            return ""
        fairer = self.macro_f1 - majority.macro_f1 > _NOISE * self.macro_f1_error
        return f"{'hardly' if lead > 0 else 'no'} better than the majority{', but for macro-F1' if fairer else ''}"

    def numbers(self, part: str) -> dict[str, float]:
        """For summary.json."""
        return {part: self.accuracy, f"{part}_macro_f1": self.macro_f1, f"{part}_error": self.error}


def score(model: PatternClassifier, data: Encoded) -> Score:
    """What a model predicts for labelled texts."""
    found, labels = logits(model, data.texts).cpu(), data.labels.cpu()
    losses = torch.nn.functional.cross_entropy(found.double(), labels, reduction="none")
    return Score(found.argmax(1).numpy(), labels.numpy(), losses.numpy())


def most_frequent(train: Encoded) -> int:
    """The class of most training texts; of equals the first."""
    return int(train.labels.bincount().argmax())


def always(label: int, data: Encoded) -> Score:
    """What is right where every text is taken for one class."""
    labels = data.labels.cpu().numpy()
    return Score(np.full_like(labels, label), labels)
