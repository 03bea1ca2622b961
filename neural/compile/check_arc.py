"""What an arc must be to be compiled."""

from collections.abc import Hashable

from neural.errors import CompileError
from wfsa import ANY, EPSILON, Arc, Linear, Lookup, NoneOf, leaves, reads_symbol
from wfsa.labels import symbols_of


def check_arc(arc: Arc, where: str, dim: int, symbols: frozenset[Hashable]) -> None:
    """Raises:
    CompileError: the arc does not compile over vectors of `dim` numbers, or over `symbols`; `where` says which it is.
    """
    if arc.label is EPSILON and reads_symbol(arc.weight):
        raise CompileError(f"an epsilon arc reads nothing (got weight {arc.weight} {where}); use Scalar.")
    if dim and arc.label is not ANY and arc.label is not EPSILON:
        raise CompileError(
            f"an arc over vectors reads ANY (got label {arc.label!r} {where}); pass an alphabet to run over symbols."
        )
    missing = frozenset() if isinstance(arc.label, NoneOf) else symbols_of(arc.label) - symbols
    if symbols and missing:
        raise CompileError(f"labels are in the alphabet (got {next(iter(missing))!r} {where}); add it there.")
    wrong = Linear if symbols else Lookup
    if any(isinstance(leaf, wrong) for leaf in leaves(arc.weight)):
        raise CompileError(
            f"Linear reads vectors and Lookup symbols (got {arc.weight} {where} over "
            f"{'symbols' if symbols else 'vectors'}); see wfsa.ground."
        )
