"""From settings to models and trainers."""

from collections.abc import Sequence

import torch

from neural import PatternClassifier, compile_patterns
from sparsify.penalties.prox_adam import ProxAdam
from sparsify.settings import Settings
from sparsify.tables import GROUPS, PENALTIES
from sparsify.training.dropout import Dropout
from sparsify.training.encoded import Encoded
from sparsify.training.processes import ALONE, World
from sparsify.training.side_by_side import trainable
from sparsify.training.trainer import Pace, Trainer
from wfsa import WFSA


def make_trainer(
    models: Sequence[PatternClassifier],
    data: Encoded,
    settings: Settings,
    generator: torch.Generator,
    lr: float,
    world: World = ALONE,
) -> Trainer:
    """A trainer of one model or several, as the settings say.

    Everything random comes from `generator`, and nothing of it depends on how many models there are.
    """
    together = trainable([model.to(world.device) for model in models])
    penalty = PENALTIES.find(settings.penalty)(GROUPS.find(settings.groups)(together.bank.layout))
    optimizer = ProxAdam(together.bank, penalty, lr=lr, others=[together.weight, together.bias])
    seed = int(torch.randint(2**62, (1,), generator=generator))
    dropout = Dropout(settings.dropout, settings.word_dropout, seed)
    pace = Pace(settings.batch_size, settings.clip, settings.class_bound, settings.vector_lr)
    return Trainer(together, data, optimizer, dropout, generator, pace, world)


def full_model(
    patterns: Sequence[WFSA], dim: int, classes: int, settings: Settings, generator: torch.Generator
) -> PatternClassifier:
    """The model before training, at random initial values."""
    bank = compile_patterns(patterns, dim, readout=settings.readout)
    model = PatternClassifier(bank, classes, settings.activation)
    bank.reset_parameters(generator)
    model.reset_parameters(generator)
    return model
