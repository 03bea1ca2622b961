"""model.json: what is in it, and whether it is."""

import json
from pathlib import Path
from typing import Any

from sparsify.errors import RunError

VERSION = 1

_FIELDS: dict[str, dict[str, type] | type] = {
    "labels": list,
    "activation": str,
    "readout": str,
    "tokenizer": {"name": str, "lowercase": bool},
    "encoder": {"name": str, "static": bool},
}


def read_tree(place: Path) -> dict[str, Any]:
    """What is in model.json.

    Raises:
        RunError: it is not JSON, or lacks a field; the message names it.
    """
    try:
        tree = json.loads(place.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON
        raise RunError(f"{place} must be JSON in UTF-8 (got {error}); train anew.") from None
    if not isinstance(tree, dict):
        raise RunError(f"{place} must be a JSON object (got {tree!r:.40}); train anew.")
    if tree.get("version") != VERSION:
        raise RunError(f"{place} must be of version {VERSION} (got {tree.get('version')!r:.40}); train anew.")
    _check(tree, _FIELDS, place, "")
    labels = tree["labels"]
    if not all(isinstance(label, str) for label in labels) or len(set(labels)) != len(labels) or not labels:
        raise RunError(f"{place}: labels are distinct strings (got {labels!r:.80}); train anew.")
    return dict(tree)


def _check(tree: dict[str, Any], fields: dict[str, Any], place: Path, inside: str) -> None:
    for name, kind in fields.items():
        value = tree.get(name)
        wanted = dict if isinstance(kind, dict) else kind
        if not isinstance(value, wanted):
            raise RunError(f"{place}: {inside}{name} is a JSON {_NAMES[wanted]} (got {value!r:.40}); train anew.")
        if isinstance(kind, dict):
            _check(value, kind, place, f"{inside}{name}.")


_NAMES: dict[type, str] = {dict: "object", list: "array", str: "string", bool: "boolean"}
