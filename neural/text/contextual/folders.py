"""What lies in the folder of an encoder, as transformers reads it: its configuration, its tokeniser, its weights.

A folder of someone else's may hold anything. No code of it is run, and what does not fit together is refused: weights
that are missing would be random numbers, and a tokeniser that is missing one that knows no word.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from neural.errors import VectorError

_LONGEST = 512
"""Pieces at once, where the encoder names no bound."""

_VOCABULARIES = ("tokenizer.json", "vocab.*", "*.model", "tekken.json")

_UNREAD = ("pooler.",)
"""Weights of these are not needed: hidden states do not pass through them."""

_OPTIONS: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}


@contextmanager
def _reading(folder: Path, what: str) -> Iterator[None]:
    try:
        yield
    except VectorError:
        raise
    except Exception as error:  # what transformers raises at folders that do not hold what they should has no end
        said = " ".join(str(error).split())
        raise VectorError(
            f"{folder} must hold {what} that transformers reads (got {type(error).__name__}: {said:.300}); save one "
            "with save_pretrained."
        ) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Without a bar for a load that takes milliseconds, and without a report of what is checked here."""
    from transformers.utils import logging

    said: Any = logging  # has no types
    bars, level = said.is_progress_bar_enabled(), said.get_verbosity()
    said.disable_progress_bar()
    said.set_verbosity_error()
    try:
        yield
    finally:
        said.set_verbosity(level)
        if bars:
            said.enable_progress_bar()


def configuration(folder: Path) -> Any:
    """The configuration.

    Raises:
        VectorError: there is none that can be read, or it is of an encoder with a decoder.
    """
    from transformers import AutoConfig  # which takes seconds

    with _reading(folder, "a configuration"):
        found = AutoConfig.from_pretrained(folder, **_OPTIONS)
    if getattr(found, "is_encoder_decoder", False):
        raise VectorError(
            f"{folder} must hold a model of one stack of layers, such as BERT or GPT (got {found.model_type}, an "
            "encoder with a decoder); take another."
        )
    return found


def fast_tokenizer(folder: Path) -> Any:
    """The tokeniser, which cuts long texts at their right end.

    Raises:
        VectorError: there is none, or none that says where pieces stand, or it knows more pieces than the model.
    """
    from transformers import AutoTokenizer

    if not any(path for name in _VOCABULARIES for path in folder.glob(name)):
        raise VectorError(
            f"{folder} must hold the tokeniser of its encoder (got none of {', '.join(_VOCABULARIES)}); save it there, "
            "too, with save_pretrained."
        )
    with _reading(folder, "a tokeniser"):
        found = AutoTokenizer.from_pretrained(folder, **_OPTIONS)
    if not found.is_fast:
        raise VectorError(f"{folder} must hold a tokenizer.json (got a tokeniser without offsets).")
    known, pieces = getattr(configuration(folder), "vocab_size", None), max(found.get_vocab().values(), default=0) + 1
    if known is not None and pieces > known:
        raise VectorError(
            f"tokeniser and weights in {folder} must be of one encoder (got {pieces} pieces and vectors for {known})."
        )
    found.truncation_side = "right"
    return found


def longest_window(folder: Path, of_tokenizer: int) -> int:
    """How many pieces the encoder reads at once, special tokens included.

    Some encoders number positions from behind that of their padding (RoBERTa, MPNet): they read so many fewer than
    they have positions.
    """
    from transformers import AutoModel

    configured = configuration(folder)
    bound = getattr(configured, "max_position_embeddings", None)
    with _reading(folder, "a model"), _quiet(), torch.device("meta"):
        made: Any = AutoModel  # has no types
        parts = made.from_config(configured, trust_remote_code=False).named_modules()
    pads = [getattr(part, "padding_idx", None) for name, part in parts if name.endswith("position_embeddings")]
    offset = max((pad + 1 for pad in pads if pad is not None), default=0)
    known = [of_tokenizer, *([bound - offset] if bound else [])]
    return min((int(found) for found in known if 0 < found < 10**6), default=_LONGEST)


def pretrained_model(folder: Path) -> Any:
    """The model in evaluation mode, in single precision; nothing of it ever learns.

    Raises:
        VectorError: there is none, or its weights are not all there.
    """
    from transformers import AutoModel

    configuration(folder)
    with _reading(folder, "a model"), _quiet():
        found, said = AutoModel.from_pretrained(
            folder, use_safetensors=True, dtype=torch.float32, output_loading_info=True, **_OPTIONS
        )
    missing = sorted(name for name in said["missing_keys"] if not name.startswith(_UNREAD))
    wrong = [*missing, *(str(name) for name, *_ in said["mismatched_keys"])]
    if wrong:
        raise VectorError(
            f"{folder} must hold all weights of its model (got none that fit for {wrong[0]} and {len(wrong) - 1} "
            "others); take a whole copy."
        )
    return found.eval().requires_grad_(False)
