"""The claim of the compiler, as a check that anyone can run: a compiled bank is its symbolic automata."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import torch

import wfsa
from neural.bank import compile_patterns
from neural.packing import pack, pack_symbols
from neural.semirings import TensorSemiring, tensor_semiring
from wfsa import WFSA, Parameters, evaluator, pathsum


def assert_compiled_equals_symbolic(
    patterns: Sequence[WFSA],
    parameters: Parameters,
    texts: Sequence[Any],
    semiring: wfsa.Semiring[Any] | TensorSemiring = wfsa.REAL,
    alphabet: Sequence[Hashable] = (),
    tolerance: float = 1e-10,
) -> None:
    """Compile `patterns`, run them on `texts`, and compare every score with `wfsa.pathsum`.

    Args:
        parameters: the values of everything that is learned.
        texts: per text, an array [token, dim] of vectors, all of one dim, or with an `alphabet` its symbols.
        tolerance: largest difference, relative to the larger of 1 and the pathsum.

    Raises:
        AssertionError: a score differs; the message names pattern, text and both values.
        CompileError: the patterns do not compile.
    """
    K = tensor_semiring(semiring)
    dim = 0 if alphabet else next((shape[1] for text in texts if len(shape := np.shape(text)) == 2), 1)
    bank = compile_patterns(patterns, dim, K, alphabet).double()
    bank.load_symbolic(parameters)
    with torch.no_grad():
        scores = bank(_packed(texts, dim, alphabet)).numpy()
    weigh = evaluator(parameters)
    for p, pattern in enumerate(patterns):
        for b, text in enumerate(texts):
            want = np.array(K.encode(pathsum(pattern, text, K.symbolic, weigh)))
            if not _agree(scores[b, p], want, tolerance):
                raise AssertionError(f"pattern {p} on text {b} in {K}: compiled {scores[b, p]}, symbolic {want}")


def _agree(got: np.ndarray, want: np.ndarray, tolerance: float) -> bool:
    slack = tolerance * np.maximum(1.0, np.where(np.isfinite(want), np.abs(want), 1.0))
    with np.errstate(invalid="ignore"):  # ∞ − ∞, where both are the same infinity
        return bool(((got == want) | (np.abs(got - want) <= slack)).all())


def _packed(texts: Sequence[Any], dim: int, alphabet: Sequence[Hashable]) -> Any:
    if alphabet:
        place = {symbol: i for i, symbol in enumerate(alphabet)}
        return pack_symbols([np.array([place.get(symbol, -1) for symbol in text], dtype=np.int64) for text in texts])
    lengths = [len(text) for text in texts]
    x = torch.zeros(len(texts), max(lengths, default=0), dim, dtype=torch.float64)
    for b, text in enumerate(texts):
        if len(text):
            x[b, : len(text)] = torch.as_tensor(np.asarray(text), dtype=torch.float64)
    return pack(x, torch.tensor(lengths, dtype=torch.int64))
