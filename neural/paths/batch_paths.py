"""Paths of a whole batch at once: the best one, the shares of all, samples.

Paths are those of the automata without epsilon arcs: one arc per token. A column and what it reads name an arc:
`Layout.reading`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from neural.bank import PatternBank
from neural.batches.packing import Packed
from neural.compile.epsilons import Reading
from neural.compile.layout import Layout
from neural.errors import CompileError
from neural.paths.underflow import warn_of_vanished
from neural.readout import at_last, read_out
from neural.scans.cpu import launch, sample
from neural.scans.reference import Steps, negated, scan
from wfsa import ANY, Arc, State


@dataclass(frozen=True)
class Paths:
    """One path per text and pattern.

    Attributes:
        layout: names the columns.
        offsets: [text + 1]: where the tokens of each text begin.
        rows: [token]: what is read, over an alphabet places in it.
        columns: [token, pattern] → column; −1 where there is no path.
        weight: [text, pattern]: the path's weight, for best paths; None for samples.
    """

    layout: Layout
    offsets: Tensor
    rows: Tensor
    columns: Tensor
    weight: Tensor | None = None

    def states(self, text: int, pattern: int) -> tuple[State, ...]:
        """The states that the path visits, one more than tokens; () where there is no path, or no token."""
        readings = self._taken(text, pattern)
        return (readings[0].source, *(reading.target for reading in readings)) if readings else ()

    def arcs(self, text: int, pattern: int) -> tuple[Arc, ...]:
        """The arcs that read the tokens."""
        return tuple(self.layout.arcs[reading.arc][1] for reading in self._taken(text, pattern))

    def _taken(self, text: int, pattern: int) -> list[Reading]:
        tokens, layout = slice(int(self.offsets[text]), int(self.offsets[text + 1])), self.layout
        found: list[int] = self.columns[tokens, pattern].tolist()
        if -1 in found:
            return []
        symbols = (
            [layout.alphabet[row] for row in self.rows[tokens].tolist()] if layout.alphabet else [ANY] * len(found)
        )
        return [layout.reading(column, symbol) for column, symbol in zip(found, symbols, strict=True)]


@torch.no_grad()
def best_paths(bank: PatternBank, x: Tensor | Packed, lengths: Tensor | None = None) -> Paths:
    """Viterbi: the path of the best weight for every text and pattern, by back-pointers.

    Among equals, at every state the arc that comes first in the automaton, as in `wfsa.viterbi`; of the end states the
    lowest. A weight that is too small for the bank's numbers is logged, and has no path.

    Args:
        bank: in MAX_PLUS, MIN_PLUS or MAX_TIMES.
        x, lengths: as for the bank.

    Raises:
        CompileError: the semiring does not select.

    Cost: O(tokens · columns).
    """
    K = bank.K
    if not K.selective or K.kernel is None:
        raise CompileError(f"best paths need MAX_PLUS, MIN_PLUS or MAX_TIMES (got {K}); compile the patterns there.")
    return best_of(bank, bank.steps(_packed(bank, x, lengths, "best paths")))


@torch.no_grad()
def best_of(bank: PatternBank, steps: Steps) -> Paths:
    """`best_paths` of arc weights that are there already."""
    K = bank.K
    assert K.kernel is not None
    ends = bank.final_weights()[0]
    if K.negated:
        steps, ends = negated(steps), -ends
    steps = Steps(*(tensor.cpu() for tensor in vars(steps).values()))
    places, ways = bank.plan.cpu().places(steps.rows, steps.offsets), bank.plan.ways.cpu()
    given = (steps.weights, steps.constants, steps.initial, places, ways, ends.cpu(), bank.members.cpu())
    weight, columns = launch.best_paths(*given, K.kernel)
    warn_of_vanished(bank, steps, weight)
    return Paths(bank.layout, steps.offsets, steps.rows, columns, -weight if K.negated else weight)


def _packed(bank: PatternBank, x: Tensor | Packed, lengths: Tensor | None, what: str) -> Packed:
    if bank.readout != "end":
        raise CompileError(f"{what} are of whole texts (got a bank that reads out {bank.readout!r}); use the end.")
    return bank.packed(x, lengths)


def _per_token(bank: PatternBank, packed: Packed) -> Steps:
    """The arc weights of every token on the CPU, constant ones beside the others."""
    steps = Steps(*(tensor.cpu() for tensor in vars(bank.steps(packed)).values()))
    weights = torch.cat([steps.weights, steps.constants.expand(len(steps.weights), -1)], 1)[steps.rows]
    rows = torch.arange(len(weights))
    return Steps(weights.detach(), steps.constants[:0].detach(), rows, steps.offsets, steps.initial.detach())


def posteriors(bank: PatternBank, x: Tensor | Packed, lengths: Tensor | None = None) -> Tensor:
    """[token, column]: the share of each pattern's pathsum that goes through each arc at each token, by autograd.

    In REAL and LOG w · ∂ log Z / ∂ w, the posterior of the arc; in MAX_PLUS and MAX_TIMES 1 on the best path. All 0 for
    patterns without a path that reads the text; a pathsum that is too small for the bank's numbers is logged.

    Raises:
        CompileError: the semiring is none of these.
    """
    K = bank.K
    if K.parts or K.negated or K.additive is None:
        raise CompileError(f"posteriors need REAL, LOG, MAX_PLUS or MAX_TIMES (got {K}).")

    def logarithms(total: Tensor) -> Tensor:
        assert isinstance(K.zero, float)  # an element has no parts
        alive = total.detach() != K.zero
        found = total if K.additive else torch.where(alive, total, 1.0).abs().log()
        return torch.where(alive, found, 0.0)

    steps = _per_token(bank, _packed(bank, x, lengths, "posteriors"))
    gradient, sums = _gradient(bank, steps, logarithms)
    warn_of_vanished(bank, steps, sums)
    return gradient if K.additive else gradient * steps.weights


def masses(bank: PatternBank, x: Tensor | Packed, lengths: Tensor | None = None) -> Tensor:
    """[token, column]: the weight of all paths that go through each arc at each token, w · ∂Z / ∂w by autograd.

    Weights may have any sign, and pathsums Z may be 0.

    Raises:
        CompileError: the semiring is not REAL.
    """
    if not bank.K.arithmetic:
        raise CompileError(f"masses are those of paths in REAL (got {bank.K}); posteriors serve other semirings.")
    steps = _per_token(bank, _packed(bank, x, lengths, "masses"))
    return _gradient(bank, steps, lambda total: total)[0] * steps.weights


def _gradient(bank: PatternBank, steps: Steps, of: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
    """The gradient by the arc weights, [token, column], of Σ of(pathsums), and the pathsums, [text, pattern]."""
    with torch.enable_grad():
        weights = steps.weights.detach().requires_grad_()
        final = scan(replace(steps, weights=weights), bank.plan.cpu(), bank.K)
        total = read_out(final, bank.final_weights().detach().cpu(), bank.ends.cpu(), bank.K)
        (gradient,) = torch.autograd.grad(of(total).sum(), weights)
    return gradient, total.detach()


@torch.no_grad()
def sample_paths(
    bank: PatternBank,
    x: Tensor | Packed,
    lengths: Tensor | None = None,
    count: int = 1,
    generator: torch.Generator | None = None,
) -> list[Paths]:
    """`count` independent exact samples: a path with probability its weight / pathsum, for every text and pattern.

    There is none where the pathsum is 0; one that is too small for the bank's numbers is logged.

    Args:
        bank: in REAL, without negative weights, or LOG.

    Raises:
        CompileError: another semiring, or a negative weight.
    """
    K = bank.K
    if K.parts or K.negated or K.symbolic.real is None:  # into which sums are shares
        raise CompileError(f"paths are sampled in REAL or LOG (got {K}).")
    packed = _packed(bank, x, lengths, "samples")
    steps = _per_token(bank, packed)
    final = bank.final_weights().cpu()
    if not K.additive and min(float(t.min()) if t.numel() else 0.0 for t in (steps.weights, steps.initial, final)) < 0:
        raise CompileError("paths are sampled by weights of at least 0 (got a negative one).")
    history = scan(steps, bank.plan.cpu(), K, every=True)
    reached = at_last(history, steps.initial, Packed(None, steps.rows, steps.offsets))
    sums = read_out(reached, final, bank.ends.cpu(), K)
    warn_of_vanished(bank, steps, sums)
    shape = (count, len(history) + packed.texts, len(bank.layout.patterns))
    uniform = torch.rand(shape, generator=generator, dtype=torch.float64)
    columns = torch.full((count, len(history), shape[2]), -1, dtype=torch.int64)
    tensors = (steps.weights, packed.offsets, steps.initial, history, final[0], bank.members)
    tables = (bank.first, bank.entering, bank.sources)
    arrays = [np.ascontiguousarray(tensor.cpu().numpy()) for tensor in (*tensors, *tables)]
    sample.backward(*arrays, bool(K.additive), uniform.numpy(), columns.numpy())
    return [Paths(bank.layout, packed.offsets, packed.rows, each) for each in columns]
