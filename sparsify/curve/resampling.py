"""Intervals of differences of accuracy on the same test texts, by drawing texts and seeds anew."""

from dataclasses import dataclass

import numpy as np

RESAMPLES = 10_000
"""How often texts are drawn anew."""

LEVEL = 0.95

_BLOCK = 1 << 22
"""Counts of drawn texts that are held at once."""


@dataclass(frozen=True)
class Difference:
    """A difference of mean accuracies, a share, and between which bounds it lies.

    Attributes:
        low, high: where only texts are drawn anew: what other texts of the kind would change, with these very models.
        low_seeds, high_seeds: where texts and seeds are: other models of the same arms, too.
        p: of no difference, two-sided, from the draws of texts and seeds.
    """

    value: float
    low: float
    high: float
    low_seeds: float
    high_seeds: float
    p: float


@dataclass(frozen=True)
class Draws:
    """What the mean accuracy of an arm's seeds is in every draw.

    Attributes:
        value: the mean accuracy itself.
        texts: [draw]: of texts drawn anew.
        both: [draw]: of texts and seeds drawn anew.
    """

    value: float
    texts: np.ndarray
    both: np.ndarray

    def less(self, other: "Draws") -> Difference:
        """This accuracy less the other, which was drawn over the same texts."""
        texts, both = self.texts - other.texts, self.both - other.both
        tail = (1 - LEVEL) / 2
        low, high = np.quantile(texts, [tail, 1 - tail]).tolist()
        low_seeds, high_seeds = np.quantile(both, [tail, 1 - tail]).tolist()
        return Difference(self.value - other.value, low, high, low_seeds, high_seeds, _p_value(both))


def draw_texts(right: np.ndarray, generator: np.random.Generator, resamples: int = RESAMPLES) -> np.ndarray:
    """[draw, model]: the accuracy of every model on texts drawn anew with replacement, the same for all of them.

    Args:
        right: [model, text]: is the prediction the label?

    Cost: `resamples` · texts draws, and a matrix product of that size with the models.
    """
    texts = right.shape[1]
    step = max(1, _BLOCK // texts)
    columns = right.T.astype(np.float32)  # sums of up to 2^24 ones are exact
    found = np.empty((resamples, len(right)))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        places = generator.integers(0, texts, (rows, texts)) + texts * np.arange(rows)[:, None]
        counts = np.bincount(places.ravel(), minlength=rows * texts).reshape(rows, texts)
        found[start : start + rows] = counts.astype(np.float32) @ columns / texts
    return found


def draw_seeds(accuracies: np.ndarray, value: float, generator: np.random.Generator) -> Draws:
    """The mean over an arm's seeds, and over seeds drawn anew with replacement, in every draw of texts.

    Texts and seeds are crossed, so both are drawn anew (Owen, 2007). Means of S seeds drawn from S vary too little by
    √((S − 1) / S), so their distance from the mean of all is divided by that (Hesterberg, 2004). Of a single seed
    nothing is known of others, and only texts vary.

    Args:
        accuracies: [draw, seed], from `draw_texts`.
        value: the mean accuracy on the texts as they are.
    """
    draws, seeds = accuracies.shape
    texts = accuracies.mean(1)
    if seeds == 1:
        return Draws(value, texts, texts)
    chosen = np.take_along_axis(accuracies, generator.integers(0, seeds, (draws, seeds)), 1).mean(1)
    return Draws(value, texts, texts + np.sqrt(seeds / (seeds - 1)) * (chosen - texts))


def _p_value(draws: np.ndarray) -> float:
    """Twice the smaller share of draws on either side of zero (Davison and Hinkley, 1997, §4.4), at most 1."""
    side = min(np.count_nonzero(draws <= 0), np.count_nonzero(draws >= 0))
    return min(1.0, 2 * (1 + side) / (1 + len(draws)))
