"""exp, log, choices and copies that the compiler can vectorise: no library call, no branch.

In single precision by Cody and Waite's reduction and a polynomial (Moshier's Cephes), at most 2 units in the last
place from the correctly rounded value; in double precision the library's own.
"""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic, overload

from neural.scans.cpu.kernel import kernel

TINY = {4: 1e-30, 8: 1e-290}
"""Bytes of a number → what is smaller becomes 0: so-called denormal numbers, below 1e-38 in single precision and 1e-308
in double, would make the processor a hundred times slower."""


@intrinsic
def _float_of_bits(typing_context: Any, bits: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.FloatType())

    return types.float32(types.int32), generate


@intrinsic
def _bits_of_float(typing_context: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(32))

    return types.int32(types.float32), generate


@intrinsic
def larger(typing_context: Any, x: Any, y: Any) -> Any:
    """The larger of two numbers of one type; the other one where one is not a number.

    `max` branches, of which the compiler makes stores under a mask, several times slower than plain ones.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = arguments[0].type
        kind = ir.FunctionType(number, [number, number])
        return builder.call(builder.module.declare_intrinsic("llvm.maxnum", [number], kind), arguments)

    return (x(x, x), generate) if x == y and isinstance(x, types.Float) else None


@intrinsic
def choose(typing_context: Any, condition: Any, x: Any, y: Any) -> Any:
    """x if condition else y, without a branch, which would be guessed wrong where the condition is anyone's guess."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.select(*arguments)

    return (x(types.boolean, x, x), generate) if x == y else None


@njit(inline="always")
def kept(x, tiny):  # numba infers
    """x, or 0 where it is tiny: sums of what is left are no denormal numbers either."""
    return choose(abs(x) <= tiny, tiny - tiny, x)


_f = np.float32
_LOWEST, _HIGHEST = _f(-87.0), _f(87.0)
_LOG2_E = _f(1.44269504)
_ROUNDER = _f(12582912.0)  # 1.5 · 2²³: adding it leaves no room for a fraction
_LN2_HIGH, _LN2_LOW = _f(0.693359375), _f(-2.12194440e-4)
_SQRT_HALF = _f(0.70710678)


def exp(x: float) -> float:
    """eˣ; in single precision 0 below −87, and from 87 on e⁸⁷, whose inverse is no denormal number."""
    return math.exp(x)


@overload(exp, inline="always")
def _exp(x):  # as numba wants it
    if x == types.float32:
        return _exp_single
    return lambda x: math.exp(x)


def _exp_single(x):  # numba infers
    y = choose(x < _LOWEST, _LOWEST, choose(x > _HIGHEST, _HIGHEST, x))
    n = (y * _LOG2_E + _ROUNDER) - _ROUNDER
    r = y - n * _LN2_HIGH - n * _LN2_LOW
    p = _f(1.9875691500e-4) * r + _f(1.3981999507e-3)
    p = p * r + _f(8.3334519073e-3)
    p = p * r + _f(4.1665795894e-2)
    p = p * r + _f(1.6666665459e-1)
    p = p * r + _f(5.0000001201e-1)
    value = (p * r * r + r + _f(1.0)) * _float_of_bits((np.int32(n) + np.int32(127)) << np.int32(23))
    return value if x >= _LOWEST else _f(0.0)


def log(x: float) -> float:
    """log x, for x ≥ 1."""
    return math.log(x)


@overload(log, inline="always")
def _log(x):  # as numba wants it
    if x == types.float32:
        return _log_single
    return lambda x: math.log(x)


def _log_single(x):  # numba infers
    bits = _bits_of_float(x)
    exponent = np.int32(bits >> np.int32(23)) - np.int32(126)
    mantissa = _float_of_bits((bits & np.int32(0x007FFFFF)) | np.int32(0x3F000000))
    low = mantissa < _SQRT_HALF
    e = _f(exponent) - (_f(1.0) if low else _f(0.0))
    r = (mantissa + mantissa if low else mantissa) - _f(1.0)
    p = _f(7.0376836292e-2) * r - _f(1.1514610310e-1)
    p = p * r + _f(1.1676998740e-1)
    p = p * r - _f(1.2420140846e-1)
    p = p * r + _f(1.4249322787e-1)
    p = p * r - _f(1.6668057665e-1)
    p = p * r + _f(2.0000714765e-1)
    p = p * r - _f(2.4999993993e-1)
    p = p * r + _f(3.3333331174e-1)
    z = r * r
    return e * _LN2_HIGH + (r + (p * r * z - _f(0.5) * z + e * _LN2_LOW))


@kernel
def assign(values, into):
    """into ← values, one by one: numba's own assignment of arrays brings its error message, seconds to compile."""
    for k in range(len(values)):
        into[k] = values[k]
