"""A run directory is bound together: what loads is what the run wrote, or one sentence says what is not."""

import json
import shutil
import stat

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import sparsify
from neural import PatternClassifier, compile_patterns, tokenizer
from sparsify import RunError, Settings
from sparsify.model import Model
from sparsify.runs.manifest import write_manifest
from sparsify.runs.model_files import load, save_model
from sparsify.runs.place import claimed
from tests.sparsify.small import TEXTS, static
from wfsa import ngram


def small(seed):
    """A model of random numbers."""
    bank = compile_patterns([ngram(2, "p0"), ngram(1, "p1")], 4)
    classifier = PatternClassifier(bank, 2)
    generator = torch.Generator().manual_seed(seed)
    bank.reset_parameters(generator)
    classifier.reset_parameters(generator)
    return Model(classifier, ["p0", "p1"], tokenizer(), static(dtype=np.float32), ["bad", "good"])


@pytest.fixture
def run(tmp_path):
    """A finished run of two models."""
    folder = tmp_path / "run"
    save_model(small(0), folder, None)
    save_model(small(1), folder / "checkpoints" / "full", None, shared=folder)
    write_manifest(folder, finished=True)
    return folder


def test_what_is_saved_is_loaded(run):
    for size, seed in ((None, 0), ("full", 1)):
        assert torch.equal(load(run, size).logits(TEXTS), small(seed).logits(TEXTS))


def test_every_file_can_be_read_by_whoever_reads_the_others(run):
    modes = {stat.S_IMODE(path.stat().st_mode) for path in run.rglob("*") if path.is_file()}
    (run / "any").write_text("")

    assert modes == {stat.S_IMODE((run / "any").stat().st_mode)}


@pytest.mark.parametrize("name", ["model.json", "model.safetensors", "patterns.json", "checkpoints/full/patterns.json"])
def test_a_file_with_other_bytes_is_refused_by_name(run, name):
    content = (run / name).read_bytes()
    other = run.with_name("other")
    save_model(small(2), other, None)
    foreign = (other / name.removeprefix("checkpoints/full/")).read_bytes()
    for damaged in (content[:-1], content + b" ", b"", foreign.replace(b"good", b"fair")):
        (run / name).write_bytes(damaged)
        with pytest.raises(RunError, match=f"{name} must hold what the run wrote"):
            load(run, "full" if "/" in name else None)
    (run / name).unlink()
    with pytest.raises(RunError, match="undamaged"):
        load(run, "full" if "/" in name else None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", 'got no "format"'),
        ("[", "got Expecting value"),
        ('{"format": "sparsify run", "version": 9}', "of version 1 .got 9"),
        ('{"format": "sparsify run", "version": 1, "finished": true, "files": {}}', "no models|sizes"),
        ('{"format": "sparsify run", "version": 1, "finished": true, "files": [1]}', "no digests"),
        ('{"format": "sparsify run", "version": 1, "finished": 1, "files": {}}', 'no "finished"'),
        (b"\xff", "got 'utf-8' codec"),
        ("[" * 100_000, "must be the manifest"),
    ],
)
def test_a_damaged_manifest_is_refused(run, content, said):
    (run / "manifest.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RunError, match=said):
        load(run)


def test_an_unfinished_run_is_named_so_and_its_full_model_loads(tmp_path):
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012, SIM117  a whole run is what raises
        with claimed(Settings(out=str(tmp_path / "r"))) as place:
            with pytest.raises(RunError, match="no model is there yet"):
                load(place.path)
            place.keep_full(lambda folder: save_model(small(1), folder, None))
            raise KeyboardInterrupt
    with pytest.raises(RunError, match=r'finished \(got .*r\.unfinished.*; try load\(".*r\.unfinished", "full"\)'):
        load(tmp_path / "r")
    with pytest.raises(RunError, match="only its full model is there"):
        load(tmp_path / "r.unfinished")
    assert torch.equal(load(tmp_path / "r.unfinished", "full").logits(TEXTS), small(1).logits(TEXTS))


def test_what_is_no_run_and_what_has_no_such_size_is_said(run, tmp_path):
    with pytest.raises(RunError, match=r"must be a run directory \(got no manifest\.json"):
        sparsify.load(tmp_path)
    for size in (1000, "../..", "/", ""):
        with pytest.raises(RunError, match=r'has models of the sizes \[\] and "full"'):
            sparsify.load(run, size)


def changed(run, change):
    """The model.json of the run, changed by someone who renews the digests too."""
    tree = json.loads((run / "model.json").read_text())
    change(tree)
    (run / "model.json").write_text(json.dumps(tree))
    write_manifest(run, finished=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda tree: tree.update(labels=["good", 1]), "labels are distinct strings"),
        (lambda tree: tree.update(labels=["good", "good"]), "labels are distinct strings"),
        (lambda tree: tree.pop("tokenizer"), "tokenizer is a JSON object"),
        (lambda tree: tree["tokenizer"].update(lowercase="yes"), "tokenizer.lowercase is a JSON boolean"),
        (lambda tree: tree["tokenizer"].update(name="nothing"), "nothing"),
        (lambda tree: tree["encoder"].update(static=None), "encoder.static is a JSON boolean"),
        (lambda tree: tree["encoder"].update(words="abc"), "words"),
        (lambda tree: tree["encoder"].update(words=[1] * 7), "words"),
        (
            lambda tree: tree["encoder"].update(static=False, name="x"),
            "reads vectors in context, of x .got 'x', which is none of",
        ),
        (lambda tree: tree.update(readout="middle"), "readout"),
        (lambda tree: tree.update(activation="softmax"), "activation"),
        (lambda tree: tree.update(version=7), "of version 1"),
    ],
)
def test_fields_that_are_not_what_they_should_be_are_named(run, change, said):
    changed(run, change)
    with pytest.raises(RunError, match=said):
        load(run)


def tensors_changed(run, change):
    """The tensors of the run, changed by someone who renews the digests too."""
    tensors = load_file(run / "model.safetensors")
    change(tensors)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, run / "model.safetensors")
    write_manifest(run, finished=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda tensors: tensors["bias"].fill_(float("nan")), "finite numbers .got others in bias"),
        (lambda tensors: tensors["encoder.embedding"][0].fill_(float("inf")), "others in encoder.embedding"),
        (lambda tensors: tensors["bank.weight"].mul_(2), r"must have the numbers of .*model\.safetensors"),
        (lambda tensors: tensors.update({"encoder.embedding": tensors["encoder.embedding"].reshape(-1)}), "embedding"),
        (lambda tensors: tensors.pop("encoder.embedding"), "embedding"),
        (lambda tensors: tensors.update({"encoder.embedding": tensors["encoder.embedding"].double()}), "of float32"),
        (lambda tensors: tensors.pop("weight"), "weight"),
        (lambda tensors: tensors.update({"weight": tensors["weight"][:1]}), "weight"),
    ],
)
def test_tensors_that_are_not_the_models_are_refused(run, change, said):
    tensors_changed(run, change)
    with pytest.raises(RunError, match=said) as caught:
        load(run)
    assert "\n" not in str(caught.value)


def test_a_run_may_be_moved_and_its_redrawn_files_change(run, tmp_path):
    (run / "phrases.txt").write_text("anew")
    shutil.move(run, tmp_path / "moved")

    assert torch.equal(load(tmp_path / "moved").logits(TEXTS), small(0).logits(TEXTS))
