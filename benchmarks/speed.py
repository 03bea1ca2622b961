"""Speed against other layers, other forms and the bare matrix products: writes benchmarks/speed.md.

    python benchmarks/speed.py [--threads 1,2] [--rounds 11]

Every table times its rows in one process, in turn, round after round (other forms of a scan each in turn with ours
alone), with numbers below 1e-38 flushed to zero for all; it shows medians, and ratios of medians. Texts are IMDB
reviews of at most 200 tokens, vectors are random: only the words'
identities and the texts' lengths matter for speed. About four minutes.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import torch
from accuracy import machine
from peers import Convolution, Recurrent, SeedLoop, dense, index_add, simple_recurrent_unit, viterbi
from torch import Tensor, nn

from neural import (
    LOG,
    MAX_PLUS,
    REAL,
    PatternClassifier,
    Steps,
    Vocabulary,
    bucketed_batches,
    compile_patterns,
    pack,
    pack_words,
    scan,
    scan_ref,
    tokenize_all,
)
from neural.paths import best_of
from sparsify import GroupLasso, ProxAdam, groups
from sparsify.data import load_corpus
from wfsa import graph, logarithmic, ngram

TABLE = Path(__file__).with_suffix(".md")
BATCH, DIM, WIDTH, LENGTH, LONGEST, TEXTS = 64, 300, 24, 4, 200, 1500
Jobs = Mapping[str, Callable[[], object]]


def medians(jobs: Jobs, rounds: int) -> dict[str, float]:
    """Milliseconds per call: every job once per round, in turn; the first round does not count."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds + 1):
        for name, job in jobs.items():
            started = time.perf_counter()
            job()
            if turn:
                times[name].append(1e3 * (time.perf_counter() - started))
    return {name: statistics.median(found) for name, found in times.items()}


def table(title: str, found: Mapping[str, float], base: str, per: str = "") -> Iterator[str]:
    """Markdown: medians and ratios to the row `base`."""
    yield from ("", f"### {title}", "", f"| | ms{per} | × {base} |", "|---|---|---|")
    for name, value in found.items():
        yield f"| {name} | {value:.2f} | {value / found[base]:.2f} |"


def reviews() -> tuple[list[np.ndarray], Tensor]:
    """Word ids of short IMDB reviews, and one random vector per word."""
    texts = load_corpus("imdb").train.texts
    tokens = [t for t in tokenize_all(texts[: 3 * TEXTS], True, 2) if len(t) <= LONGEST][:TEXTS]
    vocabulary = Vocabulary.build(tokens)
    return [vocabulary.encode(t) for t in tokens], torch.randn(len(vocabulary), DIM)


def bank_of(patterns: int = WIDTH, length: int = LENGTH, dim: int = DIM) -> nn.Module:
    """The bank of the paper."""
    return compile_patterns([ngram(length, f"p{i}") for i in range(patterns)], dim)


def padded(ids: list[np.ndarray], vectors: Tensor, left: bool = False) -> tuple[Tensor, Tensor]:
    """[batch, time, dim] and lengths."""
    longest = max(map(len, ids))
    x = torch.zeros(len(ids), longest, vectors.shape[1])
    for i, words in enumerate(ids):
        part = slice(longest - len(words), longest) if left else slice(0, len(words))
        x[i, part] = vectors[torch.from_numpy(words)]
    return x, torch.tensor([len(words) for words in ids])


def backward(module: nn.Module, *inputs: object) -> None:
    """Forward, and backward from the sum of all scores to the parameters."""
    for parameter in module.parameters():
        parameter.grad = None
    module(*inputs).sum().backward()


def products(x: Tensor, cotangent: Tensor, weight: Tensor) -> None:
    """The two matrix products that no layer of this shape can do without."""
    x @ weight.T
    cotangent.T @ x


def layers(ids: list[np.ndarray], vectors: Tensor, rounds: int) -> Iterator[str]:
    """One batch of random texts, forward and backward to the parameters; vectors given."""
    batch = ids[:BATCH]
    x, lengths = padded(batch, vectors)
    tokens, types = pack(x, lengths), pack_words(batch, vectors)
    left = padded(batch, vectors, left=True)[0].transpose(0, 1).contiguous()
    assert tokens.data is not None
    weight, cotangent = torch.randn(2 * WIDTH * LENGTH, DIM), torch.randn(len(tokens.data), 2 * WIDTH * LENGTH)
    jobs: dict[str, Callable[[], object]] = {
        "bare products, all tokens": partial(products, tokens.data, cotangent, weight),
        "ours, all tokens": partial(backward, bank_of(), tokens),
        "ours, word types": partial(backward, bank_of(), types),
        "seeds' loop": partial(backward, SeedLoop(DIM, WIDTH, LENGTH), left),
        "nn.LSTM": partial(backward, Recurrent(nn.LSTM, DIM, WIDTH), x, lengths),
        "nn.GRU": partial(backward, Recurrent(nn.GRU, DIM, WIDTH), x, lengths),
        "CNN": partial(backward, Convolution(DIM, WIDTH), x, lengths),
    }
    sru = simple_recurrent_unit(DIM, WIDTH)
    if sru is not None:
        jobs["SRU"] = partial(backward, sru, x, lengths)
    count = int(lengths.sum())
    shape = f"{BATCH} texts, {count} tokens of {types.data.shape[0]} types, padded to {x.shape[1]}"
    title = f"Layer, forward and backward: {shape}"
    yield from table(title, medians(jobs, rounds), "bare products, all tokens")


