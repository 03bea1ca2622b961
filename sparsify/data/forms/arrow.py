"""Parquet and Arrow files, in batches; and the names of classes that Hugging Face's libraries keep in them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sparsify.data.forms.base import Bad, Reading, Remarks, Row, made
from sparsify.data.forms.columns import chosen
from sparsify.data.forms.json_lines import no_order
from sparsify.data.forms.streams import Source, needed, seekable
from sparsify.errors import DataError

_ROWS = 1024
"""Rows that are held as Python strings at once."""

_BUFFER = 2**20
"""Bytes of a column that are read at once."""

_IPC_FILE = b"ARROW1"
"""What a file of the IPC format with an index at its end begins with; others are streams."""

_GIVEN_NO_LABEL = -1
"""What `datasets` writes in the place of a class that is not told."""

Features = Mapping[str, Sequence[str]]
"""column → names of the classes that its numbers stand for."""


def parquet_rows(source: Source, reading: Reading, labelled: bool, remarks: Remarks) -> Iterator[Row | Bad]:
    """A row for every row; their places count from 1.

    Raises:
        DataError: pyarrow is missing, the file is broken, or no column is known to hold the texts.
    """
    parquet = needed("pyarrow.parquet", "a Parquet file")
    with source.open() as packed, seekable(source, packed) as file, _whole(source, "Parquet"):
        table = parquet.ParquetFile(file, buffer_size=_BUFFER)
        schema = table.schema_arrow
        columns = _columns(source, schema.names, reading, labelled, remarks)
        wanted = [name for name in columns if name is not None]
        # One after the other: asked for all groups of rows, pyarrow keeps what it has read of them.
        batches = (
            batch
            for group in range(table.num_row_groups)
            for batch in table.iter_batches(_ROWS, row_groups=[group], columns=wanted, use_threads=False)
        )
        yield from _rows(source.name, batches, columns, features_in(schema), labelled, reading)


def arrow_rows(
    source: Source, reading: Reading, labelled: bool, remarks: Remarks, features: Features | None = None
) -> Iterator[Row | Bad]:
    """A row for every row of a file or stream of the Arrow IPC format (Feather); their places count from 1.

    Args:
        features: the names of classes; None: those that the file has.

    Raises:
        DataError: pyarrow is missing, the file is broken, or no column is known to hold the texts.
    """
    arrow, ipc = needed("pyarrow", "an Arrow file"), needed("pyarrow.ipc", "an Arrow file")
    with source.open() as file, _whole(source, "Arrow"):
        if file.peek(len(_IPC_FILE)).startswith(_IPC_FILE):
            with seekable(source, file) as indexed:
                plain = indexed is file and source.path is not None
                # A map: a batch, which may be all of the file, is not copied.
                table = ipc.open_file(arrow.memory_map(str(source.path)) if plain else indexed)
                batches = (table.get_batch(i) for i in range(table.num_record_batches))
                yield from _batches(source, table.schema, batches, features, labelled, reading, remarks)
        else:
            stream = ipc.open_stream(file)
            yield from _batches(source, stream.schema, stream, features, labelled, reading, remarks)


def _batches(
    source: Source,
    schema: Any,
    batches: Iterable[Any],
    features: Features | None,
    labelled: bool,
    reading: Reading,
    remarks: Remarks,
) -> Iterator[Row | Bad]:
    columns = _columns(source, schema.names, reading, labelled, remarks)
    names = features_in(schema) if features is None else features
    yield from _rows(source.name, batches, columns, names, labelled, reading)


def features_in(schema: Any) -> Features:
    """The names of classes that a schema's metadata hold: those of `datasets.ClassLabel`."""
    with suppress(ValueError, KeyError, TypeError, AttributeError):  # others' metadata are as they are
        return class_names(json.loads(schema.metadata[b"huggingface"])["info"]["features"])
    return {}


def class_names(features: Mapping[str, Any]) -> Features:
    """column → names, for every `datasets.ClassLabel` among the features of dataset_info.json."""
    return {
        column: feature["names"]
        for column, feature in features.items()
        if isinstance(feature, Mapping) and feature.get("_type") == "ClassLabel" and feature.get("names")
    }


@contextmanager
def _whole(source: Source, form: str) -> Iterator[None]:
    """Errors of pyarrow are those of a broken file."""
    arrow = needed("pyarrow", "such a file")
    try:
        yield
    except DataError:
        raise
    except (arrow.ArrowException, OSError, UnicodeDecodeError, MemoryError, OverflowError) as error:
        raise DataError(
            f"{source.name} must be a whole {form} file (got {str(error) or type(error).__name__:.160})."
        ) from None


def _columns(
    source: Source, names: Sequence[str], reading: Reading, labelled: bool, remarks: Remarks
) -> tuple[str, str | None]:
    no_order(source, reading)
    remarks.headed = True
    found = chosen(names, reading, labelled, source.name, remarks)
    return names[found.text], None if found.label is None else names[found.label]


def _rows(
    name: str,
    batches: Iterable[Any],
    columns: tuple[str, str | None],
    features: Features,
    labelled: bool,
    reading: Reading,
) -> Iterator[Row | Bad]:
    text, label = columns
    classes = features.get(label) if label is not None else None
    number = 0
    for batch in batches:
        batch = batch.select([name for name in columns if name is not None])
        for start in range(0, batch.num_rows, _ROWS):
            part = batch.slice(start, _ROWS)
            part.validate(full=True)  # pyarrow reads what a broken file points to, wherever that is
            texts = part.column(text).to_pylist()
            labels = [None] * len(texts) if label is None else part.column(label).to_pylist()
            for one, of in zip(texts, labels, strict=True):
                number += 1
                place = f"{name}:{number}"
                yield _made(place, of, one, classes, labelled, reading)


def _made(
    place: str, label: Any, text: Any, classes: Sequence[str] | None, labelled: bool, reading: Reading
) -> Row | Bad:
    if classes is not None and isinstance(label, int):
        if not _GIVEN_NO_LABEL <= label < len(classes):
            return Bad(place, f"a label is a number below {len(classes)}, the count of its classes (got {label})")
        label = None if label == _GIVEN_NO_LABEL else classes[label]
    return made(place, label, text, labelled, reading.encoding)
