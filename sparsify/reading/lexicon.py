"""The words whose vectors moved, and what their moves make a model say of them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from neural import END, MovedWords, StaticVectors, WordIds
from sparsify.model import Model
from sparsify.reading.alone import in_words
from sparsify.training.encoded import logits
from wfsa.formats.json_files import write_whole
from wfsa.printing import escaped

_MOST, _ENDS = 1000, 20
"""Words that are listed where nearly all have moved, and words at each end of a direction."""

Lexicon = dict[str, Any]
"""What lexicon.json holds: see docs/run-directory.md."""


def lexicon(model: Model, start: Tensor, kind: str) -> Lexicon | None:
    """The words that moved, the furthest first; None where words have no vectors of their own, or kept them.

    Per word the length of its shift ‖v − v⁰‖ and its effects: class → the logit of the text of this word alone, less
    that logit with the vector v⁰, less the mean of these differences over the classes. Where words move in few
    directions, also the coordinates along them, and for each direction the words that lie furthest to both ends.

    Args:
        start: [word, dim]: v⁰ of the whole vocabulary.
        kind: `--move-vectors`; of `sparse` all words are listed, of others the 1,000 that moved furthest.
    """
    encoder = model.encoder
    if not isinstance(encoder, StaticVectors) or encoder.moved is None:
        return None
    moved = encoder.moved
    sizes = (encoder.table - start)[moved.words].norm(dim=1)
    order = sizes.argsort(descending=True, stable=True)
    listed = order if kind == "sparse" else order[:_MOST]
    return {
        "kind": kind,
        "vocabulary": len(encoder.vocabulary),
        "moved": len(moved.words),
        "words": _rows(model, start, listed, sizes),
        "directions": _directions(model, start, moved, sizes),
    }


def _directions(model: Model, start: Tensor, moved: MovedWords, sizes: Tensor) -> list[dict[str, Any]]:
    """Per direction its numbers and the words at its ends."""
    if moved.coordinates is None or moved.directions is None:
        return []
    found = []
    for along, direction in zip(moved.coordinates.T, moved.directions, strict=True):
        order = along.argsort(descending=True, stable=True)
        high, low = order[along[order] > 0][:_ENDS], order[along[order] < 0].flip(0)[:_ENDS]
        ends = {name: _rows(model, start, places, sizes) for name, places in (("high", high), ("low", low))}
        found.append({"direction": direction.tolist(), **ends})
    return found


def _rows(model: Model, start: Tensor, places: Tensor, sizes: Tensor) -> list[dict[str, Any]]:
    """The moved words at `places` of `MovedWords`."""
    encoder = model.encoder
    assert isinstance(encoder, StaticVectors)
    assert encoder.moved is not None
    moved, words = encoder.moved, encoder.vocabulary.words
    effects = _effects(model, start, moved.words[places]).tolist()
    rows = []
    for place, own in zip(places.tolist(), effects, strict=True):
        row = {
            "word": words[int(moved.words[place])],
            "shift": float(sizes[place]),
            "effects": dict(zip(model.labels, own, strict=True)),
        }
        rows.append(row if moved.coordinates is None else {**row, "coordinates": moved.coordinates[place].tolist()})
    return rows


def _effects(model: Model, start: Tensor, words: Tensor) -> Tensor:
    """[word, class]: what the shift adds to the logits of each word read alone, less the mean over the classes."""
    encoder = model.encoder
    assert isinstance(encoder, StaticVectors)
    end = encoder.vocabulary.ids[END]
    texts = [np.array([word] if word == end else [word, end]) for word in words.tolist()]
    before = WordIds(StaticVectors(encoder.name, encoder.vocabulary, start), texts)
    added = logits(model.classifier, WordIds(encoder, texts)).double() - logits(model.classifier, before).double()
    return added - added.mean(1, keepdim=True)


def write(folder: Path, found: Lexicon | None) -> None:
    """lexicon.json and lexicon.txt, where there is one."""
    if found is None:
        return
    tree = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    for name, text in (("lexicon.json", tree), ("lexicon.txt", as_text(found))):
        write_whole(folder / name, text.encode("utf-8", "backslashreplace"))


def as_text(found: Lexicon) -> str:
    """The lexicon as plain text."""
    parts = [
        f"{found['moved']:,} of {found['vocabulary']:,} word vectors moved (--move-vectors {found['kind']}).\n\n"
        "shift   how far\n"
        "raises  the class whose logit the shift raises most, against the mean of all, where the word is read alone\n"
        "by      how much\n"
    ]
    for number, ends in enumerate(found["directions"], 1):
        parts += [f"direction {number}, {end} end:\n{_table(ends[end], number - 1)}" for end in ("high", "low")]
    parts.append(_table(found["words"]))
    return "\n".join(parts)


def _table(rows: Sequence[dict[str, Any]], direction: int | None = None) -> str:
    """Words under each other; along a direction with their coordinate."""
    cells = [("word", "shift" if direction is None else "along", "by", "raises")]
    for row in rows:
        size = row["shift"] if direction is None else row["coordinates"][direction]
        by = f"{max(row['effects'].values()):+.2f}"
        cells.append((escaped(row["word"]), f"{size:.3f}", by, escaped(in_words(row["effects"])[0])))
    width = max(len(cell[0]) for cell in cells)
    return "".join(f"{word:<{width}}  {size:>7}  {by:>6}  {name}\n" for word, size, by, name in cells)
