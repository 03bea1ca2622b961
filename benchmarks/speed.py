"""Speed against other layers, other forms and the bare matrix products: writes benchmarks/speed.md.

    python benchmarks/speed.py [--threads 1] [--rounds 11]
    python benchmarks/speed.py --quote

Every table times its rows in one process, in turn, round after round, with numbers below 1e-38 flushed to zero for
all; it shows medians, and ratios of medians. Other forms of a scan take turns with ours only, and each kind of our
layer with the bare products only, for three seconds at least: what a busy machine slows are then both sides alike.
Texts are IMDB reviews of at most 200 tokens, vectors are random: only the words' identities and the texts' lengths
matter for speed.
SRU takes part after `pip install --no-deps sru ninja`; it compiles itself. About ten minutes.
"""

import argparse
import ctypes
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch
from hidden import hidden
from layers import growth, layers
from loops import LOOPS
from machine import machine
from peers import SeedLoop, readers
from shapes import BATCH, DIM, LENGTH, WIDTH, backward, bank_of, padded, products, reviews
from speed_page import rewrite
from timing import medians, table
from topologies import on_tokens, on_words
from torch import Tensor, nn

from neural import PatternClassifier, bucketed_batches, pack, pack_words
from sparsify import GroupLasso, ProxAdam, groups

