"""Vectors that keep only the entries they have, and bases of them."""

import heapq

from wfsa.errors import SizeError

Vector = dict[int, float]

ROUNDING, NOTHING = 1e-9, 1e-12
"""As in `wfsa.operations.matrices`: shares of a vector, and of the largest step of a symbol."""

_MOST = 20_000_000
"""Entries of a basis."""


def largest(vector: Vector) -> float:
    """The size of its largest entry."""
    return max(map(abs, vector.values()), default=0.0)


class Basis:
    """A growing basis of vectors as they came, each divided by its largest entry, so that few coordinates are needed.

    Beside them stands their echelon form, by which coordinates are found: each is 0 at the pivots of those before it,
    so that a vector is reduced by each of them once, in their order.

    Attributes:
        vectors: the basis.
    """

    def __init__(self) -> None:
        self.vectors: list[Vector] = []
        self._reduced: list[Vector] = []
        self._made_of: list[Vector] = []  # the coordinates of the reduced ones
        self._places: list[int] = []
        self._pivots: dict[int, int] = {}
        self._entries = 0

    def coordinates(self, vector: Vector) -> Vector:
        """{number of a basis vector: factor}; a vector that is no combination joins the basis.

        Raises:
            SizeError: the basis has too many entries.
        """
        size = largest(vector)
        if size == 0:
            return {}
        unit = {q: entry / size for q, entry in vector.items()}
        factors, rest = self._split(unit)
        made_of: Vector = {}
        for number, factor in factors.items():
            for other, share in self._made_of[number].items():
                made_of[other] = made_of.get(other, 0.0) + factor * share
        place = max(rest, key=lambda q: abs(rest[q]), default=-1)
        if place < 0 or abs(rest[place]) <= ROUNDING:
            return {number: size * factor for number, factor in made_of.items() if abs(factor) > NOTHING}
        new, pivot = len(self.vectors), rest[place]
        self._made_of.append({n: -x / pivot for n, x in made_of.items() if abs(x) > NOTHING} | {new: 1 / pivot})
        self._reduced.append({q: x / pivot for q, x in rest.items() if abs(x) > NOTHING})
        self._pivots[place] = new
        self._places.append(place)
        self.vectors.append(unit)
        self._count()
        return {new: size}

    def _split(self, unit: Vector) -> tuple[Vector, Vector]:
        """Factors of the reduced vectors, and what is left."""
        rest, factors = dict(unit), Vector()
        todo = [self._pivots[q] for q in rest if q in self._pivots]
        heapq.heapify(todo)
        while todo:
            number = heapq.heappop(todo)
            factor = rest.pop(self._places[number], 0.0)
            if abs(factor) <= NOTHING:
                continue
            factors[number] = factor
            for q, entry in self._reduced[number].items():
                if q == self._places[number]:
                    continue
                if q not in rest and q in self._pivots:
                    heapq.heappush(todo, self._pivots[q])
                rest[q] = rest.get(q, 0.0) - factor * entry
        return factors, rest

    def _count(self) -> None:
        self._entries += len(self.vectors[-1]) + len(self._reduced[-1]) + len(self._made_of[-1])
        if self._entries > _MOST:
            raise SizeError(
                f"a basis of forward vectors may have {_MOST:,} entries (needs more); determinize the automata first, "
                "or compare smaller ones."
            )
