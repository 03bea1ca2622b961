"""The Triton kernels on a GPU: are they right, and how fast? Needs torch and triton only; writes benchmarks/gpu.md.

    python benchmarks/gpu.py [--seconds 420] [--out benchmarks/gpu.md]

First every kernel, forward and backward, is compared with the recurrence in plain torch and double precision on the
card. Then chains of n transitions are timed: P patterns, B texts of T tokens, an arc weight per token. A share of 100 %
of a copy means that the scan takes as long as copying what it has to read and write; beside it stand the product that
makes arc weights of 300-dimensional vectors, a step that `torch.compile` has fused, run token by token, and cuDNN's
LSTM of P units. What does not fit, fails or comes after the time is up is named. With TRITON_INTERPRET=1 and --small it
runs anywhere, and its times mean nothing.
"""

import argparse
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

ROOT = Path(__file__).parents[1]
DIM = 300


def kernels() -> Any:
    """`neural.scans.gpu.launch`, without what `import neural` needs beside torch."""
    package = ModuleType("neural")
    package.__path__ = [str(ROOT / "neural")]
    sys.path.insert(0, str(ROOT))
    sys.modules.setdefault("neural", package)
    from neural.scans.gpu import launch

    return launch


class Shape(NamedTuple):
    """What is timed."""

    patterns: int
    transitions: int
    tokens: int
    texts: int

    def __str__(self) -> str:
        return f"P {self.patterns}, n {self.transitions}, T {self.tokens:,}, B {self.texts}"


class Batch:
    """Random chains over random texts: [token, main | loop] weights, as the kernels take them."""

    def __init__(self, shape: Shape, device: str, log: bool = False, gated: bool = False, even: bool = True) -> None:
        p, n, longest, texts = shape
        lengths = torch.full((texts,), longest) if even else torch.randint(0, longest + 1, (texts,))
        self.shape, self.log, self.gated, self.lengths = shape, log, gated, lengths
        tokens, half = int(lengths.sum()), p * n
        weights = torch.rand(tokens, 2 * half) * 0.9 + 0.05
        self.weights = (weights.log() if log else weights - 0.5 * gated).to(device).requires_grad_()
        self.bias = torch.randn(half if gated else 0).to(device).requires_grad_(gated)
        self.rows = torch.arange(tokens, device=device)
        self.offsets = torch.cat([torch.zeros(1, dtype=torch.int64), lengths.cumsum(0)]).to(device)
        start = torch.zeros(texts, n + 1, p)
        start[:, 0] = 0.0 if log else 1.0
        start[:, 1:] = -math.inf if log else 0.0
        self.initial = start.view(texts, -1).to(device).requires_grad_()
        self.starts = (torch.arange(n + 2) * p).to(device)

    def run(self, launch: Any) -> tuple[Tensor, Tensor]:
        """(final, history) by the kernels."""
        given = (self.weights, self.bias, self.rows, self.offsets, self.initial, self.starts)
        found: tuple[Tensor, Tensor] = launch.chain(*given, self.shape.patterns, self.log, self.gated)
        return found

    def recurrence(self) -> tuple[Tensor, list[Tensor]]:
        """(final, leaves) in double precision, text by text, token by token."""
        leaves = [x.detach().double().requires_grad_() for x in (self.weights, self.bias, self.initial)]
        weights, bias, initial = leaves
        p, n, *_ = self.shape
        u, f = weights.view(-1, 2, n, p).unbind(1)
        if self.gated:
            f = torch.sigmoid(f + bias.view(n, p))
            u = (1 - f) * u
        finals = []
        for text, (begin, end) in enumerate(zip(self.offsets.tolist(), self.offsets.tolist()[1:], strict=False)):
            c = initial[text].view(n + 1, p)
            for t in range(begin, end):
                kept, entering = (f[t] + c[1:], u[t] + c[:-1]) if self.log else (f[t] * c[1:], u[t] * c[:-1])
                moved = torch.logaddexp(kept, entering) if self.log else kept + entering
                c = torch.cat([c[:1], moved])
            finals.append(c.flatten())
        return torch.stack(finals), leaves


