"""Where the states of a drawing stand: in columns along the arcs, in rows that keep neighbours together.

The columns are longest paths once the arcs that close cycles are left aside, so arcs lead to the right wherever they
can, and a chain is one row. The rows of each column are sorted by the mean row of the neighbours, to and fro.
Source: Sugiyama, Tagawa and Toda (1981), without their dummy states.
"""

from collections.abc import Mapping

from viz.automata.drawing import Drawing
from wfsa import State

_SWEEPS = 8


def layers(drawing: Drawing) -> Mapping[State, tuple[int, float]]:
    """state → (column, row); the rows of a column lie one apart, around 0."""
    after: dict[State, list[State]] = {node.state: [] for node in drawing.nodes}
    for edge in drawing.edges:
        if edge.target != edge.source and edge.target not in after[edge.source]:
            after[edge.source].append(edge.target)
    order, ahead = _without_cycles(drawing, after)
    column = dict.fromkeys(after, 0)
    for state in order:
        for target in ahead[state]:
            column[target] = max(column[target], column[state] + 1)
    entered = {target for targets in ahead.values() for target in targets} | {
        n.state for n in drawing.nodes if n.initial
    }
    for state in order:  # what nothing leads to stands just before where it leads
        if state not in entered and ahead[state]:
            column[state] = min(column[target] for target in ahead[state]) - 1
    return _rows(column, order, after)


def _without_cycles(
    drawing: Drawing, after: Mapping[State, list[State]]
) -> tuple[list[State], dict[State, list[State]]]:
    """The states in an order in which all arcs that close no cycle lead on, and those arcs."""
    ahead: dict[State, list[State]] = {state: [] for state in after}
    done: list[State] = []
    open_states: set[State] = set()
    seen: set[State] = set()
    starts = [node.state for node in drawing.nodes if node.initial] + [node.state for node in drawing.nodes]
    for start in starts:
        work = [(start, iter(after[start]))] if start not in seen else []
        seen.add(start)
        open_states.update(state for state, _ in work)
        while work:
            state, rest = work[-1]
            target = next(rest, None)
            if target is None:
                work.pop()
                open_states.discard(state)
                done.append(state)
            elif target not in open_states:
                ahead[state].append(target)
                if target not in seen:
                    seen.add(target)
                    open_states.add(target)
                    work.append((target, iter(after[target])))
    return done[::-1], ahead


def _rows(
    column: Mapping[State, int], order: list[State], after: Mapping[State, list[State]]
) -> dict[State, tuple[int, float]]:
    near: dict[State, list[State]] = {state: list(targets) for state, targets in after.items()}
    for state, targets in after.items():
        for target in targets:
            near[target].append(state)
    columns: list[list[State]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for state in order:
        columns[column[state]].append(state)
    row: dict[State, float] = {}
    for states in columns:
        _spread(states, row)
    for sweep in range(_SWEEPS):
        for states in columns if sweep % 2 == 0 else reversed(columns):
            middle = {q: sum(row[p] for p in near[q]) / len(near[q]) if near[q] else row[q] for q in states}
            states.sort(key=lambda q: middle[q])
            _spread(states, row)
    return {state: (column[state], row[state]) for state in column}


def _spread(states: list[State], row: dict[State, float]) -> None:
    for place, state in enumerate(states):
        row[state] = place - (len(states) - 1) / 2
