"""The paper's method: a subgradient penalty, groups below a threshold deleted at the end, fine-tuning.

Each training begins at the same initial values and follows the subgradient of L + λ Σ_g ‖w_g‖₂ by plain Adam at a
constant step size, until dev accuracy stands still. No group becomes zero: those whose norm is below 0.1 are set to
zero, and with them those behind (the longest prefix of a chain lives). That changes logits, and what it changes is
reported: it guarantees neither zeros of the penalised optimum nor predictions that stay.
Source: Dodge, Schwartz, Peng and Smith (2019), §2 and appendix A.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from neural import PatternBank
from sparsify.log import Row
from sparsify.methods.base import Candidate, Parameters, Search, during, parameters_of
from sparsify.methods.certificate import first_order
from sparsify.methods.plain import plain_trainer, tuned, until_stale
from sparsify.methods.strength_search import find_strength
from sparsify.penalties.blocks import zero_rows
from sparsify.penalties.groups import Groups, norms
from sparsify.penalties.prune import remaining, transitions, zero_behind
from sparsify.training.encoded import accuracy


@dataclass(frozen=True)
class Cut:
    """What a threshold leaves of one training.

    Attributes:
        strength: its λ.
        transitions: the size.
        orphans: groups above the threshold that were deleted because they are behind one below.
        found, zeroed: parameters before and after.
    """

    strength: float
    transitions: int
    orphans: int
    found: Parameters
    zeroed: Parameters


def threshold(search: Search) -> Iterator[Candidate]:
    """One model: at --strength, of --goal transitions, or at the strength that the paper recommends to begin with."""
    settings, trained = search.settings, {}
    if search.moving is not None:
        search.log.say(
            "note: word vectors moved while the full model was trained; in the paper they stay: --move-vectors none."
        )

    def size_at(strength: float) -> int:
        trained[strength] = learn(search, strength)
        return trained[strength].transitions

    strength = settings.strength or balancing_strength(search)
    if settings.goal:
        strength = find_strength(size_at, strength, settings.goal, settings.within)
    else:
        size_at(strength)
    cut = trained[strength]
    search.model.load_state_dict(cut.zeroed)
    conditions = first_order(search.trainer, strength)
    made = search.candidate(strength, conditions.loss, cut.found)
    yield tuned(search, replace(made, zeroed=cut.zeroed, certificate=conditions.certificate, final=True))


def balancing_strength(search: Search) -> float:
    """λ = L(w) / Σ_g ‖w_g‖₂ at the initial values: penalty and loss weigh the same (the paper's recommendation)."""
    search.model.load_state_dict(search.initial)
    return float(search.trainer.full_gradient()) / search.trainer.penalty.value(search.model.bank)


def learn(search: Search, strength: float) -> Cut:
    """One training from the initial values, and what the threshold leaves."""
    model, groups = search.model, search.trainer.groups
    model.load_state_dict(search.initial)
    for _ in until_stale(_epochs(search, strength), search.settings.patience):
        pass
    found = parameters_of(model)
    orphans = cut(model.bank, groups, search.settings.threshold)
    left = remaining(groups.layout, [groups.members[g] for g in (norms(model.bank, groups) == 0).nonzero()[:, 0]])
    made = Cut(strength, transitions(left.values()), orphans, found, parameters_of(model))
    behind = f"; {orphans} groups above it were behind one below, and went too" if orphans else ""
    search.log.say(f"strength {strength:.3g}: the threshold leaves {made.transitions} transitions{behind}.")
    return made


def _epochs(search: Search, strength: float) -> Iterator[Row]:
    """Epochs with the penalty; sizes are those that the threshold would leave."""
    model, trainer, groups = search.model, plain_trainer(search, search.model), search.trainer.groups
    trainer.optimizer.set_strength(strength)
    for _ in search.log.progress("threshold (may end early)", range(search.settings.path_epochs)):
        epoch = next(search.epochs)
        with during("path", epoch):
            loss = float(trainer.epoch())
        weak = below(model.bank, groups, search.settings.threshold)
        left = remaining(groups.layout, [group for group, low in zip(groups.members, weak, strict=True) if low])
        search.log.norms(strength, groups.names, norms(model.bank, groups).tolist())
        dev = trainer.world.agreed(accuracy(model, search.dev))
        penalty = strength * trainer.penalty.value(model.bank)
        yield search.log.write(Row("path", epoch, strength, loss, penalty, dev, transitions(left.values()), len(left)))


def below(bank: PatternBank, groups: Groups, threshold: float) -> np.ndarray:
    """[group]: is its norm below the threshold?"""
    found: np.ndarray = norms(bank, groups).numpy() < threshold
    return found


@torch.no_grad()
def cut(bank: PatternBank, groups: Groups, threshold: float) -> int:
    """Set groups below the threshold, and what only they lead to, to zero; returns how many groups the second were."""
    zero_rows(bank, groups.rows, below(bank, groups, threshold))
    alive = int((norms(bank, groups) > 0).sum())
    zero_behind(bank, groups)
    return alive - int((norms(bank, groups) > 0).sum())
