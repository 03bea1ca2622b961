"""What is left after deletion, trained on without the penalty, which had made its parameters too small.

Training begins where the path met the model, not where the polish ended: the path's gradients are those of texts with
dropout, and a polish without it learns the training texts by heart where they are few and the model is not small. The
polish says which groups live. Where training on helps nothing, by the dev loss, the model stays as the path left it.
"""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from threading import Event

import numpy as np
import torch
from torch import Tensor

from neural import PatternClassifier
from sparsify.log import Row
from sparsify.methods.base import Candidate, Search, during
from sparsify.methods.live_point import LivePoint
from sparsify.penalties.groups import norms
from sparsify.penalties.prune import prune, transitions
from sparsify.training.encoded import Encoded, accuracy, logits
from sparsify.training.side_by_side import cross_entropies
from sparsify.training.two_threads import in_halves, until


def debias(search: Search, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates with their dev accuracy as they were found, and after epochs without a penalty, side by side.

    Every model ends as its mean over the ends of the last two thirds of epochs. No epoch is picked by dev accuracy:
    that would make the dev accuracies of the curve too good.
    Source of the averaging: Polyak and Juditsky (1992), Izmailov et al. (2018).
    """
    before, begun = [], []
    for candidate in candidates:
        begun.append(_as_met(search, candidate))
        search.model.load_state_dict(candidate.state)
        before.append(search.row("polish", candidate.transitions, candidate.loss, candidate.strength))
    models = [deepcopy(model) for model in begun]
    losses = _train(search, models)
    found = []
    agreed = search.trainer.world.agreed
    for candidate, row, first, trained, loss in zip(candidates, before, begun, models, losses, strict=True):
        dev_losses = [agreed(dev_loss(one, search.dev)) for one in (trained, first)]
        model = trained if dev_losses[0] <= dev_losses[1] or not candidate.kept else first
        dev = agreed(accuracy(model, search.dev))
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
    """Train the models without a penalty; returns their last losses."""

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
    """Epochs without a penalty for all models side by side; each ends as a mean. Returns their last losses."""
    trainer, epochs = search.beside(models), search.settings.debias
    losses = trainer.full_gradient() if not epochs else torch.zeros(len(models))
    own = [*trainer.models.bank.parameters(), trainer.models.weight, trainer.models.bias]
    means: list[Tensor] = []
    taken = 0
    for epoch in steps:
        with during("debias", epoch + 1):
            losses = trainer.epoch()
        if epoch >= epochs // 3:
            taken += 1
            now = [parameter.detach().clone() for parameter in own]
            means = [mean.lerp(value, 1 / taken) for mean, value in zip(means or now, now, strict=True)]
    with torch.no_grad():
        for parameter, mean in zip(own, means or own, strict=True):
            parameter.copy_(mean)
    trainer.models.write_back()
    found: list[float] = losses.tolist()
    return found


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
