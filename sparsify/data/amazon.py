"""Amazon reviews as Dodge et al. (2019), appendix A, prepare them."""

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from neural import tokenizer
from sparsify.data.forms.base import Bad, Reading, made
from sparsify.data.forms.reviews import NAMES, no_stars, of_stars, review_files, reviews, stars
from sparsify.data.forms.streams import Source
from sparsify.data.forms.table import form_of
from sparsify.data.rows import Row, open_rows
from sparsify.errors import DataError

_TOKENS = 5
"""Reviews of fewer are left out."""
_LEAST = 10
"""Reviews of a class, of which one is for dev."""
_SPARE = 10
"""One in so many more is kept of each class, in the place of texts that turn out to be of the other, too."""
_BITS = dict(zip(NAMES, (1, 2), strict=True))
_BOTH = sum(_BITS.values())
_UNREAD = "that cannot be read"


class Amazon:
    """Reviews as they come: of each class those of smallest hash are kept, whatever the order of reviews and files.

    Of texts that are there several times one is kept, and none where both classes have it. Memory: the texts that are
    kept, and a hash of every other one, about 0.1 GB for a million.

    Args:
        most: reviews of a class.
    """

    def __init__(self, most: int = 25_000) -> None:
        if most < _LEAST:
            raise DataError(f"--most must be at least {_LEAST}, which leaves one for dev (got {most}).")
        self._most = most
        self._kept: dict[str, list[tuple[int, str]]] = {name: [] for name in NAMES}
        self._classes: dict[bytes, int] = {}  # hash of a text → its classes, a bit each
        self._bad_first: Bad | None = None
        self._counts: Counter[str] = Counter()
        self._notes: list[str] = []
        self._tokens = tokenizer("penn", lowercase=False)

    def read(self, file: str | Path, reading: Reading) -> None:
        """Add the reviews of a file, or of a folder of positive.review and negative.review.

        Raises:
            DataError: it cannot be read, or a rating is none of 1 to 5 stars.
        """
        if Path(file).is_dir() and (files := review_files(Path(file))):
            for one in files:
                self.read(one, reading)
            return
        for place, rating, text in self._rated(file, reading):
            given = stars(rating)
            if given is None:
                self._bad(Bad(place, no_stars(repr(rating))), reading)
            else:
                self._add(of_stars(rating), " ".join(text.split()))

    def _rated(self, file: str | Path, reading: Reading) -> Iterator[tuple[str, str, str]]:
        """(place, rating, text)."""
        source = Source(file)
        if form_of(source, reading, labelled=True) == "reviews":
            for number, fields in reviews(source, reading.encoding):
                place = f"{source.name}:{number}"
                item = Bad(place, fields) if isinstance(fields, str) else _row(place, fields, reading)
                if isinstance(item, Row):
                    yield item.place, item.label or "", item.text
                else:
                    self._bad(item, reading)
            return
        rows = open_rows(file, reading)
        for row in rows:
            yield row.place, row.label or "", row.text
        self._notes += rows.notes

    def _bad(self, bad: Bad, reading: Reading) -> None:
        if reading.on_bad_row == "fail":
            raise DataError(f"{bad.place}: {bad.reason}; mend it, or leave such rows out: --on-bad-row skip.")
        self._counts[_UNREAD] += 1
        self._bad_first = self._bad_first or bad

    def _add(self, label: str | None, text: str) -> None:
        digest = hashlib.sha256(text.encode()).digest()
        if label is None:
            self._counts["of 3 stars"] += 1
        elif len(self._tokens(text)) - 1 < _TOKENS:  # less the end of the text, </s>
            self._counts[f"of fewer than {_TOKENS} tokens"] += 1
        elif self._classes.get(digest[:16], 0) & _BITS[label]:
            self._counts["that were there already"] += 1
        else:
            self._classes[digest[:16]] = self._classes.get(digest[:16], 0) | _BITS[label]
            self._counts[label] += 1
            kept, entry = self._kept[label], (-int.from_bytes(digest, "big"), text)
            if len(kept) < self._most + self._most // _SPARE:
                heapq.heappush(kept, entry)
            else:
                heapq.heappushpop(kept, entry)

    def counts(self) -> Iterator[str]:
        """What was read, and left out, a sentence each."""
        yield from self._notes
        both = sum(own == _BOTH for own in self._classes.values())
        yield f"{self._counts[NAMES[0]] - both} positive and {self._counts[NAMES[1]] - both} negative reviews."
        for what, count in self._counts.items():
            if what not in NAMES:
                bad = self._bad_first if what == _UNREAD else None
                first = f", the first at {bad.place}: {bad.reason}" if bad else ""
                yield f"{count} reviews {what} are left out{first}."
        if both:
            yield f"{both} texts that are both positive and negative are left out."

    def _own(self, label: str) -> list[tuple[int, str]]:
        """What is kept of a class and is not of the other, too."""
        kept = sorted(self._kept[label], reverse=True)
        digests = ((-place).to_bytes(32, "big")[:16] for place, _ in kept)
        return [entry for entry, digest in zip(kept, digests, strict=True) if self._classes[digest] != _BOTH][
            : self._most
        ]

    def parts(self) -> Mapping[str, list[tuple[str, str]]]:
        """part → (label, text), in an order by hash: as many of each class, 4 : 1 : 5.

        Raises:
            DataError: a class has too few reviews.
        """
        owned = {label: self._own(label) for label in NAMES}
        size = min(map(len, owned.values()))
        if size < _LEAST:
            raise DataError(f"each class needs {_LEAST} reviews, one of them for dev (got {size} of the rarer one).")
        train, dev, _ = sizes(size)
        ends = {"train": (0, train), "dev": (train, train + dev), "test": (train + dev, size)}
        ordered = {label: own[:size] for label, own in owned.items()}
        parts = {}
        for part, (begin, end) in ends.items():
            rows = [(place, label, text) for label, own in ordered.items() for place, text in own[begin:end]]
            parts[part] = [(label, text) for _, label, text in sorted(rows, reverse=True)]
        return parts


def sizes(count: int) -> tuple[int, int, int]:
    """How many of a class's reviews go to train, dev and test, 4 : 1 : 5; rounded as by the paper's authors."""
    dev, test = count // 10, count // 2
    return count - dev - test, dev, test


def _row(place: str, fields: Mapping[str, str], reading: Reading) -> Row | Bad:
    if not fields.get("rating", "").strip():
        return Bad(place, no_stars("none"))
    return made(place, fields.get("rating"), fields.get("review_text"), True, reading.encoding)


def write_parts(folder: Path, parts: Mapping[str, list[tuple[str, str]]]) -> Iterator[str]:
    """Write train.tsv, dev.tsv and test.tsv of `label<TAB>text` into a new folder; says what, a line each.

    Raises:
        DataError: there is something in the folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DataError(f"--out must be a new folder (got {folder}, in which there is something); choose another.")
    folder.mkdir(parents=True, exist_ok=True)
    for part, rows in parts.items():
        path = folder / f"{part}.tsv"
        path.write_text("".join(f"{label}\t{text}\n" for label, text in rows), encoding="utf-8")
        yield f"{path}: {len(rows)} texts, half of them positive."
