"""A trained model on disk and back: automata, parameters, vocabulary, classes; nothing else is needed to predict."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

import wfsa
from neural import NeuralError, PatternClassifier, Vocabulary, compile_patterns, tokenize_all
from sparsify.errors import RunError
from sparsify.training.encoded import Encoded, encode, logits, pattern_scores
from wfsa import WFSA, WfsaError


class Model:
    """A text classifier made of automata.

    Attributes:
        automata: name → automaton, in the order of `pattern_scores`.
        parameters: the parameters of their symbolic weights.
        labels: the class names.
        classifier: the compiled patterns and the linear layer above them.
        vocabulary, table: the words, and their vectors [word, dim].
    """

    def __init__(
        self,
        classifier: PatternClassifier,
        names: Sequence[str],
        vocabulary: Vocabulary,
        table: Tensor,
        labels: Sequence[str],
        lowercase: bool,
    ) -> None:
        patterns, self.parameters = classifier.bank.to_symbolic()
        self.automata: Mapping[str, WFSA] = dict(zip(names, patterns, strict=True))
        self.labels = tuple(labels)
        self.classifier = classifier
        self.vocabulary = vocabulary
        self.table = table
        self.lowercase = lowercase

    @property
    def transitions(self) -> int:
        """The number of main arcs."""
        return sum(len(wfsa.main_arcs(automaton)) for automaton in self.automata.values())

    def _encode(self, texts: Sequence[str]) -> Encoded:
        if isinstance(texts, str):
            raise RunError(f"texts must be a list of strings (got the string {texts[:40]!r}); put it into a list.")
        return encode(tokenize_all(texts, self.lowercase), [0] * len(texts), self.vocabulary)

    def logits(self, texts: Sequence[str]) -> Tensor:
        """[text, class]."""
        return logits(self.classifier, self.table, self._encode(texts))

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The label of every text."""
        return [self.labels[i] for i in self.logits(texts).argmax(1).tolist()]

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """[text, class]: probabilities, by softmax."""
        return self.logits(texts).softmax(1).numpy()

    def pattern_scores(self, texts: Sequence[str]) -> np.ndarray:
        """[text, pattern]: the pathsum of every automaton on every text, in the order of `automata`."""
        return pattern_scores(self.classifier, self.table, self._encode(texts)).numpy()

    def vectors(self, text: str) -> np.ndarray:
        """[token, dim]: what the automata read for `text`."""
        return self.table[torch.from_numpy(self._encode([text]).ids[0])].numpy()

    def __repr__(self) -> str:
        if not self.automata:
            return f"Model(no patterns are left: predicts the class prior of {', '.join(self.labels)})"
        return f"Model({len(self.automata)} patterns, {self.transitions} transitions, labels {', '.join(self.labels)})"


def save_model(model: Model, folder: Path, annotations: Any, shared: Path | None = None) -> None:
    """Write patterns.json and model.safetensors into `folder`, and words, vectors, labels unless `shared` has them."""
    folder.mkdir(parents=True, exist_ok=True)
    wfsa.save(folder / "patterns.json", model.automata, model.parameters, annotations)
    state = {name: value.contiguous() for name, value in model.classifier.state_dict().items()}
    if shared is None:
        state["embedding"] = model.table
        described = {
            "labels": model.labels,
            "activation": model.classifier.activation,
            "lowercase": model.lowercase,
            "words": model.vocabulary.words,
        }
        (folder / "model.json").write_text(json.dumps(described, ensure_ascii=False) + "\n", encoding="utf-8")
    save_file(state, folder / "model.safetensors")


def load(run_dir: str | os.PathLike[str], size: int | str | None = None) -> Model:
    """The chosen model of a run, or another of its curve.

    Args:
        size: the number of transitions of a model of the curve, or "full" for the one before any penalty.

    Needs nothing but the run directory and this package.

    Raises:
        RunError: the directory is no run, it has no model of that size, or a file in it is damaged.
    """
    run = Path(run_dir)
    folder = run if size is None else run / "checkpoints" / str(size)
    if not (folder / "patterns.json").is_file():
        sizes = sorted(int(path.name) for path in run.glob("checkpoints/[0-9]*"))
        hint = f"its curve has the sizes {sizes}" if sizes else "name a directory that training wrote"
        raise RunError(f"{folder} must hold a model (got no patterns.json there); {hint}.")
    try:
        described = json.loads((run / "model.json").read_text(encoding="utf-8"))
        tensors = load_file(run / "model.safetensors")
        table = tensors.pop("embedding")
        state = tensors if size is None else load_file(folder / "model.safetensors")
        bundle = wfsa.load(folder / "patterns.json")
        bank = compile_patterns(list(bundle.automata.values()), table.shape[1])
        classifier = PatternClassifier(bank, len(described["labels"]), described["activation"])
        classifier.load_state_dict(state)
        vocabulary = Vocabulary(described["words"])
        lowercase = described["lowercase"]
        if len(vocabulary) != len(table):
            raise RunError(
                f"{run}: model.json and model.safetensors must fit (got {len(vocabulary)} words, {len(table)} vectors)."
            )
        return Model(classifier, list(bundle.automata), vocabulary, table, described["labels"], lowercase)
    except (
        OSError,
        SafetensorError,
        WfsaError,
        NeuralError,
        KeyError,
        TypeError,
        RuntimeError,
        json.JSONDecodeError,
    ) as error:
        raise RunError(f"{folder} must hold the files of one run, undamaged (got {error}).") from None
