"""What is refused, in one sentence, and what is said aloud."""

import numpy as np
import pytest
import torch
from torch.autograd import forward_ad

import wfsa
from neural import (
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    REAL,
    Dropout,
    NeuralError,
    Packed,
    PatternNetwork,
    best_paths,
    compile_patterns,
    extreme_paths,
    pack,
    pack_words,
    posteriors,
    sample_paths,
)
from neural.errors import BatchError
from wfsa import ANY, WFSA, Arc, Linear, ngram


def test_what_lies_outside_is_refused_before_a_kernel_reads_it():
    over_symbols = compile_patterns([wfsa.hmm(2)], alphabet="ab")
    for symbol in (2, -1):
        with pytest.raises(BatchError, match="places 0 to 1 in the alphabet"):
            over_symbols(torch.tensor([[0, symbol]]))
    for word in (5, -1):
        with pytest.raises(BatchError, match="word ids lie between 0 and 4"):
            pack_words([np.array([1, word])], torch.zeros(5, 3))
        with pytest.raises(BatchError, match="word ids lie between 0 and 4"):
            extreme_paths(compile_patterns([ngram(1)], 3), torch.zeros(5, 3), [np.array([1, word])])
    bank = compile_patterns([ngram(2)], 3)
    for rows, offsets in (([0, 3], [0, 2]), ([0, -1], [0, 2]), ([0, 1], [0, 9])):
        with pytest.raises(BatchError, match=r"rows of the batch|offsets go"):
            bank(Packed(torch.zeros(3, 3), torch.tensor(rows), torch.tensor(offsets)))
    with pytest.raises(BatchError, match="for 3 texts"):
        bank.run(pack(torch.zeros(3, 2, 3), torch.full((3,), 2)), bank.start(1))
    with pytest.raises(BatchError, match=r"vectors of torch\.float32"):
        bank(torch.zeros(1, 2, 3, dtype=torch.float64))
    for batch in (torch.zeros(3), torch.zeros(1, 1, 2, 3), torch.zeros(2, 3)):
        with pytest.raises(BatchError, match="a batch is"):
            bank(batch, torch.ones(len(batch), dtype=torch.int64))


def test_weights_that_a_semiring_has_not_are_refused():
    pattern = WFSA({0: 1.0}, (Arc(0, ANY, 1, Linear("u")),), {1: 1.0})
    for own, K in ((pattern, MAX_TIMES), (wfsa.logarithmic(pattern), LOG)):
        bank = compile_patterns([own], 1, K)
        bank.load_symbolic({"u": wfsa.Affine([-1.0])})
        with pytest.raises(BatchError, match=r"not below 0.*arc 0 → 1 of pattern 0"):
            bank(torch.ones(1, 1, 1))
    with pytest.raises(wfsa.AutomatonError, match="Log takes values of at least 0"):
        wfsa.evaluate(wfsa.Log(wfsa.Const(-1.0)), None, {})


@pytest.mark.parametrize("change", [lambda s: s.double(), lambda s: s[..., None], lambda s: s[:1], lambda s: s[:, :1]])
def test_a_state_of_another_type_or_shape_is_refused(change):
    bank, x = compile_patterns([ngram(2, "a")], 3), torch.randn(2, 4, 3)
    batch = pack(x, torch.tensor([4, 2]))
    with pytest.raises(BatchError, match="a state is"):
        bank.run(batch, change(bank.run(batch)))


