"""What a baseline is: a space of hyper-parameters, and a fit to training texts that scores dev and test texts."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar

import numpy as np

from sparsify.training.material import Material


@dataclass(frozen=True)
class Fitted:
    """What a fitted baseline makes of the texts, and how large it is.

    Attributes:
        dev, test: [text, class]: logits, of which the highest is the prediction and whose softmax are probabilities (of
            `nbsvm`: margins, which are none); test None where the material has no test texts.
        learned: "vectors": numbers of word vectors that moved; "weights": all others that were learned.
        stored: numbers that prediction needs: weights, the vectors of all words, or the parameters of the encoder in
            context. Strings that stand for a vector do not count, as they do not for automata; an n-gram, which has
            none, counts as one number.
    """

    dev: np.ndarray
    test: np.ndarray | None
    learned: Mapping[str, int]
    stored: int


class Baseline(ABC):
    """A classifier that is no automaton, with what of it is tuned.

    Attributes:
        random: does a fit depend on its seed?
    """

    random: ClassVar[bool] = False

    def uses(self, material: Material) -> bool:
        """Can it be fitted to such material?"""
        return True

    @abstractmethod
    def space(self, generator: Random, sample: int) -> dict[str, Any]:
        """The hyper-parameters of sample 0, 1, 2, …: drawn, or of linear models spread evenly, however many there are.

        Of a baseline that has none, {}.
        """

    @abstractmethod
    def fit(self, material: Material, parameters: Mapping[str, Any], seed: int) -> Fitted:
        """Learn from the training texts, where need be stop by the dev texts, and score dev and test texts.

        The material is as before afterwards. To compare hyper-parameters without a look at the test texts, pass
        `dataclasses.replace(material, test=None)`.

        Args:
            parameters: of `space`.
            seed: of all that is random.
        """


def halton(place: int, base: int) -> float:
    """The digits of `place` in `base`, mirrored at the point: 1, 2, 3, 4 ↦ 1/2, 1/4, 3/4, 1/8 in base 2.

    The first n places spread evenly over (0, 1), whatever n is, and in several coprime bases over a cube.
    Source: Halton (1960).
    """
    found, digit = 0.0, 1 / base
    while place:
        place, rest = divmod(place, base)
        found += rest * digit
        digit /= base
    return found


def geometric(low: float, high: float, share: float) -> float:
    """From `low` at share 0 to `high` at share 1, on a logarithmic scale: low (high / low)^share."""
    return float(low * (high / low) ** share)
