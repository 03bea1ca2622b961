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


def draw_seeds(accuracies: np.ndarray, right: np.ndarray, generator: np.random.Generator) -> Draws:
    """The mean over an arm's seeds in every draw of texts, and what it is where seeds are drawn anew, too.

    Texts and seeds are crossed effects: a model is right on a text by how easy that is, how good the seed is, and
    chance that belongs to the two of them (Searle, Casella and McCulloch, 1992). Draws of texts have the first and the
    third. The second is added: the mean of S seeds drawn anew on the texts as they are, less that of all, times

        √(S / (S − 1) · max(0, s² − r / n) / s²)

    with s² the variance of the seeds' accuracies and r the residual mean square over n texts. The first factor is there
    as means of S seeds drawn from S vary too little, the second as s² holds the third effect, too. Of a single seed
    nothing is known of others, and only texts vary.

    Args:
        accuracies: [draw, seed], from `draw_texts`.
        right: [seed, text].
    """
    value, texts, means = float(right.mean()), accuracies.mean(1), right.mean(1)
    scale = _seed_scale(right)
    if not scale:
        return Draws(value, texts, texts)
    chosen = generator.integers(0, len(means), accuracies.shape)
    return Draws(value, texts, texts + scale * (means[chosen].mean(1) - value))


def _seed_scale(right: np.ndarray) -> float:
    """What the distance of the mean of drawn seeds is multiplied by."""
    seeds, texts = right.shape
    means = right.mean(1)
    variance = means.var(ddof=1) if min(seeds, texts) > 1 else 0.0
    if not variance:
        return 0.0
    residuals = right - right.mean(0) - means[:, None] + means.mean()
    noise = (residuals**2).sum() / ((seeds - 1) * (texts - 1)) / texts
    return float(np.sqrt(seeds / (seeds - 1) * max(0.0, variance - noise) / variance))


def _p_value(draws: np.ndarray) -> float:
    """Twice the smaller share of draws on either side of zero (Davison and Hinkley, 1997, §4.4), at most 1."""
    side = min(np.count_nonzero(draws <= 0), np.count_nonzero(draws >= 0))
    return min(1.0, 2 * (1 + side) / (1 + len(draws)))
