"""The part of benchmarks/speed.py on single layers: against others, and how their time grows."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from loops import LOOPS
from peers import SeedLoop, readers
from shapes import BATCH, DIM, LENGTH, WIDTH, backward, bank_of, padded, products
from timing import medians, pair, row, table
from torch import Tensor, nn

from neural import LOG, MAX_PLUS, Packed, TensorSemiring, compile_patterns, pack, pack_words
from wfsa import logarithmic, ngram


class Prefixes(nn.Module):
    """The scores of all prefixes, what a layer gives to the one above."""

    def __init__(self, bank: nn.Module) -> None:
        super().__init__()
        self.bank = bank

    def forward(self, x: Packed) -> Tensor:
        """[token, pattern]."""
        return self.bank.prefix_scores(x)


def remembering(bank: nn.Module) -> nn.Module:
    """With gates near 1, as those of a trained model can be: every token gets a gradient."""
    nn.init.constant_(bank.bias, 4.0)
    return bank


def logarithms_of(K: TensorSemiring) -> nn.Module:
    """The bank of the paper with main arcs that are never negative, in logarithms."""
    own = [logarithmic(ngram(LENGTH, f"p{i}", main="gate")) for i in range(WIDTH)]
    return compile_patterns(own, DIM, K)


def reached(bank: nn.Module, x: Packed) -> float:
    """The share of tokens whose vectors get a gradient; elsewhere all of it is below what the kernels call 0."""
    assert x.data is not None
    data = x.data.clone().requires_grad_()
    bank(x.with_data(data)).sum().backward()
    return float((data.grad != 0).any(1).double().mean())


def layers(ids: list[np.ndarray], vectors: Tensor, rounds: int) -> Iterator[str]:
    """One batch of random texts, forward and backward to the parameters; vectors given."""
    batch = ids[:BATCH]
    x, lengths = padded(batch, vectors)
    tokens, types = pack(x, lengths), pack_words(batch, vectors)
    left = padded(batch, vectors, left=True)[0].transpose(0, 1).contiguous()
    assert tokens.data is not None
    weight, cotangent = torch.randn(2 * WIDTH * LENGTH, DIM), torch.randn(len(tokens.data), 2 * WIDTH * LENGTH)
    bare = partial(products, tokens.data, cotangent, weight)
    ours: dict[str, Callable[[], object]] = {
        "all tokens": partial(backward, bank_of(), tokens),
        "all tokens, gates near 1": partial(backward, remembering(bank_of()), tokens),
        "all tokens, scores of all prefixes": partial(backward, Prefixes(bank_of()), tokens),
        "word types": partial(backward, bank_of(), types),
        "LOG, all tokens": partial(backward, logarithms_of(LOG), tokens),
        "LOG, word types": partial(backward, logarithms_of(LOG), types),
        "MAX_PLUS, word types": partial(backward, logarithms_of(MAX_PLUS), types),
    }
    count = int(lengths.sum())
    shape = f"{BATCH} texts, {count} tokens of {types.data.shape[0]} types, padded to {x.shape[1]}"
    shape += f"; {reached(bank_of(), tokens):.0%} of the tokens get a gradient from the last scores"
    yield from ("", f"### Layer, forward and backward: {shape}", "")
    yield from (row("", "ours, ms", "bare products, all tokens, ms", "ours / bare products"), "|---|---|---|---|")
    for name, job in ours.items():
        found = pair(job, bare, rounds)
        yield row(name, *found, found[0] / found[1])
    others: dict[str, Callable[[], object]] = {
        "ours, word types": ours["word types"],
        "ours, all tokens": ours["all tokens"],
        "seeds' loop": partial(backward, SeedLoop(DIM, WIDTH, LENGTH), left),
        **{name: partial(backward, loop(DIM, WIDTH, LENGTH), types) for name, loop in LOOPS.items()},
        **{name: partial(backward, module, x, lengths) for name, module in readers(DIM, WIDTH).items()},
    }
    yield from table("The same layer and others", medians(others, rounds), "ours, word types")


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
