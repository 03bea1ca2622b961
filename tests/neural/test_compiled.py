"""A compiled bank is the symbolic automata: values, gradients, any batch."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import wfsa
from neural import (
    MAX_TIMES,
    SEMIRINGS,
    CompileError,
    PatternBank,
    PatternClassifier,
    compile_patterns,
    k_best,
    make_layout,
    pack,
    pack_symbols,
)
from neural.errors import BatchError
from wfsa import (
    ANY,
    EPSILON,
    LOG,
    REAL,
    WFSA,
    Arc,
    Linear,
    Lookup,
    evaluator,
    ngram,
    pathsum,
)
from wfsa.testing.enumeration import matrix_pathsum
from wfsa.testing.strategies import MACHINES, STRINGS, parameters, symbolic_patterns

DIM = 3


def bank_of(patterns, semiring=REAL, seed=0) -> PatternBank:
    bank = compile_patterns(patterns, DIM, semiring).double()
    bank.load_symbolic(parameters(DIM, seed))
    return bank


def ngrams(lengths, seed=0, dim=DIM, dtype=torch.float64):
    bank = compile_patterns([ngram(n, f"p{i}") for i, n in enumerate(lengths)], dim).to(dtype)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        bank.weight.normal_(generator=generator)
        bank.bias.normal_(generator=generator)
    return bank


def batch(lengths, seed=0, dim=DIM, extra=0):
    """Random vectors, padded with NaN: what lies behind a text's end must never be read."""
    rng = np.random.default_rng(seed)
    x = torch.full((len(lengths), max(lengths, default=0) + extra, dim), torch.nan, dtype=torch.float64)
    for i, length in enumerate(lengths):
        x[i, :length] = torch.from_numpy(rng.normal(size=(length, dim)))
    return x, torch.tensor(lengths, dtype=torch.int64)


@pytest.mark.parametrize("K", [K for K in (*SEMIRINGS, k_best(2)) if K != MAX_TIMES], ids=repr)
@given(symbolic_patterns(), st.lists(st.integers(0, 4), max_size=4), st.integers(0, 99))
def test_compiled_equals_symbolic(K, patterns, lengths, seed):
    """Any topology, any weights, empty texts, empty banks."""
    bank = bank_of(patterns, K, seed)
    x, sizes = batch(lengths, seed)
    scores = bank(x, sizes).detach().numpy()
    weigh = evaluator(bank.to_symbolic()[1])

    assert scores.shape[:2] == (len(lengths), len(patterns))
    for text, length in enumerate(lengths):
        for p, pattern in enumerate(patterns):
            want = K.encode(pathsum(pattern, x[text, :length].numpy(), K.symbolic, weigh))
            assert scores[text, p] == pytest.approx(np.array(want), rel=1e-9, abs=1e-9)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.lists(st.integers(0, 7), min_size=1, max_size=4))
