"""The steps of the optimiser and the dropout before them, compiled by numba: a small model takes more steps per second
than torch has operations.

Axes as in `Groups`: row, group, pattern. Steps work in place, on arrays that share their memory with tensors.
"""

import math

import numpy as np

from neural.scans.cpu.kernel import kernel

# Sums may be taken in any order, so that they become vector instructions.
reordered = kernel(fastmath={"contract", "nsz", "reassoc"})


@reordered
def add_squares(weight, bias, owner, totals):
    """totals [owner] += the squares of its rows; a row of no owner, −1, is passed over.

    `bias` holds one more number for each of the last rows. Squares are taken in double precision, where those of any
    number in single precision are finite and, of all but zero, above zero.
    """
    plain = len(weight) - len(bias)
    for r in range(len(weight)):
        if owner[r] >= 0:
            square = np.float64(bias[r - plain]) ** 2 if r >= plain else 0.0
            for d in range(weight.shape[1]):
                square += np.float64(weight[r, d]) ** 2
            totals[owner[r]] += square


@reordered
def step_sizes(squares, second, sizes, lr, beta2, eps, step, rates):
    """The second moment of every pattern takes in the squares of its gradients, of `sizes` ≥ 1 numbers, and gives its
    step size: rates [pattern] ← lr / (√(second / (1 − β₂ᵗ)) + ε)."""
    for p in range(len(second)):
        second[p] += (1 - beta2) * (squares[p] / sizes[p] - second[p])
        rates[p] = lr / (math.sqrt(second[p] / (1 - beta2**step)) + eps)


@reordered
def descend(weight, bias, gw, gb, mw, mb, row_pattern, rates, beta1, step):
    """First moments take in the gradients, and every row goes down along them by the step size of its pattern."""
    plain = len(weight) - len(bias)
    unbias = 1 / (1 - beta1**step)
    for r in range(len(weight)):
        rate = weight.dtype.type(rates[row_pattern[r]] * unbias)
        share = weight.dtype.type(1 - beta1)
        for d in range(weight.shape[1]):
            mw[r, d] += share * (gw[r, d] - mw[r, d])
            weight[r, d] -= rate * mw[r, d]
        if r >= plain:
            mb[r - plain] += share * (gb[r - plain] - mb[r - plain])
            bias[r - plain] -= rate * mb[r - plain]


@reordered
def adam(values, gradient, first, second, lr, beta1, beta2, eps, step):
    """One step of plain Adam on a flat array. Source: Kingma and Ba (2015)."""
    unbias1, unbias2 = 1 / (1 - beta1**step), 1 / (1 - beta2**step)
    for i in range(len(values)):
        first[i] += (1 - beta1) * (gradient[i] - first[i])
        second[i] += (1 - beta2) * (gradient[i] ** 2 - second[i])
        values[i] -= lr * unbias1 * first[i] / (math.sqrt(unbias2 * second[i]) + eps)


@reordered
def shrink(norms, taus, chains, factors):
    """factors [group] ← what the prox multiplies each group by; `chains` [pattern, depth] → group, −1 behind a chain.

    Disjoint, with no chains: s = max(0, 1 − τ / ‖w‖). Nested, from each chain's end to its start: r = 0;
    for j = K … 1:  n_j = hypot(‖w_j‖, r), s_j = max(0, 1 − τ_j / n_j), r = s_j n_j; the factor of state j is s_1 ⋯ s_j,
    so a zero spreads to everything behind it. What is not a number stays so: it is no death.
    """
    if not len(chains):
        for g in range(len(norms)):
            factors[g] = 0.0 if norms[g] <= taus[g] else 1 - taus[g] / norms[g]
    for p in range(len(chains)):
        rest = 0.0
        for j in range(chains.shape[1] - 1, -1, -1):
            g = chains[p, j]
            if g >= 0:
                tail = math.hypot(norms[g], rest)
                factors[g] = 0.0 if tail <= taus[g] else 1 - taus[g] / tail
                rest = factors[g] * tail
        kept = 1.0
        for j in range(chains.shape[1]):
            g = chains[p, j]
            if g >= 0:
                kept *= factors[g]
                factors[g] = kept


@reordered
def scale_rows(weight, bias, owner, factors):
    """Multiply every row by the factor of its group; 0 leaves zeros, whatever the parameters were. Rows of no group
    stay."""
    plain = len(weight) - len(bias)
    for r in range(len(weight)):
        if owner[r] >= 0:
            factor = weight.dtype.type(factors[owner[r]])
            for d in range(weight.shape[1]):
                weight[r, d] = weight[r, d] * factor if factor != 0 else 0
            if r >= plain:
                bias[r - plain] = bias[r - plain] * factor if factor != 0 else 0


@reordered
def dropout(row_noise, noise, row_level, level, scale, factors):
    """factors [row, d] ← scale where the noise of both, row and number, reaches its level, else 0."""
    dim = factors.shape[1]
    for r in range(len(factors)):
        kept = scale if row_noise[r] >= row_level else factors.dtype.type(0)
        for d in range(dim):
            factors[r, d] = kept if noise[r * dim + d] >= level else factors.dtype.type(0)
