"""⊕ over the tokens of each text; texts read in pieces; a bank that torch trains in parallel."""

from dataclasses import replace
from itertools import accumulate

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.parallel import DistributedDataParallel

import wfsa
from neural import (
    EXPECTATION,
    EXTREMES,
    LOG,
    MAX_PLUS,
    READOUTS,
    REAL,
    SEMIRINGS,
    Packed,
    PatternClassifier,
    compile_patterns,
    k_best,
)
from neural.batches.sum_texts import sum_texts
from neural.errors import BatchError
from tests.clocks import seconds
from wfsa import ANY, WFSA, Arc, ngram

ALL = (*SEMIRINGS, k_best(3))
LENGTHS = torch.tensor([5, 0, 2, 6])
CONSTANT = WFSA({0: 1.0}, (Arc(0, ANY, 0, 0.5),), {0: 1.0})


def texts(lengths):
    """A batch of texts of which nothing is read."""
    offsets = torch.tensor([0, *accumulate(lengths)])
    return Packed(None, torch.zeros(sum(lengths), dtype=torch.int64), offsets)


def elements(K, tokens, seed):
    """[token, 2 (, part)], many of them equal, some 0̄. Among equals of a list `topk` chooses freely: there are none."""
    generator = torch.Generator().manual_seed(seed)
    shape = (tokens, 2, *([K.parts] if K.parts else []))
    spread = (
        torch.randint(-2, 3, shape, generator=generator) if not K.parts else torch.randn(shape, generator=generator)
    )
    values = (spread.abs() if K.symbolic.name == "MAX_TIMES" else spread).double()
    ranked = values.sort(-1, descending="k_best" in repr(K)).values if K.parts else values
    none = torch.rand(tokens, 2, generator=generator) < 0.3
    zero = torch.tensor(K.zero, dtype=torch.float64).expand(shape)
    return torch.where(none.view(*none.shape, *[1] * (len(shape) - 2)), zero, ranked).requires_grad_()


@pytest.mark.parametrize("K", ALL, ids=repr)
@given(lengths=st.lists(st.integers(0, 9), max_size=5), seed=st.integers(0, 999))
def test_each_text_is_summed_as_if_it_were_alone(K, lengths, seed):
    """In value and gradient; of equal bests the first one has the gradient."""
    x = texts(lengths)
    values = elements(K, len(x.rows), seed)
    got = sum_texts(values, x, K)
    zero = torch.tensor(K.zero, dtype=torch.float64).expand(got.shape[1:])
    alone = [K.sum(part, 0) if len(part) else zero for part in values.split(lengths)]
    torch.manual_seed(seed)
    cotangent = torch.where(torch.isfinite(got.detach()), torch.randn_like(got), 0.0)  # no gradient is asked of 0̄
    (gradient,) = torch.autograd.grad(got, values, cotangent)

    assert len(got) == len(lengths)
    for text, want in zip(got, alone, strict=True):
        torch.testing.assert_close(text, want)
    if alone and len(x.rows):
        torch.testing.assert_close(gradient, torch.autograd.grad(torch.stack(alone), values, cotangent)[0])


def test_a_semiring_of_ones_own_is_summed_by_its_own_sum():
    """Here logarithms to the base 2."""
    K = replace(LOG, sum=lambda x, dim: torch.exp2(x).sum(dim).log2())
    values = torch.tensor([[1.0], [2.0], [1.0], [4.0], [8.0]]).log2()
    assert sum_texts(values, texts([3, 1, 1, 0]), K).flatten().tolist() == [2.0, 2.0, 3.0, -torch.inf]


def test_single_precision_sums_long_texts_as_torch_does():
    values = torch.rand(1_000_000, 2, generator=torch.Generator().manual_seed(0))
    exact = values.double().sum(0)
    for K, got in ((REAL, values), (LOG, values.log())):
        found = sum_texts(got, texts([len(values)]), K)[0].double()
        assert ((found if K == REAL else found.exp()) / exact - 1).abs().max() < (1e-7 if K == REAL else 2e-6)


def test_a_number_that_is_none_stays_seen():
    values = torch.tensor([[1.0], [torch.nan], [2.0], [3.0]])
    for K in (REAL, LOG, MAX_PLUS):
        assert sum_texts(values, texts([3, 1]), K).isnan().flatten().tolist() == [True, False]


