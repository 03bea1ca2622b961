"""A labelled corpus in three parts."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sparsify.data.forms.base import label_name
from sparsify.data.listed import listed
from sparsify.data.split import PARTS, SHARE, shares_of, split
from sparsify.errors import DataError

Pair = tuple[str, str]
"""(label, text)."""

Labelled = tuple[Iterable[str], Iterable[object]]
"""(texts, labels)."""

_NAMED = 5
"""Labels that a note names."""


@dataclass(frozen=True)
class Texts:
    """Texts and, for each, the place of its label in `Corpus.labels`."""

    texts: tuple[str, ...]
    labels: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class Corpus:
    """Training, development and test texts.

    Attributes:
        labels: the label names, sorted.
        test: without texts where nothing is to be tested.
        notes: what was found and done while reading, a sentence each (duplicates, texts in two parts).
        digest: SHA-256 of all rows in order, for the record of a run.
    """

    name: str
    labels: tuple[str, ...]
    train: Texts
    dev: Texts
    test: Texts
    notes: tuple[str, ...]
    digest: str

    LISTS: ClassVar[str] = "(lists)"
    """The name of a corpus from memory, of which files say nothing else."""

    @staticmethod
    def from_lists(
        texts: Iterable[str],
        labels: Iterable[object],
        *,
        dev: Labelled | None = None,
        test: Labelled | None = None,
        dev_share: float = SHARE,
        test_share: float = SHARE,
        name: str = LISTS,
    ) -> "Corpus":
        """A corpus of texts in memory.

        Args:
            texts: a list, a generator, a pandas Series, a numpy array of strings, …
            labels: one for each, strings or what can be written as such, as files have them: 1 becomes "1", True
                "true", and blanks around are left out.
            dev, test: (texts, labels) of these parts; where there is no dev they are split off by a hash of the text,
                stratified (`sparsify.data.split`), test too unless it is given or `test_share` is 0. With dev given
                and test not, there is no test.
            dev_share, test_share: of the texts that are split.

        Raises:
            DataError: there are not as many labels as texts, a label is missing or is no string or number, a part is
                no pair, or is empty.
            RunError: a text is no string.
        """
        given = {"train": _pairs(texts, labels, "")}
        for part, own in (("dev", dev), ("test", test)):
            if own is not None:
                if not isinstance(own, tuple | list) or len(own) != 2:
                    raise DataError(f"{part} must be a pair, (texts, labels) (got {type(own).__name__} {own!r:.40}).")
                given[part] = _pairs(*own, part)
        return in_parts(name, given, dev_share, test_share, [])


def _pairs(texts: Iterable[str], labels: Iterable[object], part: str) -> list[Pair]:
    none = isinstance(labels, str | bytes | Mapping | Set) or not isinstance(labels, Iterable)
    if none or getattr(labels, "ndim", 1) != 1:
        raise DataError(
            f"labels must be a list, in the order of the texts (got {type(labels).__name__} {labels!r:.40})."
        )
    found, names = listed(texts), [_label(label, place) for place, label in enumerate(labels)]
    for kind, own in (("texts", found), ("labels", names)):
        for place, text in enumerate(own):
            if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
                raise DataError(f"{kind}[{place}] must be Unicode (got a lone surrogate in {text[:40]!a}).")
    if len(found) != len(names):
        of = f" of {part}" if part else ""
        raise DataError(f"there must be a label for every text{of} (got {len(found)} texts and {len(names)} labels).")
    return list(zip(names, found, strict=True))


def _label(label: object, place: int) -> str:
    several = isinstance(label, Iterable) and not isinstance(label, str)  # a tensor, too
    # pandas.NA is neither equal to itself nor different.
    name = None if several or type(label).__name__ == "NAType" else label_name(label)
    if not name:
        hint = "pass tolist() of the labels" if hasattr(label, "tolist") and several else "leave out texts without"
        raise DataError(f"labels[{place}] must be one string or number (got {label!r:.40}); {hint}.")
    return name.lower() if isinstance(label, np.bool_) else name


def in_parts(name: str, given: Mapping[str, list[Pair]], dev: float, test: float, notes: Iterable[str]) -> Corpus:
    """A corpus of parts, of which those that are not given, and are wanted, are split off the training texts.

    Args:
        dev, test: the shares of what is split.

    Raises:
        DataError: a part is empty, or the training texts bear fewer than two labels.
    """
    notes = list(notes)
    if "dev" in given:
        if (dev, test) != (SHARE, SHARE):
            notes.append("--dev-share and --test-share say nothing here, where the parts are given.")
        return _assembled(name, given, notes, [*given])
    parts = _split(given["train"], dev, 0 if "test" in given else test, notes)
    if "test" in given:
        notes.append(f"{len(parts['dev'])} of the training texts are taken for dev, by a hash of the text.")
    others = {part: rows for part, rows in given.items() if part != "train"}
    return _assembled(name, {**parts, **others}, notes, [*others])


def _split(rows: Sequence[Pair], dev: float, test: float, notes: list[str]) -> dict[str, list[Pair]]:
    """Rows by part; what there is to be said of it is added to the notes."""
    labels: dict[str, str] = {}
    conflicts = sum(labels.setdefault(text, label) != label for label, text in rows)
    if repeats := len(rows) - len(labels):
        notes.append(f"{repeats} repeated texts left out, {conflicts} of them under another label.")
    places, moved = split(labels, dev, test)
    parts: dict[str, list[Pair]] = {part: [] for part in shares_of(dev, test)}
    if moved:
        notes.append(
            f"{moved} texts are not in the part that their hash names, so that labels have their share of each."
        )
    for text, label in labels.items():
        parts[places[text]].append((label, text))
    notes.extend(_rare(Counter(labels.values()), [*parts]))
    return parts


def _rare(counts: Mapping[str, int], parts: Sequence[str]) -> Iterator[str]:
    """Which labels have fewer texts than there are parts."""
    rare = sorted(label for label, count in counts.items() if count < len(parts))
    if rare:
        said = ", ".join(f"{label} ({counts[label]})" for label in rare[:_NAMED])
        yield (
            f"labels with fewer than {len(parts)} texts cannot be in each of {', '.join(parts)}, scores tell little "
            f"of them: {said}{_more(rare)}; add texts of them, give these another label, or leave them out."
        )


def _more(labels: Sequence[str]) -> str:
    return f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""


def _assembled(name: str, parts: Mapping[str, list[Pair]], notes: list[str], given: Collection[str]) -> Corpus:
    """The corpus; of parts that are `given`, not split off here, it is said which labels they lack."""
    labels = sorted({label for label, _ in parts["train"]})
    if len(labels) < 2:
        raise DataError(f"{name}: the training texts must bear at least two labels (got {labels}).")
    place = {label: i for i, label in enumerate(labels)}
    digest = hashlib.sha256()
    texts = dict.fromkeys(PARTS, Texts((), ()))
    for part in (part for part in PARTS if part in parts):
        rows = parts[part]
        if not rows:
            raise DataError(f"{name}: every part needs a text (got none for {part}); a label of three has one in each.")
        for label, text in rows:
            digest.update(f"{part}\t{label}\t{text}\n".encode())
        if unknown := next((label for label, _ in rows if label not in place), ""):
            raise DataError(f"{name}: a label in {part} must occur in train (got {unknown!r:.60}); add texts of it.")
        texts[part] = Texts(tuple(text for _, text in rows), tuple(place[label] for label, _ in rows))
    found = [*notes, *_missing(labels, {part: texts[part] for part in PARTS[1:] if part in given})]
    shared = _shared([texts[part].texts for part in PARTS])
    if shared:
        found.append(f"{shared} texts stand in more than one of train, dev and test: scores on them are too good.")
    return Corpus(name, tuple(labels), texts["train"], texts["dev"], texts["test"], tuple(found), digest.hexdigest())


def _missing(labels: Sequence[str], texts: Mapping[str, Texts]) -> Iterator[str]:
    """Which labels no number tells of."""
    for part, own in texts.items():
        there = set(own.labels)
        without = [label for place, label in enumerate(labels) if place not in there]
        if without:
            named = f"{', '.join(without[:_NAMED])}{_more(without)}"
            yield f"no {part} text has the label {named}: no {part} score tells of it."


def _shared(parts: Sequence[Sequence[str]]) -> int:
    seen: dict[str, set[int]] = {}
    for number, texts in enumerate(parts):
        for text in texts:
            seen.setdefault(text, set()).add(number)
    return sum(len(places) > 1 for places in seen.values())
