"""Group lasso as a value and a proximal operator, disjoint or nested along each chain.

    disjoint   Ω(w) = Σ_g √m_g ‖w_g‖₂                                      m_g: parameters in the group
    nested     Ω(w) = Σ_p Σ_j √m_j ‖(w_(p,j), …, w_(p,K))‖₂                the tail groups of chain 1 … K

Both operators are closed form because the metric is one number per pattern. The nested one zeroes a group only with
everything behind it: its support is always a prefix of the chain.
Sources: Yuan and Lin (2006); nested: Zhao, Rocha and Yu (2009), Jenatton et al. (2011).
"""

import numpy as np
import torch
from torch import Tensor

import sparsify.penalties.kernels as kernels
from sparsify.errors import GroupError
from sparsify.penalties.base import Penalty
from sparsify.penalties.groups import Group, Groups, chain
from wfsa import WFSA, State


class GroupLasso(Penalty):
    """The penalty λ Ω over the parameters of a bank.

    Raises:
        GroupError: `nested` is asked of a pattern that is no chain.
    """

    def __init__(self, grouped: Groups, nested: bool = False) -> None:
        super().__init__(grouped)
        self.nested = nested
        self._chains = chain_table(grouped) if nested else np.zeros((0, 0), dtype=np.int64)

    def shares(self, sizes: np.ndarray) -> np.ndarray:
        """√m_g times the norm of the group, or of its tail."""
        found: np.ndarray = self._tails(sizes) * self.scale.numpy()
        return found

    def _tails(self, sizes: np.ndarray) -> np.ndarray:
        """[group]: the norm of the group, or of its tail."""
        squares = sizes**2
        for own in self._chains:
            inside = own[own >= 0]
            squares[inside] = squares[inside][::-1].cumsum()[::-1]
        found: np.ndarray = np.sqrt(squares)
        return found

    def slopes(self, sizes: np.ndarray) -> np.ndarray:
        """√m_g; nested ‖w_j‖ Σ_{i ≤ j} √m_i / ‖(w_i, …, w_K)‖ for state j of a chain."""
        if not self.nested:
            return self.scale.numpy()
        tails = self._tails(sizes)
        pulls = np.divide(self.scale.numpy(), tails, out=np.zeros_like(tails), where=tails > 0)
        for own in self._chains:
            inside = own[own >= 0]
            pulls[inside] = pulls[inside].cumsum()
        found: np.ndarray = sizes * pulls
        return found

    def factors(self, sizes: np.ndarray, taus: np.ndarray) -> np.ndarray:
        """Block soft-thresholding, by the kernel; `prox_ref` is the definition."""
        found = np.empty(len(sizes))
        kernels.shrink(sizes, taus, self._chains, found)
        return found


def nested_group_lasso(grouped: Groups) -> GroupLasso:
    """The nested form."""
    return GroupLasso(grouped, nested=True)


def chain_table(grouped: Groups) -> np.ndarray:
    """[pattern, depth] → group, along each chain from its start; −1 where a chain is shorter."""
    table = []
    for p, pattern in enumerate(grouped.layout.patterns):
        states = chain(pattern)
        if states is None:
            raise GroupError(f"the nested penalty needs chains (got another shape in pattern {p}); use group_lasso.")
        own = [(_depth(group, pattern, states), g) for g, group in enumerate(grouped.members) if group.pattern == p]
        table.append([g for _, g in sorted(own)])
    width = max(map(len, table), default=0)
    padded = [row + [-1] * (width - len(row)) for row in table]
    return np.array(padded, dtype=np.int64).reshape(len(table), width)


def _depth(group: Group, pattern: WFSA, states: tuple[State, ...]) -> int:
    """How far along the chain the group's death cuts it."""
    return min(states.index(state) for state in (*group.states, *(pattern.arcs[a].target for a in group.arcs)))


def prox_ref(vectors: list[Tensor], taus: list[float], nested: bool = False) -> list[Tensor]:
    """The proximal operator of one chain of groups in plain torch: what the kernels compute by norms alone.

        disjoint   z_g = max(0, 1 − τ_g / ‖w_g‖) w_g
        nested     for j = K … 1: the tail (z_j, …, z_K) is scaled by max(0, 1 − τ_j / ‖(z_j, …, z_K)‖)

    Args:
        vectors: the parameters of each group, in chain order.
        taus: step size × strength × √m of each group.
    """
    found = list(vectors)
    for j in reversed(range(len(found))):
        end = len(found) if nested else j + 1
        size = float(torch.cat(found[j:end]).norm())
        factor = 0.0 if size <= taus[j] else 1 - taus[j] / size
        found[j:end] = [vector * factor for vector in found[j:end]]
    return found
