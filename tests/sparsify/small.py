"""Six texts, static vectors and models of a few patterns in float64: what trainers are tested on."""

import time

import numpy as np
import torch

from neural import PatternClassifier, StaticVectors, Vocabulary, compile_patterns, tokenize, tokenizer
from sparsify.log import Log
from sparsify.methods.base import Search
from sparsify.model import Model
from sparsify.runs.manifest import write_manifest
from sparsify.runs.model_files import save_model
from sparsify.training.encoded import encoded
from sparsify.training.setup import make_trainer
from wfsa import ngram

TEXTS = ["a good film", "a bad film", "good good", "bad", "so good a film", "not a film"]
LABELS = [1, 0, 1, 0, 1, 0]
WORDS = ["a", "good", "bad", "film", "so", "not"]


def static(words=WORDS, dim=4, dtype=np.float64):
    """Random vectors for the words."""
    vocabulary = Vocabulary(words)
    table = torch.from_numpy(np.random.default_rng(0).normal(size=(len(vocabulary), dim)).astype(dtype))
    return StaticVectors("random", vocabulary, table)


def data_of(encoder, texts=TEXTS, labels=LABELS):
    """The texts as the encoder reads them."""
    return encoded(encoder.encode([tokenize(text) for text in texts]), labels)


def classifier(patterns, dim=4, classes=2, seed=0):
    """Random patterns and class weights in float64."""
    bank = compile_patterns(patterns, dim).double()
    model = PatternClassifier(bank, classes).double()
    generator = torch.Generator().manual_seed(seed)
    bank.reset_parameters(generator)
    model.reset_parameters(generator)
    return model


def trainer_of(models, settings, data=None, seed=5, lr=0.02):
    """A trainer of one model or several."""
    generator = torch.Generator().manual_seed(seed)
    return make_trainer(models, data_of(static()) if data is None else data, settings, generator, lr)


def saved_model(folder, labels=("negative", "positive"), seed=0):
    """A run directory with a model of two random patterns over the words, in float32; returns the model."""
    generator = torch.Generator().manual_seed(seed)
    bank = compile_patterns([ngram(2, "p0"), ngram(1, "p1")], 4)
    own = PatternClassifier(bank, len(labels))
    bank.reset_parameters(generator)
    own.reset_parameters(generator)
    model = Model(own, ["p0", "p1"], tokenizer(), static(dtype=np.float32), labels)
    save_model(model, folder, None)
    write_manifest(folder, finished=True)
    return model


def search_of(model, settings, folder, data=None, **more):
    """What a method gets."""
    trainer = trainer_of([model], settings, data, **more)
    return Search(model, trainer, trainer.data, settings, Log(folder / "metrics.jsonl", time.perf_counter()))
