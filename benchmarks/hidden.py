"""The part of benchmarks/speed.py on hidden Markov models: beside hmmlearn, all texts at once."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from hmmlearn.hmm import CategoricalHMM
from timing import medians, row

from neural import best_paths, compile_patterns
from wfsa import LOG, MAX_PLUS, WFSA, Arc

TEXTS, TOKENS = 64, 200


def machine(start: np.ndarray, change: np.ndarray, emit: np.ndarray) -> WFSA:
    """Named labels, logarithms: state 0 before the first symbol, then the hidden ones."""
    before = [start, *change]
    arcs = [
        Arc(p, f"s{x}", q + 1, math.log(before[p][q] * emit[q, x]))
        for p in range(len(before)) for q in range(len(change)) for x in range(emit.shape[1])
    ]  # fmt: skip
    return WFSA({0: 0.0}, tuple(arcs), dict.fromkeys(range(1, len(before)), 0.0))


def jobs_of(k: int, m: int) -> dict[str, Callable[[], float]]:
    """Sums and best paths of a model of k states and m symbols, by both sides; they find the same."""
    rng = np.random.default_rng(0)
    start, change, emit = rng.dirichlet(np.ones(k)), rng.dirichlet(np.ones(k), k), rng.dirichlet(np.ones(m), k)
    own, alphabet = machine(start, change, emit), [f"s{x}" for x in range(m)]
    sums, best = (compile_patterns([own], alphabet=alphabet, semiring=K).double() for K in (LOG, MAX_PLUS))
    peers = {name: CategoricalHMM(k, implementation=name, n_features=m) for name in ("scaling", "log")}
    for peer in peers.values():
        peer.startprob_, peer.transmat_, peer.emissionprob_ = start, change, emit
    symbols = rng.integers(0, m, (TEXTS, TOKENS))
    flat, lengths = symbols.reshape(-1, 1), [TOKENS] * TEXTS
    read, ends = torch.from_numpy(symbols), torch.tensor(lengths)
    found: dict[str, Callable[[], float]] = {
        "scaling": lambda: peers["scaling"].score(flat, lengths),
        "log": lambda: peers["log"].score(flat, lengths),
        "ours": lambda: float(sums(read, ends).sum()),
        "decode": lambda: peers["log"].decode(flat, lengths)[0],
        "best": lambda: float(best_paths(best, read, ends).weight.sum()),
    }
    for one, other in (("scaling", "ours"), ("decode", "best")):
        if not math.isclose(found[one](), found[other](), rel_tol=1e-9):
            raise AssertionError(f"{one} and {other} differ")
    return found


@torch.no_grad()
def hidden(rounds: int) -> Iterator[str]:
    """Scores and best paths."""
    yield from ("", f"### Hidden Markov models, {TEXTS} texts of {TOKENS} symbols; ms", "")
    names = ["hmmlearn, scaling", "hmmlearn, logarithms", "ours, LOG", "× scaling", "hmmlearn, Viterbi", "ours", "×"]
    yield row("states, symbols", *names)
    yield "|---|" + "---|" * len(names)
    for k, m in ((5, 10), (20, 50), (50, 200)):
        t = medians(jobs_of(k, m), rounds, 1.0)
        cells = [t["scaling"], t["log"], t["ours"], t["ours"] / t["scaling"]]
        yield row(f"{k}, {m}", *cells, t["decode"], t["best"], t["best"] / t["decode"])
