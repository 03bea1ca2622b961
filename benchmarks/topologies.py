"""The part of benchmarks/speed.py on topologies other than chains: scans in REAL and LOG, best paths."""

from collections.abc import Callable, Iterator
from functools import partial

import torch
from peers import dense, index_add, viterbi
from timing import medians
from torch import Tensor, nn

from neural import LOG, MAX_PLUS, REAL, Steps, compile_patterns, pack, scan, scan_ref
from neural.paths import best_of
from wfsa import graph, logarithmic


def edges_of(states: int) -> list[tuple[int, int]]:
    """A self-loop, an arc to the next state and one two states on: 3S − 3 arcs, with one back to the start less one."""
    found = [(q, q) for q in range(states)] + [(q, q + 1) for q in range(states - 1)]
    return [*found, *((q, q + 2) for q in range(states - 2)), (states - 1, 0), (states - 1, 1)]


def generic(rounds: int) -> Iterator[str]:
    """Any topology: 16 texts of 100 tokens, 16 patterns; arc weights given, gradients of arc weights."""
    batch, time_steps, patterns = 16, 100, 16
    head = "| states, arcs | ours | reference | index_add | dense | best other / ours | LOG | LOG reference | ratio |"
    lines = ["", "### Any topology: scan forward and backward, ms", "", head, "|---|" + "---|" * 8]
    paths = ["", "### Viterbi with back-pointers, ms", "", "| states, arcs | ours | plain torch | ratio |"]
    paths.append("|---|---|---|---|")
    for states in (5, 8, 16, 32, 64):
        edges = edges_of(states)
        own = [graph(edges, 0, states - 1, f"p{i}") for i in range(patterns)]
        bank = compile_patterns(own, 2)
        weights = torch.rand(batch * time_steps, len(edges) * patterns) * 0.5
        rows, offsets = torch.arange(len(weights)), torch.arange(batch + 1) * time_steps
        initial = torch.rand(batch, states * patterns)
        order = [edges.index((s // patterns, t // patterns)) for s, t in bank.layout.ends[::patterns].tolist()]

        def ours(run: Callable[..., Tensor], K: object, w: Tensor = weights, b: nn.Module = bank, i: Tensor = initial,
                 r: Tensor = rows, o: Tensor = offsets) -> None:  # fmt: skip
            w = w.detach().requires_grad_()
            run(Steps(w, w.new_empty(0), r, o, i), b.plan, K).sum().backward()

        shaped = weights.view(batch, time_steps, len(edges), patterns)
        start = initial.view(batch, states, patterns)
        arranged = [edges[place] for place in order]

        def other(
            form: Callable[..., Tensor], w: Tensor = shaped, i: Tensor = start, e: object = arranged, s: int = states
        ) -> None:
            form(w.detach().requires_grad_(), i, e, s).sum().backward()

        others = {
            "reference": partial(ours, scan_ref, REAL),
            "index_add": partial(other, index_add),
            "dense": partial(other, dense),
        }
        check = scan(Steps(weights, weights.new_empty(0), rows, offsets, initial), bank.plan, REAL)
        assert torch.allclose(index_add(shaped, start, arranged, states).reshape(batch, -1), check, rtol=1e-4)
        mine = partial(ours, scan, REAL)
        pairs = {name: medians({"ours": mine, "other": job}, rounds) for name, job in others.items()}
        best = min(pairs.values(), key=lambda pair: pair["other"] / pair["ours"])
        log = medians({"ours": partial(ours, scan, LOG), "other": partial(ours, scan_ref, LOG)}, rounds)
        cells = [best["ours"], *(pair["other"] for pair in pairs.values())]
        lines.append(
            f"| {states}, {len(edges)} | {' | '.join(f'{c:.2f}' for c in cells)} | "
            f"{best['other'] / best['ours']:.1f} | "
            f"{log['ours']:.2f} | {log['other']:.2f} | {log['other'] / log['ours']:.1f} |"
        )
        paths.append(best_path_row(own, edges, shaped, states, rounds))
    yield from (*lines, *paths)


def best_path_row(own: list, edges: list[tuple[int, int]], weights: Tensor, states: int, rounds: int) -> str:
    """Best paths of given arc weights, against a loop in plain torch over the same ones."""
    batch, time_steps, arcs, patterns = weights.shape
    bank = compile_patterns([logarithmic(p) for p in own], 2, MAX_PLUS)
    x = pack(torch.randn(batch, time_steps, 2), torch.full((batch,), time_steps))
    steps_given = bank.steps(x)
    shaped = steps_given.weights.detach().view(batch, time_steps, arcs, patterns)
    ends = [(s // patterns, t // patterns) for s, t in bank.layout.ends[::patterns].tolist()]
    slots: list[list[tuple[int, int]]] = [[] for _ in range(states)]
    for place, (source, target) in enumerate(ends):
        slots[target].append((place, source))
    start = steps_given.initial.detach().view(batch, states, patterns)
    plain = torch.no_grad()(lambda: viterbi(shaped, start, slots))
    found = medians({"ours": lambda: best_of(bank, steps_given), "torch": plain}, rounds)
    return f"| {states}, {arcs} | {found['ours']:.2f} | {found['torch']:.2f} | {found['torch'] / found['ours']:.1f} |"
