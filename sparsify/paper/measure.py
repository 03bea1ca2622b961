"""From a candidate of a method to an `Outcome`: its size, what it is worth, and what its deletion is."""

from typing import Any

import torch

from neural import PatternClassifier
from sparsify.methods.base import Candidate, Search
from sparsify.paper.judge import judged
from sparsify.paper.plan import FINAL
from sparsify.penalties.prune import zero_behind
from sparsify.runs.numbers import numbers
from sparsify.training.encoded import logits
from sparsify.training.material import Material
from wfsa import main_arcs


def measured(stage: str, search: Search, candidate: Candidate, material: Material) -> dict[str, Any]:
    """The fields of an outcome that a candidate tells.

    Args:
        stage: in the search only size and dev accuracy are measured.
    """
    model, final = candidate.model.cpu(), stage == FINAL
    dev = logits(model, material.dev.texts).numpy()
    test = logits(model, material.test.texts).numpy() if final and material.test is not None else dev[:0]
    counted = numbers(model, material.encoder)
    return {
        "transitions": candidate.transitions,
        "patterns": candidate.patterns,
        "lengths": lengths(model),
        "learned": {"patterns": counted.patterns, "classes": counted.classes, "vectors": counted.vectors},
        "stored": counted.stored,
        **judged(stage, material, dev, test),
        **(_deletion(search, candidate) if final else {}),
    }


def lengths(model: PatternClassifier) -> tuple[int, ...]:
    """Transitions of every pattern, longest first."""
    return tuple(sorted((len(main_arcs(pattern)) for pattern in model.bank.layout.patterns), reverse=True))


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
