"""Files of `label<TAB>text` lines."""

from pathlib import Path

from sparsify.errors import DataError


def read_rows(path: Path) -> list[tuple[str, str]]:
    """(label, text) for every line that is not blank.

    Raises:
        DataError: the file is not UTF-8, or a line has no tab, no label or no text; the message names the line.
    """
    rows = []
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise DataError(f"{path} must be a readable file (got {error}).") from None
    for number, raw in enumerate(lines, 1):
        try:
            line = raw.decode("utf-8").rstrip("\r")
        except UnicodeDecodeError:
            raise DataError(f"{path}:{number}: lines are UTF-8 (got other bytes); convert it with iconv.") from None
        if line.strip():
            label, tab, text = line.partition("\t")
            if not tab or not label.strip() or not text.strip():
                raise DataError(f"{path}:{number}: a line is label<TAB>text, neither empty (got {line[:60]!r}).")
            rows.append((label.strip(), text.strip()))
    return rows
