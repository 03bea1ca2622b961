"""The phrases that every pattern weighs highest and lowest, over a whole corpus and exactly."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import torch
from torch import Tensor

from neural import EncodedTexts, ExtremePaths, extreme_paths, sorted_batches
from sparsify.model import Model
from sparsify.reading.alone import Reading, lowered, raised, read_alone, reading_of
from sparsify.reading.columns import Column, as_phrase, columns_of, kept
from sparsify.training.encoded import tokens_at_once

_ENDS = {"highest": 1, "lowest": 0}
"""The ends of a pattern's scores → their places in `neural.ExtremePaths`."""


class Phrase(TypedDict):
    """One match: a path of lowest or highest weight in its text.

    `phrase` is its text; `columns` its main arcs and `after` the words that self-loops read after the last; `score` the
    weight of this path alone, `pathsum` what the pattern scores the text, all paths read out as the model does (so with
    readout "anywhere" divided by √length); `text` the place of the text in the corpus,
    `start` and `end` the tokens that the path reads there, from the first main arc on; `sentence` what the encoder read
    together with the first of them, which their vectors depend on; "" where they depend on nothing else.

    `count` is how many texts have these words on the main arcs of their most extreme path, `shown` in how many of those
    that path is this very `phrase`.

    What the model says of the phrase alone, of the words that are shown, without those behind "…": `label` is the class
    that it predicts, with `probability`; `alone` the pattern's score, by which it moves every logit against the mean
    over the classes by `effects`, class → number; `raises` and `lowers` are the classes of positive and of negative
    effect, the strongest first. Words in context mean something else without it, special tokens nothing: of contextual
    models all this is said of the text that the phrase stands in, and `alone` is its pathsum.
    """

    phrase: str
    columns: list[Column]
    after: list[str]
    score: float
    pathsum: float
    text: int
    start: int
    end: int
    sentence: str
    count: int
    shown: int
    label: str
    probability: float
    alone: float
    effects: dict[str, float]
    raises: list[str]
    lowers: list[str]


Phrases = dict[str, dict[str, list[Phrase]]]
"""pattern → {"highest": phrases, "lowest": phrases}, the most extreme first."""


Progress = Callable[[str, Sequence[np.ndarray]], Iterable[np.ndarray]]
"""(name, items) → the items, while it is shown how many of them are done."""


