"""Compare settings without a look at the test texts: cross-validation over the training and dev texts.

    python benchmarks/crossval.py --folds 0,1,2 -- --dropout 0 --word-dropout 0.2

What follows `--` are flags of `python -m sparsify.train`. Of ten random folds, each named one is held out in turn, the
next one takes the place of the dev texts, and the path is trained on the other eight. The full model and every size
from 8 to 20 that the path meets are scored on the held-out fold, which nothing has been chosen on. Prints per fold and
on average: the full model, the small ones with the penalty, the small ones debiased. About a minute per fold.
"""

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from sparsify.commands import parse
from sparsify.data import Corpus, Texts, load_corpus, options_of
from sparsify.log import Log
from sparsify.methods.base import Search
from sparsify.methods.debias import debias
from sparsify.methods.dense import train_dense
from sparsify.methods.polish import polish
from sparsify.methods.strength_path import follow
from sparsify.runs.experiment import start
from sparsify.settings import Settings
from sparsify.training.encoded import accuracy
from sparsify.training.material import prepare

SMALLEST, LARGEST = 8, 20


class Quiet(Log):
    """A log that says nothing."""

    def say(self, text: str = "") -> None:
        """Nothing."""


def hold_out(settings: Settings, fold: int) -> Corpus:
    """The corpus of one fold: the held-out texts stand where the test texts stood, the next fold where dev stood."""
    corpus = load_corpus(settings.data, **options_of(vars(settings)))
    texts, labels = corpus.train.texts + corpus.dev.texts, corpus.train.labels + corpus.dev.labels
    folds = np.random.default_rng(0).integers(0, 10, len(texts))

    def part(places: Sequence[int]) -> Texts:
        return Texts(tuple(texts[i] for i in places), tuple(labels[i] for i in places))

    after = (fold + 1) % 10
    train = part(np.flatnonzero((folds != fold) & (folds != after)).tolist())
    dev, test = part(np.flatnonzero(folds == after).tolist()), part(np.flatnonzero(folds == fold).tolist())
    return replace(corpus, train=train, dev=dev, test=test)


def score(settings: Settings, fold: int, folder: Path) -> tuple[float, float, float]:
    """(full, small with the penalty, small debiased): accuracies on the held-out fold."""
    settings = replace(settings, seed=fold)
    material = prepare(settings, hold_out(settings, fold))
    model, trainer = start(settings, material)
    log = Quiet(folder / "metrics.jsonl", 0.0)
    search = train_dense(Search(model, trainer, material.dev, settings, log), material.encoder)
    full = accuracy(model, material.test)
    small = [snapshot for snapshot in follow(search) if SMALLEST <= snapshot.transitions <= LARGEST]
    polished = polish(search, small, range(settings.polish))
    penalised = [accuracy(one.model, material.test) for one in polished]
    debiased = [accuracy(one.model, material.test) for one in debias(search, polished)]
    return full, statistics.mean(penalised), statistics.mean(debiased)


def main() -> None:
    """Score the folds and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", default="0,1,2,3,4,5,6,7,8,9")
    parser.add_argument("flags", nargs="*", help="after --: flags of python -m sparsify.train")
    options = parser.parse_args()
    settings = parse(options.flags)
    torch.set_num_threads(settings.threads)
    torch.set_flush_denormal(True)
    scores = []
    with tempfile.TemporaryDirectory() as folder:
        for fold in map(int, options.folds.split(",")):
            scores.append(score(settings, fold, Path(folder)))
            print(f"fold {fold}: full {scores[-1][0]:.4f}  penalised {scores[-1][1]:.4f}  debiased {scores[-1][2]:.4f}")
    means = [statistics.mean(column) for column in zip(*scores, strict=True)]
    print(f"mean over {len(scores)} folds: full {means[0]:.4f}  penalised {means[1]:.4f}  debiased {means[2]:.4f}")


if __name__ == "__main__":
    main()