@pytest.mark.parametrize("K", [REAL, LOG, MAX_PLUS, k_best(2)], ids=repr)
def test_one_long_text_does_not_lengthen_the_others(K):
    def job(lengths):
        x = texts(lengths)
        values = elements(K, len(x.rows), 0)
        return lambda: sum_texts(values, x, K).sum().backward()

    even, uneven = job([20] * 2000), job([20000] + [10] * 2000)  # padded, a thousand times as much
    usual = seconds(even, 1)
    assert seconds(uneven, enough=10 * usual) < 10 * usual


READ = [(K, readout) for K in (REAL, LOG, MAX_PLUS, EXTREMES, k_best(2)) for readout in READOUTS]


@pytest.mark.parametrize(("K", "readout"), [pair for pair in READ if not pair[0].parts or pair[1] != "best"])
def test_a_bank_reads_texts_in_pieces(K, readout):
    """Pieces of other lengths in every text, some empty, one text empty in all of them."""
    own = ngram(2, main="gate")
    bank = compile_patterns([wfsa.logarithmic(own) if K.symbolic.additive else own] * 2, 3, K, readout=readout).double()
    x, read, before = torch.randn(4, 9, 3, dtype=torch.float64), torch.zeros_like(LENGTHS), None
    for piece in ([2, 0, 0, 1], [0, 0, 0, 0], [3, 0, 1, 3], [0, 0, 1, 2]):
        more = torch.tensor(piece)
        part = torch.stack([text[r : r + 3] for text, r in zip(x, read.tolist(), strict=True)])
        _, before = bank.feed(part, more, before)
        read += more
        torch.testing.assert_close(before.scores, bank(x, read))
    assert torch.equal(read, LENGTHS)
    for wrong in (before.states, before.total, (before.scores, before), before._replace(states=())):
        with pytest.raises(BatchError, match="the state "):
            bank.feed(part, more, wrong)
    assert torch.equal(before.tokens, LENGTHS)


class Sum(torch.nn.Module):
    def __init__(self, bank):
        super().__init__()
        self.bank = bank

    def forward(self, x, lengths):
        return torch.nan_to_num(self.bank(x, lengths)).sum()


@pytest.mark.parametrize("patterns", [[], [CONSTANT]])
def test_a_bank_without_parameters_has_a_way_back(patterns):
    """What is left of a model whose states have all been deleted."""
    scores = compile_patterns(patterns, 3)(torch.randn(2, 4, 3))
    scores.sum().backward()

    assert scores.shape == (2, len(patterns))


@pytest.fixture
def one_process(tmp_path):
    torch.distributed.init_process_group("gloo", init_method=f"file://{tmp_path / 'store'}", rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


@pytest.mark.parametrize(
    ("patterns", "K"),
    [([ngram(2, "a"), ngram(1, "b")], REAL), ([], REAL), ([CONSTANT], REAL), ([wfsa.hmm(2)], REAL)]
    + [([ngram(2, skips=True, final="sigmoid")], K) for K in (REAL, EXPECTATION, EXTREMES)],
)
@pytest.mark.parametrize("lengths", [[4, 1, 2], [0, 0, 0]])
def test_torch_can_train_a_model_in_parallel(patterns, K, lengths, one_process):
    """It refuses models with parameters that get no gradient, in the second step."""
    symbols = patterns == [wfsa.hmm(2)]
    bank = compile_patterns(patterns, 0 if symbols else 3, K, alphabet="ab" if symbols else "")
    model = Sum(bank) if K.parts else PatternClassifier(bank, 2)
    parallel = DistributedDataParallel(model)
    x, lengths = torch.randint(0, 2, (3, 4)) if symbols else torch.randn(3, 4, 3), torch.tensor(lengths)
    for _ in range(2):
        want = torch.autograd.grad(model(x, lengths).sum(), [p for p in model.parameters() if p.requires_grad])
        model.zero_grad()
        parallel(x, lengths).sum().backward()
        got = [p.grad for p in model.parameters() if p.requires_grad]
        torch.testing.assert_close(got, list(want))
