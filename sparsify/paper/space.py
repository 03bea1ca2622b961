"""Which hyper-parameters are drawn, and how: the paper's Table 4."""

import math
from collections.abc import Iterable
from random import Random

TABLE_4: dict[str, tuple[float, float]] = {
    "lr": (7e-3, 0.5),
    "dropout": (0.0, 0.5),
    "variational_dropout": (0.0, 0.5),
    "weight_decay": (1e-7, 1e-5),
}
"""Setting → range: learning rate, embedding dropout, recurrent dropout and weight decay.

The table's other two rows are without effect in the authors' code: vertical dropout is built and never applied, ℓ2
regularization is the weight decay.
"""

SAMPLINGS = ("uniform", "log-uniform")
"""uniform: as the paper says. log-uniform: the learning rate and the weight decay as the authors' code draws them."""

_BY_MAGNITUDE = ("lr", "weight_decay")


def draw(names: Iterable[str], sampling: str, generator: Random) -> dict[str, float]:
    """A value for each of the names, within its range of `TABLE_4`.

    Args:
        sampling: one of `SAMPLINGS`.
    """
    drawn = {}
    for name in names:
        low, high = TABLE_4[name]
        if sampling == "log-uniform" and name in _BY_MAGNITUDE:
            value = math.exp(generator.uniform(math.log(low), math.log(high)))
        else:
            value = generator.uniform(low, high)
        drawn[name] = min(high, max(low, value))
    return drawn
