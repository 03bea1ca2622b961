"""Is `penn` NLTK's tokeniser, and how much faster? Writes benchmarks/tokens.md.

    python benchmarks/tokens.py [--strings 1000000]

Tokens are compared with NLTK's own on every sentence of all texts of the built-in corpora, cased and uncased, and of
random strings; processor time is that of one thread on the first 2,500 test reviews of IMDB, by turns, best of five.
The pipeline is scikit-learn's TF-IDF and logistic regression, where it is installed; our predictions are those of a
model of 24 patterns of 4 transitions over GloVe, from texts to labels; what it has learned does not change its speed.
"""

import argparse
import random
import re
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from machine import machine
from nltk.tokenize.destructive import NLTKWordTokenizer

from neural import PatternClassifier, Vocabulary, compile_patterns, encoder_kind, tokenizer
from neural.text.penn_tables import CONTRACTED, SENTENCE_END, SPACES
from sparsify.data import load_corpus
from sparsify.model import Model
from wfsa import ngram

TABLE = Path(__file__).with_suffix(".md")
NLTK = NLTKWordTokenizer()
PIECES = [*(first + second for first, second in CONTRACTED), *SPACES[:9], *"..  aAx9\x1c\x85\u0301\ud800"]
PIECES += "'\"'\"`()[]{}<>:,.?!-*%$;/_«»“”‘’„—éßſKİıΣǅﬁⅧ²中"
PIECES += ["'s", "'LL", "'Re", "n't", "N'T", "'d", "'tis", "``", "''", "...", "--", "don't", "3,000", "can-cannot"]


def by_nltk(text: str, lowercase: bool = True) -> list[str]:
    """NLTK's tokens, sentence by sentence."""
    text = text.lower() if lowercase else text
    starts = [0, *(match.end() for match in re.finditer(SENTENCE_END, text)), len(text)]
    return [*(word for start, end in pairwise(starts) for word in NLTK.tokenize(text[start:end])), "</s>"]


def different(texts: Sequence[str], lowercase: bool) -> int:
    """How many texts have other tokens than NLTK's."""
    found = tokenizer("penn", lowercase).all(texts)
    return sum(tokens != by_nltk(text, lowercase) for text, tokens in zip(texts, found, strict=True))


def equality(strings: int) -> list[str]:
    """Rows: what was compared, how many texts, how many differ."""
    rows = []
    for name in ("rotten_tomatoes", "bbc", "imdb"):
        corpus = load_corpus(name)
        texts = [text for part in (corpus.train, corpus.dev, corpus.test) for text in part.texts]
        rows.append(f"| {name}, uncased and cased | {len(texts):,} | {sum(different(texts, low) for low in (0, 1))} |")
        print(rows[-1], flush=True)
    source, wrong = random.Random(0), 0
    for place in range(0, strings, 10_000):
        texts = ["".join(source.choices(PIECES, k=source.randint(0, 15))) for _ in range(min(10_000, strings - place))]
        wrong += different(texts, place % 20_000 == 0)
    return [*rows, f"| random strings | {strings:,} | {wrong} |"]


def seconds(jobs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Processor seconds of each, by turns, the best of five."""
    best = dict.fromkeys(jobs, float("inf"))
    for _ in range(5):
        for name, job in jobs.items():
            started = time.process_time()
            job()
            best[name] = min(best[name], time.process_time() - started)
    return best


def our_predict(tokens: Sequence[Sequence[str]]) -> Callable[[Sequence[str]], object]:
    """`Model.predict` of the full model of a run."""
    encoder = encoder_kind("glove").made("glove", tokens)
    bank = compile_patterns([ngram(4, f"p{i}") for i in range(24)], encoder.dim)
    names = [f"p{i}" for i in range(24)]
    return Model(PatternClassifier(bank, 2), names, tokenizer(), encoder, ["negative", "positive"]).predict


def pipeline() -> Callable[[Sequence[str]], object] | None:
    """What a reader would use instead, trained on IMDB."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
    except ImportError:
        return None
    train = load_corpus("imdb").train
    return make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(train.texts, train.labels).predict


def main() -> None:
    """Compare, time, print the tables and write them beside this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--strings", type=int, default=1_000_000)
    lines = ["# Tokens", "", f"`python benchmarks/tokens.py` on {machine()}.", ""]
    lines += [
        "| texts | how many | other tokens than NLTK's |",
        "|---|---|---|",
        *equality(parser.parse_args().strings),
    ]
    corpus, penn = load_corpus("imdb"), tokenizer("penn")
    texts = list(corpus.test.texts[:2500])
    tokens = penn.all(corpus.train.texts)
    vocabulary, ours = Vocabulary.build(tokens), our_predict(tokens)
    jobs: dict[str, Callable[[], object]] = {
        "NLTK": lambda: [by_nltk(text) for text in texts],
        "penn, tokens": lambda: penn.all(texts),
        "penn, ids": lambda: penn.ids(texts, vocabulary),
        "our predictions": lambda: ours(texts),
    }
    if (predict := pipeline()) is not None:
        jobs["scikit-learn's pipeline, its predictions"] = lambda: predict(texts)
    ours(texts[:1])
    found = seconds(jobs)
    lines += ["", "| 2,500 reviews | processor seconds | NLTK's time is times that |", "|---|---|---|"]
    lines += [f"| {name} | {taken:.3f} | {found['NLTK'] / taken:.1f} |" for name, taken in found.items()]
    print("\n".join(lines))
    TABLE.write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
