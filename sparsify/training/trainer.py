"""Models in training: mini-batch epochs, full-batch steps, and the bound that makes the penalty mean something."""

from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn

import sparsify.penalties.kernels as kernels
from neural import Packed, PatternClassifier, bucketed_batches, sorted_batches
from sparsify.penalties.arrays import arrays, write_back
from sparsify.penalties.group_lasso import GroupLasso
from sparsify.penalties.groups import groups
from sparsify.penalties.prox_adam import ProxAdam
from sparsify.settings import Settings
from sparsify.training.dropout import Dropout
from sparsify.training.encoded import TOKENS, Encoded
from sparsify.training.processes import ALONE, World
from sparsify.training.side_by_side import Joint

_SMALLEST, _LARGEST, _STEPS = 16, 128, 50
"""Texts of a mini-batch where none are set, and how many steps an epoch over few texts has all the same."""

_NUMBERS = 12_000_000
"""State scores that a full-batch step keeps at once, at the most: 48 MB. Larger batches share more of their words."""


class Training:
    """A classifier, or several side by side, with their data, penalty and optimiser.

    Every loss is the mean cross-entropy per text. Class weights are kept within ±`class_bound`: patterns could
    otherwise shrink towards zero at no loss while their class weights grow, and the penalty would mean nothing.

    `table` [word, dim] is only read, except between `learn_words` and `keep_words`.
    """

    def __init__(
        self,
        model: PatternClassifier | Joint,
        table: Tensor,
        data: Encoded,
        settings: Settings,
        generator: torch.Generator,
        lr: float,
        world: World = ALONE,
    ) -> None:
        self.model = model.to(world.device)
        self.world = world
        self.table = table.to(world.device)
        self.data = data
        self.settings = settings
        self.generator = generator
        self.groups = groups(model.bank.layout)
        self.penalty = GroupLasso(self.groups, nested=settings.nested)
        self._free = [parameter for parameter in (model.bank.table, model.bank.scalars) if parameter.numel()]
        others = [model.weight, model.bias, *self._free]
        self.optimizer = ProxAdam(model.bank, self.penalty, lr=lr, others=others)
        self._parameters = [model.bank.weight, model.bank.bias, model.weight, model.bias]
        seed = int(torch.randint(2**62, (1,), generator=generator))
        self.dropout = Dropout(settings.dropout, settings.word_dropout, seed)

    @property
    def models(self) -> int:
        """How many there are."""
        return 1 if isinstance(self.model, PatternClassifier) else len(self.model.bias) // self.model.classes

    @property
    def batch_size(self) -> int:
        """Texts per step of an epoch: as set, or so many that few texts make 50 steps, within 16 and 128."""
        return self.settings.batch_size or min(_LARGEST, max(_SMALLEST, len(self.data.ids) // _STEPS))

    @cached_property
    def _owners(self) -> tuple[np.ndarray, np.ndarray]:
        """[row] → model, [class] → model."""
        patterns = len(self.model.bank.layout.patterns)
        owner = self.model.owner if isinstance(self.model, Joint) else torch.zeros(patterns, dtype=torch.int64)
        classes = torch.arange(self.models).repeat_interleave(len(self.model.bias) // self.models)
        return owner[self.groups.patterns[self.groups.row_group]].numpy(), classes.numpy()

    def learn_words(self) -> None:
        """From here on, epochs also move a copy of the word vectors, at the step size `vector_lr`; 0 leaves them.

        Plain gradient steps move a word in proportion to what the texts say of it: often-seen words of one class most,
        rare ones hardly. Adaptive ones move all alike, and learn the rare words by heart.
        """
        if self.settings.vector_lr > 0:
            self.table = self.table.clone().requires_grad_()

    def keep_words(self, table: Tensor) -> None:
        """The word vectors are `table` from here on, and only read."""
        self.table = table
        self.__dict__.pop("_full_batches", None)  # they hold the vectors of before

    def set_strength(self, strength: float | Tensor) -> None:
        """Change the multiplier λ of the penalty, for all patterns or for each, [pattern]."""
        self.optimizer.param_groups[0]["strength"] = strength

    def epoch(self) -> Tensor:
        """One pass over the data in mini-batches, with dropout; the mean loss of every model on the way."""
        total = torch.zeros(self.models, dtype=torch.float64)
        for places in bucketed_batches(self.data.lengths, self.batch_size, self.generator):
            self._zero_grad()
            x = self.dropout(self.data.packed(places, self.table))
            total += self._add_gradient(x, places, len(places))
            self._step()
        return total / len(self.data.ids)

    def _add_gradient(self, x: Packed, places: np.ndarray, count: int) -> Tensor:
        """Add the gradient of the summed losses of the texts `x` at `places`, over `count`; returns the sums.

        Of several processes each takes its share of the texts; the gradients of all are added up.
        """
        rank, size = self.world.rank, self.world.size
        if size > 1:
            x = x.only(torch.arange(len(places), device=x.rows.device)[rank::size])
            places = places[rank::size]
        labels = self.data.labels[torch.from_numpy(places)].to(x.rows.device)
        losses = self._losses(x, labels)
        losses.dot(torch.full_like(losses, 1 / count)).backward()
        found = losses.detach().double()
        self.world.add_up([found])
        return found.cpu()

    def full_step(self) -> Tensor:
        """One step on the exact gradient over all data, without dropout; the losses before it."""
        losses = self.full_gradient()
        self.apply()
        return losses

    def full_gradient(self) -> Tensor:
        """Leave the gradient of the mean loss over all data, without dropout, in `.grad`; returns the losses."""
        self._zero_grad()
        total = torch.zeros(self.models, dtype=torch.float64)
        for x, places in self._full_batches:
            total += self._add_gradient(x, places, len(self.data.ids))
        self._gather()
        return total / len(self.data.ids)

    def _gather(self) -> None:
        """Add the gradients up over all processes."""
        gradients = [parameter.grad for parameter in (*self._parameters, *self._free, self.table)]
        self.world.add_up([gradient for gradient in gradients if gradient is not None])

    def _losses(self, x: Packed, labels: Tensor) -> Tensor:
        """[model]: cross-entropies, summed over the texts."""
        logits = self.model(x)
        if isinstance(self.model, PatternClassifier):
            return nn.functional.cross_entropy(logits, labels, reduction="sum")[None]
        every = labels[:, None].expand(-1, self.models)
        return nn.functional.cross_entropy(logits.transpose(1, 2), every, reduction="none").sum(0)

    @cached_property
    def _full_batches(self) -> list[tuple[Packed, np.ndarray]]:
        """All data, packed once: every full step reads the same batches."""
        tokens = min(TOKENS, _NUMBERS // max(1, len(self.model.bank.layout.states)))
        return [(self.data.packed(places, self.table), places) for places in sorted_batches(self.data.lengths, tokens)]

    def _zero_grad(self) -> None:
        for parameter in (*self._parameters, *self._free):
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            else:
                parameter.grad.zero_()
        self.table.grad = None

    def _step(self) -> None:
        """One step on the gradients of all processes."""
        self._gather()
        self.apply()

    def apply(self) -> None:
        """Clip the gradient of the loss, step, apply the penalty's prox, bound the class weights."""
        gradients = [parameter.grad for parameter in self._parameters]
        found = arrays(*gradients)
        kernels.clip(*found, *self._owners, np.zeros(self.models), self.settings.clip)
        write_back(gradients, found)
        self.optimizer.descend()
        with torch.no_grad():
            if self.table.grad is not None:
                self.table.add_(self.table.grad, alpha=-self.settings.vector_lr)
            self.model.weight.clamp_(-self.settings.class_bound, self.settings.class_bound)
