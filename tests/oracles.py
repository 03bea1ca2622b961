"""Answers from outside, beyond those of wfsa.testing: plain arithmetic, none of the package's algorithms."""

import math
from fractions import Fraction

import numpy as np

from wfsa import ANY, BOOLEAN, COUNT, EPSILON, EXTREMES, LOG, MAX_PLUS, MAX_TIMES, MIN_PLUS, REAL
from wfsa.testing.enumeration import matrices, matrix_pathsum, strings

COMBINE = {
    REAL: lambda ws: math.fsum(math.prod(w) for w in ws),
    LOG: lambda ws: float(np.logaddexp.reduce([sum(w) for w in ws])) if ws else -math.inf,
    MAX_PLUS: lambda ws: max((sum(w) for w in ws), default=-math.inf),
    MIN_PLUS: lambda ws: min((sum(w) for w in ws), default=math.inf),
    MAX_TIMES: lambda ws: max((math.prod(w) for w in ws), default=0.0),
    BOOLEAN: lambda ws: any(all(w) for w in ws),
    COUNT: lambda ws: sum(all(w) for w in ws),
    EXTREMES: lambda ws: (
        min((math.prod(w) for w in ws), default=math.inf),
        max((math.prod(w) for w in ws), default=-math.inf),
    ),
}
"""Semiring → the pathsum, from the lists of weights of all paths."""


def total_matrix(automaton):
    """(λ, M, ρ) over the sum of all arcs, whatever they read, with states as they come."""
    size = max(automaton.states, default=-1) + 1
    initial, table, final = matrices(automaton, size)
    return initial, sum(table.values(), np.zeros((size, size))), final


def linear_total(automaton):
    """λ (I − M)⁻¹ ρ."""
    initial, matrix, final = total_matrix(automaton)
    return float(initial @ np.linalg.solve(np.eye(len(initial)) - matrix, final)) if len(initial) else 0.0


def linear_counts(automaton):
    """Per arc: α w β / Z with α = λ (I − M)⁻¹ and β = (I − M)⁻¹ ρ."""
    initial, matrix, final = total_matrix(automaton)
    inverse = np.linalg.inv(np.eye(len(initial)) - matrix)
    before, after = initial @ inverse, inverse @ final
    total = float(initial @ after)
    return [before[arc.source] * arc.weight * after[arc.target] / total for arc in automaton.arcs]


def exact_counts(automaton):
    """(total, expected count per arc) in rational arithmetic: Gauss–Jordan on I − M, rounded once at the end."""
    size = max(automaton.states) + 1
    left = [[Fraction(int(p == q)) for q in range(size)] for p in range(size)]
    for arc in automaton.arcs:
        left[arc.source][arc.target] -= Fraction(arc.weight)
    rows = [row + [Fraction(int(p == q)) for q in range(size)] for p, row in enumerate(left)]
    for c in range(size):
        pivot = next(r for r in range(c, size) if rows[r][c] != 0)
        rows[c], rows[pivot] = rows[pivot], rows[c]
        rows[c] = [value / rows[c][c] for value in rows[c]]
        for r in range(size):
            if r != c and rows[r][c] != 0:
                rows[r] = [x - rows[r][c] * y for x, y in zip(rows[r], rows[c], strict=True)]
    star = [row[size:] for row in rows]
    before = [sum(Fraction(w) * star[p][q] for p, w in automaton.initial.items()) for q in range(size)]
    after = [sum(star[p][q] * Fraction(w) for q, w in automaton.final.items()) for p in range(size)]
    total = sum(before[q] * Fraction(w) for q, w in automaton.final.items())
    shares = [before[a.source] * Fraction(a.weight) * after[a.target] / total for a in automaton.arcs] if total else []
    return float(total), [float(share) for share in shares]


def weights_of(automaton, length=3, symbols="abc"):
    """[string]: REAL pathsums by linear algebra, of all strings of at most `length` symbols."""
    size = max(automaton.states, default=-1) + 1
    return np.array([matrix_pathsum(automaton, string, size) for string in strings(symbols, length)])


def hankel_singular_values(automaton, length=5, symbols="abc"):
    """Of the Hankel matrix f(xy) of all x, y of at most `length` symbols, its factors' rows at unit length."""
    size = max(automaton.states, default=-1) + 1
    initial, table, final = matrices(automaton, size)
    zero = np.zeros((size, size))
    closure = np.linalg.inv(np.eye(size) - table.get(EPSILON, zero))
    steps = [(table.get(symbol, zero) + table.get(ANY, zero)) @ closure for symbol in symbols]

    def spread(start, move):
        found, last = [start], [start]
        for _ in range(length):
            last = [move(vector, step) for vector in last for step in steps]
            found += last
        rows = np.array(found)
        lengths = np.linalg.norm(rows, axis=1)
        return rows[lengths > 1e-13] / lengths[lengths > 1e-13, None]

    before = spread(initial @ closure, lambda vector, step: vector @ step)
    after = spread(final, lambda vector, step: step @ vector)
    return np.linalg.svd(before @ after.T, compute_uv=False) / max(len(before), len(after), 1)
