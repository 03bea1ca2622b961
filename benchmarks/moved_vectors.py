"""What a training step costs while the word vectors move: what the batch's words cost, or what the vocabulary holds?

    python benchmarks/moved_vectors.py [--rounds 7]

Full models of the default size over random texts of words that are drawn by Zipf's law from vocabularies of 10,000 to a
million words. Epochs of all sizes take turns in one process; processor time. The fitted exponent of the time in the
number of words is 0 where the vocabulary costs nothing, 1 where all of it is touched at every step. Half a minute.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import torch
from timing import row

from neural import PatternClassifier, StaticVectors, Vocabulary, WordIds, compile_patterns
from sparsify import Settings
from sparsify.moving.base import MovingVectors
from sparsify.training.encoded import encoded
from sparsify.training.setup import make_trainer
from wfsa import ngram

SIZES = (10_000, 31_623, 100_000, 316_228, 1_000_000)
DIM, BATCH, STEPS, TOKENS, PATTERNS, LENGTH = 50, 64, 20, 60, 24, 4
"""Texts per step, steps per epoch, tokens per text."""


def epoch(size: int, moved: bool) -> tuple[Callable[[], object], float]:
    """(An epoch of training over a vocabulary of this size, distinct words of its batches on average)."""
    rng = np.random.default_rng(0)
    chances = 1 / np.arange(2, size + 2)
    ids = rng.choice(size, (BATCH * STEPS, TOKENS), p=chances / chances.sum())
    ids = 2 + rng.permutation(size)[ids]  # a frequent word lies anywhere in the table
    vocabulary = Vocabulary(map(str, range(size)))
    table = torch.from_numpy(rng.standard_normal((len(vocabulary), DIM), np.float32) / np.float32(DIM**0.5))
    encoder = StaticVectors("random", vocabulary, table)
    settings = Settings(batch_size=BATCH)
    bank = compile_patterns([ngram(LENGTH, f"p{p}") for p in range(PATTERNS)], DIM)
    data = encoded(WordIds(encoder, [*ids]), rng.integers(0, 2, len(ids)).tolist())
    generator = torch.Generator().manual_seed(0)
    trainer = make_trainer([PatternClassifier(bank, 2)], data, settings, generator, settings.lr)
    if moved:
        trainer.learn_vectors(MovingVectors(encoder.learn(), settings))
    words = [len(np.unique(ids[first : first + BATCH])) for first in range(0, len(ids), BATCH)]
    return trainer.epoch, statistics.mean(words)


def times(jobs: list[Callable[[], object]], rounds: int) -> list[float]:
    """Milliseconds of processor time per step: the median over rounds in which all jobs take turns."""
    found: list[list[float]] = [[] for _ in jobs]
    for turn in range(rounds + 1):
        for own, job in zip(found, jobs, strict=True):
            begun = time.process_time()
            job()
            if turn:
                own.append(1e3 * (time.process_time() - begun) / STEPS)
    return [statistics.median(own) for own in found]


def exponent(values: list[float]) -> float:
    """b of the fit: value ≈ a · size^b."""
    return float(np.polyfit(np.log(SIZES), np.log(values), 1)[0])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    made = [epoch(size, moved) for size in SIZES for moved in (True, False)]
    found = times([job for job, _ in made], rounds)
    moved, fixed, words = found[::2], found[1::2], [count for _, count in made[::2]]
    print(f"# Moved vectors\n\n`python benchmarks/moved_vectors.py --rounds {rounds}`, one thread, ", end="")
    print(f"torch {torch.__version__}; medians of processor time.")
    print(f"A step reads {BATCH} texts of {TOKENS} tokens; vectors of {DIM} dimensions.\n")
    print(row("words in the vocabulary", "distinct words per batch", "moved, ms a step", "fixed, ms a step", "ratio"))
    print("|---|---|---|---|---|")
    for size, count, own, other in zip(SIZES, words, moved, fixed, strict=True):
        print(row(f"{size:,}", f"{count:.0f}", own, other, own / other))
    print(row("exponent", exponent(words), exponent(moved), exponent(fixed), ""))


if __name__ == "__main__":
    main()
