"""Arrays without an owner, so that rows taken from them are not counted."""

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def borrowed(typing_context: Any, array: Any) -> Any:
    """The same array, for a kernel that is called with it: the caller keeps it alive.

    A row of an array with an owner counts as one more reference to the owner as long as it has a name. Counting is safe
    for threads, so each count takes as long as several vector instructions.
    """
    if not isinstance(array, types.Array):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(array)(context, builder, arguments[0])
        view.meminfo = cgutils.get_null_value(view.meminfo.type)
        view.parent = cgutils.get_null_value(view.parent.type)
        return view._getvalue()

    return array(array), generate
