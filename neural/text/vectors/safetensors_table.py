"""A table in safetensors and the vocabulary of a tokenizer.json beside it: model2vec's layout, and others like it.

A word's vector is the row of its token; where there is a tensor `mapping` [token], of the row that it names, and where
there is one `weights` [token], times that: x(w) = weights[t] · table[mapping[t]]. A word that the tokeniser would cut
into pieces has no vector.
"""

import json
import struct
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from neural.errors import VectorError
from neural.text.vectors.numpy_table import by_word
from neural.text.vectors.oddities import Vectors

_TOKENS = "tokenizer.json"
_BESIDE = ("mapping", "weights")
"""Tensors beside the table, unless there is no other than them."""
_FLOATS = {"F16", "BF16", "F32", "F64"}


def is_safetensors(path: Path, start: bytes) -> bool:
    """Does a file that begins so hold tensors? Eight bytes say how long its header is, a JSON object."""
    return len(start) > 8 and start[8:9] == b"{" and struct.unpack("<Q", start[:8])[0] <= path.stat().st_size - 8


def table_in(folder: Path) -> Path:
    """The one file of tensors in a folder.

    Raises:
        VectorError: there is none, or several.
    """
    found = sorted(folder.glob("*.safetensors"))
    if len(found) != 1:
        got = ", ".join(path.name for path in found) or "none"
        raise VectorError(
            f"{folder} must hold one file NAME.safetensors and {_TOKENS} to be a folder of word vectors (got {got})."
        )
    return found[0]


def read_safetensors(path: Path, wanted: Collection[str] | None) -> Vectors:
    """The vectors of the wanted words; of the table, which is mapped into memory, only their rows are read.

    Raises:
        VectorError: there is not one table [row, dim] of floats, or no vocabulary, `mapping` or `weights` that fits it;
            or a needed word's row or weight is no finite number, or their product is none.

    Source: github.com/MinishLab/model2vec, `persistence`.
    """
    tokens = _vocabulary(path.with_name(_TOKENS))
    keep = tokens.keys() if wanted is None else tokens.keys() & set(wanted)
    rows = {word: token for word, token in tokens.items() if word in keep}
    try:
        with safe_open(path, "pt") as file:
            name, names = _table_name(path, file), set(file.keys())
            table = file.get_tensor(name)
            mapping, weights = (file.get_tensor(own) if own in names - {name} else None for own in _BESIDE)
    except SafetensorError as error:
        raise VectorError(f"{path} must be a file of safetensors (got {error}); take another copy.") from None
    factors = None if weights is None else _weights(path, weights, len(table if mapping is None else mapping), rows)
    if mapping is not None:
        picked = _picked(path, "mapping", _mapping(path, mapping, len(table)), [*rows.values()])
        rows = dict(zip(rows, picked.tolist(), strict=True))
    found = _picked(path, "the table", table, [*rows.values()]).float()
    return by_word(path, (found if factors is None else found * factors[:, None]).numpy(), rows)


def _mapping(path: Path, mapping: Tensor, size: int) -> Tensor:
    """The tensor `mapping` [token], int64: rows of a table that has `size` of them.

    Raises:
        VectorError: it is of another shape, holds no integers, or names a row that the table does not have.
    """
    if mapping.ndim == 1 and _whole(mapping):
        rows = mapping.to(torch.int64)
        if not len(rows) or 0 <= int(rows.min()) <= int(rows.max()) < size:
            return rows
        got = f", with {int(rows.min())} and {int(rows.max())} as its least and greatest"
    else:
        got = ""
    raise VectorError(
        f"{path} must have a tensor `mapping` [token] of whole numbers from 0 to {size - 1}, the rows of its table "
        f"(got {_kind(mapping)}{got}); take another copy."
    )


