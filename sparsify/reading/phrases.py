"""The phrases that every pattern weighs highest and lowest, over a whole corpus and exactly."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np
import torch

from neural import ExtremePaths, extreme_paths, tokenize_all
from neural.batches.packing import join
from sparsify.model import Model
from sparsify.training.encoded import Encoded, pattern_scores

_NOTHING = -1
"""Where there is no word."""

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
    ends = {"highest": 1, "lowest": 0}
    flat, offsets = join(ids)
    places = offsets[:-1, None, None, None] + paths.mains.clip(0)
    words = np.where(paths.mains >= 0, np.append(flat, 0)[places], _NOTHING)
    matches = {
        (p, goal): _distinct(paths.weight[:, p, goal], paths.mains[:, p, goal], words[:, p, goal], goal, tokens, count)
        for p in range(len(model.automata))
        for goal in ends.values()
    }
    texts = sorted({text for found in matches.values() for text in found})
    few = Encoded([ids[text] for text in texts], torch.zeros(len(texts), dtype=torch.int64))
    sums = dict(zip(texts, pattern_scores(model.classifier, model.table, few).tolist(), strict=True))
    return {
        name: {
            end: [
                _phrase(model, tokens[text], paths, (text, p, goal), sums[text][p], times)
                for text, times in matches[p, goal].items()
            ]
            for end, goal in ends.items()
        }
        for p, name in enumerate(model.automata)
    }


def _distinct(
    weights: np.ndarray, mains: np.ndarray, ids: np.ndarray, goal: int, tokens: Sequence[Sequence[str]], count: int
) -> dict[int, int]:
    """Texts of the most extreme paths with different words on their main arcs → how many texts have these words.

    `ids` [text, k] are those words as the model knows them.
    """
    order = np.argsort(-weights if goal else weights, kind="stable")
    alive = order[~np.isnan(weights[order]) & (mains[order, :1] >= 0).any(1)]
    rows = ids[alive]

    def words(text: int) -> tuple[str, ...]:
        return tuple(tokens[text][t] for t in mains[text] if t >= 0)

    found: dict[tuple[str, ...], int] = {}
    counts: dict[int, int] = {}
    for row, text in zip(rows, alive.tolist(), strict=True):
        if len(found) == count:
            break
        if words(text) not in found:
            found[words(text)] = text
            same = alive[(rows == row).all(1)].tolist()
            unknown = 0 in row  # different words may be the same to the model
            counts[text] = sum(words(other) == words(text) for other in same) if unknown else len(same)
    return counts


def _phrase(
    model: Model, words: Sequence[str], paths: ExtremePaths, place: tuple[int, int, int], pathsum: float, times: int
) -> Phrase:
    columns, after = columns_of(words, paths, place)
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
