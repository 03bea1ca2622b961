"""From a candidate of a method to an `Outcome`: its size, what it is worth, and what its deletion is."""

from typing import Any

import torch
from torch import Tensor

from neural import PatternClassifier, StaticVectors
from sparsify.methods.base import Candidate, Search
from sparsify.paper.judge import judged
from sparsify.paper.plan import FINAL
from sparsify.penalties.prune import zero_behind
from sparsify.training.encoded import logits
from sparsify.training.material import Material
from wfsa import main_arcs


def measured(stage: str, search: Search, candidate: Candidate, material: Material, before: Tensor) -> dict[str, Any]:
    """The fields of an outcome that a candidate tells.

    Args:
        stage: in the search only size and dev accuracy are measured.
        before: the table of word vectors before anything was learned; empty of contextual ones.
    """
    model, final = candidate.model.cpu(), stage == FINAL
    dev = logits(model, material.dev.texts).numpy()
    test = logits(model, material.test.texts).numpy() if final and material.test is not None else dev[:0]
    learned = numbers(model, material, before)
    return {
        "transitions": candidate.transitions,
        "patterns": candidate.patterns,
        "lengths": lengths(model),
        "learned": learned,
        "stored": learned["patterns"] + learned["classes"] + _stored(material),
        **judged(stage, material, dev, test),
        **(_deletion(search, candidate) if final else {}),
    }


def lengths(model: PatternClassifier) -> tuple[int, ...]:
    """Transitions of every pattern, longest first."""
    return tuple(sorted((len(main_arcs(pattern)) for pattern in model.bank.layout.patterns), reverse=True))


def numbers(model: PatternClassifier, material: Material, before: Tensor) -> dict[str, int]:
    """How many numbers were learned: of arcs, between patterns and classes, of word vectors."""
    encoder = material.encoder
    moved = int((encoder.table.detach() != before).sum()) if isinstance(encoder, StaticVectors) else 0
    arcs = sum(parameter.numel() for parameter in model.bank.parameters())
    return {"patterns": arcs, "classes": model.weight.numel() + model.bias.numel(), "vectors": moved}


def _stored(material: Material) -> int:
    """Numbers of the encoder that the model reads; of a contextual one those that belong to the run, its projection."""
    return sum(tensor.numel() for tensor in material.encoder.state()[0].values())


@torch.no_grad()
def _moved(search: Search, candidate: Candidate) -> float:
    """The most that deletion moves a dev logit, at equal shapes: by its zeros alone, from the model that was found."""
    model, dev = search.model, search.dev.texts
    model.load_state_dict(candidate.found)
    full = logits(model, dev)
    if candidate.zeroed is not None:
        model.load_state_dict(candidate.zeroed)
    zero_behind(model.bank, search.trainer.groups)
    return float((full - logits(model, dev)).abs().max())


def _deletion(search: Search, candidate: Candidate) -> dict[str, Any]:
    """What deletion changed, and whether it is certified; nothing where none took place."""
    if not candidate.deleted:
        return {}
    own = candidate.certificate
    return {
        "residual": own.residual,
        "margin": own.margin,
        "revivals": own.revivals,
        "certified": None if own.residual is None else own.certified,
        "logit_difference": _moved(search, candidate),
    }
