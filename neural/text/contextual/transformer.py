"""A pretrained transformer in evaluation mode: from windows of pieces to the sums of hidden layers."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from neural.errors import VectorError
from neural.text.contextual.folders import pretrained_model
from neural.text.contextual.tokens import Sentence, Window

_PADDED = 1024
"""Pieces of a batch, padding included: in larger ones attention and activations no longer fit the processor's cache,
and pieces per second fall to a half."""

_LAST = 4
"""Whose layers are added up where none are named, as in the paper."""


class Transformer:
    """The encoder in a folder. Its numbers never change, and nothing random is left in it.

    Args:
        layers: the hidden states that are added up, 0 those of the embeddings; (): the last four.

    Raises:
        VectorError: the folder holds no such model, or not so many layers.
    """

    def __init__(self, folder: Path, layers: Sequence[int] = ()) -> None:
        self._folder, self._layers = folder, tuple(layers)
        self.device = torch.device("cpu")

    @cached_property
    def _model(self) -> Any:
        return pretrained_model(self._folder)

    @cached_property
    def layers(self) -> tuple[int, ...]:
        """Those that are added up."""
        count = int(self._model.config.num_hidden_layers)
        layers = self._layers or tuple(range(max(0, count - _LAST) + 1, count + 1))
        if max(layers) > count:
            raise VectorError(f"the encoder has the layers 0 to {count} (got {max(layers)}); name others.")
        return layers

    @property
    def precision(self) -> str:
        """What products are computed in."""
        return "bfloat16" if _is_fast(self.device) else "float32"

    @property
    def numbers(self) -> int:
        """How many parameters the model has."""
        return sum(own.numel() for own in self._model.parameters())

    @torch.no_grad()
    def __call__(self, texts: Sequence[Sequence[Sentence]], pad: int, words: str) -> list[np.ndarray]:
        """[text]: [token, hidden], float32.

        Args:
            pad: the piece that fills batches.
            words: pieces, or of several pieces in a token their mean or the first.

        Raises:
            VectorError: what comes out is not finite.
        """
        windows = [window for text in texts for sentence in text for window in sentence.windows]
        nothing = np.zeros((0, int(self._model.config.hidden_size)), np.float32)
        read = [nothing] * len(windows)
        for places in _batches([len(window.ids) for window in windows]):
            batch = [windows[place] for place in places]
            for place, window, states in zip(places, batch, self._states(batch, pad), strict=True):
                read[place] = states[window.first : window.last]
        found = iter(read)
        return [
            np.concatenate([_tokens(sentence, [next(found) for _ in sentence.windows], words) for sentence in text])
            for text in texts
        ]

    def _states(self, batch: Sequence[Window], pad: int) -> Iterator[np.ndarray]:
        """[piece, hidden] of every window."""
        longest = max(len(window.ids) for window in batch)
        ids = torch.full((len(batch), longest), pad)
        mask = torch.zeros_like(ids)
        for row, window in enumerate(batch):
            ids[row, : len(window.ids)] = torch.tensor(window.ids)
            mask[row, : len(window.ids)] = 1
        model = self._model.to(self.device)
        with _precision(self.device):
            states = model(
                input_ids=ids.to(self.device), attention_mask=mask.to(self.device), output_hidden_states=True
            ).hidden_states
        total = torch.stack([states[layer].float() for layer in self.layers]).sum(0).cpu().numpy()
        if not np.isfinite(total).all():
            raise VectorError(
                f"the encoder in {self._folder} must give finite vectors (got others); take another copy."
            )
        return (total[row, : len(window.ids)] for row, window in enumerate(batch))


def _precision(device: torch.device) -> Any:
    """Products in bfloat16, sums in float32, where that is faster: vectors differ by 0.4 %."""
    return torch.autocast(device.type, torch.bfloat16) if _is_fast(device) else nullcontext()


def _is_fast(device: torch.device) -> bool:
    """Is bfloat16 faster? On processors only with matrix tiles (AMX): with AVX512's instructions alone it takes 1.7
    times the time of float32. Where torch cannot tell, it is not used."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    ask = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return ask is not None and ask()


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of windows of like length, at most `_PADDED` pieces with the padding, or one window alone; none of no
    pieces: an empty text, read by an encoder that puts no special tokens around it."""
    batch: list[int] = []
    for place in sorted((place for place, own in enumerate(lengths) if own), key=lambda place: -lengths[place]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > _PADDED:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _tokens(sentence: Sentence, parts: Sequence[np.ndarray], words: str) -> np.ndarray:
    """[token, hidden] of a sentence from its pieces, those of all windows in a row."""
    pieces = np.concatenate(parts)
    groups = np.concatenate([window.groups for window in sentence.windows])
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    if words == "mean":
        sums: np.ndarray = np.add.reduceat(pieces, starts) / np.diff(starts, append=len(groups))[:, None]
        return sums
    return pieces[starts]
