"""Models that a method met, led to stationary points at their strengths, their dead groups deleted.

What a polish finds dead is checked in the full shape: deleted groups that want to live come back, and the polish goes
on. What is left of that when the evaluations end is said with every model: its certificate.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from threading import Event

from neural import PatternClassifier
from sparsify.methods.base import Candidate, Parameters, Search, as_candidate, during, parameters_of
from sparsify.methods.certificate import FirstOrder, first_order
from sparsify.methods.live_point import LivePoint
from sparsify.methods.snapshot import Snapshot
from sparsify.methods.stationary import descend
from sparsify.penalties.prune import prune, restore, zero_behind
from sparsify.training.two_threads import in_halves, until

_SMALL, _LARGE = 24, 6
"""Up to how many transitions no size that the path met is left out, and how many larger ones there are."""

_RETURNS = 3
"""How often deleted groups may come back."""


@dataclass
class Polished:
    """A model on its way.

    Attributes:
        snapshot: where it began.
        start: the full-shape parameters from which it goes on.
        state: where it has arrived, deleted groups at zero.
        conditions: at `state`.
    """

    snapshot: Snapshot
    start: Parameters
    state: Parameters = field(default_factory=dict)
    conditions: FirstOrder | None = None

    @property
    def returns(self) -> bool:
        """Has it arrived where deleted groups want to live?"""
        if self.conditions is None:
            return True
        return self.conditions.arrived and bool(self.conditions.certificate.revivals)

    @property
    def certified(self) -> bool:
        """Do the first-order conditions hold?"""
        return self.conditions is not None and self.conditions.certificate.certified


def polish(search: Search, snapshots: Sequence[Snapshot], steps: Iterable[object]) -> list[Candidate]:
    """All snapshots side by side, each at its own strength; smallest first.

    Args:
        steps: one for each evaluation of all that have not arrived yet.
    """
    snapshots = sorted(snapshots, key=lambda snapshot: snapshot.transitions)
    steps, more = iter(steps), range(search.settings.polish)

    def job(places: Sequence[int], stop: Event) -> list[Candidate]:
        shown = steps if 0 in places else iter(more)  # the bar is that of the smallest model's half
        every = [Polished(snapshots[place], snapshots[place].state) for place in places]
        return polished(search, every, until(stop, shown), lambda: until(stop, more))

    costs = [snapshot.transitions for snapshot in snapshots]
    return in_halves(costs, job, search.settings.threads, search.trainer.world)


def polished(
    search: Search, every: Sequence[Polished], steps: Iterator[object], more: Callable[[], Iterator[object]]
) -> list[Candidate]:
    """The models where the evaluations end, with their certificates.

    Args:
        steps: evaluations until nothing moves.
        more: as many again, each time that deleted groups have come back.
    """
    model = deepcopy(search.model)
    conditions = Conditions(search, model)
    conditions.reach(every, steps)
    for _ in range(_RETURNS):
        if returning := [one for one in every if one.returns]:
            conditions.reach(returning, more())
    return [as_found(conditions, one) for one in every]


def as_found(conditions: "Conditions", one: Polished) -> Candidate:
    """The model as a candidate, its dead groups deleted."""
    conditions.model.load_state_dict(one.state)
    assert one.conditions is not None
    pruned = prune(conditions.model, conditions.trainer.groups, conditions.search.settings.allow_gap)
    start, loss = one.snapshot, one.conditions.loss
    made = as_candidate(pruned, start.strength, loss, 0.0, start.state, one.state)
    return replace(made, certificate=one.conditions.certificate)


class Conditions:
    """The full shape, in which deletion is checked."""

    def __init__(self, search: Search, model: PatternClassifier) -> None:
        self.search, self.model = search, model
        self.trainer = search.beside([model])

    def reach(self, every: Sequence[Polished], steps: Iterator[object]) -> None:
        """Lead the models down from their starts, and see what holds where they arrive."""
        model, grouped = self.model, self.trainer.groups
        small = []
        for one in every:
            model.load_state_dict(one.start)
            small.append(prune(model, grouped, self.search.settings.allow_gap))
        with during("polish", 1):
            descend(self.search, [pruned.model for pruned in small], [one.snapshot.strength for one in every], steps)
        for one, pruned in zip(every, small, strict=True):
            model.load_state_dict(one.start)
            restore(model, pruned)
            zero_behind(model.bank, grouped)
            one.state = parameters_of(model)
            one.conditions = first_order(self.trainer, one.snapshot.strength)
            LivePoint(self.trainer).write(one.conditions.revived)
            one.start = parameters_of(model)


def worth_polishing(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """Of what a path met, all models of at most 24 transitions and six larger ones, smallest first.

    Of the larger ones, which cost most, the three smallest and three on the way to the largest. The empty model only
    where there is no other.
    """
    snapshots = sorted(snapshots, key=lambda snapshot: snapshot.transitions)
    small = [snapshot for snapshot in snapshots if 0 < snapshot.transitions <= _SMALL]
    larger = [snapshot for snapshot in snapshots if snapshot.transitions > _SMALL]
    return [*small, *spread(larger)] or snapshots[:1]


def spread(larger: Sequence[Snapshot]) -> list[Snapshot]:
    """At most six, smallest first: the three smallest, and three on the way to the largest."""
    larger = sorted(larger, key=lambda snapshot: snapshot.transitions)
    if len(larger) <= _LARGE:
        return larger
    rest = larger[_LARGE // 2 :]
    count = _LARGE - _LARGE // 2
    return [*larger[: _LARGE // 2], *(rest[len(rest) * (k + 1) // count - 1] for k in range(count))]
