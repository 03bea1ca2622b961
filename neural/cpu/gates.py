"""Arc weights of gated chains from the products of word vectors and rows: [main | loop] → [(1 − f)·main | f]."""

import numpy as np
from numba import njit

from neural.cpu.math import OPTIONS, exp


@njit(**OPTIONS)
def forward(z, bias, first, last, gates):
    """f = σ(loop + b), u = (1 − f)·main, for the rows first … last − 1; `gates` may be `z` itself.

    By way of a row beside both, since loops over memory that may overlap would not become vector instructions.
    """
    half = len(bias)
    one = z.dtype.type(1)
    gate, arc = np.empty(half, z.dtype), np.empty(half, z.dtype)
    for row in range(first, last):
        main, loop = z[row, :half], z[row, half:]
        u, f = gates[row, :half], gates[row, half:]
        for k in range(half):
            gate[k] = one / (one + exp(-(loop[k] + bias[k])))
        for k in range(half):
            arc[k] = (one - gate[k]) * main[k]
        for k in range(half):
            f[k] = gate[k]
        for k in range(half):
            u[k] = arc[k]


@njit(**OPTIONS)
def backward(gates, first, last, small, gradient, gbias):
    """In place, gradient of [u | f] → gradient of [main | loop]; its loops are added up in `gbias`.

    d main = (1 − f) du;  d loop = f (1 − f) (df − main·du) = f ((1 − f) df − u du).
    """
    half = len(gbias)
    one, tiny = gates.dtype.type(1), gates.dtype.type(small)
    for row in range(first, last):
        u, f = gates[row, :half], gates[row, half:]
        du, df = gradient[row, :half], gradient[row, half:]
        for k in range(half):
            d = f[k] * ((one - f[k]) * df[k] - u[k] * du[k])
            df[k] = d if abs(d) > tiny else 0
        for k in range(half):
            d = (one - f[k]) * du[k]
            du[k] = d if abs(d) > tiny else 0
        for k in range(half):
            gbias[k] += df[k]
