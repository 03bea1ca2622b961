"""Where vectors are kept between runs: a folder per list of texts and way of reading them."""

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from neural.text.contextual.entry_lock import hold, writing
from neural.text.contextual.projection import Projection
from neural.text.contextual.rounding import Rounding
from neural.text.contextual.shards import Shards, cuts
from wfsa.formats.json_files import write_whole

_VERSION = 3
"""Of what the files hold; entries of another are not read."""

_ENTRY, _PROJECTION = "entry.json", ".projection"

_OURS = re.compile("[0-9a-f]{32}")
"""Names of entries."""


def cache_folder(given: str = "") -> Path:
    """The folder that is given, or the user's own for this toolkit: ~/.cache/sparse-wfsa on Linux."""
    return Path(given).expanduser() if given else user_cache_path("sparse-wfsa", appauthor=False) / "vectors"


def text_digest(texts: Sequence[str]) -> str:
    """SHA-256 of texts in their order."""
    found = hashlib.sha256()
    for text in texts:
        octets = text.encode("utf-8", "surrogatepass")
        found.update(len(octets).to_bytes(8, "little") + octets)
    return found.hexdigest()


@dataclass(frozen=True)
class Entry:
    """Vectors that are kept, in a folder of shards, or the projection of a list of training texts, in a file.

    Attributes:
        about: what entry.json says: encoder, options, number of texts; {} of a projection, or where it says nothing.
        size: bytes.
        used: when it was last, in seconds since 1970.
    """

    place: Path
    about: Mapping[str, Any]
    size: int
    used: float

    def remove(self) -> bool:
        """Remove it, unless it is in use; is it gone?"""
        if not self.place.is_dir():
            self.place.unlink(missing_ok=True)
            return True
        try:
            lock = os.open(self.place / "lock", os.O_RDWR | os.O_CREAT, 0o666)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(self.place, ignore_errors=True)  # another may be removing it, too
        except BlockingIOError:
            return False
        finally:
            os.close(lock)
        return not self.place.exists()


@dataclass(frozen=True)
class Cache:
    """The vectors in a folder."""

    folder: Path

    def shards(
        self, about: Mapping[str, Any], texts: Sequence[str], rounding: Rounding, dim: int
    ) -> tuple[Shards, int]:
        """(the shards of `texts`, the descriptor that keeps them from being removed).

        Args:
            about: everything that the vectors depend on, but the texts.

        Raises:
            VectorError: the folder may not be written to.
        """
        whole = {**about, "version": _VERSION, "dim": dim, "texts": text_digest(texts)}
        folder = self.folder / _key(whole)
        lock = hold(folder)
        if not (folder / _ENTRY).is_file():
            said = {**whole, "number of texts": len(texts), "made": time.strftime("%Y-%m-%d")}
            with writing(folder):
                write_whole(folder / _ENTRY, (json.dumps(said, indent=1) + "\n").encode())
        return Shards(folder, cuts(texts), rounding.width(dim), rounding.dtype), lock

    def projection(self, about: Mapping[str, Any]) -> Projection | None:
        """The one that was kept under `about`, if it is there and undamaged."""
        with suppress(OSError, ValueError, KeyError, SafetensorError):
            found = load_file(self._projection(about))
            mean, axes = found["mean"], found["axes"]
            if mean.ndim == 1 and axes.ndim == 2 and len(axes) == len(mean) and np.isfinite(axes).all():
                return Projection(mean, axes)
        return None

    def keep_projection(self, about: Mapping[str, Any], projection: Projection) -> Projection:
        """Keep it under `about`; of processes that do so at once the first one's is kept, which is returned."""
        place = self._projection(about)
        part = place.with_name(f".{secrets.token_hex(8)}.part")
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                part.write_bytes(save({"mean": projection.mean, "axes": projection.axes}))
                os.link(part, place)
            except FileExistsError:
                found = self.projection(about)
                if found is not None:
                    return found
                part.replace(place)
            finally:
                part.unlink(missing_ok=True)
        return projection

    def _projection(self, about: Mapping[str, Any]) -> Path:
        return self.folder / f"{_key({**about, 'version': _VERSION})}{_PROJECTION}"

    def entries(self) -> list[Entry]:
        """All entries, the one used last first."""
        found = []
        for place in self.folder.iterdir() if self.folder.is_dir() else ():
            with suppress(OSError):
                if place.suffix == _PROJECTION:
                    found.append(Entry(place, {}, place.stat().st_size, place.stat().st_mtime))
                elif _OURS.fullmatch(place.name) and place.is_dir():
                    size = sum(path.stat().st_size for path in place.iterdir())
                    touched = place / "used"
                    used = (touched if touched.is_file() else place).stat().st_mtime
                    found.append(Entry(place, _about(place), size, used))
        return sorted(found, key=lambda entry: -entry.used)

    def bound(self, most: int) -> Iterator[tuple[Entry, bool]]:
        """Remove what was not used for longest until at most `most` bytes are kept; yields (entry, was it removed)."""
        total = 0
        for entry in self.entries():
            total += entry.size
            if total > most:
                gone = entry.remove()
                total -= entry.size if gone else 0
                yield entry, gone


def projection_digest(projection: Projection) -> str:
    """SHA-256 of its numbers."""
    return hashlib.sha256(projection.mean.tobytes() + projection.axes.tobytes()).hexdigest()


def _key(about: Mapping[str, Any]) -> str:
    """Of all but the encoder's name: its digest says which it is, wherever it lies."""
    return hashlib.sha256(json.dumps({**about, "encoder": ""}, sort_keys=True).encode()).hexdigest()[:32]


def _about(place: Path) -> Mapping[str, Any]:
    with suppress(OSError, ValueError):
        found = json.loads((place / _ENTRY).read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}
