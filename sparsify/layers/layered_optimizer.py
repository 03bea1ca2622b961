"""Proximal Adam over all banks of a network."""

from collections.abc import Callable

from neural import NetworkClassifier
from sparsify.layers.layered_groups import NetworkGroups, banks_of, check_groups
from sparsify.penalties.base import Penalty
from sparsify.penalties.blocks import parameters_of
from sparsify.penalties.group_lasso import GroupLasso
from sparsify.penalties.groups import Groups
from sparsify.penalties.prox_adam import ProxAdam


class NetworkProxAdam:
    """A `ProxAdam` for every bank, at one step size and strength; gates and class weights take steps of plain Adam.

    The penalty is the sum over banks, and a proximal operator of a sum over disjoint parameters is that of each part
    (Parikh and Boyd, 2014, section 2.1), so the steps are exact as those of one bank are.

    Args:
        model: what is trained.
        grouped: the groups of its network.
        make_penalty: the penalty of the groups of one bank.
        lr: step size.

    Raises:
        GroupError: the groups are of another network.
    """

    def __init__(
        self,
        model: NetworkClassifier,
        grouped: NetworkGroups,
        make_penalty: Callable[[Groups], Penalty] = GroupLasso,
        lr: float = 0.01,
    ) -> None:
        check_groups(model.network, grouped)
        self.banks = banks_of(model.network)
        self.penalties = [make_penalty(own) for own in grouped.banks]
        of_banks = {id(parameter) for bank in self.banks for parameter in parameters_of(bank)}
        others = [parameter for parameter in model.parameters() if id(parameter) not in of_banks]
        self._steps = [
            ProxAdam(bank, penalty, lr=lr, others=() if place else others)
            for place, (bank, penalty) in enumerate(zip(self.banks, self.penalties, strict=True))
        ]

    def value(self) -> float:
        """Ω at the present parameters, over all banks."""
        return sum(penalty.value(bank) for bank, penalty in zip(self.banks, self.penalties, strict=True))

    def set_strength(self, strength: float) -> None:
        """Change the multiplier λ of the penalty."""
        for steps in self._steps:
            steps.set_strength(strength)

    def descend(self) -> None:
        """One step from the gradients that are there.

        Raises:
            DivergedError: a gradient or a parameter of any bank is not finite; nothing has been changed.
        """
        for steps in self._steps:
            steps.check()
        for steps in self._steps:
            steps.descend()
