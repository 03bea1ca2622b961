"""One model in other processes and threads: are its logits those of the parent, bit by bit?

    python benchmarks/processes.py [--calls 1000]

A small model is trained here, predicts, and goes, used as it is, to ProcessPoolExecutor and DataLoader, by fork and by
spawn, and to twelve threads at once, each of which makes all calls. The exit status is 1 if any number differs or
anything ends otherwise. About a minute.
"""

import argparse
import multiprocessing
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import numpy as np
import torch
from timing import row
from torch import nn
from torch.utils.data import DataLoader, Dataset

from neural import PatternClassifier, StaticVectors, Vocabulary, compile_patterns, tokenizer
from sparsify import GroupLasso, Model, ProxAdam, by_pattern
from wfsa import ngram, soft_pattern

WORKERS, THREADS = 2, 12
GOOD, BAD, OTHER = "good fine great funny", "bad dull poor boring", "a the film is so not very plot , ."


def texts(count: int) -> tuple[list[str], list[int]]:
    """Texts of up to 40 words with a word for their class, and the classes."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, count).tolist()
    found = []
    for label in labels:
        words = [*rng.choice(OTHER.split(), rng.integers(1, 40)), rng.choice((BAD, GOOD)[label].split())]
        found.append(" ".join(rng.permutation(words)))
    return found, labels


def trained() -> Model:
    """A model of few patterns of different shapes, after some steps."""
    torch.manual_seed(0)
    vocabulary = Vocabulary(f"{GOOD} {BAD} {OTHER}".split())
    patterns = [*(ngram(1 + i % 4, f"p{i}") for i in range(8)), soft_pattern(3, "s")]
    classifier = PatternClassifier(compile_patterns(patterns, 16), 2)
    names, encoder = [f"p{i}" for i in range(9)], StaticVectors("random", vocabulary, torch.randn(len(vocabulary), 16))
    model = Model(classifier, names, tokenizer("penn"), encoder, ["bad", "good"])
    bank = classifier.bank
    optimizer = ProxAdam(bank, GroupLasso(by_pattern(bank.layout)), others=[classifier.weight, classifier.bias])
    train, labels = texts(200)
    x, wanted = model.read(train).batch(np.arange(len(train))), torch.tensor(labels)
    for _ in range(60):
        optimizer.zero_grad()
        nn.functional.cross_entropy(classifier(x), wanted).backward()
        optimizer.step()
    return Model(classifier, names, model.tokenizer, encoder, model.labels)


def logits(model: Model, batch: list[str]) -> np.ndarray:
    """[text, class], as numbers that need no shared memory to be sent."""
    found: np.ndarray = model.logits(batch).numpy()
    return found


class Scored(Dataset[np.ndarray]):
    """The logits of batches, made where they are asked for."""

    def __init__(self, model: Model, batches: list[list[str]]) -> None:
        self.model, self.batches = model, batches

    def __getitem__(self, place: int) -> np.ndarray:
        return logits(self.model, self.batches[place])

    def __len__(self) -> int:
        return len(self.batches)


def executor(start: str, model: Model, batches: list[list[str]]) -> Iterable[np.ndarray]:
    """By ProcessPoolExecutor; the model goes with every chunk."""
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context(start)) as pool:
        return list(pool.map(partial(logits, model), batches, chunksize=25))


def loader(start: str, model: Model, batches: list[list[str]]) -> Iterable[np.ndarray]:
    """By the workers of a DataLoader."""
    workers = DataLoader(
        Scored(model, batches), batch_size=None, num_workers=WORKERS, multiprocessing_context=start, collate_fn=None
    )
    return [found.numpy() for found in workers]


def threads(model: Model, batches: list[list[str]]) -> Iterable[np.ndarray]:
    """All calls by each of the threads."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(partial(logits, model), batches * THREADS))


def main() -> int:
    """Compare all ways, print a table; 1 if one differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1000)
    options = parser.parse_args()
    model, every = trained(), texts(3 * options.calls)[0]
    batches = [every[i : i + 3] for i in range(0, len(every), 3)]
    wanted = [logits(model, batch) for batch in batches]
    starts = [start for start in ("fork", "spawn") if start in multiprocessing.get_all_start_methods()]
    ways: dict[str, Callable[[Model, list[list[str]]], Iterable[np.ndarray]]] = {
        **{f"ProcessPoolExecutor, {start}": partial(executor, start) for start in starts},
        **{f"DataLoader, {start}": partial(loader, start) for start in starts},
        f"{THREADS} threads": threads,
    }
    print("| | calls | other logits | other logits of the parent afterwards |\n|---|---|---|---|")
    wrong = 0
    for name, way in ways.items():
        try:
            found = list(way(model, batches))
        except Exception as error:  # the table says what ended, and goes on
            print(row(name, 0, f"{type(error).__name__}: {error}", ""))
            wrong += 1
            continue
        differ = sum(not np.array_equal(a, wanted[i % len(wanted)]) for i, a in enumerate(found))
        after = sum(not np.array_equal(logits(model, b), a) for b, a in zip(batches, wanted, strict=True))
        wrong += differ + after + (len(found) % len(batches) or not found)
        print(row(name, len(found), differ, after), flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
