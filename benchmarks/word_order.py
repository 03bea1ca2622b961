"""Does the order of words count, and does a "not" turn a model round? Writes benchmarks/word_order.md.

    python benchmarks/word_order.py RUN… [--orders 5]

RUN is a finished run of `python -m sparsify.train` with word vectors on a corpus whose classes are a good and a bad
one; the accuracy on its test texts stands beside that on the same texts with their tokens shuffled (`--orders` times,
the end of the text in its place), and two shares of minimal pairs of sentences that differ by a negation: those where
the negation lowers the probability of the good class, and those where it turns the prediction round, of those where
the plain sentence is rightly taken for good.
"""

import argparse
import random
import statistics
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import sparsify
from neural import END
from sparsify.data import load_corpus, options_of
from sparsify.model import Model
from sparsify.settings import Settings
from sparsify.training.encoded import logits

TABLE = Path(__file__).with_suffix(".md")
GOOD = ("positive", "pos", "1", "4-5 stars")
THINGS = ("the film", "the story", "this", "it", "the music", "the book", "the sound", "the price")
PRAISE = ("good", "great", "funny", "interesting", "excellent")
PAIRS = [(f"{thing} is {word} .", f"{thing} is not {word} .") for thing in THINGS for word in PRAISE]
PAIRS += [(f"i would recommend {thing} .", f"i would not recommend {thing} .") for thing in THINGS]


def tokens(model: Model, texts: Sequence[str]) -> list[list[str]]:
    """As the model's tokeniser cuts them, without the end of the text."""
    return [[token for token in own if token != END] for own in model.tokenizer.all(texts)]


def accuracy(model: Model, texts: Sequence[Sequence[str]], labels: np.ndarray) -> float:
    """In per cent, of tokens with the end of the text behind them."""
    read = model.encoder.encode([[*own, END] for own in texts])
    return 100 * float((logits(model.classifier, read).argmax(1).numpy() == labels).mean())


def shuffled(texts: Sequence[Sequence[str]], seed: int) -> list[list[str]]:
    """The tokens of every text in a random order."""
    generator = random.Random(seed)
    return [generator.sample(list(own), len(own)) for own in texts]


def negation(model: Model) -> tuple[float, float]:
    """(share of pairs where "not" lowers the good class, share of those rightly taken where it turns them round)."""
    place = next(i for i, label in enumerate(model.labels) if label.lower() in GOOD)
    plain, negated = (model.predict_proba([pair[side] for pair in PAIRS]) for side in (0, 1))
    taken = plain.argmax(1) == place
    turned = negated.argmax(1)[taken] != place
    return float((negated[:, place] < plain[:, place]).mean()), float(turned.mean()) if taken.any() else float("nan")


def row(run: Path, orders: int) -> str:
    """A line of the table."""
    model = sparsify.load(run)
    settings = Settings(**tomllib.loads((run / "config.toml").read_text()))
    test = load_corpus(settings.data, **options_of(vars(settings))).test
    texts, labels = tokens(model, test.texts), np.array(test.labels)
    whole = accuracy(model, texts, labels)
    mixed = [accuracy(model, shuffled(texts, seed), labels) for seed in range(orders)]
    lower, turned = negation(model)
    return (
        f"| {run.name} | {len(test.texts)} | {model.transitions} | {whole:.1f} | {statistics.mean(mixed):.1f} | "
        f"{100 * lower:.0f} | {100 * turned:.0f} |"
    )


def main() -> None:
    """Measure every run, write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    parser.add_argument("--orders", type=int, default=5)
    given = parser.parse_args()
    lines = [
        "# Word order",
        "",
        "`python benchmarks/word_order.py RUN…`: test accuracy in per cent, as the texts are and with their tokens",
        f'shuffled ({given.orders} orders); of {len(PAIRS)} pairs of sentences that differ by a "not", per cent where',
        "it lowers the probability of the good class, and of those taken for good without it, per cent where it turns",
        "them.",
        "",
        "| run | texts | transitions | as they are | shuffled | lowers | turns |",
        "|---|---|---|---|---|---|---|",
        *(row(run, given.orders) for run in given.runs),
        "",
    ]
    TABLE.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
