"""Outcomes of a study that was never run: models that are right on chosen texts."""

import numpy as np

from sparsify.paper.outcome import Outcome


def outcome(arm, right, goal=0, seed=0, lengths=(), **more):
    """A final model; without lengths it is no automaton. One with a goal has had something deleted."""
    right = np.asarray(right, dtype=bool)
    fields = {
        "stage": "final", "sample": 0, "parameters": {}, "transitions": sum(lengths) if lengths else None,
        "patterns": len(lengths) if lengths else None, "dev": 0.75, "test": float(right.mean()) if len(right) else None,
        "learned": {"patterns": 100, "class weights": 4}, "stored": 500,
        "logit_difference": 0.0 if goal else None,
    }  # fmt: skip
    return Outcome(arm=arm, goal=goal, seed=seed, right=right, lengths=tuple(lengths), **{**fields, **more})


def some_right(generator, accuracy, texts=200):
    """[text]: right on about this share."""
    return generator.random(texts) < accuracy


def study(texts=200, seeds=3, seed=0):
    """Two arms with goals, shapes set by hand, and two baselines."""
    generator = np.random.default_rng(seed)
    found = []
    for s in range(seeds):
        for goal in (20, 40):
            sizes = [4] * (goal // 4 - s) + [1] * s
            found += [
                outcome("path", some_right(generator, 0.85, texts), goal, s, sizes, certified=s != 1),
                outcome("threshold", some_right(generator, 0.8, texts), goal, s, sizes[1:]),
            ]
        for length in (1, 2):
            found.append(outcome("fixed", some_right(generator, 0.7, texts), 0, s, [length] * 24))
        found.append(outcome("cnn", some_right(generator, 0.8, texts), seed=s))
    return [*found, outcome("tfidf", some_right(generator, 0.75, texts))]
