"""How pictures are written: whole or not at all, and never through a link that lies in somebody's folder."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from viz.errors import VizError


def write_all(contents: Mapping[Path, str | bytes]) -> list[Path]:
    """Write every text to its place, in UTF-8, and bytes as they are; returns the places.

    A file is made anew beside its place, exclusively, and then takes it: what stood there, a link too, is replaced and
    not followed. Folders that are missing are made; one that is a link is refused.

    Raises:
        VizError: a text is none that UTF-8 can write, a folder is a link, or the file system refuses.
    """
    encoded = {place: _encoded(content, place) for place, content in contents.items()}
    for folder in dict.fromkeys(place.parent for place in contents):
        _make(folder)
    for place, content in encoded.items():
        try:
            _write(place, content)
        except OSError as error:
            raise VizError(
                f"{place} must be writable (got {error.strerror}); free space, or draw a copy elsewhere."
            ) from None
    return [*contents]


def _encoded(text: str | bytes, place: Path) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise VizError(f"{place} must be text that UTF-8 can write (got {error.object[error.start]!r}).") from None


def _make(folder: Path) -> None:
    """The folder that a run has inside it, such as automata/, is its own: a link there would lead out of the run."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise VizError(f"{folder} must be a folder (got {error.strerror}); remove what is there.") from None


def refuse_link(folder: Path) -> None:
    """A folder inside a run that leads out of it is nobody's to write into.

    Raises:
        VizError: it is a link.
    """
    if folder.is_symlink():
        raise VizError(
            f"{folder} must be a folder of the run (got a link to {str(folder.readlink())!r}); remove the link."
        )


def _write(place: Path, content: bytes) -> None:
    made = place.with_name(f".{place.name[:100]}.{secrets.token_hex(8)}")
    try:
        with made.open("xb") as file:
            file.write(content)
        made.replace(place)
    except OSError:
        made.unlink(missing_ok=True)
        raise
