"""From settings to models and trainers."""

from collections.abc import Sequence

import torch
from torch import Tensor

from neural import PatternClassifier, compile_patterns
from sparsify.optimizers.base import MakeOptimizer
from sparsify.penalties.prox_adam import ProxAdam
from sparsify.settings import Settings
from sparsify.tables import GROUPS, METHOD_PENALTIES, PENALTIES
from sparsify.training.dropout import Dropout
from sparsify.training.encoded import Encoded
from sparsify.training.pace import Pace
from sparsify.training.processes import ALONE, World
from sparsify.training.side_by_side import trainable
from sparsify.training.trainer import Trainer
from wfsa import WFSA


def make_trainer(
    models: Sequence[PatternClassifier],
    data: Encoded,
    settings: Settings,
    generator: torch.Generator,
    lr: float,
    world: World = ALONE,
    optimizer: MakeOptimizer = ProxAdam,
) -> Trainer:
    """A trainer of one model or several, as the settings say.

    Args:
        optimizer: what makes its optimiser.

    Everything random comes from `generator`, and nothing of it depends on how many models there are.
    """
    loss_weights = balanced(data.labels, len(models[0].bias)) if settings.class_weight == "balanced" else None
    together = trainable([model.to(world.device) for model in models], loss_weights)
    make_penalty = PENALTIES.find(METHOD_PENALTIES.get(settings.method, settings.penalty))
    penalty = make_penalty(GROUPS.find(settings.groups)(together.bank.layout))
    steps = optimizer(together.bank, penalty, lr=lr, others=[together.weight, together.bias])
    seed = int(torch.randint(2**62, (1,), generator=generator))
    dropout = Dropout(settings.dropout, settings.word_dropout, seed, settings.variational_dropout)
    pace = Pace(settings.batch_size, settings.clip, settings.class_bound)
    return Trainer(together, data, steps, dropout, generator, pace, world)


def balanced(labels: Tensor, classes: int) -> Tensor:
    """[class]: n / (k n_c), so that every class has the same share of the loss, and the mean weight of a text is 1.

    Of n labels n_c are c; k is the number of classes that have any. Others weigh nothing.
    Source: King and Zeng (2001); `class_weight="balanced"` of scikit-learn.
    """
    counts = labels.bincount(minlength=classes).double()
    found = int((counts > 0).sum())
    return torch.where(counts > 0, len(labels) / (found * counts.clamp(min=1)), 0.0)


def full_model(
    patterns: Sequence[WFSA], dim: int, classes: int, settings: Settings, generator: torch.Generator
) -> PatternClassifier:
    """The model before training, at random initial values."""
    bank = compile_patterns(patterns, dim, readout=settings.readout)
    model = PatternClassifier(bank, classes, settings.activation)
    bank.reset_parameters(generator)
    model.reset_parameters(generator)
    return model
