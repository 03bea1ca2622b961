"""The chosen model, led to where the first-order conditions hold, and over the low passes beside it.

A local exchange then tries the weakest living group against the strongest dead one: the one is deleted, the other takes
its norm against the gradient that it has, all are led down, and the exchange stands where the objective has become
lower. First-order conditions see no such step: between the two points the objective is higher.
"""

from collections.abc import Iterator
from copy import deepcopy
from itertools import chain

import numpy as np

from sparsify.methods.base import Candidate, Search, parameters_of
from sparsify.methods.live_point import LivePoint
from sparsify.methods.polish import Conditions, Polished, as_found
from sparsify.methods.snapshot import Snapshot
from sparsify.penalties.groups import norms
from sparsify.penalties.prune import gone_with
from sparsify.training.two_threads import half_of_the_processor

_EXCHANGES = 3
_LOWER = 1e-6
"""By how much of itself an objective must fall; less is rounding."""


def settle(search: Search, candidate: Candidate) -> Candidate:
    """The candidate where all has been done that `--certify` evaluations allow; not debiased.

    Whether it is certified now its certificate says; groups may have died or come back.
    """
    with half_of_the_processor():
        return _settled(search, candidate)


def _settled(search: Search, candidate: Candidate) -> Candidate:
    steps = iter(search.log.progress("certifying", range(search.settings.certify)))
    conditions = Conditions(search, deepcopy(search.model))
    one = Polished(Snapshot(candidate.transitions, candidate.strength, candidate.found), candidate.state)
    _reach(conditions, one, steps)
    for _ in range(_EXCHANGES):
        if not one.certified or (other := _exchanged(conditions, one)) is None:
            break
        _reach(conditions, other, steps)
        if not other.certified or _objective(other) > _objective(one) * (1 - _LOWER):
            break
        one = other
    return as_found(conditions, one)


def _objective(one: Polished) -> float:
    assert one.conditions is not None
    return one.conditions.objective


def _reach(conditions: Conditions, one: Polished, steps: Iterator[object]) -> None:
    """Down, as often as groups come back."""
    while one.returns and (first := next(steps, None)) is not None:
        conditions.reach([one], chain([first], steps))


def _exchanged(conditions: Conditions, one: Polished) -> Polished | None:
    """A start from where the weakest living group is dead, and the strongest dead one alive; None: there are none."""
    model, trainer = conditions.model, conditions.trainer
    model.load_state_dict(one.state)
    trainer.full_gradient()
    point, grouped = LivePoint(trainer), trainer.groups
    values, gradient = point.values(), point.gradient()
    sizes, scale = norms(model.bank, grouped).numpy(), trainer.penalty.scale.numpy()
    living, dead = np.flatnonzero(sizes > 0), sizes == 0
    pulls = np.where(dead, point.norms(gradient, len(sizes)) / scale, 0.0)
    if len(living) < 2 or not pulls.any():
        return None
    weakest, strongest = int(living[(sizes / scale)[living].argmin()]), int(pulls.argmax())
    gone = gone_with(grouped, np.flatnonzero(dead).tolist(), weakest)
    values[np.isin(point.group, gone)] = 0.0
    comes = point.group == strongest
    values[comes] = -gradient[comes] * sizes[weakest] / np.linalg.norm(gradient[comes])
    point.write(values)
    return Polished(one.snapshot, parameters_of(model))
