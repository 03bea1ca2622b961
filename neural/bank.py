"""A set of automata compiled into one batched, differentiable module."""

import math
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

import wfsa
from neural.batches.packing import Packed, pack
from neural.compile.arcs import ArcWeights, Ends, EpsilonWeights, Symbols
from neural.compile.layout import Layout, make_layout
from neural.compile.parameters import Value, from_parameters, to_parameters
from neural.compile.projection import cast_up, precision_of
from neural.errors import BatchError, CompileError
from neural.readout import READOUTS, StreamState, at_last, end_table, read_on, read_out, states_of
from neural.scans.plan import Topology
from neural.scans.reference import Gates, Steps, gated_scan, scan, serves
from neural.semirings.table import TensorSemiring, tensor_semiring
from wfsa import WFSA, Parameters
from wfsa.collector import paused


class PatternBank(Topology):
    """The pathsum of every pattern on every text: `bank(x, lengths)[b, p] == wfsa.pathsum(pattern p, text b)`.

    Attributes:
        layout: where states, arcs and parameters live.
        weight: [row, dim]: the vector w of every distinct `Linear`.
        bias: [biased row]: the b of those that have one, in row order.
        table: [lookup, symbol]: the values of every distinct `Lookup`.
        scalars: [scalar]: every distinct `Scalar`.
        ends: see `neural.readout.end_table`.
    """

    ends: Tensor

    def __init__(
        self,
        layout: Layout,
        semiring: wfsa.Semiring[Any] | TensorSemiring,
        readout: str = "end",
        half_projection: bool = False,
    ) -> None:
        super().__init__()
        if readout not in READOUTS:
            raise CompileError(f"readout is one of {', '.join(READOUTS)} (got {readout!r}).")
        self.layout = layout
        self.readout, self.half_projection = readout, half_projection
        self.K = tensor_semiring(semiring)
        if readout == "best" and self.K.parts:
            raise CompileError(f"the best end needs a semiring of plain numbers (got {self.K}); read out end.")
        self.weight = _learned(len(layout.rows), layout.dim)
        self.bias = _learned(layout.biased)
        self.table = _learned(len(layout.lookups), len(layout.alphabet))
        self.scalars = _learned(len(layout.scalars))
        if not any(parameter.numel() for parameter in self.parameters()):
            self.weight.requires_grad_(layout.dim > 0)  # so that scores have a way back all the same
        epsilons = EpsilonWeights(layout, self.K)
        self._arcs = ArcWeights(layout, self.K, epsilons)
        self._initial = Ends(layout, self.K, epsilons, "initial")
        self._final = Ends(layout, self.K, epsilons, "final")
        self._gated = layout.gated and self.K.arithmetic
        self._made: dict[tuple[str, torch.dtype, torch.device], Tensor] = {}
        self.register_topology(layout, self.semiring)
        ends = end_table(layout.members, self._final.reached)
        self.register_buffer("ends", torch.from_numpy(ends), persistent=False)
        self.reset_parameters()

    @property
    def semiring(self) -> wfsa.Semiring[Any]:
        """The semiring that the scores are elements of."""
        return self.K.symbolic

    def anew(self) -> "PatternBank":
        """A bank of the same patterns."""
        with torch.device("cpu"):
            return PatternBank(self.layout, self.K, self.readout, self.half_projection)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Vectors uniform in ±√(6 / (dim + patterns)), all else 0: self-loops start half open (Dodge et al., 2019)."""
        bound = math.sqrt(6 / (self.layout.dim + max(1, len(self.layout.patterns))))
        with torch.no_grad():
            self.weight.uniform_(-bound, bound, generator=generator)
            for parameter in (self.bias, self.table, self.scalars):
                parameter.zero_()

    def forward(self, x: Tensor | Packed, lengths: Tensor | None = None) -> Tensor:
        """Score texts.

        Args:
            x: word vectors, padded [batch, time, dim] with `lengths` [batch], or packed; with an alphabet, symbols as
                places in it, [batch, time].

        Returns:
            [batch, pattern (, part)]: the pathsums, read out as `readout` says: at the `end`; `anywhere`, ⊕ over the
            ends of all non-empty prefixes, in REAL and LOG divided by √length; or of the `best` end.

        Raises:
            BatchError: the lengths do not fit.
            CompileError: the word vectors have another size than the bank.
        """
        if self.readout == "end":
            return self.read_out(self.run(self.packed(x, lengths)))
        return self.feed(x, lengths)[1].scores

    def feed(
        self, x: Tensor | Packed, lengths: Tensor | None = None, state: StreamState | None = None
    ) -> tuple[Tensor, StreamState]:
        """Read on: ([token, pattern (, part)] of the new prefixes, what is known of the texts then).

        Feeding a text in pieces gives what one pass over it gives.

        Args:
            state: what the call for the pieces before this one returned.

        Raises:
            BatchError: the batch does not fit, or `state` is of other texts or another module.
        """
        x = self.packed(x, lengths)
        before = self.start(x.texts) if state is None else states_of(state, 1, self.readout)[0]
        history = self.run(x, before, every=True)
        prefixes, empty = self.read_out(history), self.read_out(self.start(x.texts))
        return prefixes, read_on(prefixes, empty, x, self.K, self.readout, state, [at_last(history, before, x)])

    def packed(self, x: Tensor | Packed, lengths: Tensor | None = None) -> Packed:
        """The batch, packed and checked."""
        if not isinstance(x, Packed):
            x = pack(x, lengths)
        if (x.data is None) != bool(self.layout.alphabet):
            raise BatchError(
                "a bank over an alphabet reads symbols, others read vectors (got the other); pass "
                + ("places in the alphabet, [batch, time] ints." if self.layout.alphabet else "[batch, time, dim].")
            )
        if x.data is not None and x.data.shape[-1] != self.layout.dim:
            raise CompileError(f"the bank reads vectors of {self.layout.dim} numbers (got {x.data.shape[-1]}).")
        if x.data is not None and x.data.dtype != self.weight.dtype:
            x = x.with_data(cast_up(x.data, self.weight.dtype))
        x.check(len(self.layout.alphabet) if x.data is None else x.data.shape[0])
        return x

    def prefix_scores(self, x: Packed, initial: Tensor | None = None) -> Tensor:
        """[token, pattern (, part)]: the pathsum of every text up to each of its tokens."""
        return self.read_out(self.run(x, initial, every=True))

    def start(self, texts: int) -> Tensor:
        """[text, state (, part)]: the scores before any token."""
        initial = self._fixed("initial")
        return initial.expand(texts, *initial.shape[1:])

    def _fixed(self, name: str) -> Tensor:
        """What does not depend on what is read; made once where it depends on no parameter either."""
        key = (name, self.weight.dtype, self.weight.device)
        if key in self._made:
            return self._made[key]
        makers: dict[str, Callable[[Symbols], Tensor]]
        makers = {"initial": self._initial, "final": self._final, "constants": self._arcs.constants}
        make = makers[name]
        if self.layout.scalars or torch.compiler.is_compiling():  # what export sees has no values
            return make(self._symbols())
        with torch.inference_mode(False), torch.no_grad():
            self._made[key] = make(self._symbols())
        return self._made[key]

    def run(self, x: Packed, initial: Tensor | None = None, every: bool = False) -> Tensor:
        """The weight of all paths to each state after the whole text, [text, state (, part)], or after every token.

        Args:
            initial: the scores before the first token; what `run` returned for the piece of text before this one.
            every: [token, state (, part)] instead.
        """
        start = self.start(x.texts)
        initial = start if initial is None else initial
        if initial.shape != start.shape or initial.dtype != start.dtype:
            raise BatchError(
                f"a state is {tuple(start.shape)} of {start.dtype}, what this bank's `run` returns for {x.texts} texts "
                f"(got {tuple(initial.shape)} of {initial.dtype})."
            )
        if self._gated and x.data is not None and serves(x.data, self.K, self.plan):
            precision = precision_of(x.data, self.half_projection)
            constants = self._fixed("constants")
            gates = Gates(x.data, self.weight, self.bias, constants, x.rows, x.offsets, initial, precision)
            return gated_scan(gates, self.plan, every)
        return scan(self.steps(x, initial), self.plan, self.K, every)

    def steps(self, x: Packed, initial: Tensor | None = None) -> Steps:
        """What a scan of `x` reads."""
        weights = self._arcs(self._symbols(x.data))
        initial = self.start(x.texts) if initial is None else initial
        return Steps(weights, self._fixed("constants"), x.rows, x.offsets, initial)

    def _symbols(self, data: Tensor | None = None) -> Symbols:
        return Symbols(*self._own, data, self.half_projection)

    def read_out(self, states: Tensor) -> Tensor:
        """[n, state (, part)] → [n, pattern (, part)]: ⊕ over each pattern's states of score ⊗ final weight."""
        return read_out(states, self.final_weights(), self.ends, self.K)

    def final_weights(self) -> Tensor:
        """[1, state (, part)]: the weight of ending in each state, 0̄ where none may end."""
        return self._fixed("final")

    def to_symbolic(self) -> tuple[tuple[WFSA, ...], dict[str, Value]]:
        """The automata and the present values of their parameters."""
        return self.layout.patterns, to_parameters(self.layout, self._own)

    @torch.no_grad()
    def load_symbolic(self, parameters: Parameters) -> None:
        """Take over the values of `parameters`; names that no arc uses are left aside.

        Raises:
            CompileError: a name is missing, or its values do not fit; nothing is changed then.
        """
        for own, values in zip(self._own, from_parameters(self.layout, self._own, parameters), strict=True):
            own.copy_(values)

    @property
    def _own(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.weight, self.bias, self.table, self.scalars


def _learned(*shape: int) -> nn.Parameter:
    """An empty one asks for no gradient: it would get none, which DistributedDataParallel refuses."""
    return nn.Parameter(torch.empty(shape), requires_grad=0 not in shape)


@paused()
def compile_patterns(
    patterns: Sequence[WFSA],
    dim: int = 0,
    semiring: wfsa.Semiring[Any] | TensorSemiring = wfsa.REAL,
    alphabet: Sequence[Hashable] = (),
    readout: str = "end",
    half_projection: bool = False,
) -> PatternBank:
    """One module for all `patterns`, over word vectors of `dim` numbers or over the symbols of `alphabet`.

    Every distinct `Linear` is one row of one matrix: all arc weights of a batch are one product. Epsilon arcs are taken
    out, exactly and with gradients, from automata of up to 500 states that touch one.

    Args:
        readout: `end`, `anywhere` or `best`: see `PatternBank.forward`.
        half_projection: the product of word vectors and parameters in bfloat16, everything after it as before, for
            processors that multiply it faster; about 0.5 % of error in scores and gradients (benchmarks/speed.md).

    Raises:
        CompileError: an automaton has something that does not compile; the message names it.
    """
    return PatternBank(make_layout(patterns, dim, alphabet), semiring, readout, half_projection)