def checks(launch: Any, device: str, small: bool) -> Iterator[tuple[str, float]]:
    """(Which kernel, largest relative error of scores and gradients)."""
    depths, (p, longest, texts) = ((1, 3), (5, 9, 3)) if small else ((1, 2, 4, 7), (19, 70, 5))
    for n, (log, gated) in product(depths, ((False, False), (True, False), (False, True))):
        torch.manual_seed(n)
        batch = Batch(Shape(p, n, longest, texts), device, log, gated, even=False)
        final, leaves = batch.recurrence()
        found, _ = batch.run(launch)
        reached = final.isfinite()
        values = [torch.where(reached, x, 0.0) for x in (final, found)]
        cotangent = torch.randn_like(final) * reached
        own = [x for x in (batch.weights, batch.bias, batch.initial) if x.requires_grad and x.numel()]
        wanted = torch.autograd.grad(values[0], [x for x in leaves if x.numel()], cotangent)
        given = torch.autograd.grad(values[1], own, cotangent.to(found.dtype))
        errors = [
            float((a - b).detach().abs().max() / a.detach().abs().max())
            for a, b in zip([values[0], *wanted], [values[1], *given], strict=True)
        ]
        kind = "LOG" if log else "REAL with gates" if gated else "REAL"
        wrong = bool((found.isfinite() != reached).any())
        yield f"{kind}, n {n}", math.inf if wrong else max(errors)


class Clock:
    """Milliseconds of a job: the median of as many calls as a third of a second takes, three at least."""

    def __init__(self, device: str, seconds: float) -> None:
        self.device, self._end = device, time.monotonic() + seconds

    @property
    def over(self) -> bool:
        """Is the time up?"""
        return time.monotonic() > self._end

    def _now(self) -> float:
        if self.device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()

    def __call__(self, job: Callable[[], object]) -> float:
        """Of one job."""
        job()  # compiles
        times, began = list[float](), self._now()
        while len(times) < 3 or (self._now() - began < 0.3 and len(times) < 50):
            start = self._now()
            job()
            times.append(1e3 * (self._now() - start))
        return statistics.median(times)


def compiled_step() -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """One token of all chains, fused."""

    def step(c: Tensor, u: Tensor, f: Tensor) -> Tensor:
        return torch.cat([c[:, :1], f * c[:, 1:] + u * c[:, :-1]], 1)

    return torch.compile(step, dynamic=False)


