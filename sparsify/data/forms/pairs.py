"""Two files side by side, as SoPa has them: NAME.data, a text a line, and NAME.labels, its label."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from sparsify.data.forms.base import Bad, Reading, Remarks, Row, made
from sparsify.data.forms.json_lines import no_order
from sparsify.data.forms.streams import Source
from sparsify.errors import DataError

DATA, LABELS = ".data", ".labels"


def pair_rows(source: Source, reading: Reading, labelled: bool, remarks: Remarks) -> Iterator[Row | Bad]:
    """A row for every line of both.

    Raises:
        DataError: one of the two has more lines, or there is no file of labels where labels are needed.
    """
    no_order(source, reading)
    remarks.headed = True
    texts = source.lines(reading.encoding)
    beside = labels_of(source.path)
    if beside is None and labelled:
        raise DataError(f"{source.name}: a file of texts with labels needs NAME.labels beside NAME.data (got none).")
    if beside is None:
        for number, text in texts:
            yield made(f"{source.name}:{number}", None, text, False, reading.encoding)
        return
    for one, other in zip_longest(texts, Source(beside).lines(reading.encoding)):
        if one is None or other is None:
            longer, shorter = (source.name, beside) if other is None else (beside, source.name)
            raise DataError(
                f"{source.name} and {beside.name} must have as many lines ({longer} has more than {shorter})."
            )
        yield made(f"{source.name}:{one[0]}", other[1], one[1], labelled, reading.encoding)


def labels_of(path: Path | None) -> Path | None:
    """The file of labels beside one of texts, where there is one."""
    if path is None or DATA not in path.suffixes:
        return None
    beside = path.with_name(LABELS.join(path.name.rsplit(DATA, 1)))
    return beside if beside.is_file() else None
