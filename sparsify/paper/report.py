"""What a study found, as a table."""

from collections.abc import Iterator, Sequence
from statistics import fmean, stdev

from sparsify.paper.outcome import Outcome
from sparsify.paper.plan import FINAL


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Lines: of every arm and goal, mean ± standard deviation over the seeds of its best sample."""
    row = "{:<16}{:>20}{:>7}{:>16}{:>16}{:>16}{:>11}"
    yield row.format("arm", "goal", "seeds", "transitions", "dev %", "test %", "learned")
    groups: dict[tuple[str, str], list[Outcome]] = {}
    arms = list(dict.fromkeys(own.arm for own in outcomes))
    for own in sorted(outcomes, key=lambda own: (arms.index(own.arm), own.goal)):
        if own.stage == FINAL:
            groups.setdefault((own.arm, goal_of(own)), []).append(own)
    for (arm, goal), every in groups.items():
        sizes = [own.transitions for own in every if own.transitions is not None]
        tests = [100 * own.test for own in every if own.test is not None]
        learned = fmean(sum(own.learned.values()) for own in every)
        figures = (spread(sizes), spread([100 * own.dev for own in every]), spread(tests))
        yield row.format(arm, goal, len(every), *figures, f"{learned:,.0f}")


def goal_of(outcome: Outcome) -> str:
    """The size that was asked for, or the shape that was set."""
    return str(outcome.goal or outcome.parameters.get("shapes", "") or "–")


def spread(values: Sequence[float]) -> str:
    """Mean ± standard deviation of a sample."""
    if not values:
        return "–"
    return f"{fmean(values):.1f}" + (f" ± {stdev(values):.1f}" if len(values) > 1 else "")