TABLE = Path(__file__).with_suffix(".md")
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Of malloc.h."""


class Step:
    """One training step of a module with a linear layer above it."""

    def __init__(self, body: nn.Module) -> None:
        self.body, self.top = body, nn.Linear(WIDTH, 2)
        parameters = [*body.parameters(), *self.top.parameters()]
        self.optimizer = torch.optim.Adam(parameters, fused=True)

    def __call__(self, labels: Tensor, *inputs: object) -> None:
        """Forward, backward, Adam."""
        self.optimizer.zero_grad()
        nn.functional.cross_entropy(self.top(self.body(*inputs)), labels).backward()
        self.optimizer.step()


class OurStep:
    """The same through the public module and optimiser: PatternClassifier and ProxAdam with its penalty."""

    def __init__(self) -> None:
        bank = bank_of()
        self.model = PatternClassifier(bank, 2)
        penalty = GroupLasso(groups(bank.layout))
        self.optimizer = ProxAdam(bank, penalty, strength=1e-4, others=[self.model.weight, self.model.bias])

    def __call__(self, labels: Tensor, ids: list[np.ndarray], vectors: Tensor) -> None:
        """Pack word types, forward, backward, step, prox."""
        self.optimizer.zero_grad()
        nn.functional.cross_entropy(self.model(pack_words(ids, vectors)), labels).backward()
        self.optimizer.step()


def steps(ids: list[np.ndarray], vectors: Tensor, rounds: int) -> Iterator[str]:
    """Whole training steps over batches of like length (the seeds' loop: of random texts as well)."""
    lengths = np.array([len(words) for words in ids])
    places = list(bucketed_batches(lengths, BATCH, torch.Generator().manual_seed(0)))[:8]
    bucketed = [[ids[i] for i in batch] for batch in places]
    shuffled = [ids[i : i + BATCH] for i in range(0, 8 * BATCH, BATCH)]
    labels = torch.randint(0, 2, (BATCH,))
    seed_step, ours = Step(SeedLoop(DIM, WIDTH, LENGTH)), OurStep()
    weight = torch.randn(2 * WIDTH * LENGTH, DIM)

    def bare(batch: list[np.ndarray]) -> None:
        x = vectors[torch.from_numpy(np.concatenate(batch))]
        products(x, x.new_ones(len(x), len(weight)), weight)

    def seeds(batch: list[np.ndarray]) -> None:
        seed_step(labels[: len(batch)], padded(batch, vectors, left=True)[0].transpose(0, 1).contiguous())

    def train(step: Step) -> None:
        for batch in bucketed:
            step(labels[: len(batch)], *padded(batch, vectors))

    def train_types(step: Step) -> None:
        for batch in bucketed:
            step(labels[: len(batch)], pack_words(batch, vectors))

    every: dict[str, Callable[[], object]] = {
        "bare products with their gather": lambda: [bare(b) for b in bucketed],
        "ours": lambda: [ours(labels[: len(b)], b, vectors) for b in bucketed],
        "ours, random batches": lambda: [ours(labels[: len(b)], b, vectors) for b in shuffled],
        **{name: partial(train_types, Step(loop(DIM, WIDTH, LENGTH))) for name, loop in LOOPS.items()},
        **{name: partial(train, Step(module)) for name, module in readers(DIM, WIDTH).items()},
        "seeds' loop": lambda: [seeds(b) for b in bucketed],
        "seeds' loop, random batches": lambda: [seeds(b) for b in shuffled],
    }
    found = {name: value / 8 for name, value in medians(every, max(3, rounds // 2)).items()}
    yield from table("Training step, from gather to optimiser, batches of like length", found, "ours")


@torch.no_grad()
def prediction(ids: list[np.ndarray], vectors: Tensor, rounds: int) -> Iterator[str]:
    """Scores of all texts, in batches of like length."""
    order = np.argsort([len(words) for words in ids])
    batches = [[ids[i] for i in order[s : s + BATCH]] for s in range(0, len(order), BATCH)]
    bank, weight, loop = bank_of(), torch.randn(2 * WIDTH * LENGTH, DIM), SeedLoop(DIM, WIDTH, LENGTH)

    def read(module: nn.Module) -> list[Tensor]:
        return [module(*padded(batch, vectors)) for batch in batches]

    def typed(module: nn.Module) -> Tensor:
        found: Tensor = module(pack_words(ids, vectors))
        return found

    def bare() -> list[Tensor]:
        return [vectors[torch.from_numpy(np.concatenate(batch))] @ weight.T for batch in batches]

    def seeds() -> list[Tensor]:
        return [loop(padded(batch, vectors, left=True)[0].transpose(0, 1).contiguous()) for batch in batches]

    jobs: dict[str, Callable[[], object]] = {
        "bare product with its gather": bare,
        "ours, all texts at once": lambda: bank(pack_words(ids, vectors)),
        "ours, batch by batch": lambda: [bank(pack_words(b, vectors)) for b in batches],
        **{name: partial(typed, loop(DIM, WIDTH, LENGTH)) for name, loop in LOOPS.items()},
        **{name: partial(read, module) for name, module in readers(DIM, WIDTH).items()},
        "seeds' loop": seeds,
    }
    title = f"Prediction, {len(ids)} texts of {len(vectors)} word types"
    yield from table(title, medians(jobs, max(3, rounds // 2)), "ours, all texts at once")


def precision(vectors: Tensor) -> Iterator[str]:
    """The projection in bfloat16: relative error of scores and gradients, in norm."""
    torch.manual_seed(0)
    whole, half = bank_of(), bank_of()
    half.load_state_dict(whole.state_dict())
    half.half_projection = True
    x = pack(vectors[:6400].reshape(64, 100, DIM), torch.full((64,), 100))
    errors = []
    for module in (whole, half):
        backward(module, x)
    with torch.no_grad():
        for a, b in ((half(x), whole(x)), (half.weight.grad, whole.weight.grad)):
            errors.append(float((a - b).norm() / b.norm()))
    yield from ("", f"Projection in bfloat16: relative error of scores {errors[0]:.1e}, of gradients {errors[1]:.1e}.")


FIRST = """
import time, torch
from numba.core.registry import cpu_target
from neural import compile_patterns
from wfsa import ngram
bank, x = compile_patterns([ngram(4, f"p{i}") for i in range(24)], 50), torch.zeros(2, 3, 50)
clock = [time.perf_counter()]
for job in (cpu_target.target_context.refresh, *2 * [lambda: bank(x).sum().backward()]):
    job()
    clock.append(time.perf_counter())
print(1e3 * (clock[1] - clock[0]), 1e3 * (clock[2] - clock[1] - (clock[3] - clock[2])))
"""


def cache() -> Iterator[str]:
    """What a process pays for kernels that another one has compiled, apart from what numba pays once for itself."""
    paid = [
        [
            float(part)
            for part in subprocess.run(
                [sys.executable, "-c", FIRST], capture_output=True, text=True, check=True
            ).stdout.split()
        ]
        for _ in range(6)
    ]
    own, kernels = (statistics.median(column) for column in zip(*paid[1:], strict=True))
    yield ""
    yield (
        f"First call in a new process, kernels on disk: {kernels:.0f} ms more than the second for the kernels, "
        f"after {own:.0f} ms in which numba starts, once for all that it compiles."
    )


def keep_memory() -> None:
    """Have glibc keep what is freed; as it comes, it gives large blocks back, and every step gets them anew."""
    libc = ctypes.CDLL("libc.so.6")
    for threshold in (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD):
        if not libc.mallopt(threshold, 1 << 30):
            raise OSError(f"malloc refuses the threshold {threshold} of malloc.h; a later glibc takes it.")


def main() -> None:
    """Time everything, print the report and write it beside this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", default="1")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--quote", action="store_true", help="put the table into README.md and docs/speed.md")
    options = parser.parse_args()
    if options.quote:
        rewrite(TABLE.read_text(encoding="utf-8"))
        return
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    ids, vectors = reviews()
    command = f"`python benchmarks/speed.py --threads {options.threads} --rounds {options.rounds}`"
    lines = ["# Speed", "", f"{command} on {machine()}."]
    lines.append(f"Bank: {WIDTH} patterns of {LENGTH} transitions, {DIM} dimensions; seed 0; medians over rounds.")
    for threads in map(int, options.threads.split(",")):
        torch.set_num_threads(threads)
        lines += ["", f"## {threads} thread{'s' if threads > 1 else ''}"]
        for part in (layers, steps, prediction):
            lines += part(ids, vectors, options.rounds)
        lines += hidden(options.rounds)
        lines += [*growth(options.rounds), *on_words(ids[:BATCH], options.rounds), *on_tokens(options.rounds)]
    lines += [*precision(vectors), *cache()]
    if platform.libc_ver()[0] == "glibc":
        keep_memory()
        torch.set_num_threads(1)
        lines += ["", "## 1 thread; freed memory is kept, for all", *steps(ids, vectors, options.rounds)]
    lines.append("")
    print("\n".join(lines))
    TABLE.write_text("\n".join(lines), encoding="utf-8")
    rewrite("\n".join(lines))


if __name__ == "__main__":
    main()
