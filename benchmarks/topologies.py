"""The part of benchmarks/speed.py on topologies other than chains: scans in REAL and LOG, best paths."""

from collections.abc import Callable, Iterator
from functools import cached_property, partial

import numpy as np
import torch
from loops import graph_loop, graph_loop_back
from peers import dense, index_add, slots_of, summed, viterbi
from timing import pair, row
from torch import Tensor

from neural import LOG, MAX_PLUS, REAL, PatternBank, Steps, compile_patterns, scan, scan_ref
from neural.batches.packing import join
from neural.paths.batch_paths import Paths, best_of
from neural.semirings.table import TensorSemiring
from wfsa import graph, logarithmic

PATTERNS = 16
SIZES = (5, 8, 16, 32, 64)


def edges_of(states: int) -> list[tuple[int, int]]:
    """A self-loop, an arc to the next state and one two states on: 3S − 3 arcs, with one back to the start less one."""
    found = [(q, q) for q in range(states)] + [(q, q + 1) for q in range(states - 1)]
    return [*found, *((q, q + 2) for q in range(states - 2)), (states - 1, 0), (states - 1, 1)]


class Problem:
    """One topology on one batch: arc weights given, per row of `table`; gradients of the arc weights.

    Attributes:
        table: [row, column]: random arc weights.
        rows: [token] → row.
        offsets: [text + 1].
    """

    def __init__(self, states: int, rows: Tensor, offsets: Tensor) -> None:
        own = [graph(edges_of(states), 0, states - 1, f"p{i}") for i in range(PATTERNS)]
        self.states = states
        self.bank = compile_patterns(own, 2)
        self.best = compile_patterns([logarithmic(p) for p in own], 2, MAX_PLUS)
        ends = self.bank.layout.ends[::PATTERNS].tolist()
        self.edges = [(source // PATTERNS, target // PATTERNS) for source, target in ends]
        assert np.array_equal(self.best.layout.ends, self.bank.layout.ends)
        self.table = torch.rand(int(rows.max()) + 1, len(self.bank.layout.columns)) * 0.5
        self.rows, self.offsets = rows, offsets
        self.initial = torch.rand(len(offsets) - 1, states * PATTERNS)

    def steps(self, table: Tensor) -> Steps:
        """What our scan reads."""
        return Steps(table, table.new_empty(0), self.rows, self.offsets, self.initial)

    def ours(self, run: Callable[..., Tensor], K: TensorSemiring) -> tuple[Tensor, Tensor]:
        """`scan` or `scan_ref`, forward and backward: final scores, and the arc weights' gradient."""
        table = self.table.detach().requires_grad_()
        return self.back(run(self.steps(table), self.bank.plan, K), table)

    def best_paths(self, bank: PatternBank) -> Paths:
        """Our Viterbi."""
        return best_of(bank, self.steps(self.table))

    def by_time(self, table: Tensor) -> tuple[list[Tensor], Tensor]:
        """The rows of a table step by step, [text, column] of the longest texts first, and initial scores."""
        order, sizes = self.order
        start = self.initial[order].view(len(order), -1, PATTERNS)
        if len(set(sizes)) == 1 and len(self.rows) == len(table):  # every token has a row of its own
            return list(table.view(len(order), len(sizes), -1).unbind(1)), start
        return list(table.index_select(0, self.rows[self.tokens]).split(sizes)), start

    @cached_property
    def order(self) -> tuple[Tensor, list[int]]:
        """The texts, longest first; how many have not ended, step by step."""
        lengths = self.offsets.diff()
        order = torch.argsort(lengths, descending=True, stable=True)
        return order, (lengths[order][None] > torch.arange(int(lengths.max()))[:, None]).sum(1).tolist()

    @cached_property
    def tokens(self) -> Tensor:
        """The tokens step by step."""
        order, sizes = self.order
        first = self.offsets[:-1][order]
        return torch.cat([first[:size] + t for t, size in enumerate(sizes)])

    def slotted(self, table: Tensor, nothing: float) -> Tensor:
        """The table with the arcs that enter a state in slots; `nothing` where there is none."""
        arcs, _ = slots_of(self.edges, self.states, edges_of(self.states))
        shaped = table.view(len(table), -1, PATTERNS)
        none = shaped.new_full((len(table), 1, PATTERNS), nothing)
        return torch.cat([shaped, none], 1).index_select(1, arcs.flatten()).flatten(1)

    def added(self) -> tuple[Tensor, Tensor]:
        """The same scan by gather and index_add, forward and backward: final scores, and the arc weights' gradient."""
        table = self.table.detach().requires_grad_()
        steps, start = self.by_time(table)
        return self.back(index_add([s.view(len(s), -1, PATTERNS) for s in steps], start, self.edges), table)

    def summed(self) -> tuple[Tensor, Tensor]:
        """The same by slots."""
        table, sources = (
            self.table.detach().requires_grad_(),
            slots_of(self.edges, self.states, edges_of(self.states))[1],
        )
        steps, start = self.by_time(self.slotted(table, 0.0))
        return self.back(summed([s.view(len(s), *sources.shape, PATTERNS) for s in steps], start, sources), table)

    def looped(self) -> tuple[Tensor, Tensor]:
        """The same by numba's loops."""
        table = self.table.numpy().reshape(len(self.table), len(self.edges), PATTERNS)
        sources, targets = np.array(self.edges).T
        entering = np.argsort(targets, kind="stable")
        first = np.concatenate([[0], np.bincount(targets, minlength=self.states).cumsum()])
        places = (table, self.rows.numpy(), self.offsets.numpy())
        start = self.initial.numpy().reshape(len(self.initial), self.states, PATTERNS)
        final, history = graph_loop(*places, start, first, entering, sources)
        gradient = graph_loop_back(*places, history, first, entering, sources, np.ones_like(final))
        return torch.from_numpy(final), torch.from_numpy(gradient).flatten(1)

    def multiplied(self) -> tuple[Tensor, Tensor]:
        """The same by dense matrices."""
        table = self.table.detach().requires_grad_()
        start = self.initial.view(len(self.initial), -1, PATTERNS)
        return self.back(dense(table.view(len(start), -1, len(self.edges), PATTERNS), start, self.edges), table)

    @staticmethod
    def back(final: Tensor, table: Tensor) -> tuple[Tensor, Tensor]:
        """Backward from the sum of all final scores."""
        final.sum().backward()
        assert table.grad is not None
        return final.detach(), table.grad

    @torch.no_grad()
    def pointed(self) -> tuple[Tensor, list[Tensor]]:
        """Viterbi in plain torch."""
        sources = slots_of(self.edges, self.states, edges_of(self.states))[1]
        steps, start = self.by_time(self.slotted(self.table, -torch.inf))
        return viterbi([s.view(len(s), *sources.shape, PATTERNS) for s in steps], start, sources)

    def check(self) -> None:
        """Do all sides find the same?"""
        order, _ = self.order
        final, gradient = self.ours(scan, REAL)
        for other, places in ((self.added, order), (self.summed, order), (self.looped, slice(None))):
            found, own = other()
            assert torch.allclose(found.reshape(len(order), -1), final[places], rtol=1e-4)
            assert torch.allclose(own, gradient, rtol=1e-3, atol=1e-5 * float(gradient.abs().max()))
        (weight, path), best = self.pointed(), self.best_paths(self.best)
        assert best.weight is not None
        assert torch.allclose(weight, best.weight[order], rtol=1e-4)
        ends = torch.from_numpy(self.best.layout.ends[:, 1] // PATTERNS)
        assert torch.equal(torch.cat(path), ends[best.columns[self.tokens]])


def on_words(ids: list[np.ndarray], rounds: int) -> Iterator[str]:
    """Texts of unlike length, arc weights per word type, as a bank makes them."""
    words, offsets = join(ids)
    types, rows = np.unique(words, return_inverse=True)
    title = f"{len(ids)} texts, {len(words)} tokens of {len(types)} types, arc weights per type; ms"
    yield from ("", f"### Any topology, forward and backward: {title}", "")
    head = ["ours", "numba loop", "index_add", "slots", "best other / ours", "Viterbi", "plain torch", "ratio"]
    yield row("states, arcs", *head)
    yield "|---|" + "---|" * len(head)
    for states in SIZES:
        problem = Problem(states, torch.from_numpy(rows.reshape(-1)), torch.from_numpy(offsets))
        problem.check()
        ours = partial(problem.ours, scan, REAL)
        pairs = [pair(ours, form, rounds) for form in (problem.looped, problem.added, problem.summed)]
        best = min(pairs, key=lambda found: found[1] / found[0])
        path, plain = pair(partial(problem.best_paths, problem.best), problem.pointed, rounds)
        cells = [best[0], *(other for _, other in pairs), f"{best[1] / best[0]:.1f}"]
        yield row(f"{states}, {len(problem.edges)}", *cells, path, plain, f"{plain / path:.1f}")


def on_tokens(rounds: int) -> Iterator[str]:
    """Arc weights per token, texts of one length: nothing is shared, nothing is left out."""
    texts, length = 16, 100
    yield from ("", f"### The same, {texts} texts of {length} tokens, arc weights per token; ms", "")
    head = ["ours", "numba loop", "index_add", "slots", "dense", "best other / ours", "LOG", "reference", "ratio"]
    head += ["Viterbi", "plain torch", "ratio"]
    yield row("states, arcs", *head)
    yield "|---|" + "---|" * len(head)
    for states in SIZES:
        problem = Problem(states, torch.arange(texts * length), torch.arange(texts + 1) * length)
        problem.check()
        ours = partial(problem.ours, scan, REAL)
        forms = [problem.looped, problem.added, problem.summed, problem.multiplied]
        pairs = [pair(ours, form, rounds) for form in forms]
        best = min(pairs, key=lambda found: found[1] / found[0])
        log, reference = pair(partial(problem.ours, scan, LOG), partial(problem.ours, scan_ref, LOG), rounds)
        path, plain = pair(partial(problem.best_paths, problem.best), problem.pointed, rounds)
        cells = [best[0], *(other for _, other in pairs), f"{best[1] / best[0]:.1f}"]
        cells += [log, reference, f"{reference / log:.1f}", path, plain, f"{plain / path:.1f}"]
        yield row(f"{states}, {len(problem.edges)}", *cells)
