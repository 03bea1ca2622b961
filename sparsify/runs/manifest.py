"""manifest.json: the mark of a run directory, whether the run is finished, and the digest of every file that counts."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparsify.errors import RunError
from wfsa.formats.json_files import write_whole

MANIFEST = "manifest.json"

FORMAT, VERSION = "sparsify run", 1

UNFINISHED = ".unfinished"
"""What the name of a folder ends with in which a run is at work, or was stopped."""

FULL = "full"
"""The full model's own folder in an unfinished run; a finished one has it among its checkpoints."""

_PICTURES = ("automata", "report.html", "curve.svg", "training.svg", "strengths.svg", "quality.svg")

REDRAWN = (*_PICTURES, "phrases.json", "phrases.txt")
"""What later commands write anew (`python -m viz`, `python -m sparsify.phrases`): no digest binds it."""

is_partial = re.compile(r"\.([^/]*\.)?[0-9a-f]{16}(\.part)?").fullmatch
"""Is it the name of a file that is being written? A kill may leave one."""

_is_own = re.compile(
    r"manifest\.json|config\.toml|env\.json|metrics\.jsonl|(norms|predictions)\.csv|curve\.(csv|svg)|report\.html"
    r"|(training|strengths|quality)\.svg|(phrases|lexicon)\.(json|txt)|(live|summary|certificate)\.json|MODEL_CARD\.md"
    r"|((checkpoints/[^/]+|full)/)?(patterns\.json|model\.safetensors|model\.json)|automata/[A-Za-z0-9_-]+\.(dot|svg|json)"
).fullmatch
_is_own_folder = re.compile(r"checkpoints(/[^/]+)?|full|automata").fullmatch

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a run directory says of itself.

    Attributes:
        finished: is everything there?
        replaces: SHA-256 of the manifest of the run whose place it took; "" where there was none.
        files: path inside the directory → SHA-256 of its bytes.
    """

    folder: Path
    finished: bool
    files: dict[str, str]
    replaces: str = ""

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


def write_manifest(folder: Path, finished: bool, names: Iterable[str] | None = None, replaces: str = "") -> None:
    """Write the manifest of `folder`, whole or not at all, in the place of an older one.

    Args:
        names: the files that it binds; None: all but those that later commands write anew.
        replaces: see `Manifest`.
    """
    bound = _bound(folder) if names is None else names
    files = {name: digest(folder / name) for name in sorted(bound)}
    tree = {"format": FORMAT, "version": VERSION, "finished": finished, "replaces": replaces, "files": files}
    write_whole(folder / MANIFEST, (json.dumps(tree, indent=1) + "\n").encode())


def _bound(folder: Path) -> list[str]:
    paths = [path for path in folder.rglob("*") if path.is_file() and not is_partial(path.name)]
    names = (path.relative_to(folder).as_posix() for path in paths)
    return [name for name in names if name.split("/", 1)[0] not in REDRAWN and name != MANIFEST]


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
    except (ValueError, RecursionError, OSError) as error:  # not JSON, not UTF-8, a folder, not to be read
        raise _damaged(place, error) from None
    if not isinstance(tree, dict) or tree.get("format") != FORMAT:
        raise _damaged(place, f'no "format": "{FORMAT}"')
    if tree.get("version") != VERSION or isinstance(tree["version"], bool):
        raise RunError(f"{place} must be of version {VERSION} (got {tree.get('version')!r:.40}); train anew.")
    files, finished = tree.get("files"), tree.get("finished")
    if not isinstance(files, dict) or not all(isinstance(value, str) for value in files.values()):
        raise _damaged(place, "no digests")
    if not isinstance(finished, bool):
        raise _damaged(place, 'no "finished"')
    return Manifest(folder, finished, files, str(tree.get("replaces", "")))


def _damaged(place: Path, got: Any) -> RunError:
    return RunError(f"{place} must be the manifest that a run wrote (got {got}); take another copy, or train anew.")


def strangers(folder: Path) -> list[str]:
    """What lies in a run directory, at any depth, that no run and no command after it wrote; links among it."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        known = _is_own_folder(name) if path.is_dir() else _is_own(name) or is_partial(path.name)
        if path.is_symlink() or not known:
            found.append(name)
    return found
