"""Which texts are for training, for choosing and for testing: by a hash of the text, the same for every seed."""

import hashlib
from collections.abc import Mapping

PARTS = ("train", "dev", "test")


def part_of(text: str) -> str:
    """Where a text belongs: by SHA-256 of its UTF-8 modulo 10, 0–7 train, 8 dev, 9 test."""
    bucket = _hash(text) % 10
    return "train" if bucket < 8 else "dev" if bucket == 8 else "test"


def split(labels: Mapping[str, str]) -> tuple[dict[str, str], int]:
    """The part of every text, and how many are in another than `part_of` says.

    A label whose texts the hash leaves out of a part gets one there, from its largest part, the one of the smallest
    hash: into train always, into dev and test where it has three texts. Other texts stay, so what is frequent is split
    by the hash alone, whatever else the file holds and in whatever order.

    Args:
        labels: text → its label.
    """
    parts = {text: part_of(text) for text in labels}
    texts: dict[str, dict[str, list[str]]] = {}
    for text, label in labels.items():
        texts.setdefault(label, {part: [] for part in PARTS})[parts[text]].append(text)
    moved = 0
    for own in texts.values():
        enough = sum(map(len, own.values())) >= len(PARTS)
        for part in PARTS if enough else PARTS[:1]:
            if not own[part]:
                giver = max(own.values(), key=len)
                text = min(giver, key=_hash)
                giver.remove(text)
                own[part].append(text)
                parts[text] = part
                moved += 1
    return parts, moved


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
