"""A set of automata compiled into one batched, differentiable module."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

import wfsa
from neural.errors import CompileError
from neural.gates import ArcWeights
from neural.layout import Layout, make_layout
from neural.packing import Packed, pack
from neural.scan import scan
from neural.semirings import tensor_semiring
from wfsa import WFSA, Affine, Parameters


class PatternBank(nn.Module):
    """The pathsum of every pattern on every text: `bank(x, lengths)[b, p] == wfsa.pathsum(pattern p, text b)`.

    Attributes:
        layout: where states, arcs and parameters live.
        weight: [row, dim]: the vector w of every distinct `Linear`.
        bias: [biased row]: the b of those that have one, in row order.
    """

    def __init__(self, layout: Layout, semiring: wfsa.Semiring[float]) -> None:
        super().__init__()
        self.layout = layout
        self.semiring = semiring
        self._K = tensor_semiring(semiring)
        self._arc_weights = ArcWeights(layout, semiring.zero)
        self.weight = nn.Parameter(torch.empty(len(layout.rows), layout.dim))
        self.bias = nn.Parameter(torch.empty(layout.biased))
        for slot, source in enumerate(layout.sources):
            index = None if isinstance(source, int) else torch.from_numpy(source)
            self.register_buffer(f"source{slot}", index, persistent=False)
        members = torch.from_numpy(layout.members.copy())
        self.register_buffer("members", torch.where(members < 0, len(layout.states), members), persistent=False)
        self.register_buffer("initial", self._ends("initial"), persistent=False)
        self.register_buffer("final", self._ends("final"), persistent=False)
        self.reset_parameters()

    def _ends(self, which: str) -> Tensor:
        """[state]: the initial or final weights, lifted; 0̄ for states without one."""
        K = self.semiring
        values = [
            K.lift(wfsa.evaluate(ends[q], None, {}))
            if q in (ends := getattr(self.layout.patterns[p], which))
            else K.zero
            for p, q in self.layout.states
        ]
        return torch.tensor(values, dtype=torch.float64)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Weights uniform in ±√(6 / (dim + patterns)), biases 0: self-loops start half open (Dodge et al., 2019)."""
        bound = math.sqrt(6 / (self.layout.dim + max(1, len(self.layout.patterns))))
        with torch.no_grad():
            self.weight.uniform_(-bound, bound, generator=generator)
            self.bias.zero_()

    def forward(self, x: Tensor | Packed, lengths: Tensor | None = None) -> Tensor:
        """Score texts.

        Args:
            x: word vectors, padded [batch, time, dim] with `lengths` [batch], or packed.

        Returns:
            [batch, pattern]: the pathsums, in the order of the batch.

        Raises:
            BatchError: the lengths do not fit.
            CompileError: the word vectors have another size than the bank.
        """
        if not isinstance(x, Packed):
            x = pack(x, lengths if lengths is not None else torch.full((len(x),), x.shape[1], device=x.device))
        if x.data.shape[-1] != self.layout.dim:
            raise CompileError(f"the bank reads vectors of {self.layout.dim} numbers (got {x.data.shape[-1]}).")
        return x.unsort(self._read_out(self.state_scores(x)))

    def state_scores(self, x: Packed) -> Tensor:
        """[text in packed order, state]: the weight of all paths to each state after the whole text."""
        weights = self.arc_weights(x.data)
        sources = [
            source if isinstance(source, int) else getattr(self, f"source{slot}")
            for slot, source in enumerate(self.layout.sources)
        ]
        initial = self.initial.to(weights.dtype).expand(x.texts, -1)
        return scan(weights, x.rows, sources, initial, x.sizes, self._K)

    def arc_weights(self, x: Tensor) -> Tensor:
        """[row, dim] → [row, slot, state]: what each vector makes of the arc in every slot (see `Layout`)."""
        weights: Tensor = self._arc_weights(x, self.weight, self.bias)
        return weights

    def _read_out(self, states: Tensor) -> Tensor:
        """⊕ over each pattern's states of score ⊗ final weight."""
        ended = self._K.times(states, self.final.to(states.dtype))
        ended = torch.cat([ended, ended.new_full((len(ended), 1), self.semiring.zero)], 1)
        if not self.members.numel():
            return ended.new_zeros((len(ended), len(self.members)))
        return self._K.sum(ended[:, self.members], 2)

    def to_symbolic(self) -> tuple[tuple[WFSA, ...], dict[str, Affine]]:
        """The automata and the present values of their parameters."""
        plain = len(self.layout.rows) - self.layout.biased
        weight, bias = self.weight.detach().cpu().double().numpy(), self.bias.detach().cpu().double().numpy()
        return self.layout.patterns, {
            linear.name: Affine(weight[row], float(bias[row - plain]) if linear.bias else 0.0)
            for row, linear in enumerate(self.layout.rows)
        }

    @torch.no_grad()
    def load_symbolic(self, parameters: Parameters) -> None:
        """Take over the values of `parameters`; names that no arc uses are left aside.

        Raises:
            CompileError: a name is missing, or its vector has another size.
        """
        plain = len(self.layout.rows) - self.layout.biased
        for row, linear in enumerate(self.layout.rows):
            if linear.name not in parameters or len(parameters[linear.name].weights) != self.layout.dim:
                raise CompileError(f"every Linear needs {self.layout.dim} weights (got none such for {linear.name!r}).")
            self.weight[row] = torch.as_tensor(parameters[linear.name].weights, dtype=self.weight.dtype)
            if linear.bias:
                self.bias[row - plain] = parameters[linear.name].bias


def compile_patterns(patterns: Sequence[WFSA], dim: int, semiring: wfsa.Semiring[float] = wfsa.REAL) -> PatternBank:
    """One module for all `patterns`, over word vectors of `dim` numbers.

    Every distinct `Linear` becomes one row of one matrix, so that all arc weights of a batch are one matrix product.

    Raises:
        CompileError: an automaton has something that does not compile; the message names it.
    """
    return PatternBank(make_layout(patterns, dim), semiring)
