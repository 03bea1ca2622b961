"""What is left after deletion, trained on without the penalty, which had made its parameters too small.

Training begins where the path met the model, not where the polish ended: the path's gradients are those of texts with
dropout, and a polish without it learns the training texts by heart where they are few and the model is not small. The
polish says which groups live. It ends where the dev loss is lowest: where training on helps nothing, the model stays as
the path left it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from threading import Event
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from neural import PatternClassifier
from sparsify.log import Row
from sparsify.methods.base import Candidate, Parameters, Search, during, parameters_of
from sparsify.methods.live_point import LivePoint
from sparsify.penalties.groups import norms
from sparsify.penalties.prune import prune, transitions
from sparsify.training.encoded import Encoded, accuracy, logits
from sparsify.training.side_by_side import cross_entropies
from sparsify.training.two_threads import in_halves, until

_PATIENCE = 10
"""So many epochs in a row without a lower dev loss of any model end the training of all."""


class Best(NamedTuple):
    """A model after the epoch of lowest dev loss so far, with its training loss."""

    state: Parameters
    loss: float
    dev: float


def debias(search: Search, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates with their dev accuracy as they were found, and after epochs without a penalty, side by side.

    Every model is left as it was after the epoch of lowest dev loss, or before the first; the one without patterns is
    fitted in closed form. Picking an epoch by dev texts makes the dev scores of the curve a little too good, of all
    sizes alike.
    """
    models, before = [], []
    for candidate in candidates:
        models.append(_as_met(search, candidate))
        search.model.load_state_dict(candidate.state)
        before.append(search.row("polish", candidate.transitions, candidate.loss, candidate.strength))
    losses = _train(search, models)
    found = []
    for candidate, row, model, loss in zip(candidates, before, models, losses, strict=True):
        dev = search.trainer.world.agreed(accuracy(model, search.dev))
        search.log.write(Row("debias", candidate.transitions, 0.0, loss, 0.0, dev, row.transitions, row.patterns))
        found.append(replace(candidate, dev=row.dev, dev_debiased=dev, model=model))
    return found


@torch.no_grad()
def _as_met(search: Search, candidate: Candidate) -> PatternClassifier:
    """What lives in the candidate, with the numbers that it had when it was met; what came back, with later ones."""
    model, trainer = search.model, search.trainer
    point, numbers = LivePoint(trainer), []
    for state in (candidate.state, candidate.found):
        model.load_state_dict(state)
        numbers.append((point.values(), norms(model.bank, trainer.groups).numpy() > 0))
    (polished, living), (met, alive) = numbers
    as_it_was = np.append(living & alive, True)[point.group]
    point.write(np.where(as_it_was, met, polished))
    return prune(model, trainer.groups, search.settings.allow_gap).model


def dev_loss(model: PatternClassifier, dev: Encoded) -> float:
    """The mean cross-entropy of the dev texts."""
    return float(torch.nn.functional.cross_entropy(logits(model, dev.texts).double().cpu(), dev.labels))


def _train(search: Search, models: Sequence[PatternClassifier]) -> list[float]:
    """Train the models without a penalty; returns their losses."""

    def job(places: Sequence[int], stop: Event) -> list[float]:
        epochs = range(search.settings.debias)
        shown = search.log.progress("debias", epochs) if 0 in places else epochs  # those of the first model's half
        return train_on(search, [models[place] for place in places], until(stop, shown))

    sizes = [transitions(model.bank.layout.patterns) for model in models]
    found = in_halves(sizes, job, search.settings.threads, search.trainer.world)
    for m, model in enumerate(models):
        if not model.bank.layout.patterns:
            found[m] = fit_prior(model, search.trainer.data.labels, search.trainer.models.loss_weights)
    return found


def train_on(search: Search, models: Sequence[PatternClassifier], steps: Iterable[int]) -> list[float]:
    """Epochs without a penalty for all models side by side; each ends as the best by dev loss. Returns their losses on
    the way there."""
    trainer = search.beside(models)
    begun = zip(models, trainer.full_gradient().tolist(), strict=True)
    best = [Best(parameters_of(model), loss, _agreed(search, model)) for model, loss in begun]
    stale = 0
    for epoch in steps:
        with during("debias", epoch + 1):
            losses = trainer.epoch().tolist()
        trainer.models.write_back()
        stale += 1
        for m, model in enumerate(models):
            dev = _agreed(search, model)
            if dev < best[m].dev:
                best[m], stale = Best(parameters_of(model), losses[m], dev), 0
        if stale >= _PATIENCE:
            break
    for model, own in zip(models, best, strict=True):
        model.load_state_dict(own.state)
    return [own.loss for own in best]


def _agreed(search: Search, model: PatternClassifier) -> float:
    return search.trainer.world.agreed(dev_loss(model, search.dev))


@torch.no_grad()
def fit_prior(model: PatternClassifier, labels: Tensor, loss_weights: Tensor | None = None) -> float:
    """The best model without patterns, in closed form: the logarithms of the classes' shares of all loss weights.

    Returns its loss.
    """
    labels = labels.to(model.bias.device)
    shares = torch.bincount(labels, minlength=len(model.bias)).to(model.bias.dtype)
    if loss_weights is not None:
        shares *= loss_weights.to(shares)
    model.bias.copy_((shares / shares.sum()).log())
    return float(cross_entropies(model.bias.expand(len(labels), -1), labels, loss_weights).mean())