def timed(launch: Any, shape: Shape, clock: Clock, step: Any) -> Iterator[str]:
    """The cells of a row."""
    device, (p, n, longest, texts) = clock.device, shape
    tokens, half = longest * texts, p * n
    need = 4 * tokens * (2 * 2 * half + 2 * (n + 1) * p + DIM)
    if device == "cuda" and need > 0.8 * torch.cuda.mem_get_info()[0]:
        raise MemoryError(f"needs {need / 2**30:.0f} GiB")
    batch = Batch(shape, device)
    moved = tokens * (2 * half + (n + 1) * p)  # numbers read and written, forward
    source = torch.empty(moved // 2, device=device)
    target = torch.empty_like(source)

    def both() -> None:
        final, _ = batch.run(launch)
        final.sum().backward()
        batch.weights.grad = batch.initial.grad = None

    with torch.no_grad():
        copy = clock(partial(target.copy_, source))
        forward = clock(lambda: batch.run(launch))
    del source, target
    yield from (f"{forward:.2f}", f"{copy / forward:.0%}", f"{clock(both):.2f}")
    data, weight = torch.randn(tokens, DIM, device=device), torch.randn(DIM, 2 * half, device=device)
    with torch.no_grad():
        yield f"{forward / clock(lambda: data @ weight):.2f}"
    yield attempt(lambda: f"{looped(batch, step, clock) / forward:.1f}")
    yield attempt(lambda: f"{recurrent(data, shape, clock) / forward:.1f}")


@torch.no_grad()
def looped(batch: Batch, step: Any, clock: Clock) -> float:
    """The compiled step, token by token."""
    p, n, longest, texts = batch.shape
    u, f = batch.weights.view(texts, longest, 2, n, p).unbind(2)
    start = batch.initial.view(texts, n + 1, p)

    def job() -> Tensor:
        c = start
        for t in range(longest):
            c = step(c, u[:, t], f[:, t])
        return c

    return clock(job)


@torch.no_grad()
def recurrent(data: Tensor, shape: Shape, clock: Clock) -> float:
    """cuDNN's LSTM, forward."""
    cell = nn.LSTM(DIM, shape.patterns, batch_first=True).to(data.device)
    padded = data.view(shape.texts, shape.tokens, DIM)
    return clock(lambda: cell(padded))


def attempt(job: Callable[[], str]) -> str:
    """What it says, or why not."""
    try:
        return job()
    except Exception as error:  # whatever a compiler or a driver raises: it is named and the table goes on
        return f"– ({type(error).__name__})"


def table(launch: Any, shapes: list[Shape], clock: Clock) -> Iterator[str]:
    """Markdown."""
    step = compiled_step()
    yield "| chains | forward, ms | of a copy | forward and backward, ms | × product | compiled loop | LSTM |"
    yield "|---|---|---|---|---|---|---|"
    for shape in shapes:
        if clock.over:
            yield f"| {shape} | not run: the time was up | | | | | |"
            continue
        try:
            yield f"| {shape} | {' | '.join(timed(launch, shape, clock, step))} |"
        except (MemoryError, torch.OutOfMemoryError) as error:
            yield f"| {shape} | not run: {error!s:.60} | | | | | |"
        if clock.device == "cuda":
            torch.cuda.empty_cache()


def machine(device: str) -> str:
    """What it ran on."""
    import triton

    what = f"torch {torch.__version__}, triton {triton.__version__}"
    if device != "cuda":
        return f"Triton's interpreter, {what}: times mean nothing"
    properties = torch.cuda.get_device_properties(0)
    return (
        f"{properties.name}, {properties.multi_processor_count} processors, {properties.total_memory / 2**30:.0f} GiB, "
        f"CUDA {torch.version.cuda}, {what}"
    )


def main() -> int:
    """Check, time, write; 1 where a kernel is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=420.0, help="after which no further row is begun")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".md"))
    parser.add_argument("--small", action="store_true", help="tiny chains, for the interpreter")
    options = parser.parse_args()
    interpreted = os.environ.get("TRITON_INTERPRET") == "1"
    if not torch.cuda.is_available() and not interpreted:
        print("error: a GPU that torch can use must be there (got none); TRITON_INTERPRET=1 --small tries the script.")
        return 2
    device, launch = "cpu" if interpreted else "cuda", kernels()
    clock = Clock(device, options.seconds)
    torch.backends.cuda.matmul.allow_tf32 = False
    found = list(checks(launch, device, options.small))
    shapes = [Shape(p, n, t, b) for p, n, t, b in product((24, 256), (1, 4), (200, 4096), (64, 512))]
    shapes = [Shape(3, 2, 20, 2)] if options.small else sorted(shapes, key=lambda s: math.prod(s))
    lines = [f"# On a GPU\n\n`python benchmarks/gpu.py` on {machine(device)}.\n"]
    lines.append("Relative error of scores and gradients against the recurrence in double precision, the largest:\n")
    lines += [f"- {name}: {error:.1e}{'' if error < 1e-4 else ' WRONG'}" for name, error in found]
    lines += ["", "Arc weights in single precision, one row per token; the product in single precision without TF32; "
              "loops and LSTMs forward, in multiples of our forward.\n"]  # fmt: skip
    print("\n".join(lines), flush=True)
    for line in table(launch, shapes, clock):
        print(line, flush=True)
        lines.append(line)
    options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(any(not error < 1e-4 for _, error in found))


if __name__ == "__main__":
    sys.exit(main())
