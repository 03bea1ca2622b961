"""The full model: what every method starts from and is compared with."""

from dataclasses import replace

from neural import Encoder
from sparsify.methods.base import Search, parameters_of


def train_dense(search: Search, encoder: Encoder) -> Search:
    """Epochs without a penalty, which also move the word vectors, where they can learn and `vector_lr` is above 0.

    Model and word vectors are left as they were when dev accuracy was best; after that the vectors never change.
    """
    trainer = search.trainer
    vectors = encoder.learn() if trainer.pace.vector_lr > 0 else None
    if vectors is not None:
        trainer.learn_vectors(vectors)
    best, state, kept, loss = -1.0, parameters_of(search.model), vectors, 0.0
    for epoch in search.log.progress("full model", range(1, search.settings.epochs + 1)):
        loss = float(trainer.epoch())
        record = search.row("full", epoch, loss, 0.0)
        if record.dev > best:
            best, state = record.dev, parameters_of(search.model)
            kept = None if vectors is None else vectors.detach().clone()
    search.model.load_state_dict(state)
    if kept is not None:
        encoder.keep(kept)
    trainer.keep_vectors()
    return replace(search, loss=loss)
