"""The full model: what every method starts from and is compared with."""

from collections.abc import Callable
from dataclasses import replace

from neural import Encoder
from sparsify.methods.base import Search, during, parameters_of


def train_dense(search: Search, encoder: Encoder, keep: Callable[[], None] = lambda: None) -> Search:
    """Epochs without a penalty, which also move the word vectors, where they can learn and `vector_lr` is above 0.

    Model and word vectors are left as they were when dev accuracy was best; after that the vectors never change. That
    model is kept by `keep` also where training ends early: it diverged, was interrupted, or could not record itself.
    """
    trainer = search.trainer
    vectors = encoder.learn() if trainer.pace.vector_lr > 0 else None
    if vectors is not None:
        trainer.learn_vectors(vectors)
    best, state, kept, loss = -1.0, parameters_of(search.model), None, 0.0
    try:
        for epoch in search.log.progress("full model", range(1, search.settings.epochs + 1)):
            with during("full", epoch):
                loss = float(trainer.epoch())
                record = search.row("full", epoch, loss, 0.0)
            if record.dev > best:
                best, state = record.dev, parameters_of(search.model)
                kept = None if vectors is None else trainer.moved()
    finally:
        if best >= 0:
            search.model.load_state_dict(state)
            if vectors is not None and kept is not None:
                encoder.keep(vectors.detach().index_copy_(0, *kept))
            trainer.keep_vectors()
            keep()
    return replace(search, loss=loss)
