"""Reviews of a few words, whose class a word or two tell, as the material of a run."""

import random

import numpy as np
import torch

from neural import StaticVectors, Vocabulary, tokenize, tokenizer
from sparsify.data import Corpus
from sparsify.training.encoded import encoded
from sparsify.training.material import Material

TELLING = {"bad": ["bad", "dull"], "good": ["good", "warm"], "mixed": ["uneven", "half"]}
OTHERS = ["a", "film", "the", "plot", "cast", "so"]


def lists(count, classes, seed):
    """(texts, labels): every class as often as the others."""
    chance = random.Random(seed)
    labels = [list(TELLING)[i % classes] for i in range(count)]
    texts = []
    for label in labels:
        words = chance.choices(OTHERS, k=chance.choice([2, 5, 9])) + chance.choices(TELLING[label], k=1 + count % 2)
        chance.shuffle(words)
        texts.append(" ".join(words))
    return texts, labels


def corpus_of(classes=2):
    """72 training texts; dev and test texts hold a word that these have not."""
    others = lists(24, classes, 1), lists(30, classes, 2)
    dev, test = (([f"{text} unseen" for text in texts], labels) for texts, labels in others)
    return Corpus.from_lists(*lists(72, classes, 0), dev=dev, test=test)


def static_encoder(corpus, dim=12):
    """Random vectors for the training words."""
    vocabulary = Vocabulary.build([tokenize(text) for text in corpus.train.texts])
    table = np.random.default_rng(0).normal(size=(len(vocabulary), dim)).astype(np.float32)
    table[0] = 0
    return StaticVectors("random", vocabulary, torch.from_numpy(table))


def material_of(classes=2, encoder_of=static_encoder):
    """As `sparsify.training.material.prepare` makes it."""
    corpus = corpus_of(classes)
    encoder = encoder_of(corpus)
    parts = (corpus.train, corpus.dev, corpus.test)
    read = [encoded(encoder.encode([tokenize(text) for text in part.texts]), part.labels) for part in parts]
    return Material(corpus, tokenizer(), encoder, *read, None, ())
