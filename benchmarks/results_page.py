"""The cells of benchmarks/results.py, and what their models say: the tables of RESULTS.md and README.md."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sparsify.curve.comparisons import draws_of
from sparsify.curve.exact_tests import discordance
from sparsify.curve.panels import Panel
from sparsify.curve.points import Point
from sparsify.curve.resampling import Difference, Draws

CORPORA = {
    "rotten_tomatoes": "", "dvd": "amazon/dvd", "electronics": "amazon/electronics", "sst2": "sst2", "trec": "trec",
    "imdb": "",
}  # fmt: skip
"""Name → where it lies in FOLDER; "": it is built in."""


class Kind(NamedTuple):
    """A kind of vectors: what it is called, flags of training, and the arms of each part that is run with it."""

    title: str
    flags: tuple[str, ...]
    parts: dict[str, str]


_PATH = {"path": "path"}
_STATIC = {**_PATH, "threshold": "threshold", "rivals": "fixed,baselines"}
_OTHERS = {**_STATIC, "rivals": "fixed,mean,dan,cnn,lstm"}
KINDS = {
    "glove": Kind("GloVe 50d, fixed", ("--move-vectors", "none"), _STATIC),
    "sparse": Kind("GloVe 50d, few words moved", ("--move-vectors", "sparse"), _PATH),
    "all": Kind("GloVe 50d, all words moved", ("--move-vectors", "all"), _PATH),
    "spacy300": Kind("spaCy 300d, fixed", ("--embeddings", "spacy300", "--cased", "--move-vectors", "none"),
                     _OTHERS),
    "minilm": Kind("MiniLM in context, 128d", ("--embeddings", "minilm"), _OTHERS),
}  # fmt: skip

_READS_NONE = ("majority", "tfidf", "nbsvm")
"""Baselines without word vectors."""

_BASELINES = ("tfidf", "nbsvm", "bag-moved", "lstm-moved", "cnn-moved")
"""Those that every kind of vectors is compared with."""


class Corpus:
    """All models of a corpus, and draws of its test texts that are the same for all of them.

    Args:
        cells: kind → its models.
    """

    def __init__(self, name: str, cells: Mapping[str, Panel]) -> None:
        self.name, self.points = name, {}
        for kind, panel in cells.items():
            self.points |= {(kind, _title(point)): point for point in panel.points}
        self.texts = next(iter(cells.values())).texts

    @cached_property
    def _draws(self) -> dict[tuple[str, str], Draws]:
        return dict(zip(self.points, draws_of([*self.points.values()]), strict=True))

    def draws(self, kind: str, title: str) -> Draws | None:
        """Of a point; None: it is not there."""
        return self._draws.get((kind, title))


class Pair(NamedTuple):
    """Two points that are compared: kind of vectors and title of each; `other` is that of one of the baselines."""

    kind: str
    title: str
    other_kind: str
    other: str


def corpora(cells: Mapping[str, Panel]) -> list[Corpus]:
    """Those of which there is something."""
    found = []
    for name in CORPORA:
        own = {kind: cells[f"{name}-{kind}"] for kind in KINDS if f"{name}-{kind}" in cells}
        if own:
            found.append(Corpus(name, own))
    return found


def _title(point: Point) -> str:
    return f"{point.arm} {point.shape}{f'@{point.goal}' if point.goal else ''}".strip().replace(" @", " @")


def summary(cells: Mapping[str, Panel]) -> str:
    """A row per model, a column per corpus."""
    every = corpora(cells)
    lines = [f"| vectors | model | {' | '.join(own.name for own in every)} |", "|---" * (2 + len(every)) + "|"]
    for kind, title in _SUMMARY:
        points = [own.points.get((kind, title)) for own in every]
        if any(points):
            shown = ("–" if point is None else _accuracy(point) for point in points)
            lines.append(f"| {_vectors(kind, title)} | {title} | {' | '.join(shown)} |")
    return "\n".join(lines)


_PATHS = ("path @5", "path @10", "path @20")
_SUMMARY = (
    *(("glove", own) for own in ("tfidf", "nbsvm", "mean", "bag-moved", "cnn", "cnn-moved", "lstm", "lstm-moved")),
    *(("glove", own) for own in ("fixed 24×1", "fixed 24×4", "threshold @10", "threshold @20")),
    *(("glove", own) for own in _PATHS),
    ("sparse", "path @10"), ("all", "path @10"),
    *((kind, own) for kind in ("spacy300", "minilm") for own in ("mean", "cnn", "fixed 24×1", *_PATHS)),
)  # fmt: skip


def tables(cells: Mapping[str, Panel]) -> str:
    """All of it, on one page."""
    every = corpora(cells)
    lines = ["### Test accuracy, %", "", summary(cells), ""]
    lines += ["### Differences, mean over corpora", "", *_means(every), ""]
    lines += ["### Differences on the same test texts", "", *_differences(every), ""]
    for own in every:
        lines += [f"### {own.name}, {own.texts} test texts", "", *_models(own), ""]
    return "\n".join(lines)


_HEADS = (
    "vectors", "arm", "n", "transitions", "test, %", "learned: patterns or weights", "classes", "vectors", "stored",
    "certified", "changed by deletion", "calibration error, before → after", "stability", "seconds",
)  # fmt: skip


def _models(own: Corpus) -> Iterator[str]:
    yield f"| {' | '.join(_HEADS)} |"
    yield "|---" * len(_HEADS) + "|"
    for (kind, title), point in own.points.items():
        yield f"| {' | '.join([_vectors(kind, title), title, *_cells(point)])} |"


def _vectors(kind: str, title: str) -> str:
    """What a model reads: baselines may move the vectors that the methods of their cell keep."""
    if title in _READS_NONE:
        return "none"
    return "GloVe 50d, all words moved" if title.endswith("-moved") else KINDS[kind].title


def _cells(point: Point) -> list[str]:
    models = point.outcomes
    size = "–" if point.transitions is None else _spread(point.transitions.mean, point.transitions.sd)
    learned = [sum(one.learned.get(part, 0) for one in models) / len(models) for part in ("classes", "vectors")]
    patterns = sum(sum(one.learned.values()) for one in models) / len(models) - sum(learned)
    known = [one.certified for one in models if one.certified is not None]
    changed = [one.logit_difference for one in models if one.logit_difference is not None]
    calibrations = [one.calibration for one in models if one.calibration is not None]
    before, after = (_mean(values) for values in zip(*calibrations, strict=True)) if calibrations else (None, None)
    return [
        str(len(models)), size, _accuracy(point),
        *(f"{round(number):,}" for number in (patterns, *learned)), f"{round(_mean(one.stored for one in models)):,}",
        f"{sum(known)} of {len(known)}" if known else "–", f"{max(changed):.2g}" if changed else "–",
        "–" if before is None or after is None else f"{100 * before:.1f} → {100 * after:.1f}",
        "–" if point.stability is None else f"{point.stability:.2f}",
        f"{_mean(one.seconds for one in models):.0f}",
    ]  # fmt: skip


def _accuracy(point: Point) -> str:
    return _spread(100 * point.test.mean, None if point.test.sd is None else 100 * point.test.sd)


def _mean(values: Iterable[float]) -> float:
    return float(np.mean([*values]))


def _spread(mean: float, sd: float | None) -> str:
    return f"{mean:.1f}" if sd is None else f"{mean:.1f} ± {sd:.1f}"


def pairs() -> Iterator[Pair]:
    """What is compared: the path at every goal with what has its size, with the dense model, with baselines, and with
    itself where vectors are others."""
    for kind in KINDS:
        for title in _PATHS:
            rivals = (title.replace("path", "threshold"), "fixed 24×1", "fixed 24×4", "mean", "cnn")
            yield from (Pair(kind, title, kind, other) for other in rivals)
            yield from (Pair(kind, title, "glove", other) for other in _BASELINES)
            if kind != "glove":
                yield Pair(kind, title, "glove", title)
            if kind == "sparse":
                yield Pair(kind, title, "all", title)


def _interval(difference: Difference) -> str:
    low, high = 100 * difference.low_seeds, 100 * difference.high_seeds
    return f"{100 * difference.value:+.1f} | {low:+.1f} to {high:+.1f}"


def _means(every: Sequence[Corpus]) -> Iterator[str]:
    """Where at least two corpora have both. Corpora are independent: their draws are averaged one by one."""
    yield "| vectors of a | a | vectors of b | b | corpora | a − b, points | 95 %, texts and seeds | p |"
    yield "|---" * 8 + "|"
    for pair in pairs():
        a, b = ([own.draws(*end) for own in every] for end in (pair[:2], pair[2:]))
        both = [(one, other) for one, other in zip(a, b, strict=True) if one is not None and other is not None]
        if len(both) > 1:
            means = [
                Draws(_mean(one.value for one in side), *(np.mean([getattr(one, of) for one in side], 0) for of in _OF))
                for side in zip(*both, strict=True)
            ]
            difference = means[0].less(means[1])
            yield f"| {_ends(pair)} | {len(both)} | {_interval(difference)} | {difference.p:.4f} |"


_OF = ("texts", "both")


def _ends(pair: Pair) -> str:
    vectors = _vectors(pair.kind, pair.title), _vectors(pair.other_kind, pair.other)
    return f"{vectors[0]} | {pair.title} | {vectors[1]} | {pair.other}"


def _differences(every: Sequence[Corpus]) -> Iterator[str]:
    yield "| corpus | vectors of a | a | vectors of b | b | a − b, points | 95 %, texts and seeds | McNemar p |"
    yield "|---" * 8 + "|"
    for own in every:
        for pair in pairs():
            a, b = own.draws(*pair[:2]), own.draws(*pair[2:])
            if a is not None and b is not None:
                right = own.points[pair[:2]].right, own.points[pair[2:]].right
                yield f"| {own.name} | {_ends(pair)} | {_interval(a.less(b))} | {discordance(*right).p:.3f} |"
