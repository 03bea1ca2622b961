"""The part of benchmarks/speed.py on topologies other than chains: scans in REAL and LOG, best paths."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from peers import dense, index_add, viterbi
from timing import medians
from torch import Tensor

from neural import LOG, MAX_PLUS, REAL, PatternBank, Steps, compile_patterns, scan, scan_ref
from neural.packing import join
from neural.paths import best_of
from neural.semirings import TensorSemiring
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

    def ours(self, run: Callable[..., Tensor], K: TensorSemiring) -> None:
        """`scan` or `scan_ref`, forward and backward."""
        run(self.steps(self.table.detach().requires_grad_()), self.bank.plan, K).sum().backward()

    def best_paths(self, bank: PatternBank) -> object:
        """Our Viterbi, with the texts' best final scores."""
        return best_of(bank, self.steps(self.table))

    def by_time(self, table: Tensor) -> tuple[list[Tensor], Tensor]:
        """The arc weights step by step, [text, arc, pattern] of the longest texts first, and initial scores."""
        lengths = self.offsets.diff()
        order = torch.argsort(lengths, descending=True, stable=True)
        sizes = (lengths[order][None] > torch.arange(int(lengths.max()))[:, None]).sum(1).tolist()
        start = self.initial[order].view(len(order), -1, PATTERNS)
        if len(set(sizes)) == 1 and len(self.rows) == len(table):  # every token has a row of its own
            return list(table.view(len(order), len(sizes), len(self.edges), PATTERNS).unbind(1)), start
        first = self.offsets[:-1][order]
        tokens = torch.cat([first[:size] + t for t, size in enumerate(sizes)])
        given = table.index_select(0, self.rows[tokens]).view(-1, len(self.edges), PATTERNS)
        return list(given.split(sizes)), start

    def added(self) -> Tensor:
        """The same scan by gather and index_add, forward and backward; the final scores, longest texts first."""
        steps, start = self.by_time(self.table.detach().requires_grad_())
        found = index_add(steps, start, self.edges)
        found.sum().backward()
        return found

    def multiplied(self) -> None:
        """The same by dense matrices."""
        weights = self.table.detach().requires_grad_()
        start = self.initial.view(len(self.initial), -1, PATTERNS)
        shaped = weights.view(len(start), -1, len(self.edges), PATTERNS)
        dense(shaped, start, self.edges).sum().backward()

    @torch.no_grad()
    def pointed(self) -> object:
        """Viterbi in plain torch."""
        return viterbi(*self.by_time(self.table), self.edges)

    def check(self) -> None:
        """Do both sides find the same?"""
        order = torch.argsort(self.offsets.diff(), descending=True, stable=True)
        final = scan(self.steps(self.table), self.bank.plan, REAL)[order]
        assert torch.allclose(self.added().reshape(len(order), -1), final, rtol=1e-4)
        best = scan(self.steps(self.table), self.bank.plan, MAX_PLUS)[order].view(len(order), -1, PATTERNS).amax(1)
        assert torch.allclose(viterbi(*self.by_time(self.table), self.edges)[0], best, rtol=1e-4)


def pair(ours: Callable[[], object], other: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Medians of both, in turn."""
    found = medians({"ours": ours, "other": other}, rounds)
    return found["ours"], found["other"]


def row(*values: object) -> str:
    """A line of a table."""
    return f"| {' | '.join(f'{v:.2f}' if isinstance(v, float) else str(v) for v in values)} |"


def on_words(ids: list[np.ndarray], rounds: int) -> Iterator[str]:
    """Texts of unlike length, arc weights per word type, as a bank makes them."""
    words, offsets = join(ids)
    types, rows = np.unique(words, return_inverse=True)
    title = f"{len(ids)} texts, {len(words)} tokens of {len(types)} types, arc weights per type; ms"
    yield from ("", f"### Any topology, forward and backward: {title}", "")
    yield row("states, arcs", "ours", "index_add", "ratio", "Viterbi", "plain torch", "ratio")
    yield "|---|" + "---|" * 6
    for states in SIZES:
        problem = Problem(states, torch.from_numpy(rows.reshape(-1)), offsets)
        problem.check()
        ours, other = pair(partial(problem.ours, scan, REAL), problem.added, max(3, rounds // 2))
        best, plain = pair(partial(problem.best_paths, problem.best), problem.pointed, max(3, rounds // 2))
        name = f"{states}, {len(problem.edges)}"
        yield row(name, ours, other, f"{other / ours:.1f}", best, plain, f"{plain / best:.1f}")


def on_tokens(rounds: int) -> Iterator[str]:
    """Arc weights per token, texts of one length: nothing is shared, nothing is left out."""
    texts, length = 16, 100
    yield from ("", f"### The same, {texts} texts of {length} tokens, arc weights per token; ms", "")
    head = ["ours", "index_add", "dense", "reference", "best other / ours", "LOG", "reference", "ratio"]
    yield row("states, arcs", *head, "Viterbi", "plain torch", "ratio")
    yield "|---|" + "---|" * 11
    for states in SIZES:
        problem = Problem(states, torch.arange(texts * length), torch.arange(texts + 1) * length)
        problem.check()
        ours = partial(problem.ours, scan, REAL)
        forms = [problem.added, problem.multiplied, partial(problem.ours, scan_ref, REAL)]
        pairs = [pair(ours, form, rounds) for form in forms]
        best = min(pairs, key=lambda found: found[1] / found[0])
        log, reference = pair(partial(problem.ours, scan, LOG), partial(problem.ours, scan_ref, LOG), rounds)
        path, plain = pair(partial(problem.best_paths, problem.best), problem.pointed, rounds)
        cells = [best[0], *(other for _, other in pairs), f"{best[1] / best[0]:.1f}"]
        cells += [log, reference, f"{reference / log:.1f}", path, plain, f"{plain / path:.1f}"]
        yield row(f"{states}, {len(problem.edges)}", *cells)
