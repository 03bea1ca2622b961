"""manifest.json: the mark of a run directory, whether the run is finished, and the digest of every file that counts."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparsify.errors import RunError

MANIFEST = "manifest.json"

PARTIAL = MANIFEST + ".part"
"""A manifest that is being written; after a kill it may be all that a folder holds."""

FORMAT, VERSION = "sparsify run", 1

UNFINISHED = ".unfinished"
"""What the name of a folder ends with in which a run is at work, or was stopped."""

FULL = "full"
"""The full model's own folder in an unfinished run; a finished one has it among its checkpoints."""

_PICTURES = ("automata", "report.html", "curve.svg", "training.svg", "strengths.svg", "quality.svg")

REDRAWN = frozenset((*_PICTURES, "phrases.json", "phrases.txt"))
"""What later commands write anew (`python -m viz`, `python -m sparsify.phrases`): no digest binds it."""

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a run directory says of itself.

    Attributes:
        finished: is everything there?
        files: path inside the directory → SHA-256 of its bytes.
    """

    folder: Path
    finished: bool
    files: dict[str, str]

    def check(self, *names: str) -> None:
        """Are these the files that the run wrote?

        Raises:
            RunError: one is missing, or holds other bytes; it is named.
        """
        for name in names:
            place = self.folder / name
            if name not in self.files:
                raise RunError(f"{self.folder / MANIFEST} must list every file of the run (got no {name}).")
            if (found := digest(place)) != self.files[name]:
                raise RunError(
                    f"{place} must hold what the run wrote, SHA-256 {self.files[name][:12]}… (got {found[:12]}…); "
                    "it was changed or damaged: take another copy, or train anew."
                )


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def write_manifest(folder: Path, finished: bool, names: Iterable[str] | None = None) -> None:
    """Write the manifest of `folder`, whole or not at all, in the place of an older one.

    Args:
        names: the files that it binds; None: all but those that later commands write anew.
    """
    bound = _bound(folder) if names is None else names
    files = {name: digest(folder / name) for name in sorted(bound)}
    tree = {"format": FORMAT, "version": VERSION, "finished": finished, "files": files}
    partial = folder / PARTIAL
    partial.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")
    partial.replace(folder / MANIFEST)


def _bound(folder: Path) -> list[str]:
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [path.as_posix() for path in paths if path.parts[0] not in REDRAWN and path.name != MANIFEST]


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a run directory; None where there is none.

    Raises:
        RunError: it is damaged.
    """
    place = folder / MANIFEST
    try:
        tree = json.loads(place.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, RecursionError) as error:  # not JSON, not UTF-8
        raise _damaged(place, error) from None
    if not isinstance(tree, dict) or tree.get("format") != FORMAT:
        raise _damaged(place, f'no "format": "{FORMAT}"')
    if tree.get("version") != VERSION:
        raise RunError(f"{place} must be of version {VERSION} (got {tree.get('version')!r:.40}); train anew.")
    files, finished = tree.get("files"), tree.get("finished")
    if not isinstance(files, dict) or not all(isinstance(value, str) for value in files.values()):
        raise _damaged(place, "no digests")
    if not isinstance(finished, bool):
        raise _damaged(place, 'no "finished"')
    return Manifest(folder, finished, files)


def _damaged(place: Path, got: Any) -> RunError:
    return RunError(f"{place} must be the manifest that a run wrote (got {got}); take another copy, or train anew.")


def strangers(folder: Path, manifest: Manifest) -> list[str]:
    """What lies in a run directory that no run and no command after it wrote."""
    own = {name.split("/", 1)[0] for name in manifest.files} | REDRAWN | {MANIFEST, PARTIAL}
    return sorted(path.name for path in folder.iterdir() if path.name not in own)
