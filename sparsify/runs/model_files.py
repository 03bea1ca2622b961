"""A trained model on disk and back: patterns.json, model.safetensors, model.json; nothing else is needed to predict."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

import wfsa
from neural import (
    ENCODERS,
    Encoder,
    NeuralError,
    PatternClassifier,
    StaticVectors,
    Tokenizer,
    VectorError,
    compile_patterns,
    encoder_kind,
    tokenizer,
)
from sparsify.errors import RunError
from sparsify.model import Model
from sparsify.runs.manifest import FULL, UNFINISHED, Manifest, read_manifest
from sparsify.runs.model_tree import VERSION, read_tree
from wfsa import Parameters, WfsaError
from wfsa.console import one_line
from wfsa.formats.json_trees import parameter_to_json

TREE, TENSORS, PATTERNS = "model.json", "model.safetensors", "patterns.json"

_VECTORS = "encoder."
"""What the names of the encoder's tensors begin with in model.safetensors."""


def save_model(model: Model, folder: Path, annotations: Any, shared: Path | None = None) -> None:
    """Write patterns.json and model.safetensors into `folder`, and encoder and labels unless `shared` has them."""
    folder.mkdir(parents=True, exist_ok=True)
    wfsa.save(folder / PATTERNS, model.automata, model.parameters, annotations, model.classifier.bank.semiring)
    state = {name: value.contiguous() for name, value in model.classifier.state_dict().items()}
    if shared is None:
        tensors, described = model.encoder.state()
        state |= {_VECTORS + name: value.contiguous() for name, value in tensors.items()}
        tree = {
            "version": VERSION,
            "labels": model.labels,
            "activation": model.classifier.activation,
            "readout": model.classifier.bank.readout,
            "tokenizer": {"name": model.tokenizer.name, "lowercase": model.tokenizer.lowercase},
            "encoder": {"name": model.encoder.name, "static": model.encoder.static, **described},
        }
        (folder / TREE).write_text(json.dumps(tree, ensure_ascii=False) + "\n", encoding="utf-8")
    # As bytes: safetensors' own files can be read by their owner alone.
    (folder / TENSORS).write_bytes(save(state))


def load(run_dir: str | os.PathLike[str], size: int | str | None = None, code: str = "", embeddings: str = "") -> Model:
    """The chosen model of a run, or another of its curve.

    Args:
        size: the number of transitions of a model of the curve, or "full" for the one before any penalty; a run that
            was stopped may have that one only.
        code: the model's tokeniser, where that is a MODULE:FUNCTION: loading runs no code that only a file names.
        embeddings: `encoder:PATH` or the path alone, where the encoder of a contextual model is another place than when
            it was trained.

    Needs nothing but the run directory and this package, and the encoder of a contextual model, which is told by its
    digest. What is read has the digests of manifest.json.

    Raises:
        RunError: the directory is no run, or an unfinished one; it has no model of that size; or a file in it is
            damaged, or is not the one that the run wrote.
    """
    run = Path(run_dir)
    if not isinstance(embeddings, str):
        raise RunError(f"embeddings are named by a string (got {embeddings!r:.40}); write 'encoder:PATH'.")
    manifest = read_manifest(run)
    if manifest is None:
        raise RunError(_no_run(run))
    root, folder = _folders(run, manifest, size)
    own = [root / TREE, root / TENSORS, folder / PATTERNS, folder / TENSORS]
    try:
        manifest.check(*dict.fromkeys(path.relative_to(run).as_posix() for path in own))
        return _read(root, folder, code, embeddings)
    except RunError:
        raise
    except (OSError, SafetensorError, WfsaError, NeuralError, RuntimeError) as error:
        raise RunError(f"{folder} must hold the files of one run, undamaged (got {one_line(str(error))}).") from None


def _no_run(run: Path) -> str:
    beside = run.with_name(run.name + UNFINISHED)
    if beside.is_dir():
        return f'{run} must be finished (got {beside}, which is at work or was stopped); try load("{beside}", "full").'
    return (
        f"{run} must be a run directory (got no manifest.json there); name one that python -m sparsify.train wrote, in "
        "this version."
    )


