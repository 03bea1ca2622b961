"""The phrases that every pattern weighs highest and lowest, over a whole corpus and exactly."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np
import torch

from neural import ExtremePaths, extreme_paths, tokenize_all
from sparsify.encoded import Encoded, pattern_scores
from sparsify.model import Model

_LOOPS = 2
"""More words than these, read by self-loops in a row, are written "…"."""


class Column(TypedDict):
    """One main arc: the words that self-loops read before it ("…" where there are many), and the word it reads."""

    loops: list[str]
    word: str


class Phrase(TypedDict):
    """One match: a path of lowest or highest weight in its text.

    `phrase` is its text; `columns` its main arcs and `after` the words that self-loops read after the last; `score` the
    weight of this path alone, `pathsum` that of all paths through the text; `text` the place of the text in the corpus,
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
        anywhere: paths may begin and end anywhere in a text; else, as the model reads and as in Dodge et al. (2019),
            they end where the text ends, and what follows the phrase must be read by self-loops.
        threads: processes that tokenise and threads that search.
    """
    return search(model, tokenize_all(texts, model.lowercase, threads), count, anywhere, threads)


def search(
    model: Model, tokens: Sequence[Sequence[str]], count: int = 4, anywhere: bool = False, threads: int = 1
) -> Phrases:
    """`find_phrases` in texts that are tokenised already."""
    ids = [model.vocabulary.encode(words) for words in tokens]
    paths = extreme_paths(model.classifier.bank, model.table, ids, anywhere, threads)
    sums = pattern_scores(model.classifier, model.table, Encoded(ids, torch.zeros(len(ids), dtype=torch.int64))).numpy()
    return {
        name: {
            end: _best(model, p, goal, paths, sums[:, p], tokens, count)
            for goal, end in ((1, "highest"), (0, "lowest"))
        }
        for p, name in enumerate(model.automata)
    }


def _best(
    model: Model,
    p: int,
    goal: int,
    paths: ExtremePaths,
    sums: np.ndarray,
    tokens: Sequence[Sequence[str]],
    count: int,
) -> list[Phrase]:
    weights = paths.weight[:, p, goal]
    order = np.argsort(-weights if goal else weights, kind="stable")  # NaN, where no path is, comes last
    alive = [int(text) for text in order if not np.isnan(weights[text]) and paths.mains[text, p, goal, 0] >= 0]
    words = {text: tuple(tokens[text][t] for t in paths.mains[text, p, goal] if t >= 0) for text in alive}
    counts = Counter(words.values())
    found: dict[tuple[str, ...], Phrase] = {}
    for text in alive:
        if words[text] not in found:
            columns, after = columns_of(tokens[text], paths, (text, p, goal))
            found[words[text]] = Phrase(
                phrase=as_phrase(columns, after), columns=columns, after=after,
                score=float(weights[text]), pathsum=float(sums[text]), text=text,
                start=int(paths.mains[text, p, goal, 0]), end=int(paths.span[text, p, goal, 1]),
                count=counts[words[text]], label=_label(model, p, float(weights[text])),
            )  # fmt: skip
        if len(found) == count:
            break
    return list(found.values())


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
