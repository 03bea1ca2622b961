"""Arc weights of gated chains from the products of word vectors and rows: [main | loop] → [(1 − f)·main | f]."""

import numpy as np

from neural.scans.cpu import real
from neural.scans.cpu.borrowed import borrowed
from neural.scans.cpu.kernel import kernel
from neural.scans.cpu.math import exp, kept


@kernel
def forward(z, bias, first, last):
    """In place, for the rows first … last − 1: f = σ(loop + b), u = (1 − f)·main.

    By way of a row of the kernel's own, since loops over memory that may overlap would not become vector instructions.
    """
    z, half = borrowed(z), len(bias)
    one = z.dtype.type(1)
    gate = np.empty(half, z.dtype)
    for row in range(first, last):
        main, loop = z[row, :half], z[row, half:]
        # Gates, then main arcs, then the gates' place: each loop reads what the next one overwrites.
        for k in range(half):
            gate[k] = one / (one + exp(-(loop[k] + bias[k])))
        for k in range(half):
            main[k] *= one - gate[k]
        for k in range(half):
            loop[k] = gate[k]


@kernel
def backward(gates, first, last, small, gradient, gbias):
    """In place, gradient of [u | f] → gradient of [main | loop]; its loops are added up in `gbias`.

    d main = (1 − f) du;  d loop = f (1 − f) (df − main·du) = f ((1 − f) df − u du).

    Returns how many rows are not all zero, and up to which one there are such.
    """
    gates, gradient = borrowed(gates), borrowed(gradient)
    half, reached, end = len(gbias), 0, 0
    one, tiny = gates.dtype.type(1), gates.dtype.type(small)
    for row in range(first, last):
        u, f = gates[row, :half], gates[row, half:]
        du, df = gradient[row, :half], gradient[row, half:]
        # The loops' gradient first: it reads du, which the second pass overwrites.
        for k in range(half):
            d = f[k] * ((one - f[k]) * df[k] - u[k] * du[k])
            df[k] = kept(d, tiny)
        for k in range(half):
            d = (one - f[k]) * du[k]
            du[k] = kept(d, tiny)
        # A bias is added to every row's loop.
        for k in range(half):
            gbias[k] += df[k]
        # Has the row a gradient at all? Products leave the others out.
        some = False
        for k in range(half):
            some |= (df[k] != 0) | (du[k] != 0)
        reached += some
        if some:
            end = row + 1
    return reached, end


@kernel
def scan_forward(z, bias, constants, rows, offsets, initial, runs, first, last, small, turn, history, final):
    """`forward` and the scan of the texts first … last − 1, for rows that are tokens in order: text by text, so that
    the scan reads gates that are still near."""
    for b in range(first, last):
        forward(z, bias, offsets[b], offsets[b + 1])
        real.forward(z, constants, rows, offsets, initial, runs, b, b + 1, small, turn, history, final)


@kernel
def scan_backward(
    arcs, constants, rows, offsets, initial, runs, first, last, small, history, cotangents, carry, gradient, gc, gbias
):
    """The gradients of `scan_forward`, text by text; how many rows any gradient reaches."""
    reached, fresh = 0, np.ones(len(gradient), np.bool_)
    for b in range(first, last):
        given = (arcs, constants, rows, offsets, initial, runs)
        # The scan first: it makes the gradients of gates and main arcs, of which those of the products are made.
        real.backward(*given, b, b + 1, small, history, cotangents, fresh, carry, gradient, gc)
        # Rows that the scan has not come to, all at the beginning of the text, hold nothing yet: they get 0.
        row = offsets[b]
        while row < offsets[b + 1] and fresh[row]:
            gradient[row] = 0
            row += 1
        reached += backward(arcs, row, offsets[b + 1], small, gradient, gbias)[0]
    return reached


@kernel
def gather(gradient, data, into):
    """Move the rows with a gradient together, in place, and the same rows of `data` `into` another array."""
    gradient, data, into = borrowed(gradient), borrowed(data), borrowed(into)
    count = 0
    for row in range(len(gradient)):
        found, vector, place, copy = gradient[row], data[row], gradient[count], into[count]
        some = False
        for k in range(len(found)):
            some |= found[k] != 0
        # Rows only move to the front, so that none is overwritten before it is read.
        if some:
            for k in range(len(found)):
                place[k] = found[k]
            for k in range(len(vector)):
                copy[k] = vector[k]
            count += 1
