"""Layers of automata: each layer reads, token by token, the scores that the layer below gives to what came so far."""

from collections.abc import Sequence
from numbers import Real
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from neural.bank import PatternBank, compile_patterns
from neural.batches.packing import Packed
from neural.classifier import ACTIVATIONS
from neural.errors import CompileError
from neural.readout import READOUTS, StreamState, at_first, at_last, read_on, states_of
from neural.semirings.table import REAL
from wfsa import WFSA


class Dropout(NamedTuple):
    """Rates of dropout, applied in training.

    Attributes:
        embedding: of single numbers of the batch's rows: the same ones for all equal words where rows are word types.
        variational: of numbers of what a layer reads, the same ones at all tokens of a text ("recurrent" dropout).
        vertical: of single numbers between two layers.
    """

    embedding: float = 0.0
    variational: float = 0.0
    vertical: float = 0.0


NO_DROPOUT = Dropout()


class Layer(nn.Module):
    """h[t] = φ(o[t] ⊙ s[t]), with s[t] the pathsums of the text up to token t and o[t] = σ(V x[t] + b) where gated.

    In both directions the second part of h[t] is that of the text read from its end back to token t, by patterns of
    its own. Source: Bradbury et al. (2017), Peng et al. (2018).
    """

    def __init__(
        self, patterns: Sequence[WFSA], dim: int, backward: Sequence[WFSA] | None, gated: bool, activation: str
    ) -> None:
        super().__init__()
        if activation not in ACTIVATIONS:
            raise CompileError(f"activation is one of {', '.join(ACTIVATIONS)} (got {activation!r}).")
        self.activation = activation
        self.bank = compile_patterns(patterns, dim)
        self.backward_bank = None if backward is None else compile_patterns(backward, dim)
        self.width = sum(len(bank.layout.patterns) for bank in self.banks)
        self.gate = nn.Linear(dim, self.width) if gated and self.width else None

    @property
    def banks(self) -> tuple[PatternBank, ...]:
        """The bank of each direction, in the order of h[t]."""
        return (self.bank,) if self.backward_bank is None else (self.bank, self.backward_bank)

    def forward(self, x: Packed, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """([token, width] of all prefixes, [text, state] after the last token)."""
        history = self.bank.run(x, state, every=True)
        after = at_last(history, self.bank.start(x.texts) if state is None else state, x)
        return self._out(self.bank.read_out(history), x), after

    def _out(self, scores: Tensor, x: Packed) -> Tensor:
        assert x.data is not None
        if self.backward_bank is not None:
            turn = x.reverse()
            turned = Packed(x.data, x.rows[turn], x.offsets)
            scores = torch.cat([scores, self.backward_bank.prefix_scores(turned)[turn]], 1)
        if self.gate is not None:
            scores = scores * torch.sigmoid(self.gate(x.data))[x.rows]
        return ACTIVATIONS[self.activation](scores)

    def empty(self, texts: int) -> Tensor:
        """[text, width]: what a text without tokens scores, ungated."""
        scores = [bank.read_out(bank.start(texts)) for bank in self.banks]
        return ACTIVATIONS[self.activation](torch.cat(scores, 1))


class PatternNetwork(nn.Module):
    """Layers of patterns over word vectors; what comes out feeds a linear layer, or the next network.

    Args:
        layers: the patterns of each layer, in REAL; the first reads `dim` numbers, each other one the width below it
            (above a layer without patterns, which deletion can leave, a zero).
        bidirectional: every layer also reads from the end, with parameters of its own.
        gated: an output gate on every score.
        activation: "none", "tanh" or "relu", after the gate.
        readout: what of the last layer's h[t] stands for the text: at its "end" (of the second direction, at its
            start), "anywhere" (the sum over t divided by √length), or the "best" t of each.
        dropout: rates.
        backward: the patterns of each layer's second direction, where they are others than those of the first.

    Raises:
        CompileError: a choice is unknown, or a pattern does not compile.
    """

    def __init__(
        self,
        layers: Sequence[Sequence[WFSA]],
        dim: int,
        bidirectional: bool = False,
        gated: bool = False,
        activation: str = "none",
        readout: str = "end",
        dropout: Dropout = NO_DROPOUT,
        backward: Sequence[Sequence[WFSA]] | None = None,
    ) -> None:
        super().__init__()
        if not layers or readout not in READOUTS:
            raise CompileError(
                f"a network has a layer, and its readout is one of {', '.join(READOUTS)} (got {len(layers)} layers, "
                f"{readout!r})."
            )
        if not isinstance(dropout, Dropout) or not all(isinstance(rate, Real) and 0 <= rate < 1 for rate in dropout):
            raise CompileError(f"dropout is a Dropout of rates from 0 to below 1 (got {dropout!r}).")
        if backward is not None and (not bidirectional or len(backward) != len(layers)):
            raise CompileError(
                f"patterns of the second direction are given for every layer of a bidirectional network (got "
                f"{len(backward)} for {len(layers)} layers, bidirectional={bidirectional})."
            )
        self.readout, self.dropout, self.bidirectional = readout, dropout, bidirectional
        self.layers = nn.ModuleList()
        for number, patterns in enumerate(layers):
            second = patterns if backward is None else backward[number]
            layer = Layer(patterns, dim, second if bidirectional else None, gated, activation)
            self.layers.append(layer)
            dim = max(1, layer.width)  # above a layer without patterns, a zero is read
        self.gated, self.activation, self.width = gated, activation, layer.width

    def forward(self, x: Tensor | Packed, lengths: Tensor | None = None) -> Tensor:
        """[text, width] of texts given as to `PatternBank`."""
        packed = self._packed(x, lengths)
        scores = self.token_scores(packed)
        empty = self._layers[-1].empty(packed.texts)
        found = read_on(scores, empty, packed, REAL, self.readout).scores
        if self.readout != "end" or not self.bidirectional:
            return found
        first = len(self._layers[-1].bank.layout.patterns)
        return torch.cat([found[:, :first], at_first(scores, empty, packed)[:, first:]], 1)

    def token_scores(self, x: Tensor | Packed, lengths: Tensor | None = None) -> Tensor:
        """[token, width]: h[t] of the last layer, text by text."""
        return self._run(self._packed(x, lengths), None)[0]

    def feed(
        self, x: Tensor | Packed, lengths: Tensor | None = None, state: StreamState | None = None
    ) -> tuple[Tensor, StreamState]:
        """As `PatternBank.feed`: ([token, width] of the new tokens, what is known of the texts then).

        Raises:
            CompileError: the network reads from the end, too, which no piece knows.
            BatchError: the batch does not fit, or `state` is of other texts or another network.
        """
        if self.bidirectional:
            raise CompileError("a network of both directions needs whole texts (got a piece); call it without feed.")
        packed = self._packed(x, lengths)
        scores, states = self._run(packed, None if state is None else states_of(state, len(self.layers), self.readout))
        empty = self._layers[-1].empty(packed.texts)
        return scores, read_on(scores, empty, packed, REAL, self.readout, state, states)

    @property
    def _layers(self) -> list[Layer]:
        return cast("list[Layer]", list(self.layers))

    def _packed(self, x: Tensor | Packed, lengths: Tensor | None) -> Packed:
        return self._layers[0].bank.packed(x, lengths)

    def _run(self, x: Packed, states: Sequence[Tensor] | None) -> tuple[Tensor, list[Tensor]]:
        assert x.data is not None
        scores = nn.functional.dropout(x.data, self.dropout.embedding, self.training)
        x, after = x.with_data(scores), []
        for number, layer in enumerate(self.layers):
            if number:
                scores = scores if scores.shape[1] else scores.new_zeros((len(scores), 1))
                x = x.tokens(nn.functional.dropout(scores, self.dropout.vertical, self.training))
            scores, last = layer(self._variational(x), None if states is None else states[number])
            after.append(last)
        return scores, after

    def _variational(self, x: Packed) -> Packed:
        """One mask per text. Source: Gal and Ghahramani (2016)."""
        rate = self.dropout.variational
        if not self.training or rate == 0:
            return x
        assert x.data is not None
        mask = nn.functional.dropout(x.data.new_ones((x.texts, x.data.shape[1])), rate)
        return x.tokens(x.data[x.rows] * mask[x.owner])