class Step:
    """One training step of a module with a linear layer above it."""

    def __init__(self, body: nn.Module, optimizer: str = "adam") -> None:
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
    recurrent = {kind.__name__: Step(Recurrent(kind, DIM, WIDTH)) for kind in (nn.LSTM, nn.GRU)}
    cnn = Step(Convolution(DIM, WIDTH))
    weight = torch.randn(2 * WIDTH * LENGTH, DIM)

    def bare(batch: list[np.ndarray]) -> None:
        x = vectors[torch.from_numpy(np.concatenate(batch))]
        products(x, x.new_ones(len(x), len(weight)), weight)

    def seeds(batch: list[np.ndarray]) -> None:
        seed_step(labels[: len(batch)], padded(batch, vectors, left=True)[0].transpose(0, 1).contiguous())

    every: dict[str, Callable[[], object]] = {
        "bare products with their gather": lambda: [bare(b) for b in bucketed],
        "ours": lambda: [ours(labels[: len(b)], b, vectors) for b in bucketed],
        "ours, random batches": lambda: [ours(labels[: len(b)], b, vectors) for b in shuffled],
        "nn.LSTM": lambda: [recurrent["LSTM"](labels[: len(b)], *padded(b, vectors)) for b in bucketed],
        "nn.GRU": lambda: [recurrent["GRU"](labels[: len(b)], *padded(b, vectors)) for b in bucketed],
        "CNN": lambda: [cnn(labels[: len(b)], *padded(b, vectors)) for b in bucketed],
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
    bank, lstm, gru = bank_of(), Recurrent(nn.LSTM, DIM, WIDTH), Recurrent(nn.GRU, DIM, WIDTH)
    jobs: dict[str, Callable[[], object]] = {
        "ours, a table of the vocabulary": lambda: bank(pack_words(ids, vectors)),
        "ours, batch by batch": lambda: [bank(pack_words(b, vectors)) for b in batches],
        "nn.LSTM": lambda: [lstm(*padded(b, vectors)) for b in batches],
        "nn.GRU": lambda: [gru(*padded(b, vectors)) for b in batches],
    }
    title = f"Prediction, {len(ids)} texts of {len(vectors)} word types"
    yield from table(title, medians(jobs, max(3, rounds // 2)), "ours, a table of the vocabulary")


def growth(rounds: int) -> Iterator[str]:
    """How layer time grows with the length of texts, the number of patterns, and the length of patterns."""
    series = {
        "tokens per text": ([50, 100, 200, 400, 800, 1600], lambda v: (v, WIDTH, LENGTH)),
        "patterns": ([8, 16, 32, 64, 128, 256], lambda v: (200, v, LENGTH)),
        "transitions per pattern": ([1, 2, 4, 8, 16], lambda v: (200, WIDTH, v)),
    }
    title = "### Growth: forward and backward, 16 texts, all tokens"
    yield from ("", title, "", "| | ms | exponent |", "|---|---|---|")
    for name, (values, shape) in series.items():
        jobs = {}
        for value in values:
            tokens, patterns, length = shape(value)
            given = pack(torch.randn(16, tokens, DIM), torch.full((16,), tokens))
            jobs[str(value)] = partial(backward, bank_of(patterns, length), given)
        found = medians(jobs, rounds)
        slope = np.polyfit(np.log(values), np.log(list(found.values())), 1)[0]
        yield f"| {name} {', '.join(found)} | {', '.join(f'{v:.1f}' for v in found.values())} | {slope:.2f} |"


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
from neural import compile_patterns
from wfsa import ngram
bank, x = compile_patterns([ngram(4, f"p{i}") for i in range(24)], 50), torch.zeros(2, 3, 50)
started = time.perf_counter(); bank(x).sum().backward(); first = time.perf_counter() - started
started = time.perf_counter(); bank(x).sum().backward()
print(1e3 * (first - (time.perf_counter() - started)))
"""


def cache() -> Iterator[str]:
    """What a process pays for kernels that another one has compiled."""
    paid = [
        float(subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True).stdout)
        for _ in range(4)
    ]
    more = statistics.median(paid[1:])
    yield from ("", f"First call in a new process, kernels on disk: {more:.0f} ms more than the second.")


def main() -> None:
    """Time everything, print the report and write it beside this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=11)
    options = parser.parse_args()
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
        lines += [line for part in (growth, generic) for line in part(options.rounds)] if threads == 1 else []
    lines += [*precision(vectors), *cache(), ""]
    print("\n".join(lines))
    TABLE.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