def _folders(run: Path, manifest: Manifest, size: int | str | None) -> tuple[Path, Path]:
    """Where the labels and the encoder are, and where the model is."""
    if not manifest.finished:
        has = f"{FULL}/{PATTERNS}" in manifest.files
        if size != "full" or not has:
            hint = f'only its full model is there: load("{run}", "full")' if has else "no model is there yet"
            raise RunError(f"{run} must be a finished run (got one that is at work or was stopped); {hint}.")
        return run / FULL, run / FULL
    inside = "" if size is None else f"checkpoints/{size}/"
    if inside + PATTERNS not in manifest.files:
        sizes = sorted(int(name.split("/")[1]) for name in manifest.files if _of_the_curve(name))
        raise RunError(f'{run} has models of the sizes {sizes} and "full" (got {size!r:.40}); choose one of them.')
    return run, run / inside


_of_the_curve = re.compile(rf"checkpoints/[0-9]{{1,9}}/{PATTERNS}").fullmatch


def _read(root: Path, folder: Path, code: str, embeddings: str) -> Model:
    tree = read_tree(root / TREE)
    tensors = _tensors(root / TENSORS)
    vectors = {name.removeprefix(_VECTORS): tensors.pop(name) for name in [*tensors] if name.startswith(_VECTORS)}
    state = tensors if folder == root else _tensors(folder / TENSORS)
    encoder = _encoder(tree["encoder"], vectors, root, embeddings)
    bundle = wfsa.load(folder / PATTERNS)
    bank = compile_patterns(list(bundle.automata.values()), encoder.dim, readout=tree["readout"])
    classifier = PatternClassifier(bank, len(tree["labels"]), tree["activation"])
    classifier.load_state_dict(state)
    _check_parameters(classifier, bundle.parameters, folder)
    return Model(classifier, list(bundle.automata), _tokenizer(tree["tokenizer"], code, root), encoder, tree["labels"])


def _tensors(place: Path) -> dict[str, Tensor]:
    """The tensors of a file, all of them finite."""
    tensors: dict[str, Tensor] = load_file(place)
    for name, tensor in tensors.items():
        if not bool(torch.isfinite(tensor).all()):
            raise RunError(f"{place} must hold finite numbers (got others in {name}); train anew.")
    return tensors


def _encoder(described: Mapping[str, Any], tensors: Mapping[str, Tensor], run: Path, embeddings: str) -> Encoder:
    if described["static"]:
        return StaticVectors.restored(described["name"], tensors, described)
    name = embeddings or described["name"]
    if embeddings and embeddings not in ENCODERS and Path(embeddings).is_dir():
        name = f"encoder:{embeddings}"
    kind = encoder_kind(name)
    if issubclass(kind, StaticVectors):
        raise RunError(
            f"{run} reads vectors in context, of {described['name']} (got {name!r}, which is none of "
            f"{', '.join(own for own in ENCODERS if not issubclass(ENCODERS[own], StaticVectors))} and "
            "encoder:PATH); name its encoder, or add it to neural.ENCODERS."
        )
    try:
        return kind.restored(name, tensors, described)
    except VectorError as error:
        where = "" if embeddings else f"; if it has moved: load({str(run)!r}, embeddings='encoder:PATH')"
        raise RunError(f"{run} needs its encoder, {name}: {one_line(str(error)).rstrip('.')}{where}.") from None


def _tokenizer(described: Mapping[str, Any], code: str, run: Path) -> Tokenizer:
    name = described["name"]
    if ":" in name and not name.startswith("nltk:") and name != code:
        raise RunError(f"{run} cuts texts with {name}, which loading runs only where it is named; pass code={name!r}.")
    return tokenizer(name, described["lowercase"])


def _check_parameters(classifier: PatternClassifier, parameters: Parameters, folder: Path) -> None:
    """Are the numbers that people read those that the model computes with?"""
    computed = classifier.bank.to_symbolic()[1]
    written = {name: parameter_to_json(name, value) for name, value in parameters.items()}
    if written != {name: parameter_to_json(name, value) for name, value in computed.items()}:
        raise RunError(
            f"{folder / PATTERNS} must have the numbers of {folder / TENSORS} (got others); take both from one run."
        )