def test_ngram_banks_of_mixed_lengths_equal_their_automata(sizes, lengths):
    bank = ngrams(sizes, seed=len(lengths))
    x, counts = batch(lengths)
    scores = bank(x, counts)
    patterns, values = bank.to_symbolic()

    for text, length in enumerate(lengths):
        want = [pathsum(p, x[text, :length].numpy(), REAL, evaluator(values)) for p in patterns]
        assert scores[text].tolist() == pytest.approx(want, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("K", [REAL, LOG], ids=repr)
def test_gradients_pass_gradcheck(K):
    patterns = [
        ngram(2, "p0"),
        WFSA({0: 1.0}, (Arc(0, ANY, 1, Linear("u")), Arc(1, ANY, 0, Linear("vb", True))), {1: 0.5}),
    ]
    layout = make_layout(patterns, DIM)
    x, lengths = batch([3, 1, 4, 0])
    bank = PatternBank(layout, K).double()

    def run(data, weight, bias):
        scores = torch.func.functional_call(bank, {"weight": weight, "bias": bias}, (data, lengths))
        return torch.where(torch.isfinite(scores), scores, torch.zeros_like(scores))

    weight = torch.randn(len(layout.rows), DIM, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(layout.biased, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(run, (x.nan_to_num().requires_grad_(), weight, bias))


def test_log_gradients_are_finite_where_no_path_ends():
    """torch.logsumexp gives NaN there."""
    bank = bank_of([WFSA({0: 0.0}, (Arc(0, ANY, 1, Linear("u")),), {1: 0.0})], LOG)
    x, lengths = batch([2, 1])
    bank(x, lengths)[1].sum().backward()

    assert torch.isfinite(bank.weight.grad).all()


@given(st.lists(st.integers(0, 6), min_size=1, max_size=5), st.integers(0, 5), st.randoms())
def test_padding_order_and_splits_change_nothing(lengths, extra, random):
    bank = ngrams([3, 1, 2])
    x, counts = batch(lengths)
    alone = bank(x, counts)
    padded = torch.cat([x, torch.full((len(x), extra, DIM), torch.nan, dtype=x.dtype)], 1)
    order = list(range(len(lengths)))
    random.shuffle(order)

    assert torch.allclose(bank(padded, counts), alone, rtol=1e-12, atol=1e-12)
    assert torch.allclose(bank(x[order], counts[order]), alone[order], rtol=1e-12, atol=1e-12)
    one_by_one = torch.cat([bank(x[i : i + 1], counts[i : i + 1]) for i in range(len(x))])
    assert torch.allclose(one_by_one, alone, rtol=1e-12, atol=1e-12)


def test_equal_expressions_share_their_parameters():
    tied = Linear("u")
    bank = bank_of([WFSA({0: 1.0}, (Arc(0, ANY, 1, tied), Arc(1, ANY, 2, tied)), {2: 1.0})])
    x, lengths = batch([2])

    assert bank.weight.shape == (1, DIM)
    z = (x[0] @ bank.weight[0]).tolist()
    assert bank(x, lengths).item() == pytest.approx(z[0] * z[1])


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (WFSA({0: 1.0}, (Arc(0, EPSILON, 1, Linear("u")),), {1: 1.0}), "in pattern 0, arc 0 → 1.*use Scalar"),
        (WFSA({0: 1.0}, (Arc(0, "word", 1, 1.0),), {1: 1.0}), "pass an alphabet"),
        (WFSA({0: 1.0}, (Arc(0, ANY, 1, Lookup("t")),), {1: 1.0}), "Lookup symbols"),
        (WFSA({0: 1.0}, (Arc(0, ANY, 1, (1.0, 2.0)),), {1: 1.0}), "an element of REAL has no parts"),
        (WFSA({0: 1.0}, (Arc(0, ANY, 1, Linear("u")), Arc(0, ANY, 1, Linear("u", True))), {}), "one Linear"),
        (WFSA({0: Linear("u")}, (), {}), "initial and final weights read nothing"),
    ],
)
def test_what_does_not_compile_says_why(pattern, message):
    with pytest.raises(CompileError, match=message):
        compile_patterns([pattern], DIM)
    with pytest.raises(CompileError, match="REAL, LOG, MAX_PLUS"):
        compile_patterns([], DIM, wfsa.BOOLEAN)
    with pytest.raises(CompileError, match="vectors of at least one dimension or the symbols"):
        compile_patterns([])
    with pytest.raises(CompileError, match="labels are in the alphabet"):
        compile_patterns([WFSA({0: 1.0}, (Arc(0, "b", 0, 1.0),), {})], alphabet="a")
    with pytest.raises(CompileError, match="readout is one of end"):
        compile_patterns([], DIM, readout="start")


def test_bad_batches_say_what_must_hold():
    bank = ngrams([1])
    x, _ = batch([2, 3])

    with pytest.raises(BatchError, match="4 at index 1"):
        bank(x, torch.tensor([2, 4]))
    with pytest.raises(BatchError, match="one int per text"):
        bank(x, torch.tensor([2]))
    with pytest.raises(CompileError, match=r"vectors of 3 numbers \(got 2\)"):
        bank(x[:, :, :2], torch.tensor([2, 3]))
    with pytest.raises(CompileError, match="two classes"):
        PatternClassifier(bank, 1)
    with pytest.raises(CompileError, match="tanh"):
        PatternClassifier(bank, 2, "selu")


def test_packed_texts_lose_nothing():
    x, lengths = batch([2, 0, 3, 1])
    packed = pack(x, lengths)

    assert packed.offsets.tolist() == [0, 2, 2, 5, 6]
    assert torch.equal(packed.data[packed.rows], torch.cat([x[i, :n] for i, n in enumerate([2, 0, 3, 1])]))
    assert packed.owner.tolist() == [0, 0, 2, 2, 2, 3]
    assert packed.reverse().tolist() == [1, 0, 4, 3, 2, 5]
    some = packed.only(torch.tensor([2, 0]))
    assert torch.equal(some.data[some.rows], torch.cat([x[2, :3], x[0, :2]]))


def test_classifier_is_linear_in_the_activated_scores():
    model = PatternClassifier(ngrams([2, 1]), 3).double()
    x, lengths = batch([4, 2])
    scores = model.bank(x, lengths)

    assert torch.allclose(model(x, lengths), torch.tanh(scores) @ model.weight.T + model.bias)


@given(st.lists(MACHINES, min_size=1, max_size=3), st.lists(STRINGS, min_size=1, max_size=3))
def test_random_machines_with_epsilon_cycles_equal_linear_algebra(machines, texts):
    """Labels, parallel arcs, epsilon cycles, several initial and final states: products of matrices in numpy."""
    bank = compile_patterns(machines, alphabet="abc").double()
    scores = bank(pack_symbols([np.array(["abc".index(c) for c in text], dtype=np.int64) for text in texts]))
    for p, machine in enumerate(machines):
        size = max(machine.states, default=-1) + 1
        want = [matrix_pathsum(machine, text, size) for text in texts]
        assert scores[:, p].tolist() == pytest.approx(want, rel=1e-10, abs=1e-12)
