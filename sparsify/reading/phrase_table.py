"""Phrases as a table, and the files of a run directory that hold them."""

import json
from collections.abc import Sequence
from pathlib import Path

from sparsify.reading.alone import in_words
from sparsify.reading.columns import as_cells
from sparsify.reading.phrases import Phrases
from wfsa.formats.json_files import write_whole
from wfsa.printing import escaped

_BEFORE = ("pattern", "end")
_BEHIND = ("path", "pathsum", "texts", "shown", "class", "p", "raises", "lowers")

LEGEND = """\
1, 2, …    what each main arc reads; with _SL words that self-loops read; … stands for more of these, left out
path       the weight of this path; pathsum: what the pattern scores the text that it stands in
texts      in how many texts the pattern's path at this end has these words on its main arcs, whatever is between them
shown      in how many of those that path is the very phrase that is shown
class, p   what the whole model predicts for {read}, and its probability
raises     classes whose logit the pattern raises there, against the mean of all classes; a = b: by the same
lowers     classes whose logit it lowers
"""

_SENTENCE = """\
sentence   what the encoder read together with the first word, on which the vectors depend
"""


def is_in_context(phrases: Phrases) -> bool:
    """Do the vectors of words depend on the words around them?"""
    return any(row["sentence"] for ends in phrases.values() for rows in ends.values() for row in rows)


def legend(phrases: Phrases) -> str:
    """What the columns are."""
    if is_in_context(phrases):
        return LEGEND.format(read="the text that the phrase stands in") + _SENTENCE
    return LEGEND.format(read="the words shown, read as a text of their own")


def head(phrases: Phrases) -> tuple[str, ...]:
    """The names of the columns: one for each transition of the longest phrase, as in the paper's Tables 1 and 3."""
    most = max((len(row["columns"]) for ends in phrases.values() for rows in ends.values() for row in rows), default=1)
    transitions = tuple(str(number) for number in range(1, most + 1))
    return *_BEFORE, *transitions, *_BEHIND, *(("sentence",) if is_in_context(phrases) else ())


def as_rows(phrases: Phrases) -> list[tuple[str, ...]]:
    """One row per phrase, under `head`."""
    in_context = is_in_context(phrases)
    columns = len(head(phrases)) - len(_BEFORE) - len(_BEHIND) - in_context
    return [
        (
            name, end, *_padded(as_cells(row["columns"], row["after"]), columns), f"{row['score']:+.3f}",
            f"{row['pathsum']:+.3f}", str(row["count"]), str(row["shown"]), row["label"],
            f"{row['probability']:.2f}", *in_words(row["effects"]), *([row["sentence"]] if in_context else []),
        )
        for name, ends in phrases.items()
        for end, rows in ends.items()
        for row in rows
    ]  # fmt: skip


def _padded(cells: Sequence[str], count: int) -> list[str]:
    return [*cells, *[""] * (count - len(cells))]


def as_text(phrases: Phrases) -> str:
    """The phrases as plain text under a legend, columns aligned."""
    rows = [head(phrases), *(tuple(map(escaped, row)) for row in as_rows(phrases))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return legend(phrases) + "\n" + "\n".join(lines) + "\n"


def write(folder: Path, phrases: Phrases) -> None:
    """phrases.json and phrases.txt."""
    tree = json.dumps(phrases, ensure_ascii=False, indent=1) + "\n"
    for name, text in (("phrases.json", tree), ("phrases.txt", as_text(phrases))):
        write_whole(folder / name, text.encode("utf-8", "backslashreplace"))
