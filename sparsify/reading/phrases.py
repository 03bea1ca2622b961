"""The phrases that every pattern weighs highest and lowest, over a whole corpus and exactly."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np
import torch

from neural import EncodedTexts, ExtremePaths, extreme_paths, sorted_batches
from sparsify.model import Model
from sparsify.training.encoded import TOKENS

_LOOPS = 2
"""More words than these, read by self-loops in a row, are written "…"."""


class Column(TypedDict):
    """One main arc: the words that self-loops read before it ("…" where there are many), and the word it reads."""

    loops: list[str]
    word: str


class Phrase(TypedDict):
    """One match: a path of lowest or highest weight in its text.

    `phrase` is its text; `columns` its main arcs and `after` the words that self-loops read after the last; `score` the
    weight of this path alone, `pathsum` what the pattern scores the text, all paths read out as the model does (so with
    readout "anywhere" divided by √length); `text` the place of the text in the corpus,
    `start` and `end` the tokens that the path reads there, from the first main arc on; `count` how many texts have
    these words on the main arcs of their best path; `label` the class that it speaks for.
    """

    phrase: str
    columns: list[Column]
    after: list[str]
    score: float
    pathsum: float
    text: int
    start: int
    end: int
    count: int
    label: str


Phrases = dict[str, dict[str, list[Phrase]]]
"""pattern → {"highest": phrases, "lowest": phrases}, the most extreme first."""


def find_phrases(
    model: Model, texts: Sequence[str], count: int = 4, anywhere: bool = False, threads: int = 1
) -> Phrases:
    """For every pattern the `count` phrases of highest and of lowest weight, with different words on their main arcs.

    Every text gives the one path of highest and the one of lowest weight, found by `neural.extreme_paths`.

    Args:
        texts: where to look.
        count: how many phrases per end.
        anywhere: paths may begin and end anywhere in a text; else they are read as the model reads: as in Dodge et al.
            (2019) to the end of the text, where what follows the phrase must be read by self-loops, or, with another
            readout, to any place in it.
        threads: processes that tokenise and threads that search.
    """
    return search_texts(model, model.read(texts, threads), count, anywhere, threads)


def search_texts(
    model: Model, texts: EncodedTexts, count: int = 4, anywhere: bool = False, threads: int = 1
) -> Phrases:
    """`find_phrases` in texts that are encoded already."""
    found = _Found(model, texts, anywhere, threads)
    ends = {"highest": 1, "lowest": 0}
    chosen = {
        (p, goal): _distinct(found, p, goal, count) for p in range(len(model.automata)) for goal in ends.values()
    }
    few = sorted({text for texts_of in chosen.values() for text in texts_of})
    sums = dict(zip(few, found.scores(few), strict=True))
    return {
        name: {
            end: [
                _phrase(model, found, (text, p, goal), sums[text][p], times)
                for text, times in chosen[p, goal].items()
            ]
            for end, goal in ends.items()
        }
        for p, name in enumerate(model.automata)
    }


class _Found:
    """The extreme paths of a model in all texts, `paths`: see `neural.ExtremePaths`."""

    def __init__(self, model: Model, texts: EncodedTexts, anywhere: bool, threads: int) -> None:
        self._bank, self._texts = model.classifier.bank, texts
        order = list(sorted_batches(texts.lengths, TOKENS))
        self.paths = _joined(order, [self._search(places, anywhere, threads) for places in order])

    def _search(self, places: np.ndarray, anywhere: bool, threads: int) -> ExtremePaths:
        packed = self._texts.batch(places)
        assert packed.data is not None
        rows = np.split(packed.rows.numpy(), packed.offsets[1:-1].numpy())
        return extreme_paths(self._bank, packed.data, rows, anywhere, threads)

    def words(self, text: int, p: int, goal: int) -> tuple[str, ...]:
        """What the main arcs of a path read."""
        return tuple(self._texts.token(text, t) for t in self.paths.mains[text, p, goal].tolist() if t >= 0)

    def tokens(self, text: int) -> Sequence[str]:
        """All words of a text."""
        return self._texts.tokens(text)

    def scores(self, texts: Sequence[int]) -> list[list[float]]:
        """[text, pattern]: what the model scores some texts."""
        with torch.no_grad():
            found: list[list[float]] = self._bank(self._texts.batch(np.array(texts, dtype=np.int64))).tolist()
        return found


def _joined(order: Sequence[np.ndarray], parts: Sequence[ExtremePaths]) -> ExtremePaths:
    """The paths of parts of the texts as one, in the order of the texts."""
    back = np.argsort(np.concatenate(order)) if order else np.zeros(0, np.int64)
    most = max((part.mains.shape[-1] for part in parts), default=0)
    mains = [np.pad(p.mains, [(0, 0)] * 3 + [(0, most - p.mains.shape[-1])], constant_values=-1) for p in parts]
    return ExtremePaths(
        *(np.concatenate(found)[back] for found in ([p.weight for p in parts], [p.span for p in parts], mains))
    )


def _distinct(found: _Found, p: int, goal: int, count: int) -> dict[int, int]:
    """Texts of the most extreme paths with different words on their main arcs → how many texts have these words."""
    weights, mains = found.paths.weight[:, p, goal], found.paths.mains[:, p, goal]
    order = np.argsort(-weights if goal else weights, kind="stable")
    alive = order[~np.isnan(weights[order]) & (mains[order, :1] >= 0).any(1)].tolist()
    words = [found.words(text, p, goal) for text in alive]
    first = dict(zip(reversed(words), reversed(alive), strict=True))
    times = Counter(words)
    return {first[own]: times[own] for own in list(dict.fromkeys(words))[:count]}


def _phrase(model: Model, found: _Found, place: tuple[int, int, int], pathsum: float, times: int) -> Phrase:
    paths = found.paths
    columns, after = columns_of(found.tokens(place[0]), paths, place)
    score = float(paths.weight[place])
    return Phrase(
        phrase=as_phrase(columns, after), columns=columns, after=after, score=score, pathsum=pathsum, text=place[0],
        start=int(paths.mains[place][0]), end=int(paths.span[place][1]), count=times,
        label=_label(model, place[1], score),
    )  # fmt: skip


def columns_of(
    words: Sequence[str], paths: ExtremePaths, place: tuple[int, int, int]
) -> tuple[list[Column], list[str]]:
    """(columns, after) of the path at `place`, (text, pattern, end), of `paths` in a text of `words`."""
    mains = [int(t) for t in paths.mains[place] if t >= 0]
    columns: list[Column] = []
    for before, here in zip([mains[0] - 1, *mains], mains, strict=False):
        columns.append({"loops": _loops(words[before + 1 : here]), "word": words[here]})
    after = _loops(words[mains[-1] + 1 : int(paths.span[place][1])])
    return columns, after


def _loops(words: Sequence[str]) -> list[str]:
    return list(words) if len(words) <= _LOOPS else ["…"]


def as_phrase(columns: Sequence[Column], after: Sequence[str]) -> str:
    """not worth the_SL times_SL </s>: words that self-loops read are marked as in the paper's Table 1."""
    parts = [part for column in columns for part in (*map(_marked, column["loops"]), column["word"])]
    return " ".join([*parts, *map(_marked, after)])


def _marked(word: str) -> str:
    return word if word == "…" else f"{word}_SL"


def _label(model: Model, p: int, score: float) -> str:
    """The class whose logit, compared with the others', the score raises most."""
    push = model.classifier.weight[:, p].detach() * score
    return model.labels[int(push.argmax())]


HEAD = ("pattern", "end", "phrase", "path", "pathsum", "texts", "class")


def as_rows(phrases: Mapping[str, Mapping[str, Sequence[Phrase]]]) -> list[tuple[str, ...]]:
    """One row per phrase, under `HEAD`."""
    return [
        (name, end, row["phrase"], f"{row['score']:+.3f}", f"{row['pathsum']:+.3f}", str(row["count"]), row["label"])
        for name, ends in phrases.items()
        for end, rows in ends.items()
        for row in rows
    ]


def as_text(phrases: Phrases) -> str:
    """The phrases as plain text, columns aligned."""
    rows = [HEAD, *as_rows(phrases)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines) + "\n"


def write(folder: Path, phrases: Phrases) -> None:
    """phrases.json and phrases.txt."""
    (folder / "phrases.json").write_text(json.dumps(phrases, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "phrases.txt").write_text(as_text(phrases), encoding="utf-8")
