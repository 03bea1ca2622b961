"""Asking for memory before it is read: what walks backwards over rows gets no help from the processor's own guesses."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from neural.scans.cpu.kernel import kernel

_LINE = 64
"""Bytes that come at once."""

AHEAD = 2
"""How many rows ahead: fewer come too late, more are gone again."""


@intrinsic
def _prefetch(typing_context: Any, address: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [pointer, number(0), number(2), number(1)])  # to read, to keep, data
        return context.get_dummy_value()

    return types.void(types.uintp), generate


@kernel
def ask(matrix, row):
    """Have the row of a contiguous matrix brought near."""
    width = matrix.shape[1] * matrix.itemsize
    start = matrix.ctypes.data + row * width
    for offset in range(0, width, _LINE):
        _prefetch(start + offset)
