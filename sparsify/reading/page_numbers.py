"""The numbers that a page needs of a model over static vectors: of every learned weight its value on every word.

Numbers are kept in 24 bits: the values w·x + b on every word of the vocabulary or, where that is smaller, the word
vectors themselves. An error of 2⁻²⁵ of a row's range moves a logit by less than 1e-5.
"""

import base64
from typing import Any

import numpy as np

from wfsa import (
    WFSA,
    Affine,
    Complement,
    Const,
    Expression,
    Linear,
    Log,
    Parameters,
    Product,
    Scalar,
    Sigmoid,
    Softmax,
    Sum,
    Weight,
    children,
    evaluate,
    reads_symbol,
    rebuilt,
)

_LEVELS = 2**24 - 1

_KNOWN = (Const, Linear, Scalar, Sigmoid, Complement, Product, Sum, Log, Softmax)
"""What the page's own `evaluate` knows. Other kinds are given to it as tables over the words."""


class PageNumbers:
    """Rows of numbers over the words, and what parameters and weights are in terms of them.

    Args:
        parameters: those of the model.
        vectors: [word, dim].
    """

    def __init__(self, parameters: Parameters, vectors: np.ndarray) -> None:
        self._parameters, self._vectors = parameters, vectors.astype(np.float64)
        affine = {name: value for name, value in parameters.items() if isinstance(value, Affine)}
        weights = np.array([value.weights for value in affine.values()]).reshape(len(affine), vectors.shape[1])
        biases = np.array([value.bias for value in affine.values()])
        direct = len(affine) <= vectors.shape[1]
        self._rows = [*((self._vectors @ weights.T + biases) if direct else self._vectors).T]
        self.parameters: dict[str, Any] = {n: v for n, v in parameters.items() if isinstance(v, int | float)}
        """name → a number, {"row": …}, or {"weights": …, "bias": …} over the first rows."""
        for row, name in enumerate(affine):
            own = {"row": row} if direct else {"weights": weights[row].tolist(), "bias": float(biases[row])}
            self.parameters[name] = own

    @property
    def rows(self) -> int:
        """How many numbers there are of each word, so far."""
        return len(self._rows)

    def automaton(self, automaton: WFSA) -> WFSA:
        """The automaton with the kinds of weights that a page knows."""
        return WFSA(
            {state: self._weight(weight) for state, weight in automaton.initial.items()},
            tuple(arc._replace(weight=self._weight(arc.weight)) for arc in automaton.arcs),
            {state: self._weight(weight) for state, weight in automaton.final.items()},
        )

    def _weight(self, weight: Weight) -> Weight:
        if not isinstance(weight, Expression):
            return weight
        if isinstance(weight, _KNOWN):
            return rebuilt(weight, [self._weight(child) for child in children(weight)])
        if not reads_symbol(weight):
            return Const(evaluate(weight, None, self._parameters))
        name = f"={len(self._rows)}"
        self.parameters[name] = {"row": len(self._rows)}
        self._rows.append(np.array([evaluate(weight, vector, self._parameters) for vector in self._vectors]))
        return Linear(name)

    def packed(self) -> dict[str, Any]:
        """[row, word] → offset + scale · n per row, with n in 24 bits, little end first, row by row, in base64."""
        rows = np.array(self._rows).reshape(len(self._rows), len(self._vectors))
        low, high = rows.min(axis=1, initial=0.0), rows.max(axis=1, initial=0.0)
        scale = np.where(high > low, (high - low) / _LEVELS, 1.0)
        levels = np.rint((rows - low[:, None]) / scale[:, None]).astype("<u4")
        octets = levels.reshape(-1, 1).view(np.uint8).reshape(-1, 4)[:, :3]
        return {
            "offset": low.tolist(),
            "scale": scale.tolist(),
            "base64": base64.b64encode(np.ascontiguousarray(octets).tobytes()).decode("ascii"),
        }
