"""The path of strengths: from the full model without a penalty to nothing, each strength starting from the last.

Dense to sparse only: at zero parameters just the first states have a gradient, so a path from sparse to dense would
never find a longer pattern.
"""

import math
from collections.abc import Iterator, Sequence

from sparsify.methods.base import Candidate, Search, during, parameters_of
from sparsify.methods.debias import debias
from sparsify.methods.polish import polish, worth_polishing
from sparsify.methods.snapshot import Snapshot, path_epoch
from sparsify.penalties.prune import survivors, transitions

_FIRST = 0.01
"""The first strength, as a share of the one at which penalty and loss weigh the same."""

_LARGEST = 1e9
"""No model outlives this strength: where a path ends that grows too fast to be followed."""

_BISECTIONS = 12


def strength_path(search: Search) -> Iterator[Candidate]:
    """One run from dense to sparse: models of all sizes that it meets, or of those that are asked for, polished, their
    dead groups deleted, debiased."""
    settings, snapshots = search.settings, list(follow(search))
    if settings.sizes:
        found = [reach(search, snapshots, target) for target in search.log.progress("sizes", sorted(settings.sizes))]
    else:
        steps = search.log.progress("polish", range(settings.polish))
        found = polish(search, worth_polishing(snapshots), steps)
    most = settings.at_most
    if most and not any(0 < candidate.transitions <= most for candidate in found):
        found.append(reach(search, snapshots, most))
    distinct = {candidate.transitions: candidate for candidate in found}
    if any(0 < size <= (most or size) for size in distinct):
        distinct.pop(0, None)  # a small model can lose its last transition in the polish
    yield from debias(search, [distinct[n] for n in sorted(distinct)])


def strengths(search: Search) -> Iterator[float]:
    """The strengths of the run, one per epoch: rising by `growth` from 1 % of λ_eq = loss / Ω(w)."""
    strength = _FIRST * search.loss / max(search.trainer.penalty.value(search.model.bank), 1e-12)
    for _ in range(search.settings.path_epochs):
        yield strength
        strength *= search.settings.growth
        if strength > _LARGEST:
            return


def follow(search: Search) -> Iterator[Snapshot]:
    """One epoch per strength until nothing is left; the first snapshot of every size, as they come."""
    met = set()
    for strength in search.log.progress("path (may end early)", list(strengths(search))):
        snapshot = path_epoch(search, strength)
        if snapshot.transitions not in met:
            met.add(snapshot.transitions)
            yield snapshot
        if snapshot.transitions == 0:
            break


def between(search: Search, above: Snapshot, below: Snapshot) -> Snapshot:
    """From the larger model `above`, one epoch at the geometric mean of the two strengths."""
    strength = math.sqrt(above.strength * below.strength)
    search.model.load_state_dict(above.state)
    search.trainer.optimizer.set_strength(strength)
    with during("path, between two epochs", next(search.epochs)):
        search.trainer.epoch()
    left = survivors(search.model.bank, search.trainer.groups)
    return Snapshot(transitions(left.values()), strength, parameters_of(search.model))


def reach(search: Search, snapshots: Sequence[Snapshot], target: int) -> Candidate:
    """A polished model of exactly `target` transitions, by bisection of the strength between two snapshots.

    Where several groups die at once and no strength gives the size, the nearest size is taken and said.
    """
    inside = sorted(snapshots, key=lambda snapshot: snapshot.strength)
    above, below = inside[0], inside[-1]
    best: Candidate | None = None
    for _ in range(_BISECTIONS):
        middle = inside[len(inside) // 2] if inside else between(search, above, below)
        (found,) = polish(search, [middle], range(search.settings.polish))
        if best is None or abs(found.transitions - target) < abs(best.transitions - target):
            best = found
        if found.transitions > target:
            above, inside = middle, [snapshot for snapshot in inside if snapshot.strength > middle.strength]
        elif found.transitions < target:
            below, inside = middle, [snapshot for snapshot in inside if snapshot.strength < middle.strength]
        else:
            return found
    assert best is not None
    search.log.say(f"note: no strength was found that leaves {target} transitions; took {best.transitions}.")
    return best
