"""The claim of the compiler, as a check that anyone can run: a compiled bank is its symbolic automata."""

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

import wfsa
from neural.bank import PatternBank, compile_patterns
from neural.batches.packing import Packed, pack, pack_symbols
from neural.scans.reference import scan, scan_ref
from neural.semirings.table import TensorSemiring, tensor_semiring
from wfsa import WFSA, Affine, Parameters, evaluator, pathsum


def assert_compiled_equals_symbolic(
    patterns: Sequence[WFSA],
    parameters: Parameters,
    texts: Sequence[Any],
    semiring: wfsa.Semiring[Any] | TensorSemiring = wfsa.REAL,
    alphabet: Sequence[Hashable] = (),
    tolerance: float = 1e-10,
    device: str = "cpu",
    dtype: torch.dtype = torch.float64,
) -> None:
    """Compile `patterns`, run them on `texts` in every way there is, and compare every score with `wfsa.pathsum`.

    The ways: the bank itself, with and without gradients to come, and by `feed`; the kernel for arc weights; the
    reference in plain torch. Over vectors each of them with one row per token and with one row for all equal tokens.

    Args:
        parameters: the values of everything that is learned.
        texts: per text, an array [token, dim] of vectors, all of one dim, or with an `alphabet` its symbols.
        tolerance: largest difference, relative to the larger of 1 and the pathsum.
        device, dtype: what the bank runs on, and in; kernels on GPU are for torch.float32.

    Raises:
        AssertionError: a score differs; the message names pattern, text, way and both values.
        CompileError: the patterns do not compile.
    """
    K = tensor_semiring(semiring)
    bank = compile_patterns(patterns, 0 if alphabet else _dim(texts, parameters), K, alphabet).to(device, dtype)
    bank.load_symbolic(parameters)
    weigh = evaluator(parameters)
    wants = [[np.array(K.encode(pathsum(own, text, K.symbolic, weigh))) for own in patterns] for text in texts]
    found = {way: scores.detach().cpu().numpy() for way, scores in _ways(bank, _packed(bank, texts))}
    for way, scores in found.items():
        for b, text in enumerate(wants):
            for p, want in enumerate(text):
                if not _agree(scores[b, p], want, tolerance):
                    raise AssertionError(
                        f"pattern {p} on text {b} in {K} by {way}: compiled {scores[b, p]}, symbolic {want}"
                    )


def _ways(bank: PatternBank, x: Packed) -> Iterator[tuple[str, Tensor]]:
    batches = {"": x} if x.data is None else {" with a row per token": x, " with shared rows": _shared(x)}
    for rows, batch in batches.items():
        yield f"the bank{rows}", bank(batch)
        yield f"feed{rows}", bank.feed(batch)[1].scores
        steps = bank.steps(batch)
        yield f"scan{rows}", bank.read_out(scan(steps, bank.plan, bank.K))
        yield f"scan_ref{rows}", bank.read_out(scan_ref(steps, bank.plan, bank.K))
        with torch.no_grad():
            scores = bank(batch)
        yield f"the bank without gradients{rows}", scores


def _shared(x: Packed) -> Packed:
    assert x.data is not None
    data, rows = x.data.unique(dim=0, return_inverse=True)
    return Packed(data, rows, x.offsets)


def _agree(got: np.ndarray, want: np.ndarray, tolerance: float) -> bool:
    slack = tolerance * np.maximum(1.0, np.where(np.isfinite(want), np.abs(want), 1.0))
    with np.errstate(invalid="ignore"):  # ∞ − ∞, where both are the same infinity
        return bool(((got == want) | (np.abs(got - want) <= slack)).all())


def _dim(texts: Sequence[Any], parameters: Parameters) -> int:
    """Of the word vectors; any will do where neither texts nor parameters have some."""
    shapes = [*map(np.shape, texts), *((1, len(own.weights)) for own in parameters.values() if isinstance(own, Affine))]
    return next((shape[1] for shape in shapes if len(shape) == 2), 1)


def _packed(bank: PatternBank, texts: Sequence[Any]) -> Packed:
    like, alphabet = bank.weight, bank.layout.alphabet
    if alphabet:
        place = {symbol: i for i, symbol in enumerate(alphabet)}
        x = pack_symbols([np.array([place.get(symbol, -1) for symbol in text], dtype=np.int64) for text in texts])
        return Packed(None, x.rows.to(like.device), x.offsets.to(like.device))
    lengths = [len(text) for text in texts]
    padded = torch.zeros(len(texts), max(lengths, default=0), bank.layout.dim, dtype=torch.float64)
    for b, text in enumerate(texts):
        if len(text):
            padded[b, : len(text)] = torch.as_tensor(np.asarray(text), dtype=torch.float64)
    return pack(padded.to(like), torch.tensor(lengths, dtype=torch.int64, device=like.device))
