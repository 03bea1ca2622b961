"""What a finished search leaves: every file of the run directory."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor

import wfsa
from neural import PatternClassifier
from sparsify.errors import RunError
from sparsify.log import Log
from sparsify.methods.base import Candidate, Parameters, Search
from sparsify.model import Model
from sparsify.penalties.groups import norms, reads
from sparsify.penalties.prune import prune, transitions, zero_behind
from sparsify.reading.driving_words import driving_words
from sparsify.reading.lexicon import lexicon
from sparsify.reading.lexicon import write as write_lexicon
from sparsify.reading.page_model import in_words, live
from sparsify.reading.page_recorded import recorded
from sparsify.reading.phrase_table import write as write_phrases
from sparsify.reading.phrases import search_texts
from sparsify.runs.choice import Choice
from sparsify.runs.closing import close
from sparsify.runs.curve_table import write_curve
from sparsify.runs.directory import write_card, write_json, write_predictions
from sparsify.runs.drawing import drawing
from sparsify.runs.evaluation import Evaluation
from sparsify.runs.model_files import save_model
from sparsify.runs.numbers import numbers
from sparsify.runs.place import Place
from sparsify.runs.scores import Score, always, most_frequent, score
from sparsify.runs.select import excess
from sparsify.runs.temperature import expected_calibration_error
from sparsify.runs.warn import after, elsewhere
from sparsify.settings import Settings
from sparsify.training.encoded import logits
from sparsify.training.material import Material


@dataclass(frozen=True)
class Results:
    """Everything a finished search leaves, and how it becomes files."""

    settings: Settings
    material: Material
    search: Search
    dense: Parameters
    choice: Choice
    log: Log
    place: Place

    @property
    def chosen(self) -> Candidate:
        """The model that is kept."""
        return self.choice.chosen

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self.place.path

    def write(self) -> str:
        """Evaluate the chosen model, write everything, and say what came out.

        Returns:
            Why there are no pictures; "" where there are. The run is complete without them.
        """
        problem = ""
        with drawing() as draw:
            with self.log.doing("scoring and writing the models"):
                summary = self._write_files()
            try:
                with self.log.doing("drawing"):
                    draw(self.folder, partial(self._finish, summary))
            except RunError as error:
                problem = str(error)
        close(self.chosen, summary, self.chosen.certificate, self.log)
        return problem

    def _finish(self, summary: Mapping[str, Any]) -> None:
        """What no picture shows; with it the run is complete."""
        self._write_checkpoints()
        write_json(self.folder / "summary.json", {**summary, "seconds": round(self.log.seconds, 1)})
        self.place.finish()

    def _write_files(self) -> dict[str, Any]:
        """Everything that pictures are drawn from; returns the summary."""
        chosen, folder = self.chosen, self.folder
        gaps = self._logit_differences()
        model = self._model(chosen.model, names_of(chosen))
        save_model(model, folder, self._annotations(model))
        curve = {size: own.macro_f1 for size, own in self.choice.dev.items()}
        write_curve(folder / "curve.csv", self.choice.candidates, curve)
        write_json(folder / "certificate.json", self.chosen.certificate.as_dict())
        write_json(folder / "live.json", self._live(model))
        part, judge = self.material.judge
        scores = logits(chosen.model, judge.texts)
        rows = slice(None if part == "test" else 0)  # without test texts there are none
        names = self.material.corpus.labels
        write_predictions(folder / "predictions.csv", names, judge.labels[rows], scores[rows])
        if self.search.moving is not None:
            write_lexicon(folder, lexicon(model, self.search.moving.start.cpu(), self.settings.move_vectors))
        write_phrases(folder, search_texts(model, self.material.train.texts, progress=self.log.progress))
        summary = self._summary(gaps, scores, curve)
        digest, encoder = self.material.corpus.digest, self.material.encoder
        write_card(folder / "MODEL_CARD.md", summary, self.settings, digest, encoder, self.chosen.certificate)
        write_json(folder / "summary.json", summary)
        return summary

    def _model(self, classifier: PatternClassifier, names: list[str]) -> Model:
        material = self.material
        return Model(classifier, names, material.tokenizer, material.encoder, material.corpus.labels)

    def _dense_model(self) -> PatternClassifier:
        model = deepcopy(self.search.model)
        model.load_state_dict(self.dense)
        return model

    def _write_checkpoints(self) -> None:
        """Every model of the curve under its size, and the full one; words and vectors stay in the run directory."""
        models = {str(one.transitions): (one.model, names_of(one)) for one in self.choice.candidates}
        models["full"] = (self._dense_model(), [f"p{p}" for p in range(len(self.search.model.bank.layout.patterns))])
        for name, (classifier, names) in models.items():
            save_model(self._model(classifier, names), self.folder / "checkpoints" / name, None, shared=self.folder)

    def _live(self, model: Model) -> dict[str, Any]:
        """What the page runs; of a model that it cannot run, texts that were read beforehand."""
        own = live(model, self.material.corpus.dev)
        texts = {} if own else {"recorded": recorded(model, self.material.corpus.dev)}
        return {"model": own, "sizes": self._sizes(model), **texts}

    def _sizes(self, model: Model) -> list[dict[str, Any]]:
        """The models of the curve in words, with their sizes."""
        return [
            {"transitions": one.transitions, "patterns": in_words(one.model, names_of(one), model.encoder)}
            for one in self.choice.candidates
        ]

    def _logit_differences(self) -> dict[str, float]:
        """How far deletion moves any dev logit of the model that the path left, live groups behind dead ones included.

        By zeros at equal shapes, and after recompiling. Where a rule set groups to zero that were not, that counts.
        """
        model, grouped, dev = self.search.model, self.search.trainer.groups, self.material.dev.texts
        model.load_state_dict(self.chosen.found)
        full = logits(model, dev)
        model.load_state_dict(self.chosen.found if self.chosen.zeroed is None else self.chosen.zeroed)
        recompiled = logits(prune(model, grouped, self.settings.allow_gap).model, dev)
        zero_behind(model.bank, grouped)
        closed = logits(model, dev)
        return {
            "equal_shapes": float((closed - full).abs().max()),
            "recompiled": float((recompiled - full).abs().max()),
        }

    def _annotations(self, model: Model) -> Mapping[str, Any]:
        """Per pattern of the full model: how it began, its groups, deleted states; for survivors weights and words."""
        search, chosen, labels = self.search, self.chosen, self.material.corpus.labels
        search.model.load_state_dict(chosen.state)
        grouped = search.trainer.groups
        sizes = norms(search.model.bank, grouped).tolist()
        words = driving_words(model.parameters, model.encoder)
        columns = dict(zip(chosen.kept, chosen.model.weight.detach().T.tolist(), strict=True))
        patterns = {}
        for p, before in enumerate(search.model.bank.layout.patterns):
            patterns[f"p{p}"] = {
                "before": wfsa.to_json(before),
                "groups": [
                    {
                        "name": group.name,
                        "arcs": [place for place, arc in enumerate(before.arcs) if reads(group, arc)],
                        "norm": norm,
                    }
                    for group, norm in zip(grouped.members, sizes, strict=True)
                    if group.pattern == p
                ],
                "deleted": list(chosen.deleted.get(p, ())),
                "class_weights": dict(zip(labels, columns.get(p, []), strict=False)),
                "words": {name: found for name, found in words.items() if name.startswith(f"p{p}.")},
            }
        return {"labels": labels, "patterns": patterns}

    def _summary(self, gaps: dict[str, float], scores: Tensor, curve: Mapping[int, float]) -> dict[str, Any]:
        """summary.json.

        Args:
            scores: [text, class]: the chosen model's logits of the test texts, or of dev where there are none.
            curve: transitions → macro-F1 on the dev texts.
        """
        material, chosen, dense = self.material, self.chosen, self._dense_model()
        dev, labels, (part, judge) = material.dev, material.corpus.labels, material.judge
        usual = most_frequent(material.train)
        majority = always(usual, judge)
        models = {"full": score(dense, judge), "chosen": Score(scores.argmax(1).numpy(), judge.labels.numpy())}
        cost, unsure = models["full"].lead(models["chosen"])
        return {
            "data": self.settings.data,
            "data_digest": material.corpus.digest,
            "embeddings": self.settings.embeddings,
            "seed": self.settings.seed,
            "seconds": round(self.log.seconds, 1),
            "dense": {
                "transitions": transitions(dense.bank.layout.patterns),
                **score(dense, dev).numbers("dev"),
                **models["full"].numbers(part),
                "remark": models["full"].beside(majority),
            },
            "chosen": {
                "transitions": chosen.transitions,
                "patterns": chosen.patterns,
                **self.choice.dev[chosen.transitions].numbers("dev"),
                **models["chosen"].numbers(part),
                "dev": chosen.dev_debiased,  # as on the curve
                "remark": models["chosen"].beside(majority),
            },
            "majority": {"label": labels[usual], **always(usual, dev).numbers("dev"), **majority.numbers(part)},
            "cost": {part: cost, f"{part}_error": unsure},
            "evaluation": self._evaluation(scores),
            "calibration": self._calibration(scores, judge.labels, part),
            "warnings": [
                *filter(None, [excess(chosen, self.settings)]),
                *after(labels, models, majority, len(dev), part),
                *elsewhere(curve, chosen.transitions),
            ],
            "max_logit_difference": gaps,
            "numbers": numbers(chosen.model, material.encoder).as_dict(),
        }

    def _calibration(self, scores: Tensor, labels: Tensor, part: str) -> dict[str, float | str]:
        """The temperature of the chosen model, and its calibration error without and with it."""
        degree = self.choice.temperatures[self.chosen.transitions]
        without, with_it = (expected_calibration_error(z, labels) for z in (scores * degree, scores))
        return {"temperature": degree, "part": part, "error_without": without, "error": with_it}

    def _evaluation(self, scores: Tensor) -> dict[str, Any] | None:
        """Every figure of the chosen model on the test texts, from its logits; None where there are none."""
        if self.material.test is None:
            return None
        chances = scores.double().softmax(1).numpy()
        return Evaluation(self.material.corpus.labels, self.material.test.labels.numpy(), chances).as_dict()


def names_of(candidate: Candidate) -> list[str]:
    """What the patterns that are left are called."""
    return [f"p{p}" for p in candidate.kept]
