"""Training as the paper's: plain Adam, epochs until dev accuracy stands still."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from neural import PatternClassifier
from sparsify.log import Row
from sparsify.methods.base import Candidate, Search, during, parameters_of
from sparsify.methods.debias import fit_prior
from sparsify.optimizers.subgradient_adam import SubgradientAdam
from sparsify.training.encoded import accuracy
from sparsify.training.trainer import Trainer

_PLATEAU = 11
"""So many epochs in a row without a better dev accuracy halve the step size of what is trained without a penalty."""


def plain_trainer(search: Search, model: PatternClassifier) -> Trainer:
    """A trainer of `model` by plain Adam, the penalty's subgradient in the gradient."""
    return search.beside([model], optimizer=partial(SubgradientAdam, weight_decay=search.settings.weight_decay))


def until_stale(rows: Iterable[Row], patience: int) -> Iterator[tuple[Row, int]]:
    """(row, epochs since the best dev accuracy so far), up to `patience` such epochs in a row."""
    best, stale = -1.0, 0
    for row in rows:
        stale = 0 if row.dev > best else stale + 1
        best = max(best, row.dev)
        yield row, stale
        if stale >= patience:
            return


def tuned(search: Search, candidate: Candidate) -> Candidate:
    """The candidate with its model trained on without a penalty, and left as it was when dev accuracy was best.

    At most `path_epochs` epochs; the step size is halved after every 11 epochs without a better dev accuracy, which is
    the schedule of the authors' code. Picking the epoch by dev accuracy makes that of the curve a little too good.
    """
    model, trainer = candidate.model, search.trainer
    if not candidate.patterns:
        fit_prior(model, trainer.data.labels, trainer.models.loss_weights)
        return replace(candidate, dev_debiased=trainer.world.agreed(accuracy(model, search.dev)))
    plain = plain_trainer(search, model)
    best, state = candidate.dev, parameters_of(model)  # of which the first epoch takes the place, whatever it is
    for row, stale in until_stale(_epochs(search, plain, candidate), search.settings.patience):
        if stale == 0:
            best, state = row.dev, parameters_of(model)
        elif stale % _PLATEAU == 0:
            assert isinstance(plain.optimizer, SubgradientAdam)
            plain.optimizer.adam.lr /= 2
    model.load_state_dict(state)
    return replace(candidate, dev_debiased=best)


def _epochs(search: Search, trainer: Trainer, candidate: Candidate) -> Iterator[Row]:
    for epoch in search.log.progress("tune (may end early)", range(1, search.settings.path_epochs + 1)):
        with during("tune", epoch):
            loss = float(trainer.epoch())
        dev = trainer.world.agreed(accuracy(candidate.model, search.dev))
        yield search.log.write(Row("tune", epoch, 0.0, loss, 0.0, dev, candidate.transitions, candidate.patterns))
