"""What a careful reader tried to break: each of these once did."""

import copy
import math
from types import MappingProxyType

import pytest
import torch

import wfsa
from neural import (
    EXTREMES,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    REAL,
    CompileError,
    Packed,
    best_paths,
    compile_patterns,
    extreme_paths,
    k_best,
    pack,
    posteriors,
    sample_paths,
)
from neural.errors import BatchError
from tests.neural.test_families import values
from wfsa import ANY, WFSA, Arc, Linear, Lookup, Scalar, evaluator, ngram, pathsum


def test_small_pathsums_are_not_lost_in_double_precision():
    """40 symbols of a hidden Markov model: 1e-54 is no rounding error."""
    machine = wfsa.hmm(2)
    parameters = wfsa.hmm_parameters([0.5, 0.5], [[0.5, 0.5]] * 2, [[0.05, 0.95]] * 2, "ab")
    bank = compile_patterns([machine], alphabet="ab").double()
    bank.load_symbolic(parameters)
    want = pathsum(machine, "a" * 40, wfsa.REAL, evaluator(parameters))

    assert want < 1e-50
    assert bank(torch.zeros(1, 40, dtype=torch.int64)).item() == pytest.approx(want, rel=1e-10)


def test_logarithms_of_gates_survive_single_precision():
    """σ(−120) is 0 and 1 − σ(18) is 0 in single precision; their logarithms are −120 and −18."""
    weight = wfsa.Log(wfsa.Product((wfsa.Sigmoid(Linear("u")), wfsa.Complement(wfsa.Sigmoid(Linear("v"))))))
    bank = compile_patterns([WFSA({0: 0.0}, (Arc(0, ANY, 0, weight),), {0: 0.0})], 1, LOG)
    bank.load_symbolic({"u": wfsa.Affine([-120.0]), "v": wfsa.Affine([18.0])})
    score = bank(torch.ones(1, 1, 1))
    score.sum().backward()

    assert score.item() == pytest.approx(-120 - 18, rel=1e-6)
    assert torch.isfinite(bank.weight.grad).all()


def test_a_probability_of_zero_has_a_logarithm_without_nan_gradients():
    bank = compile_patterns([wfsa.logarithmic(wfsa.hmm(2))], alphabet="ab", semiring=LOG)
    bank.load_symbolic(values([wfsa.hmm(2)]) | {"h0.emit1": {"a": 0.0, "b": 1.0}})
    bank(torch.tensor([[0, 1, 0]])).sum().backward()

    assert torch.isfinite(bank.table.grad).all()
    assert torch.isfinite(bank.scalars.grad).all()


def test_paths_are_those_of_whole_texts_and_of_any_bank():
    x = torch.zeros(1, 2, 3)
    for search, K in ((best_paths, MAX_PLUS), (posteriors, REAL), (sample_paths, REAL)):
        with pytest.raises(CompileError, match="are of whole texts"):
            search(compile_patterns([wfsa.logarithmic(ngram(1, main="gate"))], 3, K, readout="best"), x)
        for patterns in ([], [WFSA({}, (), {})], [WFSA({0: 0.0}, (), {0: 0.0})]):
            search(compile_patterns(patterns, 3, K), x)
    with pytest.raises(CompileError, match="over vectors in REAL"):
        extreme_paths(compile_patterns([wfsa.logarithmic(ngram(1, main="gate"))], 3, LOG), torch.zeros(2, 3), [])
    with pytest.raises(CompileError, match="over vectors in REAL"):
        extreme_paths(compile_patterns([wfsa.hmm(1)], alphabet="a"), torch.zeros(2, 3), [])


def test_a_bank_that_has_only_been_read_can_be_trained():
    bank = compile_patterns([ngram(2)], 3)
    with torch.inference_mode():
        bank(torch.zeros(1, 2, 3))
    bank(torch.ones(1, 2, 3)).sum().backward()

    assert bank.weight.grad is not None


def test_parameters_may_step_between_two_ways_back_where_vectors_are_frozen():
    """As for a linear layer: only the vectors' gradient reads the parameters."""
    bank, x = compile_patterns([ngram(2)], 3), torch.randn(2, 4, 3)
    want = torch.autograd.grad(bank(2 * x).sum(), bank.weight)[0]
    first, second = bank(x).sum(), bank(2 * x).sum()
    first.backward()
    torch.optim.SGD(bank.parameters(), lr=1.0).step()
    bank.zero_grad()
    second.backward()

    assert torch.equal(bank.weight.grad, want)
    learned = bank(x.clone().requires_grad_()).sum()
    torch.optim.SGD(bank.parameters(), lr=1.0).step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        learned.backward()


