"""One model in training: mini-batch epochs, full-batch steps, and the bound that makes the penalty mean something."""

from functools import cached_property

import torch
from torch import Tensor, nn

from neural import Packed, PatternClassifier, bucketed_batches, sorted_batches
from sparsify.encoded import TOKENS, Encoded
from sparsify.groups import groups
from sparsify.optimizer import ProxAdam
from sparsify.penalty import GroupLasso
from sparsify.settings import Settings


class Training:
    """A classifier with its data, penalty and optimisers.

    Every loss is the mean cross-entropy per text. Class weights are kept within ±`class_bound`: patterns could
    otherwise shrink towards zero at no loss while their class weights grow, and the penalty would mean nothing.

    `table` [word, dim] is only read, except between `learn_words` and `keep_words`.
    """

    def __init__(
        self,
        model: PatternClassifier,
        table: Tensor,
        data: Encoded,
        settings: Settings,
        generator: torch.Generator,
        lr: float,
    ) -> None:
        self.model = model
        self.table = table
        self.data = data
        self.settings = settings
        self.generator = generator
        self.groups = groups(model.bank.layout)
        self.penalty = GroupLasso(self.groups, nested=settings.nested)
        self.bank_optimizer = ProxAdam(model.bank, self.penalty, lr=lr)
        self.class_optimizer = torch.optim.Adam([model.weight, model.bias], lr=lr, fused=True)
        self._parameters = list(model.parameters())
        self.word_optimizer: torch.optim.Optimizer | None = None

    def learn_words(self) -> None:
        """From here on, epochs also move a copy of the word vectors, at the step size `vector_lr`; 0 leaves them.

        Plain gradient steps move a word in proportion to what the texts say of it: often-seen words of one class most,
        rare ones hardly. Adaptive ones move all alike, and learn the rare words by heart.
        """
        if self.settings.vector_lr > 0:
            self.table = self.table.clone().requires_grad_()
            self.word_optimizer = torch.optim.SGD([self.table], lr=self.settings.vector_lr)

    def keep_words(self, table: Tensor) -> None:
        """The word vectors are `table` from here on, and only read."""
        self.table, self.word_optimizer = table, None

    def set_strength(self, strength: float) -> None:
        """Change the multiplier λ of the penalty."""
        self.bank_optimizer.param_groups[0]["strength"] = strength

    def epoch(self) -> float:
        """One pass over the data in mini-batches, with dropout; the mean loss on the way."""
        total = 0.0
        for places in bucketed_batches(self.data.lengths, self.settings.batch_size, self.generator):
            self._zero_grad()
            x = self._dropped(self.data.packed(places, self.table))
            loss = nn.functional.cross_entropy(self.model(x), self.data.labels[torch.from_numpy(places)])
            loss.backward()
            total += float(loss.detach()) * len(places)
            self._step()
        return total / len(self.data.ids)

    def full_step(self) -> float:
        """One step on the exact gradient over all data, without dropout; the loss before it."""
        loss = self.full_gradient()
        self._step()
        return loss

    def full_gradient(self) -> float:
        """Leave the gradient of the mean loss over all data, without dropout, in `.grad`; returns that loss."""
        self._zero_grad()
        total = 0.0
        for x, labels in self._full_batches:
            loss = nn.functional.cross_entropy(self.model(x), labels, reduction="sum")
            (loss / len(self.data.ids)).backward()
            total += float(loss.detach())
        return total / len(self.data.ids)

    @cached_property
    def _full_batches(self) -> list[tuple[Packed, Tensor]]:
        """All data, packed once: every full step reads the same batches."""
        return [
            (self.data.packed(places, self.table), self.data.labels[torch.from_numpy(places)])
            for places in sorted_batches(self.data.lengths, TOKENS)
        ]

    def _zero_grad(self) -> None:
        for parameter in self._parameters:
            parameter.grad = torch.zeros_like(parameter)
        self.table.grad = None

    def _step(self) -> None:
        """Clip the gradient of the loss, step, apply the penalty's prox, bound the class weights."""
        nn.utils.clip_grad_norm_(self._parameters, self.settings.clip)
        self.bank_optimizer.step()
        self.class_optimizer.step()
        if self.word_optimizer is not None:
            self.word_optimizer.step()
        with torch.no_grad():
            self.model.weight.clamp_(-self.settings.class_bound, self.settings.class_bound)

    def _dropped(self, x: Packed) -> Packed:
        """Dropout on the numbers of word vectors, then on whole words: one mask per word type and batch.

        Source: Gal and Ghahramani (2016).
        """
        data = x.data
        if self.settings.dropout > 0:
            keep = torch.rand(data.shape, generator=self.generator) >= self.settings.dropout
            data = data * keep / (1 - self.settings.dropout)
        if self.settings.word_dropout > 0:
            data = data * (torch.rand((len(data), 1), generator=self.generator) >= self.settings.word_dropout)
        return x.with_data(data)
