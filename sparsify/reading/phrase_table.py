"""Phrases as a table, and the files of a run directory that hold them."""

import json
from pathlib import Path

from sparsify.reading.alone import in_words
from sparsify.reading.phrases import Phrases
from wfsa.formats.json_files import write_whole
from wfsa.printing import escaped

HEAD = ("pattern", "end", "phrase", "path", "pathsum", "texts", "shown", "class", "p", "raises", "lowers")

LEGEND = """\
phrase     words that main arcs read; with _SL those that self-loops read; … stands for more of these, left out
path       the weight of this path; pathsum: what the pattern scores the text that it stands in
texts      in how many texts the pattern's path at this end has these words on its main arcs, whatever is between them
shown      in how many of those that path is the very phrase that is shown
class, p   what the whole model predicts for the words shown, read as a text of their own, and their probability of it
raises     classes whose logit the pattern raises there, against the mean of all classes; a = b: by the same
lowers     classes whose logit it lowers
"""


def as_rows(phrases: Phrases) -> list[tuple[str, ...]]:
    """One row per phrase, under `HEAD`."""
    return [
        (
            name, end, row["phrase"], f"{row['score']:+.3f}", f"{row['pathsum']:+.3f}", str(row["count"]),
            str(row["shown"]), row["label"], f"{row['probability']:.2f}", *in_words(row["effects"]),
        )
        for name, ends in phrases.items()
        for end, rows in ends.items()
        for row in rows
    ]  # fmt: skip


def as_text(phrases: Phrases) -> str:
    """The phrases as plain text under a legend, columns aligned."""
    rows = [HEAD, *(tuple(map(escaped, row)) for row in as_rows(phrases))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return LEGEND + "\n" + "\n".join(lines) + "\n"


def write(folder: Path, phrases: Phrases) -> None:
    """phrases.json and phrases.txt."""
    tree = json.dumps(phrases, ensure_ascii=False, indent=1) + "\n"
    for name, text in (("phrases.json", tree), ("phrases.txt", as_text(phrases))):
        write_whole(folder / name, text.encode("utf-8", "backslashreplace"))
