"""Which texts are for training, for choosing and for testing: by a hash of the text, the same for every seed."""

import hashlib
import math
from collections.abc import Mapping

from sparsify.errors import DataError

PARTS = ("train", "dev", "test")
SHARE = 0.1
"""Of dev and of test, where nothing else is said."""

_SLACK = 0.25
"""How far, as a share of what a part should hold of a label, the hash alone may be off."""

_STEPS = 10**7


def shares_of(dev: float, test: float) -> dict[str, float]:
    """part → its share of the texts; of a test part of none there is nothing.

    Raises:
        DataError: dev has no share, or nothing is left to train on.
    """
    if not (0 < dev < 1 and 0 <= test < 1 and dev + test < 1):
        raise DataError(
            f"--dev-share must be above 0, --test-share 0 or above, and both together below 1 (got {dev} and {test})."
        )
    parts = {"train": 1 - dev - test, "dev": dev}
    return {**parts, "test": test} if test else parts


def part_of(text: str, dev: float = SHARE, test: float = SHARE) -> str:
    """Where a text belongs, by its place in [0, 1): train before 1 − dev − test, test from 1 − test on.

    The digits of the place are the last ones of SHA-256 of its UTF-8, the last one first: of tenths each has a digit.
    """
    number = _hash(text)
    place = number % 10 * (_STEPS // 10) + number // 10 % (_STEPS // 10)
    if place >= _STEPS - round(test * _STEPS):
        return "test"
    return "train" if place < _STEPS - round(test * _STEPS) - round(dev * _STEPS) else "dev"


def split(labels: Mapping[str, str], dev: float = SHARE, test: float = SHARE) -> tuple[dict[str, str], int]:
    """The part of every text, and how many are in another than `part_of` says.

    Stratified: of every label a part has its share, but for a quarter of that and less than one text, and it has one
    text where there are as many as parts; of fewer, one is trained on. Where the hash does so by itself, as of most
    labels of 300 texts and nearly all of 1,000, it alone decides, whatever else the file holds and in whatever order.
    Else texts of smallest hash are moved from the part that has most too many.

    Args:
        labels: text → its label.
        dev, test: their shares.
    """
    shares = shares_of(dev, test)
    parts = {text: part_of(text, dev, test) for text in labels}
    texts: dict[str, dict[str, list[str]]] = {}
    for text, label in labels.items():
        texts.setdefault(label, {part: [] for part in shares})[parts[text]].append(text)
    moved = 0
    for own in texts.values():
        for text, part in _moves(own, shares):
            parts[text] = part
            moved += 1
    return parts, moved


def _moves(own: dict[str, list[str]], shares: Mapping[str, float]) -> list[tuple[str, str]]:
    """(text, its new part) for texts of one label, given by part, until every part has its share."""
    count = sum(map(len, own.values()))
    wanted = {part: share * count for part, share in shares.items()}
    least, most = _bounds(wanted, count)
    size = {part: len(texts) for part, texts in own.items()}
    stock = {part: sorted(texts, key=_hash, reverse=True) for part, texts in own.items()}
    moves: list[tuple[str, str]] = []
    while True:
        short = [part for part in own if size[part] < least[part]]
        over = [part for part in own if size[part] > most[part]]
        if not short and not over:
            return moves
        taker = max(short or own, key=lambda part: wanted[part] - size[part])
        givers = [part for part in over or own if size[part] > least[part] and part != taker]
        giver = max(givers, key=lambda part: size[part] - wanted[part])
        moves.append((stock[giver].pop(), taker))
        size[giver] -= 1
        size[taker] += 1


def _bounds(wanted: Mapping[str, float], count: int) -> tuple[dict[str, int], dict[str, int]]:
    """How many texts of a label a part must have, and how many it may."""
    if count < len(wanted):
        return {part: int(part == "train") for part in wanted}, dict.fromkeys(wanted, count)
    least = {part: max(1, math.floor(want * (1 - _SLACK))) for part, want in wanted.items()}
    largest = max(least, key=least.__getitem__)
    least[largest] -= max(0, sum(least.values()) - count)
    return least, {part: math.ceil(want * (1 + _SLACK)) for part, want in wanted.items()}


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
