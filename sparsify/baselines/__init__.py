"""Rivals that are no automata, on the same texts and vectors: bags of n-grams, means of vectors, small networks.

`python -m sparsify.baselines` tunes and scores them; what each is, `sparsify.baselines.base.Baseline` says.
"""

from sparsify.tables import Table

BASELINES = Table(
    {
        "majority": "sparsify.baselines.majority:MAJORITY",
        "tfidf": "sparsify.baselines.linear:TFIDF",
        "nbsvm": "sparsify.baselines.linear:NBSVM",
        "mean": "sparsify.baselines.linear:MEAN",
        "bag-moved": "sparsify.baselines.networks:BAG_MOVED",
        "dan": "sparsify.baselines.networks:DAN",
        "dan-moved": "sparsify.baselines.networks:DAN_MOVED",
        "cnn": "sparsify.baselines.networks:CNN",
        "cnn-moved": "sparsify.baselines.networks:CNN_MOVED",
        "lstm": "sparsify.baselines.networks:LSTM",
        "lstm-moved": "sparsify.baselines.networks:LSTM_MOVED",
    }
)
"""Name → `sparsify.baselines.base.Baseline`; "-moved": word vectors are learned, too, from the values they have."""

__all__ = ["BASELINES"]
