"""Where vectors are kept between runs: a folder per list of texts and way of reading them."""

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path
from safetensors.numpy import load_file, save

from neural.text.contextual.projection import Projection
from neural.text.contextual.rounding import Rounding
from neural.text.contextual.shards import Shards, cuts, hold, writing
from wfsa.formats.json_files import write_whole

_VERSION = 2
"""Of what the files hold; entries of another are not read."""

_ENTRY = "entry.json"


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
    """Vectors that are kept.

    Attributes:
        about: what entry.json says: encoder, options, number of texts.
        size: bytes.
        used: when it was last, in seconds since 1970.
    """

    folder: Path
    about: Mapping[str, Any]
    size: int
    used: float

    def remove(self) -> bool:
        """Remove it, unless it is in use."""
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(self.folder)
        except BlockingIOError:
            return False
        finally:
            os.close(lock)
        return True


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
        """The one that was kept under `about`, if any."""
        place = self._projection(about)
        with suppress(OSError, ValueError):
            found = load_file(place)
            return Projection(found["mean"], found["axes"])
        return None

    def keep_projection(self, about: Mapping[str, Any], projection: Projection) -> None:
        """Keep it under `about`."""
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._projection(about), save({"mean": projection.mean, "axes": projection.axes}))

    def _projection(self, about: Mapping[str, Any]) -> Path:
        return self.folder / f"{_key({**about, 'version': _VERSION})}.projection"

    def entries(self) -> list[Entry]:
        """All entries, the one used last first."""
        found = []
        for place in self.folder.glob(f"*/{_ENTRY}") if self.folder.is_dir() else ():
            with suppress(OSError, ValueError):
                size = sum(path.stat().st_size for path in place.parent.iterdir())
                used = (place.parent / "used").stat().st_mtime
                found.append(Entry(place.parent, json.loads(place.read_text(encoding="utf-8")), size, used))
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
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:32]
