"""The other sides of benchmarks/speed.py: written in plain torch, or taken from their packages."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class SeedLoop(nn.Module):
    """The layer of the seed papers' released code on CPU: gates for all tokens, then a loop over time and states.

    f_i = σ(W_f x + b_f), u_i = (W_u x)(1 − f_i), c_i[t] = f_i c_i[t−1] + u_i c_{i−1}[t−1]; every state's scores go into
    a tensor over time; the scores of all states are summed at the last step, so texts are padded on the left.
    """

    def __init__(self, dim: int, width: int, length: int) -> None:
        super().__init__()
        self.length, self.width = length, width
        bound = (6 / (dim + width)) ** 0.5
        self.weight = nn.Parameter(torch.empty(dim, width * 2 * length).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(length, width))

    def forward(self, x: Tensor) -> Tensor:
        """x [time, batch, dim] → [batch, width]."""
        steps, batch, dim = x.shape
        products = (x.reshape(-1, dim) @ self.weight).view(steps, batch, self.width, 2 * self.length)
        gates = [torch.sigmoid(products[..., self.length + i] + self.bias[i]) for i in range(self.length)]
        mains = [products[..., i] * (1 - gates[i]) for i in range(self.length)]
        history = [x.new_zeros(steps, batch, self.width) for _ in range(self.length)]
        before = [x.new_zeros(batch, self.width) for _ in range(self.length)]
        for t in range(steps):
            now = []
            for i in range(self.length):
                entering = mains[i][t] if i == 0 else mains[i][t] * before[i - 1]
                now.append(before[i] * gates[i][t] + entering)
                history[i][t] = now[i]
            before = now
        return sum(history[1:], history[0])[-1]


class Recurrent(nn.Module):
    """nn.LSTM or nn.GRU over padded texts, read out at each text's last token; with `half` in bfloat16 by autocast."""

    def __init__(self, kind: type[nn.LSTM] | type[nn.GRU], dim: int, width: int, half: bool = False) -> None:
        super().__init__()
        self.cell, self.half = kind(dim, width, batch_first=True), half

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """x [batch, time, dim] → [batch, width]."""
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            out = self.cell(x)[0]
        return out[torch.arange(len(x)), lengths - 1].float()


class Convolution(nn.Module):
    """A convolution of width 4 over padded texts, the maximum over time."""

    def __init__(self, dim: int, width: int) -> None:
        super().__init__()
        self.cell = nn.Conv1d(dim, width, 4, padding=3)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """x [batch, time, dim] → [batch, width]."""
        out: Tensor = torch.relu(self.cell(x.transpose(1, 2)))
        return out.amax(2)


def simple_recurrent_unit(dim: int, width: int) -> nn.Module | None:
    """SRU (Lei et al., 2018) from its package; None where that is not installed."""
    try:
        from sru import SRU
    except ImportError:
        return None

    class Wrapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = SRU(dim, width, num_layers=1)

        def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
            out = self.cell(x.transpose(0, 1).contiguous())[0]
            return out[lengths - 1, torch.arange(x.shape[0])]

    return Wrapped()


def readers(dim: int, width: int) -> dict[str, nn.Module]:
    """Every other module that takes padded vectors and lengths."""
    found: dict[str, nn.Module] = {f"nn.{kind.__name__}": Recurrent(kind, dim, width) for kind in (nn.LSTM, nn.GRU)}
    found["nn.LSTM, bfloat16"] = Recurrent(nn.LSTM, dim, width, half=True)
    sru = simple_recurrent_unit(dim, width)
    return {**found, "CNN": Convolution(dim, width)} | ({} if sru is None else {"SRU": sru})


def index_add(steps: Sequence[Tensor], initial: Tensor, edges: list[tuple[int, int]]) -> Tensor:
    """Gather the sources, multiply, index_add to the targets, step by step.

    Args:
        steps: per step [text, arc, pattern], of the texts that have not ended, which come first.
        initial: [text, state, pattern].
        edges: (source, target) per arc.

    Returns:
        [text, state, pattern] final scores.
    """
    sources, targets = (torch.tensor(side) for side in zip(*edges, strict=True))
    scores, ended = initial, []
    for step in steps:
        if len(step) < len(scores):
            ended.append(scores[len(step) :])
            scores = scores[: len(step)]
        scores = torch.zeros_like(scores).index_add(1, targets, scores.index_select(1, sources) * step)
    return torch.cat([scores, *reversed(ended)]) if ended else scores


def dense(weights: Tensor, initial: Tensor, edges: list[tuple[int, int]]) -> Tensor:
    """One matrix per pattern and token, a batched product per step; weights [text, time, arc, pattern]."""
    batch, states, patterns = initial.shape
    steps = weights.shape[1]
    places = torch.tensor([source * states + target for source, target in edges])
    matrices = weights.new_zeros(batch, steps, states * states, patterns).index_add(2, places, weights)
    matrices = matrices.permute(1, 0, 3, 2).reshape(steps, batch * patterns, states, states)
    scores = initial.permute(0, 2, 1).reshape(batch * patterns, 1, states)
    for step in matrices.unbind(0):
        scores = torch.bmm(scores, step)
    return scores.view(batch, patterns, states).permute(0, 2, 1)


def slots_of(edges: list[tuple[int, int]], states: int, first: list[tuple[int, int]]) -> tuple[Tensor, Tensor]:
    """([slot, state] → arc that enters the state, the number of arcs where there is none; → the state it leaves).

    Slots are in the order of `first`, so that the same one of equal ways is taken as ours takes.
    """
    places = [edges.index(edge) for edge in first]
    slots = [[(arc, edges[arc][0]) for arc in places if edges[arc][1] == q] for q in range(states)]
    most = max(map(len, slots))
    padded = [[*slot, *[(len(edges), 0)] * (most - len(slot))] for slot in slots]
    arcs, sources = torch.tensor(padded).unbind(2)
    return arcs.T.contiguous(), sources.T.contiguous()


def summed(steps: Sequence[Tensor], initial: Tensor, sources: Tensor) -> Tensor:
    """As `index_add`, with the arcs that enter a state in slots; steps [text, slot, state, pattern]."""
    scores, ended = initial, []
    for step in steps:
        if len(step) < len(scores):
            ended.append(scores[len(step) :])
            scores = scores[: len(step)]
        scores = (scores.index_select(1, sources.flatten()).view(step.shape) * step).sum(1)
    return torch.cat([scores, *reversed(ended)]) if ended else scores


def viterbi(steps: Sequence[Tensor], initial: Tensor, sources: Tensor) -> tuple[Tensor, list[Tensor]]:
    """The best path to the last state with back-pointers in MAX_PLUS, for arguments as `summed` takes them.

    Returns ([text, pattern] its weight, per step [text, pattern] the states that it enters).
    """
    scores, back, ended = initial, [], []
    for step in steps:
        ended.append(scores[len(step) :])
        into = scores[: len(step)].index_select(1, sources.flatten()).view(step.shape) + step
        scores, slot = into.max(1)
        back.append(slot)
    last = initial.shape[1] - 1
    weight = torch.cat([scores, *reversed(ended)])[:, last]
    state, path = torch.full(weight.shape, last), []
    for slot in reversed(back):
        now = state[: len(slot)]
        path.append(now)
        state = torch.cat([sources[slot.gather(1, now[:, None])[:, 0], now], state[len(slot) :]])
    return weight, path[::-1]
