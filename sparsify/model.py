"""A trained model on disk and back: automata, parameters, encoder, classes; nothing else is needed to predict."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

import wfsa
from neural import (
    ENCODERS,
    EncodedTexts,
    Encoder,
    NeuralError,
    PatternClassifier,
    StaticVectors,
    Tokenizer,
    compile_patterns,
    tokenizer,
)
from sparsify.errors import RunError
from sparsify.texts import listed
from sparsify.training.encoded import logits, pattern_scores
from wfsa import WFSA, WfsaError

_VERSION = 1
"""Of model.json."""

_VECTORS = "encoder."
"""What the names of the encoder's tensors begin with in model.safetensors."""


class Model:
    """A text classifier made of automata.

    Attributes:
        automata: name → automaton, in the order of `pattern_scores`.
        parameters: the parameters of their symbolic weights.
        labels: the class names.
        classifier: the compiled patterns and the linear layer above them.
        tokenizer, encoder: from text to tokens, and from tokens to what the automata read.
    """

    def __init__(
        self,
        classifier: PatternClassifier,
        names: Sequence[str],
        tokenizer: Tokenizer,
        encoder: Encoder,
        labels: Sequence[str],
    ) -> None:
        patterns, self.parameters = classifier.bank.to_symbolic()
        self.automata: Mapping[str, WFSA] = dict(zip(names, patterns, strict=True))
        self.labels = tuple(labels)
        self.classifier = classifier
        self.tokenizer, self.encoder = tokenizer, encoder

    @property
    def transitions(self) -> int:
        """The number of main arcs."""
        return sum(len(wfsa.main_arcs(automaton)) for automaton in self.automata.values())

    def read(self, texts: Iterable[str], threads: int = 1) -> EncodedTexts:
        """What the automata read of `texts`: a list, or what else goes through strings in an order.

        Raises:
            RunError: an item is no string, or `texts` is one itself; here, and in all that takes texts.
        """
        return self.encoder.read(listed(texts), self.tokenizer, threads)

    def logits(self, texts: Iterable[str]) -> Tensor:
        """[text, class]."""
        return logits(self.classifier, self.read(texts))

    def predict(self, texts: Iterable[str]) -> list[str]:
        """The label of every text."""
        return [self.labels[i] for i in self.logits(texts).argmax(1).tolist()]

    def predict_proba(self, texts: Iterable[str]) -> np.ndarray:
        """[text, class]: probabilities, by softmax."""
        chances: np.ndarray = self.logits(texts).softmax(1).numpy()
        return chances

    def pattern_scores(self, texts: Iterable[str]) -> np.ndarray:
        """[text, pattern]: the score of every automaton on every text, in the order of `automata`."""
        scores: np.ndarray = pattern_scores(self.classifier, self.read(texts)).numpy()
        return scores

    def vectors(self, text: str) -> np.ndarray:
        """[token, dim]: what the automata read for `text`."""
        if not isinstance(text, str):
            raise RunError(f"vectors are those of one text, a string (got {type(text).__name__} {text!r:.40}).")
        packed = self.read([text]).batch(np.zeros(1, np.int64))
        assert packed.data is not None
        rows: np.ndarray = packed.data[packed.rows].numpy()
        return rows

    def __repr__(self) -> str:
        if not self.automata:
            return f"Model(no patterns are left: predicts the class prior of {', '.join(self.labels)})"
        return f"Model({len(self.automata)} patterns, {self.transitions} transitions, labels {', '.join(self.labels)})"


def save_model(model: Model, folder: Path, annotations: Any, shared: Path | None = None) -> None:
    """Write patterns.json and model.safetensors into `folder`, and encoder and labels unless `shared` has them."""
    folder.mkdir(parents=True, exist_ok=True)
    wfsa.save(folder / "patterns.json", model.automata, model.parameters, annotations)
    state = {name: value.contiguous() for name, value in model.classifier.state_dict().items()}
    if shared is None:
        tensors, described = model.encoder.state()
        state |= {_VECTORS + name: value.contiguous() for name, value in tensors.items()}
        tree = {
            "version": _VERSION,
            "labels": model.labels,
            "activation": model.classifier.activation,
            "readout": model.classifier.bank.readout,
            "tokenizer": {"name": model.tokenizer.name, "lowercase": model.tokenizer.lowercase},
            "encoder": {"name": model.encoder.name, "static": model.encoder.static, **described},
        }
        (folder / "model.json").write_text(json.dumps(tree, ensure_ascii=False) + "\n", encoding="utf-8")
    save_file(state, folder / "model.safetensors")


def load(run_dir: str | os.PathLike[str], size: int | str | None = None, code: str = "") -> Model:
    """The chosen model of a run, or another of its curve.

    Args:
        size: the number of transitions of a model of the curve, or "full" for the one before any penalty.
        code: the model's tokeniser, where that is a MODULE:FUNCTION: loading runs no code that only a file names.

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
        return _read(run, folder, code)
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


def _read(run: Path, folder: Path, code: str) -> Model:
    described = json.loads((run / "model.json").read_text(encoding="utf-8"))
    tensors = load_file(run / "model.safetensors")
    vectors = {name.removeprefix(_VECTORS): tensors.pop(name) for name in [*tensors] if name.startswith(_VECTORS)}
    state = tensors if folder == run else load_file(folder / "model.safetensors")
    version = described.get("version")
    if version != _VERSION:
        raise RunError(f"{run / 'model.json'} must be of version {_VERSION} (got {version}); train anew.")
    read = described["encoder"]
    if not read["static"] and read["name"] not in ENCODERS:
        known = ", ".join(ENCODERS)
        raise RunError(f"{run} needs its encoder, {read['name']!r} (got {known}); add it to neural.ENCODERS.")
    kind = StaticVectors if read["static"] else ENCODERS[read["name"]]
    encoder = kind.restored(read["name"], vectors, read)
    bundle = wfsa.load(folder / "patterns.json")
    bank = compile_patterns(list(bundle.automata.values()), encoder.dim, readout=described["readout"])
    classifier = PatternClassifier(bank, len(described["labels"]), described["activation"])
    classifier.load_state_dict(state)
    name, lowercase = described["tokenizer"]["name"], described["tokenizer"]["lowercase"]
    if ":" in name and not name.startswith("nltk:") and name != code:
        raise RunError(f"{run} cuts texts with {name}, which loading runs only where it is named; pass code={name!r}.")
    cut = tokenizer(name, lowercase)
    return Model(classifier, list(bundle.automata), cut, encoder, described["labels"])