def find_phrases(
    model: Model, texts: Sequence[str], count: int = 4, anywhere: bool = False, threads: int = 1
) -> Phrases:
    """For every pattern the `count` phrases of highest and of lowest weight, with different words on their main arcs.

    Every text gives the one path of highest and the one of lowest weight, found by `neural.extreme_paths`; no texts
    give no phrases.

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
    model: Model,
    texts: EncodedTexts,
    count: int = 4,
    anywhere: bool = False,
    threads: int = 1,
    progress: Progress = lambda _, items: items,
) -> Phrases:
    """`find_phrases` in texts that are encoded already; `progress` shows how far it is, as `Voice.progress` does."""
    phrases: Phrases = {name: {end: [] for end in _ENDS} for name in model.automata}
    if not len(texts):
        return phrases
    found = _Found(model, texts, anywhere, threads, progress)
    matches = [match for p in range(len(model.automata)) for end in _ENDS for match in _distinct(found, p, end, count)]
    few = sorted({match.text for match in matches})
    sums = found.scores(few)[[few.index(match.text) for match in matches]]
    alone = model.encoder.static
    reading = read_alone(model, [match.words for match in matches]) if alone else reading_of(model, sums)
    names = list(model.automata)
    for place, match in enumerate(matches):
        phrase = _phrase(found, match, float(sums[place, match.p]), reading, place)
        phrases[names[match.p]][match.end].append(phrase)
    return phrases


@dataclass(frozen=True)
class _Match:
    """A text whose path goes on the list; `count` and `shown` as in `Phrase`."""

    text: int
    p: int
    end: str
    columns: list[Column]
    after: list[str]
    count: int
    shown: int

    @property
    def place(self) -> tuple[int, int, int]:
        """Where its path stands among those of all texts."""
        return self.text, self.p, _ENDS[self.end]

    @property
    def words(self) -> list[str]:
        """What is shown of the text."""
        parts = [word for column in self.columns for word in (*kept(column["loops"]), column["word"])]
        return [*parts, *kept(self.after)]


class _Found:
    """The extreme paths of a model in all texts, `paths`: see `neural.ExtremePaths`."""

    def __init__(self, model: Model, texts: EncodedTexts, anywhere: bool, threads: int, progress: Progress) -> None:
        self._bank, self._texts = model.classifier.bank, texts
        order = list(sorted_batches(texts.lengths, tokens_at_once(texts)))
        self.paths = _joined(order, [self._search(places, anywhere, threads) for places in progress("phrases", order)])

    def _search(self, places: np.ndarray, anywhere: bool, threads: int) -> ExtremePaths:
        packed = self._texts.batch(places)
        assert packed.data is not None
        rows = np.split(packed.rows.numpy(), packed.offsets[1:-1].numpy())
        return extreme_paths(self._bank, packed.data, rows, anywhere, threads)

    def words(self, text: int, p: int, goal: int) -> tuple[str, ...]:
        """What the main arcs of a path read."""
        return tuple(self._texts.token(text, t) for t in self.paths.mains[text, p, goal].tolist() if t >= 0)

    def shown(self, place: tuple[int, int, int]) -> tuple[list[Column], list[str]]:
        """(columns, after) of a path."""
        return columns_of(lambda t: self._texts.token(place[0], t), self.paths, place)

    def sentence(self, text: int, t: int) -> str:
        """What the encoder read together with a token."""
        return self._texts.sentence(text, t)

    def scores(self, texts: Sequence[int]) -> Tensor:
        """[text, pattern]: what the model scores some texts."""
        with torch.no_grad():
            found: Tensor = self._bank(self._texts.batch(np.array(texts, dtype=np.int64)))
        return found


def _joined(order: Sequence[np.ndarray], parts: Sequence[ExtremePaths]) -> ExtremePaths:
    """The paths of parts of the texts as one, in the order of the texts."""
    back = np.argsort(np.concatenate(order))
    most = max(part.mains.shape[-1] for part in parts)
    mains = [np.pad(p.mains, [(0, 0)] * 3 + [(0, most - p.mains.shape[-1])], constant_values=-1) for p in parts]
    return ExtremePaths(
        *(np.concatenate(found)[back] for found in ([p.weight for p in parts], [p.span for p in parts], mains))
    )


def _distinct(found: _Found, p: int, end: str, count: int) -> list[_Match]:
    """The most extreme paths with different words on their main arcs."""
    goal = _ENDS[end]
    weights, mains = found.paths.weight[:, p, goal], found.paths.mains[:, p, goal]
    order = np.argsort(-weights if goal else weights, kind="stable")
    alive = order[~np.isnan(weights[order]) & (mains[order, :1] >= 0).any(1)].tolist()
    texts_of: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for text in alive:
        texts_of[found.words(text, p, goal)].append(text)
    matches = []
    for texts in list(texts_of.values())[:count]:
        first, *others = (found.shown((text, p, goal)) for text in texts)
        matches.append(_Match(texts[0], p, end, *first, count=len(texts), shown=1 + others.count(first)))
    return matches


def _phrase(found: _Found, match: _Match, pathsum: float, reading: Reading, place: int) -> Phrase:
    paths, effects = found.paths, reading.effects_of(place, match.p)
    return Phrase(
        phrase=as_phrase(match.columns, match.after), columns=match.columns, after=match.after,
        score=float(paths.weight[match.place]), pathsum=pathsum, text=match.text,
        start=int(paths.mains[match.place][0]), end=int(paths.span[match.place][1]),
        sentence=found.sentence(match.text, int(paths.mains[match.place][0])),
        count=match.count, shown=match.shown,
        label=reading.label(place), probability=float(reading.chances[place].max()),
        alone=float(reading.scores[place, match.p]), effects=effects, raises=raised(effects), lowers=lowered(effects),
    )  # fmt: skip
