"""What models side by side learn, as one flat vector: what optimisers of vectors work on."""

import numpy as np
import torch

from sparsify.penalties.blocks import NONE, Rows, parameters_of, pattern_rows
from sparsify.training.trainer import Trainer


class LivePoint:
    """All numbers that the models of a trainer learn, in double precision. Axes: number, group, model.

    Attributes:
        model: [number] → model.
        group: [number] → group; −1 of numbers in none, class weights and biases above all.
        bounded: [number]: is it a class weight, which stays within ±`bound`?
        bound: the largest size of a class weight.
    """

    def __init__(self, trainer: Trainer) -> None:
        models, bank = trainer.models, trainer.models.bank
        self._tensors = [*parameters_of(bank), models.weight, models.bias]
        self.bound = trainer.pace.class_bound
        owner = models.owner.numpy(force=True)
        classes = np.repeat(np.arange(models.count), len(models.bias) // models.count)
        of_bank = Rows(*(owner[patterns] if len(owner) else patterns for patterns in pattern_rows(bank.layout)))
        mine = owner[None] == classes[:, None]
        self._kept = np.concatenate([np.ones(sum(own.numel() for own in parameters_of(bank)), bool), mine.ravel()])
        self._kept = np.append(self._kept, np.ones(len(classes), bool))
        above = np.concatenate([np.repeat(classes, len(owner)), classes])
        self.model = np.concatenate([self._spread(of_bank), above])[self._kept]
        self.group = np.concatenate([self._spread(trainer.groups.rows), np.full(len(above), NONE)])[self._kept]
        boxed = np.zeros(len(self._kept), bool)
        boxed[len(boxed) - len(above) : len(boxed) - len(classes)] = True
        self.bounded = boxed[self._kept]

    def _spread(self, rows: Rows) -> np.ndarray:
        """[number of the bank]: whose it is, where `rows` says it of rows."""
        weight, bias, table, scalars = (tensor.shape for tensor in self._tensors[:4])
        parts = (
            np.repeat(rows.weight, weight[1]),
            rows.weight[len(rows.weight) - bias[0] :],
            np.repeat(rows.table, table[1]),
            rows.scalars,
        )
        assert scalars[0] == len(rows.scalars)
        return np.concatenate(parts)

    def values(self) -> np.ndarray:
        """[number]: as they are now."""
        return self._flat([tensor.detach() for tensor in self._tensors])

    def gradient(self) -> np.ndarray:
        """[number]: what the last backward pass left."""
        return self._flat([torch.zeros_like(own) if own.grad is None else own.grad for own in self._tensors])

    def _flat(self, tensors: list[torch.Tensor]) -> np.ndarray:
        every = np.concatenate([tensor.numpy(force=True).ravel() for tensor in tensors])
        found: np.ndarray = every.astype(np.float64)[self._kept]
        return found

    @torch.no_grad()
    def write(self, values: np.ndarray) -> None:
        """Give the models these numbers."""
        every = np.zeros(len(self._kept))
        every[self._kept] = values
        start = 0
        for tensor in self._tensors:
            tensor.copy_(torch.from_numpy(every[start : start + tensor.numel()]).reshape(tensor.shape))
            start += tensor.numel()

    def norms(self, values: np.ndarray, groups: int) -> np.ndarray:
        """[group]: the Euclidean norm of the values of each of so many groups."""
        inside = self.group >= 0
        found: np.ndarray = np.sqrt(np.bincount(self.group[inside], values[inside] ** 2, groups))
        return found

    def held(self, values: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """[number]: is it a class weight at its bound that a step down the gradient would push further out?"""
        outwards = (values <= -self.bound) & (gradient > 0) | (values >= self.bound) & (gradient < 0)
        found: np.ndarray = self.bounded & outwards
        return found

    def rounded(self, values: np.ndarray) -> np.ndarray:
        """What is left of them in the models' precision, class weights within their bound."""
        bounded = np.where(self.bounded, np.clip(values, -self.bound, self.bound), values)
        kind = self._tensors[0].dtype
        found: np.ndarray = torch.from_numpy(bounded).to(kind).double().numpy()
        return found
