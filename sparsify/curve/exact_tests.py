"""Tests of whether two models are right on different texts, and what many tests at once are worth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Discordance:
    """The texts that one of two arms has right and the other has not.

    Attributes:
        only_a, only_b: how many, the mean over pairs of seeds.
        p: of McNemar's exact test; of several pairs of seeds twice the median.
    """

    only_a: float
    only_b: float
    p: float


def discordance(a: np.ndarray, b: np.ndarray) -> Discordance:
    """McNemar's exact test of the models of two arms on the same texts (McNemar, 1947).

    Every seed of one arm is compared with every seed of the other. Pairs share models and texts, so their p-values are
    put together in the way that holds however they depend on each other: twice their median (Meinshausen, Meier and
    Bühlmann, 2009), at most 1. It is strict: ten pairs are worth no more than a typical one.

    Args:
        a, b: [seed, text]: is the prediction the label?
    """
    first, second = a.astype(np.float64), b.astype(np.float64)
    only_a, only_b = first @ (1 - second).T, (1 - first) @ second.T  # [seed of a, seed of b]
    p_values = [mcnemar(int(x), int(y)) for x, y in zip(only_a.flat, only_b.flat, strict=True)]
    factor = 2 if len(p_values) > 1 else 1
    p = min(1.0, factor * float(np.median(p_values)))
    return Discordance(float(only_a.mean()), float(only_b.mean()), p)


def mcnemar(only_a: int, only_b: int) -> float:
    """Two-sided p of McNemar's exact test: each discordant text is as likely to be on either side.

    p = min(1, 2 P(X ≤ min(only_a, only_b))) with X binomial of only_a + only_b trials of probability 1/2.
    """
    count, least = only_a + only_b, min(only_a, only_b)
    places = np.arange(1, least + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(count - places + 1) - np.log(places))])  # of binomial coefficients
    return float(min(1.0, 2 * np.exp(logs - count * np.log(2)).sum()))


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values that hold for all m tests of a family together (Holm, 1979).

    The i-th smallest becomes max over j ≤ i of (m − j + 1) p_(j), at most 1. Then at most one family in twenty has any
    of its true null hypotheses below .05, however the tests depend on each other.
    """
    order = np.argsort(p_values, kind="stable")
    count = len(order)
    steps = np.maximum.accumulate(np.asarray(p_values, dtype=np.float64)[order] * (count - np.arange(count)))
    found = np.empty(count)
    found[order] = np.minimum(1.0, steps)
    return [float(p) for p in found]
