"""What a finished search leaves: every file of the run directory."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

import wfsa
from neural import PatternClassifier
from sparsify.log import Log
from sparsify.methods.certificate import Certificate
from sparsify.methods.curve import Point
from sparsify.methods.strength_path import State
from sparsify.model import Model, save_model
from sparsify.penalties.groups import norms
from sparsify.penalties.prune import prune, transitions, zero_behind
from sparsify.reading.driving_words import driving_words
from sparsify.reading.page_model import in_words, live
from sparsify.reading.phrases import search
from sparsify.reading.phrases import write as write_phrases
from sparsify.runs.directory import drawing, write_card, write_curve, write_json, write_predictions
from sparsify.settings import Settings
from sparsify.training.encoded import accuracy, logits
from sparsify.training.material import Material
from sparsify.training.trainer import Training


@dataclass(frozen=True)
class Results:
    """Everything a finished search leaves, and how it becomes files."""

    settings: Settings
    material: Material
    training: Training
    dense: State
    points: list[Point]
    point: Point
    certificate: Certificate
    log: Log
    folder: Path

    def write(self) -> Path:
        """Evaluate the chosen point, write everything; returns the run directory."""
        with drawing() as draw:
            summary = self._write_files()
            drawn = draw(self.folder, self._write_checkpoints)
        write_json(self.folder / "summary.json", {**summary, "seconds": round(self.log.seconds, 1)})
        self._close(self.point, summary, self.certificate, drawn)
        return self.folder

    def _write_files(self) -> dict[str, Any]:
        """Everything that pictures are drawn from; returns the summary."""
        point, certificate = self.point, self.certificate
        gaps = self._logit_differences(point)
        model = self._model(point.model, [f"p{p}" for p in point.polished.pruned.kept])
        save_model(model, self.folder, self._annotations(point, model))
        write_curve(self.folder / "curve.csv", self.points)
        write_json(self.folder / "certificate.json", certificate.as_dict())
        write_json(self.folder / "live.json", {"model": live(model), "sizes": self._sizes(model)})
        test = self.material.test
        scores = logits(point.model, self.material.table, test)
        write_predictions(self.folder / "predictions.csv", self.material.corpus.labels, test.labels, scores)
        words = self.material.vocabulary.words
        write_phrases(self.folder, search(model, [[words[i] for i in ids] for ids in self.material.train.ids]))
        summary = self._summary(point, gaps, scores)
        write_card(self.folder / "MODEL_CARD.md", summary, self.settings, self.material.corpus.digest, certificate)
        write_json(self.folder / "summary.json", summary)
        return summary

    def _model(self, classifier: PatternClassifier, names: list[str]) -> Model:
        material = self.material
        return Model(
            classifier, names, material.vocabulary, material.table, material.corpus.labels, not self.settings.cased
        )

    def _dense_model(self) -> PatternClassifier:
        model = deepcopy(self.training.model)
        model.load_state_dict(self.dense)
        return model

    def _write_checkpoints(self) -> None:
        """Every model of the curve under its size, and the full one; words and vectors stay in the run directory."""
        models = {str(p.polished.transitions): (p.model, p.polished.pruned.kept) for p in self.points}
        models["full"] = (self._dense_model(), tuple(range(self.settings.patterns)))
        for name, (classifier, kept) in models.items():
            model = self._model(classifier, [f"p{p}" for p in kept])
            save_model(model, self.folder / "checkpoints" / name, None, shared=self.folder)

    def _sizes(self, model: Model) -> list[dict[str, Any]]:
        """The models of the curve in words, with their sizes."""
        return [
            {
                "transitions": point.polished.transitions,
                "patterns": in_words(point.model, [f"p{p}" for p in point.polished.pruned.kept], model),
            }
            for point in self.points
        ]

    def _logit_differences(self, point: Point) -> dict[str, float]:
        """How far deletion moves any dev logit of the model that the path left, live states behind dead ones included.

        By zeros at equal shapes, and after recompiling.
        """
        training, dev, table = self.training, self.material.dev, self.material.table
        training.model.load_state_dict(point.polished.snapshot.state)
        full = logits(training.model, table, dev)
        recompiled = logits(prune(training.model, training.groups).model, table, dev)
        zero_behind(training.model.bank, training.groups)
        closed = logits(training.model, table, dev)
        return {
            "equal_shapes": float((closed - full).abs().max()),
            "recompiled": float((recompiled - full).abs().max()),
        }

    def _annotations(self, point: Point, model: Model) -> Mapping[str, Any]:
        """Per pattern of the full model: how it began, norms and deleted states; for survivors weights and words."""
        training, labels = self.training, self.material.corpus.labels
        training.model.load_state_dict(point.polished.state)
        sizes = dict(zip(training.groups.keys, norms(training.model.bank, training.groups).tolist(), strict=True))
        words = driving_words(model.parameters, self.material.vocabulary, self.material.table.numpy())
        columns = dict(zip(point.polished.pruned.kept, point.model.weight.detach().T.tolist(), strict=True))
        patterns = {}
        for p, before in enumerate(training.model.bank.layout.patterns):
            patterns[f"p{p}"] = {
                "before": wfsa.to_json(before),
                "norms": {str(q): sizes[p, q] for q in before.states if (p, q) in sizes},
                "deleted": list(point.polished.pruned.deleted.get(p, ())),
                "class_weights": dict(zip(labels, columns.get(p, []), strict=False)),
                "words": {name: found for name, found in words.items() if name.startswith(f"p{p}.")},
            }
        return {"labels": labels, "patterns": patterns}

    def _summary(self, point: Point, gaps: dict[str, float], scores: Tensor) -> dict[str, Any]:
        """summary.json; `scores` [text, class] are the chosen model's logits of the test texts."""
        table, dev, test = self.material.table, self.material.dev, self.material.test
        dense = self._dense_model()
        return {
            "data": self.settings.data,
            "embeddings": self.settings.embeddings,
            "seed": self.settings.seed,
            "seconds": round(self.log.seconds, 1),
            "dense": {
                "transitions": transitions(dense.bank.layout.patterns),
                "dev": accuracy(dense, table, dev),
                "test": accuracy(dense, table, test),
            },
            "chosen": {
                "transitions": point.polished.transitions,
                "patterns": len(point.polished.pruned.kept),
                "dev": point.dev_debiased,
                "test": float((scores.argmax(1) == test.labels).double().mean()),
            },
            "max_logit_difference": gaps,
        }

    def _close(self, point: Point, summary: dict[str, Any], certificate: Certificate, drawn: str) -> None:
        """Say what came out."""
        say, dense, chosen = self.log.say, summary["dense"], summary["chosen"]
        say()
        for name, found in (("full", dense), ("chosen", chosen)):
            say(
                f"{name:<7}{found['transitions']:>5} transitions   dev {100 * found['dev']:.1f} %   "
                f"test {100 * found['test']:.1f} %"
            )
        if not point.polished.pruned.kept:
            say("No pattern is left: the model predicts the class prior on every text.")
        gone = sum(len(states) for states in point.polished.pruned.deleted.values())
        whole = [p for p in range(self.settings.patterns) if p not in point.polished.pruned.kept]
        gaps = summary["max_logit_difference"]
        say(
            f"Deleted {gone} states, {len(whole)} of {self.settings.patterns} patterns whole. No dev logit moved by "
            f"more than {gaps['equal_shapes']:.1g} (equal shapes), {gaps['recompiled']:.1g} (recompiled)."
        )
        say(f"{certificate.revivals} deleted states would come back at a first-order step (certificate.json).")
        say(f"Drawn: {drawn}")
        say(f"All in {self.folder} after {self.log.seconds:.0f} s; look at {self.folder / 'report.html'}")