@pytest.mark.parametrize("patterns", [[ngram(2)], [wfsa.soft_pattern(2)]], ids=["gated", "other"])
def test_gradients_of_gradients_are_refused(patterns):
    bank, x = compile_patterns(patterns, 3), torch.randn(2, 4, 3, requires_grad=True)
    with pytest.raises(BatchError, match=r"create_graph=True\); run neural.scan_ref"):
        torch.autograd.grad(bank(x).sum(), x, create_graph=True)


def test_what_is_no_number_is_no_score_of_zero():
    """Whether each token has a row or equal ones share theirs."""
    bank, x = compile_patterns([ngram(2)], 3), torch.randn(2, 4, 3)
    x[1, 2, 1] = math.nan
    data = x.flatten(0, 1)
    for packed in (
        pack(x, torch.tensor([4, 4])),
        Packed(data, torch.tensor([0, 1, 2, 3, 6, 6]), torch.tensor([0, 4, 6])),
    ):
        assert torch.isnan(bank(packed)[:, 0]).tolist() == [False, True]


@pytest.mark.parametrize("offsets", [[0, 2, 3], [1, 2, 4], [0, 3, 2, 4]])
def test_texts_hold_all_tokens_in_a_row(offsets):
    bank = compile_patterns([ngram(2)], 3)
    with pytest.raises(BatchError, match=r"offsets (go from 0|do not fall)"):
        bank(Packed(torch.randn(4, 3), torch.arange(4), torch.tensor(offsets)))


@pytest.mark.parametrize("gated", [True, False])
@pytest.mark.parametrize("shared", [True, False])
def test_products_in_bfloat16_leave_the_recurrence_in_single_precision(gated, shared):
    """Asked for, or by autocast: the same scores and gradients, which are those of the plain bank to 8 bits."""
    rows = torch.arange(60) // (2 if shared else 1)
    patterns = [ngram(2, "a"), ngram(2, "b")] if gated else [ngram(2, "a"), wfsa.soft_pattern(2, "b")]
    generator = torch.Generator().manual_seed(0)
    x = Packed(torch.randn(60, 8, generator=generator), rows, torch.tensor([0, 40, 60]))
    plain, half = (compile_patterns(patterns, 8, half_projection=asked) for asked in (False, True))
    plain.reset_parameters(generator)
    half.load_state_dict(plain.state_dict())
    assert plain.layout.gated == gated
    found = []
    for bank, cast in ((plain, False), (half, False), (plain, True)):
        bank.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=cast):
            scores = bank(x)
        scores.sum().backward()
        assert scores.dtype == torch.float32
        found.append([scores.detach(), bank.weight.grad.clone(), bank.bias.grad.clone()])
    for want, asked, cast in zip(*found, strict=True):
        assert torch.equal(asked, cast)
        assert 0 < float((asked - want).norm() / want.norm()) < 0.03


@pytest.mark.parametrize("K", [REAL, EXTREMES, k_best(2)], ids=repr)
def test_banks_are_copied_and_loaded(K):
    bank = compile_patterns([ngram(2, "a"), ngram(1, "b")], 3, K)
    x = torch.randn(2, 4, 3)
    other = compile_patterns([ngram(2, "a"), ngram(1, "b")], 3, K)
    other.load_state_dict(bank.state_dict())
    for again in (copy.deepcopy(bank), other):
        assert again.K is K
        assert torch.equal(again(x), bank(x))


def test_numbers_on_arcs_keep_their_digits_through_casts():
    machine = WFSA({0: 0.1}, (Arc(0, ANY, 0, 0.3),), {0: 0.7})
    bank = compile_patterns([machine], 2).float().double()

    assert bank(torch.zeros(1, 1, 2, dtype=torch.float64)).item() == pytest.approx(0.1 * 0.3 * 0.7, rel=1e-15)


def test_loading_takes_any_mapping_and_names_what_is_missing():
    machine = WFSA({0: Scalar("s")}, (Arc(0, ANY, 0, Lookup("t")),), {0: 1.0})
    bank = compile_patterns([machine], alphabet="ab").double()
    bank.load_symbolic({"t": MappingProxyType({"a": 0.5, "b": 0.25}), "s": 2.0})
    assert bank(torch.tensor([[0, 1]])).item() == 0.25
    for parameters, message in (({"s": 1.0}, "'t'"), ({"t": {"a": 1.0, "b": 1.0}}, "'s'")):
        with pytest.raises(CompileError, match=message):
            bank.load_symbolic(parameters)
        assert bank(torch.tensor([[0, 1]])).item() == 0.25, "nothing is changed"


def test_numbers_that_are_no_elements_are_refused_when_compiled():
    with pytest.raises(wfsa.SemiringError):
        compile_patterns([WFSA({0: 1.0}, (Arc(0, ANY, 0, -1.0),), {0: 1.0})], 2, MAX_TIMES)
    with pytest.raises(wfsa.AutomatonError, match="NaN"):
        WFSA({0: math.nan}, (), {})
