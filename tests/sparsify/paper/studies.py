"""Tiny studies: texts of a few words, vectors of four numbers, outcomes that nobody trained."""

import numpy as np

from sparsify.data import load_corpus
from sparsify.paper.outcome import Outcome
from sparsify.paper.plan import Plan, Variant
from sparsify.paper.space import draw
from sparsify.settings import Settings

TINY = [
    "--patterns",
    "3",
    "--length",
    "2",
    "--epochs",
    "1",
    "--path-epochs",
    "12",
    "--growth",
    "2",
    "--polish",
    "1",
    "--certify",
    "0",
]
TINY += ["--debias", "1", "--batch-size", "16"]

_GOOD, _BAD, _REST = ["good", "warm", "funny"], ["bad", "dull", "cold"], ["a", "film", "so", "and", "it"]


def write_data(folder):
    """`train`, `dev` and `test`, and `vectors.txt`; returns the flags that name them."""
    generator = np.random.default_rng(0)
    for part, count in (("train", 160), ("dev", 40), ("test", 48)):
        lines = []
        for i in range(count):
            words = [*generator.choice(_REST, 4), generator.choice((_GOOD, _BAD)[i % 2]), str(i)]
            lines.append(f"{'good' if i % 2 == 0 else 'bad'}\t{' '.join(words)}\n")
        (folder / part).write_text("".join(lines), encoding="utf-8")
    rows = (f"{word} {' '.join(f'{x:.3f}' for x in generator.normal(size=4))}\n" for word in _GOOD + _BAD + _REST)
    (folder / "vectors.txt").write_text("".join(rows), encoding="utf-8")
    return ["--data", str(folder), "--embeddings", str(folder / "vectors.txt")]


def tiny_settings(folder, **more):
    """Of trainings on what `write_data` wrote."""
    return Settings(
        data=str(folder), embeddings=str(folder / "vectors.txt"), patterns=3, length=2, epochs=1, path_epochs=12,
        growth=2.0, polish=1, debias=1, batch_size=16, move_vectors="none", word_dropout=0.0, threads=1, **more,
    )  # fmt: skip


def tiny_plan(folder, samples=2, seeds=2, goals=(2, 4), **more):
    """A study of them."""
    digest = load_corpus(str(folder)).digest
    return Plan(tiny_settings(folder, **more), digest, goals, 2, samples, seeds, "uniform")


def bare_plan(samples=3, seeds=2, goals=(2, 4)):
    """A study of texts that are nowhere."""
    return Plan(Settings(data="nowhere"), "0" * 64, goals, 2, samples, seeds, "uniform")


def outcome(task, goal, dev=0.5, **more):
    """What a task of a plan left, as if it had been trained."""
    fields = {"transitions": goal, "patterns": 1, "lengths": (goal,), "test": None, "right": np.zeros(0, dtype=bool)}
    return Outcome(**task.place(goal), **{**fields, "learned": {"patterns": 1}, "stored": 1, **more}, dev=dev)


class Shared:
    """An arm one training of which gives models of all goals."""

    name, seeded = "shared", True

    def expected(self, plan):
        return 1

    def variants(self, plan, bests):
        return [Variant("", plan.goals)]

    def drawn(self, plan, sample, generator):
        return draw(("lr", "dropout"), plan.sampling, generator)

    def again(self, best):
        return best.parameters


class Late(Shared):
    """An arm whose variants are what another one found."""

    name = "late"

    def expected(self, plan):
        return len(plan.goals)

    def variants(self, plan, bests):
        if "shared" not in bests:
            return None
        return [Variant(str(goal), (goal,), {"lengths": own.lengths}) for goal, own in bests["shared"].items()]