def test_a_network_refuses_the_state_of_another():
    net = PatternNetwork([[ngram(2, "a")]], 3)
    _, read = net.feed(torch.randn(1, 2, 3))
    with pytest.raises(BatchError, match="the state is that of a stream through 1 layers"):
        net.feed(torch.randn(1, 2, 3), state=read._replace(states=()))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda bank, x: bank(x, [4, 2]), r"lengths are a tensor .*got list for 2"),
        (lambda bank, x: bank(x, torch.tensor([True, False])), r"got \(2,\) of torch\.bool"),
        (lambda bank, x: bank(x.numpy()), "a batch is a tensor .*got ndarray"),
        (lambda bank, x: torch.vmap(bank)(x[None]), "got one of torch.func"),
        (lambda bank, x: torch.func.grad(lambda x: bank(x).sum())(x), "got one of torch.func"),
        (lambda bank, x: compile_patterns(ngram(2), 3), "a list of WFSAs .*got WFSA"),
        (lambda bank, x: compile_patterns(["a"], 3), "a list of WFSAs .*got str"),
        (lambda bank, x: compile_patterns(None, 3), "a list of WFSAs .*got NoneType"),
        (lambda bank, x: compile_patterns([ngram(2)], 3.0), r"a whole number \(got 3\.0"),
        (lambda bank, x: PatternNetwork([[ngram(2)]], 3, dropout=Dropout("a")), "dropout is a Dropout"),
        (lambda bank, x: PatternNetwork([ngram(2)], 3), "a list of WFSAs .*got WFSA"),
        (lambda bank, x: PatternNetwork([[ngram(2)]], 3, dropout=0.5), "dropout is a Dropout .*got 0.5"),
        (lambda bank, x: PatternNetwork([[ngram(2)]], 3, dropout=Dropout(1.0)), "dropout is a Dropout"),
    ],
)
def test_what_is_of_another_kind_is_refused_in_one_sentence(wrong, said):
    with pytest.raises(NeuralError, match=said):
        wrong(compile_patterns([ngram(2)], 3), torch.randn(2, 4, 3))


@pytest.mark.parametrize("K", [REAL, MAX_TIMES], ids=repr)
def test_paths_that_numbers_cannot_hold_are_missed_aloud(K, caplog):
    """250 symbols of a hidden Markov model weigh 10⁻⁷⁵: single precision has no such number. "b" has no path at all."""
    parameters = wfsa.hmm_parameters([1.0], [[1.0]], [[0.5, 0.0, 0.5]], "abc")
    x = torch.tensor([[0, 2] * 125, [0, 1] * 125])
    for search in (posteriors, sample_paths) if K == REAL else (posteriors, best_paths):
        for double in (False, True):
            bank = compile_patterns([wfsa.hmm(1)], alphabet="abc", semiring=K)
            bank.load_symbolic(parameters)
            caplog.clear()
            search(bank.double() if double else bank, x)
            said = [record.message.partition(" and have")[0] for record in caplog.records]
            assert said == ([] if double else ["1 pathsums are so small that they are 0 in float32"])


@pytest.mark.filterwarnings("ignore:.torch.jit.script:DeprecationWarning")  # torch's own, where forward mode begins
@pytest.mark.parametrize("rows", [[0, 1, 2], [0, 0, 1]])
@pytest.mark.parametrize("K", [REAL, LOG, MAX_PLUS], ids=repr)
@pytest.mark.parametrize("main", ["tied", "gate"])
def test_derivatives_in_forward_mode_are_refused_not_lost(main, K, rows):
    own = ngram(2, main=main)
    if K != REAL and main == "tied":
        own = wfsa.graph([(0, 1), (1, 1)], 0, 1, "g")
    bank = compile_patterns([wfsa.logarithmic(own) if K != REAL else own], 3, K).requires_grad_(False)
    data, offsets = torch.randn(max(rows) + 1, 3), torch.tensor([0, 2, 3])
    with forward_ad.dual_level():
        x = Packed(forward_ad.make_dual(data, torch.ones_like(data)), torch.tensor(rows), offsets)
        for guard in (torch.enable_grad, torch.no_grad):
            with guard(), pytest.raises(BatchError, match="no derivatives in forward mode"):
                bank(x)


def test_patterns_may_come_from_anything_and_sizes_from_numpy():
    assert len(compile_patterns((ngram(2, name) for name in "ab"), np.int64(3)).layout.patterns) == 2


def test_paths_that_cancel_and_batches_without_tokens_are_no_reason_to_warn(caplog):
    arcs = (Arc(0, ANY, 1, 1.0), Arc(0, ANY, 1, -1.0))
    bank = compile_patterns([WFSA({0: 1.0}, arcs, {1: 1.0})], 3)
    assert not posteriors(bank, torch.randn(1, 1, 3)).any()
    assert not caplog.records
    half = compile_patterns([ngram(2)], 3).bfloat16()
    assert posteriors(half, torch.zeros(2, 0, 3, dtype=torch.bfloat16)).shape == (0, 5)
