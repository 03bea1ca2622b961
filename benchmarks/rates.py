"""How fast texts are read and judged, in processor seconds of one thread: writes benchmarks/rates.md.

    python benchmarks/rates.py RUN

RUN is a run on IMDB with word vectors, as benchmarks/gallery.py leaves in runs/gallery-imdb. Its chosen model and the
full one predict 5,000 reviews from their text; beside them TF-IDF of words and pairs of words with logistic regression
from scikit-learn, learned from 5,000 others. MiniLM encodes the first 200 of the reviews, sentence by sentence, as
`--embeddings minilm` does, in both precisions; beside it the same sentences by `transformers` alone, 32 at once as they
follow each other. By turns, three times; the median.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch
from machine import machine
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from transformers import AutoModel, AutoTokenizer

from neural.text.contextual.pretrained import locate
from neural.text.contextual.tokens import PieceTokenizer
from neural.text.contextual.transformer import Transformer
from neural.text.sentences import sentences
from sparsify import Model, load
from sparsify.data import load_corpus

TABLE = Path(__file__).with_suffix(".md")
REVIEWS, ENCODED, AT_ONCE = 5000, 200, 32


@contextmanager
def precision(half: bool) -> Iterator[None]:
    """Products in bfloat16, whatever the processor."""
    with patch("neural.text.contextual.transformer._is_fast", lambda _: half):
        yield


def encode(reviews: list[str], half: bool) -> None:
    """As runs do."""
    folder = locate("minilm").folder
    cut, transformer = PieceTokenizer(folder, words=False), Transformer(folder)
    with precision(half):
        for start in range(0, len(reviews), 64):
            transformer(cut(reviews[start : start + 64]), cut.pad(), "pieces")


@torch.no_grad()
def encode_by_hand(flat: list[str]) -> None:
    """As a page of documentation does."""
    folder = locate("minilm").folder
    cut, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    for start in range(0, len(flat), AT_ONCE):
        read = cut(flat[start : start + AT_ONCE], padding=True, truncation=True, max_length=512, return_tensors="pt")
        torch.stack(model(**read, output_hidden_states=True).hidden_states[-4:]).sum(0)


def rates(jobs: dict[str, tuple[int, Callable[[], object]]]) -> dict[str, float]:
    """Name → items per processor second: the median of three rounds, after one of a job that is not counted."""
    clocks: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(4):
        for name, (_, job) in jobs.items():
            started = time.process_time()
            job()
            clocks[name].append(time.process_time() - started)
    return {name: jobs[name][0] / statistics.median(own[1:]) for name, own in clocks.items()}


def main() -> None:
    """Time everything, print the table and write it beside this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    run = parser.parse_args().run
    train = load_corpus("imdb").train
    order = np.random.default_rng(0).permutation(len(train))[: 2 * REVIEWS].tolist()
    learned, reviews = order[:REVIEWS], [train.texts[place] for place in order[REVIEWS:]]
    rival = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression())
    rival.fit([train.texts[place] for place in learned], [train.labels[place] for place in learned])
    models: list[Model] = [load(run), load(run, "full")]
    some = reviews[:ENCODED]
    flat = [sentence for review in some for sentence in sentences(review)]
    cut = PieceTokenizer(locate("minilm").folder, words=False)
    pieces = sum(len(window.ids) for text in cut(some) for sentence in text for window in sentence.windows)
    jobs: dict[str, tuple[int, Callable[[], object]]] = {
        **{
            f"reviews: model of {model.transitions} transitions": (REVIEWS, lambda model=model: model.predict(reviews))
            for model in models
        },
        "reviews: TF-IDF + LR, scikit-learn": (REVIEWS, lambda: rival.predict(reviews)),
        "pieces: MiniLM, float32": (pieces, lambda: encode(some, half=False)),
        "pieces: MiniLM, bfloat16": (pieces, lambda: encode(some, half=True)),
        "pieces: MiniLM, transformers alone": (pieces, lambda: encode_by_hand(flat)),
    }
    lines = ["# Rates", "", f"`python benchmarks/rates.py RUN` on {machine()}; matrix tiles (AMX): {tiles()}.", ""]
    lines += ["| from text | per processor second |", "|---|---|"]
    lines += [f"| {name} | {rate:,.0f} |" for name, rate in rates(jobs).items()]
    table = "\n".join([*lines, ""])
    print(table)
    TABLE.write_text(table, encoding="utf-8")


def tiles() -> str:
    """Has the processor matrix tiles, with which bfloat16 is fast?"""
    return "yes" if torch.cpu._is_amx_tile_supported() else "no"


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
