"""One run, from texts to a run directory."""

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import torch

from neural import PatternClassifier
from sparsify.data import Corpus, load_corpus, options_of
from sparsify.errors import PruneError, ShortfallError
from sparsify.log import HEADER, LEGEND, Log
from sparsify.methods.base import Candidate, Parameters, Search, parameters_of
from sparsify.methods.dense import train_dense
from sparsify.model import Model
from sparsify.penalties.exact import check_possible
from sparsify.progress import Voice
from sparsify.runs.checks import check_folder
from sparsify.runs.choice import Choice, decide
from sparsify.runs.directory import write_settings
from sparsify.runs.full_patterns import full_patterns
from sparsify.runs.model_files import save_model
from sparsify.runs.place import Place, claimed
from sparsify.runs.results import Results
from sparsify.runs.select import excess
from sparsify.runs.temperature import cool_
from sparsify.runs.warn import before
from sparsify.settings import Settings
from sparsify.tables import METHODS
from sparsify.training.material import Material, prepare
from sparsify.training.processes import ALONE, World, world
from sparsify.training.processor import processor
from sparsify.training.setup import full_model, make_trainer
from sparsify.training.trainer import Trainer
from sparsify.training.warm_kernels import compile_beside


def start(settings: Settings, material: Material, world: World = ALONE) -> tuple[PatternClassifier, Trainer]:
    """The full model at its initial values, and its trainer: all randomness comes from one generator, seeded once."""
    generator = torch.Generator().manual_seed(settings.seed)
    model = full_model(full_patterns(settings), material.encoder.dim, len(material.corpus.labels), settings, generator)
    material.encoder.to(world.device)
    trainer = make_trainer([model], material.train, settings, generator, settings.lr, world)
    return model, trainer


def run(settings: Settings, corpus: Corpus | None = None, lasting: bool = True) -> Path:
    """Train, draw the curve, choose, delete, evaluate, write; returns the run directory.

    Args:
        corpus: the texts; None: those that the settings name.
        lasting: the directory stays; else nothing points to it.

    Raises:
        SparsifyError, NeuralError, WfsaError: the settings or the data cannot be used, or the run cannot be written.
        ShortfallError: the run is complete but for its pictures, or its model is larger than `at_most`.
    """
    with world(settings.device) as here, processor(max(1, settings.threads // here.size)):
        if here.first:
            check_folder(settings)
        started = time.perf_counter()
        wait = compile_beside(settings, here)
        voice = Voice(silent=not here.first)
        with voice.doing("reading texts"):
            corpus = corpus or load_corpus(settings.data, **options_of(vars(settings)))
        with voice.doing("cutting texts into words, finding their vectors"):
            material = prepare(settings, corpus, voice.counting)
        model, trainer = start(settings, material, here)
        notes = _exactness(trainer, model, settings)
        with claimed(settings) if here.first else nullcontext() as place:
            log = Log(None if place is None else place.path / "metrics.jsonl", started)
            if place is not None:
                write_settings(place.path, settings)
            _introduce(material, [*material.corpus.notes, *material.notes, *notes, *before(material)], log)
            with log.doing("compiling kernels, which is done once on a machine"):
                wait()
            found = _found(
                Search(model, trainer, material.dev, settings, log, initial=parameters_of(model)), material, place
            )
            undrawn = "" if place is None else Results(settings, material, *found, log, place).write()
            here.wait()
        folder = Path(settings.folder)
        if not lasting:
            log.say(f"Done after {log.seconds:.0f} s")
        else:
            log.say(f"All in {folder} after {log.seconds:.0f} s; look at {folder / 'report.html'}")
        if undrawn and lasting:
            raise ShortfallError(f"{undrawn}; the run is complete but for that: python -m viz {folder} draws it.")
        if large := excess(found[2].chosen, settings):
            where = f"; but for that the run is complete in {folder}." if lasting else "."
            raise ShortfallError(large.removesuffix(".") + where)
        return folder


def _found(search: Search, material: Material, place: Place | None) -> tuple[Search, Parameters, Choice]:
    """Train the full model, draw the curve, choose: all of it on the CPU in the end."""

    def keep() -> None:
        if place is not None:
            names = [f"p{p}" for p in range(len(search.model.bank.layout.patterns))]
            full = Model(search.model, names, material.tokenizer, material.encoder, material.corpus.labels)
            place.keep_full(lambda folder: save_model(full, folder, None))

    search, dense, candidates = _learned(search, material, keep)
    choice = decide(search, candidates, material.dev)
    search.model.load_state_dict(dense)
    cool_(search.model, material.dev)
    dense = parameters_of(search.model)
    material.encoder.to(torch.device("cpu"))
    for model in (search.model, *(candidate.model for candidate in choice.candidates)):
        model.cpu()
    return search, dense, choice


def train(settings: Settings, material: Material) -> tuple[Search, list[Candidate]]:
    """All candidates of a training, smallest first: nothing is chosen, tested, said or written.

    Where the word vectors move, those of `material` have moved afterwards.

    Returns:
        What the method got and has left, and what it found.

    Raises:
        SparsifyError: the settings cannot be used together, or the method finds no model; DivergedError: it diverged.
    """
    model, trainer = start(settings, material)
    _exactness(trainer, model, settings)
    log = Log(None, time.perf_counter())
    search = Search(model, trainer, material.dev, settings, log, initial=parameters_of(model))
    search, _, candidates = _learned(search, material, lambda: None)
    return search, candidates


def _learned(
    search: Search, material: Material, keep: Callable[[], None]
) -> tuple[Search, Parameters, list[Candidate]]:
    """Train the full model, which `keep` keeps, and find candidates from it, smallest first."""
    search = train_dense(search, material.encoder, keep)
    dense = parameters_of(search.model)
    found = {candidate.transitions: candidate for candidate in METHODS.find(search.settings.method)(search)}
    return search, dense, [found[size] for size in sorted(found)]


def _exactness(trainer: Trainer, model: PatternClassifier, settings: Settings) -> list[str]:
    """What is to be said, before anything is trained, of deletion that would change scores.

    Raises:
        PruneError: it would, and --allow-gap is off.
    """
    try:
        check_possible(trainer.groups, model.bank.semiring)
    except PruneError as error:
        if not settings.allow_gap:
            raise
        return [f"deletion will change scores, which --allow-gap accepts: {error}"]
    return []


def _introduce(material: Material, notes: Sequence[str], log: Log) -> None:
    """Say what is read, and what is to be known of it."""
    corpus, encoder = material.corpus, material.encoder
    parts = f"{len(corpus.train)} train, {len(corpus.dev)} dev, {len(corpus.test) or 'no'} test texts"
    forms = encoder.forms() if encoder.static else None
    words = encoder.unit if forms is None else f"{len(forms[0])} {encoder.unit}"
    log.say(f"{corpus.name}: {parts}, labels {', '.join(corpus.labels)}; {words} in {encoder.dim} dimensions")
    if material.coverage is not None:
        log.say(str(material.coverage))
    for note in notes:
        log.say(f"note: {note}")
    log.say(f"\n{LEGEND}\n{HEADER}")
