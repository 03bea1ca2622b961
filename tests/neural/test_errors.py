"""What is refused, in one sentence, and what is said aloud."""

import numpy as np
import pytest
import torch

import wfsa
from neural import (
    LOG,
    MAX_TIMES,
    REAL,
    CompileError,
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
    with pytest.raises(CompileError, match="one state per layer"):
        net.feed(torch.randn(1, 2, 3), state=read._replace(states=()))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda bank, x: bank(x, [4, 2]), r"lengths are a tensor .*got list for 2"),
        (lambda bank, x: bank(x, torch.tensor([True, False])), r"got \(2,\) of torch\.bool"),
        (lambda bank, x: bank(x.numpy()), "a batch is a tensor .*got ndarray"),
        (lambda bank, x: torch.vmap(bank)(x[None]), "got one of torch.func"),
        (lambda bank, x: torch.func.grad(lambda x: bank(x).sum())(x), "got one of torch.func"),
        (lambda bank, x: compile_patterns(ngram(2), 3), "a list of WFSAs .*got one WFSA"),
        (lambda bank, x: compile_patterns(["a"], 3), "a list of WFSAs .*got str"),
        (lambda bank, x: compile_patterns([ngram(2)], 3.0), r"got dim 3\.0"),
        (lambda bank, x: PatternNetwork([ngram(2)], 3), "a list of WFSAs .*got one WFSA"),
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
            assert said == ([] if double else ["1 pathsums are too small for float32"])
