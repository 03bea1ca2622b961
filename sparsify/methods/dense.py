"""The full model: what every method starts from and is compared with."""

from collections.abc import Callable
from dataclasses import replace

from neural import Encoder
from sparsify.errors import ConfigError
from sparsify.methods.base import Search, during, parameters_of
from sparsify.moving.base import MovingVectors
from sparsify.settings import Settings
from sparsify.tables import MOVES


def train_dense(search: Search, encoder: Encoder, keep: Callable[[], None] = lambda: None) -> Search:
    """Epochs without a penalty, which also move the word vectors, where they can learn and `move_vectors` is not none.

    Model and word vectors are left as they were when dev accuracy was best, from the epoch on from which only those
    move that may; after that the vectors never change. That model is kept by `keep` also where training ends early: it
    diverged, was interrupted, or could not record itself.
    """
    trainer = search.trainer
    moving = _moving(search.settings, encoder)
    if moving is not None:
        trainer.learn_vectors(moving)
    best, state, kept, loss = -1.0, parameters_of(search.model), None, 0.0
    try:
        for epoch in search.log.progress("full model", range(1, search.settings.epochs + 1)):
            with during("full", epoch):
                loss = float(trainer.epoch())
                if moving is not None:
                    moving.end_epoch(epoch)
                record = search.row("full", epoch, loss, 0.0)
            if record.dev > best and (moving is None or epoch >= moving.kept_from):
                best, state = record.dev, parameters_of(search.model)
                kept = None if moving is None else moving.copy()
    finally:
        if best >= 0:
            search.model.load_state_dict(state)
            if moving is not None and kept is not None:
                moving.restore(*kept)
                encoder.keep(moving.table.detach(), moving.moved())
            trainer.keep_vectors()
            keep()
    return replace(search, loss=loss, moving=moving)


def _moving(settings: Settings, encoder: Encoder) -> MovingVectors | None:
    """What moves the word vectors; None where nothing does.

    Raises:
        ConfigError: the vectors cannot learn, and it was asked how they should.
    """
    kind = MOVES.find(settings.move_vectors)
    if kind is None:
        return None
    table = encoder.learn()
    if table is None:
        if settings.move_vectors != "all":
            raise ConfigError(
                f"--move-vectors {settings.move_vectors} needs vectors that learn (got --embeddings "
                f"{settings.embeddings}, whose vectors are fixed); leave it out."
            )
        return None
    found: MovingVectors = kind(table, settings)
    return found
