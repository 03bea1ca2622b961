"""What lives in one run and not in another: states, by pattern, with the phrases of their patterns."""

from collections.abc import Iterator, Mapping
from typing import Any

from viz.run_files import Run, judge
from wfsa import main_arcs
from wfsa.printing import escaped


def diff(a: Run, b: Run) -> str:
    """The comparison as text: sizes, then every pattern whose living states or arcs differ, then its phrases.

    Patterns are compared by name and states by number, so it says most of runs that began alike: the same seed and
    shape, another strength, setting or data set.
    """
    lines = [*_sizes("A", a), *_sizes("B", b), ""]
    left, right = _living(a), _living(b)
    arcs = _arcs(a), _arcs(b)
    for name in sorted(left.keys() | right.keys(), key=_by_number):
        here, there = left.get(name, set()), right.get(name, set())
        here_arcs, there_arcs = (found.get(name, set()) for found in arcs)
        if here == there and here_arcs == there_arcs:
            continue
        lines.append(f"{name}: {_only('A', here - there)}{_only('B', there - here)}{_both(here & there)}".rstrip())
        for title, own in (("A", here_arcs - there_arcs), ("B", there_arcs - here_arcs)):
            if own and here == there:
                lines.append(f"  only {title} keeps {', '.join(f'{s} → {t}' for s, t in sorted(own))}")
        for title, run, states in (("A", a, here), ("B", b, there)):
            if states:
                lines += [f"  {title} {row}" for row in _phrases(run.phrases.get(name, {}))]
    if len(lines) == 3:
        lines.append("The same states and main arcs live in both.")
    return "\n".join(lines) + "\n"


def _sizes(title: str, run: Run) -> Iterator[str]:
    chosen, part = run.summary["chosen"], judge(run.summary)
    yield (
        f"{title} {escaped(str(run.folder))}: {chosen['transitions']} transitions in {chosen['patterns']} patterns, "
        f"{part} {100 * chosen[part]:.1f} %"
    )


def _living(run: Run) -> dict[str, set[int]]:
    """Pattern → the states that are left, those before the first main arc aside."""
    return {
        pattern.name: {arc.target for arc in pattern.automaton.arcs if arc.source != arc.target}
        for pattern in run.patterns
        if pattern.automaton is not None
    }


def _arcs(run: Run) -> dict[str, set[tuple[int, int]]]:
    """Pattern → the ends of the main arcs that are left."""
    return {
        pattern.name: {(arc.source, arc.target) for arc in main_arcs(pattern.automaton)}
        for pattern in run.patterns
        if pattern.automaton is not None
    }


def _by_number(name: str) -> tuple[int, str]:
    digits = "".join(c for c in name if c.isdecimal())
    return (int(digits) if digits else 0, name)


def _only(title: str, states: set[int]) -> str:
    return f"only {title} keeps {', '.join(map(str, sorted(states)))}; " if states else ""


def _both(states: set[int]) -> str:
    return f"both keep {', '.join(map(str, sorted(states)))}" if states else ""


def _phrases(ends: Mapping[str, Any]) -> Iterator[str]:
    for end in ("highest", "lowest"):
        rows = ends.get(end, [])[:2]
        if rows:
            yield f"{end}: " + "; ".join(f"{escaped(row['phrase'])} ({row['score']:+.2f})" for row in rows)