def _weights(path: Path, weights: Tensor, count: int, tokens: Mapping[str, int]) -> Tensor:
    """What the rows of some tokens are multiplied by, [token], float32.

    Raises:
        VectorError: there is not one real number for each of `count` tokens, or the one of a needed word is not finite.
    """
    if weights.shape != (count,) or not (_whole(weights) or weights.is_floating_point()):
        raise VectorError(
            f"{path} must have a tensor `weights` [token] of {count} numbers, one for each token (got "
            f"{_kind(weights)}); take another copy."
        )
    factors = _picked(path, "weights", weights, [*tokens.values()]).float()
    finite = factors.isfinite()
    if not finite.all():
        word, token = [*tokens.items()][int(finite.int().argmin())]
        raise VectorError(
            f"{path}, weights[{token}] ({word!r}): the weights must be finite (got {float(weights[token])}); take "
            "another copy."
        )
    return factors


def _whole(tensor: Tensor) -> bool:
    """Does it hold integers?"""
    return not (tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool)


def _kind(tensor: Tensor) -> str:
    """Type and shape of a tensor, for a message."""
    return f"{str(tensor.dtype).removeprefix('torch.')} of shape {tuple(tensor.shape)}"


def _table_name(path: Path, file: Any) -> str:
    """The one table of floats among the tensors."""
    slices: dict[str, Any] = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118  # not a dictionary
    shapes = {name: [found.get_dtype(), *found.get_shape()] for name, found in slices.items()}
    tables = [name for name, (kind, *shape) in shapes.items() if kind in _FLOATS and len(shape) == 2 and shape[1]]
    tables = [name for name in tables if name not in _BESIDE] or tables
    if len(tables) != 1:
        got = ", ".join(f"{name} {shape}" for name, shape in list(shapes.items())[:8]) or "no tensor"
        raise VectorError(f"{path} must hold one table [row, dim] of floats, dim > 0, to be word vectors (got {got}).")
    return tables[0]


def _picked(path: Path, name: str, tensor: Tensor, places: list[int]) -> Tensor:
    """The rows of a tensor at some places."""
    if places and not 0 <= min(places) <= max(places) < len(tensor):
        worst = min(places) if min(places) < 0 else max(places)
        raise VectorError(
            f"{path} must have a row for every token of {_TOKENS} (got {len(tensor)} in {name}, and a token of "
            f"number {worst}); take both from one model."
        )
    return tensor[torch.tensor(places, dtype=torch.int64)]


def _vocabulary(path: Path) -> dict[str, int]:
    """word → the number of its token.

    Raises:
        VectorError: there is no vocabulary at that path.
    """
    try:
        tree = json.loads(path.read_bytes())
        model = tree["model"]
        vocabulary = model["vocab"]
        if not isinstance(vocabulary, dict):  # a Unigram model: pieces with their scores
            vocabulary = {piece: number for number, (piece, _) in enumerate(vocabulary)}
        numbers = {**vocabulary, **{token["content"]: token["id"] for token in tree.get("added_tokens") or ()}}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise VectorError(
            f"{path} must hold the vocabulary of a tokeniser, as the library tokenizers writes it (got "
            f"{type(error).__name__}: {error})."
        ) from None
    if not all(isinstance(word, str) and type(number) is int for word, number in numbers.items()):
        raise VectorError(f"{path} must have a number for every token (got something else in its vocabulary).")
    return _as_words(numbers, model.get("type") == "BPE" and any(token.startswith("Ġ") for token in numbers))


def _as_words(numbers: Mapping[str, int], byte_level: bool) -> dict[str, int]:
    """The tokens as they stand in texts; where some bear a mark of a word's beginning, those come first."""
    spelt = [(_from_bytes(token) if byte_level else token, number) for token, number in numbers.items()]
    begin = {text[1:]: number for text, number in spelt if text.startswith((" ", "▁"))}
    return {**dict(spelt), **begin}


@cache
def _byte_of() -> dict[str, int]:
    """The characters that byte-level vocabularies write for bytes: what can be seen stands for itself."""
    seen = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [octet for octet in range(0x100) if octet not in seen]
    return {chr(octet): octet for octet in seen} | {chr(0x100 + i): octet for i, octet in enumerate(others)}


def _from_bytes(token: str) -> str:
    """A token of a byte-level vocabulary as text; as it is where it is no text."""
    try:
        return bytes(map(_byte_of().__getitem__, token)).decode()
    except (KeyError, UnicodeDecodeError):
        return token
