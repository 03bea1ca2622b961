"""Readouts, layers, both directions, streaming and dropout."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import wfsa
from neural import (
    LOG,
    MAX_PLUS,
    READOUTS,
    REAL,
    CompileError,
    Dropout,
    NetworkClassifier,
    PatternNetwork,
    compile_patterns,
    pack,
)
from neural.errors import BatchError
from tests.neural.test_families import values
from wfsa import evaluator, ngram, pathsum

LAYERS = [[ngram(3, f"a{i}") for i in range(3)], [ngram(2, f"b{i}") for i in range(2)]]
LENGTHS = [4, 0, 6, 1]


def batch(dim=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(len(LENGTHS), 6, dim, dtype=torch.float64, generator=generator), torch.tensor(LENGTHS)


def network(**choices):
    torch.manual_seed(0)
    made = PatternNetwork(LAYERS, 3, **choices).double()
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return made.eval()


@pytest.mark.parametrize("readout", ["end", "anywhere", "best"])
@pytest.mark.parametrize("K", [REAL, LOG, MAX_PLUS], ids=repr)
def test_a_readout_combines_the_pathsums_of_prefixes(K, readout):
    machine = ngram(2, "a", "gate")
    own = wfsa.logarithmic(machine) if K.symbolic.additive else machine
    bank = compile_patterns([own, own], 3, K, readout=readout).double()
    bank.load_symbolic(values([machine]))
    x, lengths = batch()
    scores = bank(x, lengths)[:, 0].tolist()
    weigh = evaluator(values([machine]))
    for b, length in enumerate(LENGTHS):
        ends = range(1, length + 1) if length else [0]
        prefixes = [pathsum(own, x[b, :t].numpy(), K.symbolic, weigh) for t in ends]
        root = np.sqrt(max(1, length))
        if readout == "end":
            want = prefixes[-1]
        elif readout == "best" or K == MAX_PLUS:
            want = max(prefixes)
        else:
            want = K.symbolic.sum(prefixes) / root if K == REAL else K.symbolic.sum(prefixes) - np.log(root)
        assert scores[b] == pytest.approx(want)


def test_prefix_scores_and_pieces():
    """A text in pieces, the state carried over, is the text in one; prefix scores are pathsums of prefixes."""
    bank = compile_patterns([ngram(3, "a"), ngram(1, "b")], 3).double()
    x, _ = batch()
    whole = bank.prefix_scores(pack(x, torch.full((4,), 6)))
    state, pieces = None, []
    for first, last in ((0, 1), (1, 1), (1, 4), (4, 6)):
        piece = pack(x[:, first:last], torch.full((4,), last - first))
        pieces.append(bank.prefix_scores(piece, state).view(4, last - first, 2))
        state = bank.run(piece, state)
    weigh = evaluator(bank.to_symbolic()[1])

    assert torch.allclose(torch.cat(pieces, 1).view(-1, 2), whole)
    assert torch.allclose(bank.read_out(state), whole.view(4, 6, 2)[:, -1])
    assert whole[2, 0].item() == pytest.approx(pathsum(bank.layout.patterns[0], x[0, :3].numpy(), wfsa.REAL, weigh))


@pytest.mark.parametrize("activation", ["none", "tanh", "relu"])
@pytest.mark.parametrize("gated", [False, True])
def test_a_layer_reads_the_scores_of_the_one_below(activation, gated):
    """Two layers by hand: pathsums of prefixes, times σ(V x + b), through φ; then again."""
    made = network(gated=gated, activation=activation)
    x, lengths = batch()
    act = {"none": lambda v: v, "tanh": np.tanh, "relu": lambda v: np.maximum(v, 0)}[activation]
    scores = made(x, lengths).detach().numpy()
    for b, length in enumerate(LENGTHS):
        rows = x[b, :length].numpy()
        for layer in made.layers:
            weigh = evaluator(layer.bank.to_symbolic()[1])
            ends = range(1, length + 1) if length else [0]
            own = layer.bank.layout.patterns
            sums = np.array([[pathsum(pattern, rows[:t], wfsa.REAL, weigh) for pattern in own] for t in ends])
            if gated and length:
                sums = sums / (1 + np.exp(-layer.gate(torch.from_numpy(rows)).detach().numpy()))
            rows = act(sums)
            last, rows = rows[-1], rows[:length]
        assert scores[b] == pytest.approx(last)


@pytest.mark.parametrize("readout", ["end", "anywhere", "best"])
def test_the_second_direction_reads_the_reversed_text(readout):
    made = network(bidirectional=True, activation="tanh", readout=readout)
    (layer, *_), (x, lengths) = made.layers, batch()
    scores, _ = layer(pack(x, lengths))
    start = 0
    for b, length in enumerate(LENGTHS):
        flipped = x[b, :length].flip(0)[None]
        back = torch.tanh(layer.backward_bank.prefix_scores(pack(flipped, torch.tensor([length]))))
        assert torch.allclose(scores[start : start + length, 3:], back.flip(0))
        start += length
    alone = [made(x[b : b + 1], lengths[b : b + 1]) for b in range(len(LENGTHS))]
    assert torch.allclose(made(x, lengths), torch.cat(alone))
    if readout == "end":
        one = network(bidirectional=True, activation="tanh")
        one.layers = one.layers[:1]
        one.width = one.layers[0].width
        whole = one.layers[0].backward_bank(x[2:3, : LENGTHS[2]].flip(1))
        assert torch.allclose(one(x, lengths)[2, 3:], torch.tanh(whole[0]))


@given(st.lists(st.integers(0, 6), max_size=3).map(sorted), st.sampled_from(READOUTS))
def test_a_network_reads_a_text_in_pieces(cuts, readout):
    made = network(gated=True, activation="tanh", readout=readout)
    x, _ = batch()
    before, pieces = None, []
    for first, last in zip([0, *cuts], [*cuts, 6], strict=True):
        scores, before = made.feed(x[:, first:last], state=before)
        pieces.append(scores.view(4, last - first, 2))

    assert torch.allclose(before.scores, made(x))
    assert torch.allclose(torch.cat(pieces, 1).view(-1, 2), made.token_scores(x))
    with pytest.raises(CompileError, match="both directions needs whole texts"):
        network(bidirectional=True).feed(x)


@pytest.mark.parametrize("rate", ["embedding", "variational", "vertical"])
def test_each_dropout_is_applied_in_training_only(rate):
    made = network(dropout=Dropout(**{rate: 0.5}))
    x, lengths = batch()
    assert torch.equal(made(x, lengths), network()(x, lengths))
    made.train()
    torch.manual_seed(1)

    assert not torch.allclose(made(x, lengths), made(x, lengths))


def test_variational_dropout_drops_the_same_numbers_at_all_tokens():
    made = network(dropout=Dropout(variational=0.5)).train()
    x, lengths = batch(dim=50)
    dropped = made._variational(pack(x + 10, lengths))
    start = 0
    for length in LENGTHS:
        zeros = dropped.data[start : start + length] == 0
        assert (zeros == zeros[:1]).all()
        assert length == 0 or 0.2 < zeros[0].double().mean() < 0.8
        start += length


def test_the_second_direction_can_have_patterns_of_its_own():
    """Also none: as deletion leaves them."""
    made = PatternNetwork(LAYERS[:1], 3, True, backward=[[ngram(1, "c"), ngram(2, "d")]]).double()
    x, lengths = batch()
    (layer,), scores = made.layers, made(x, lengths)
    assert layer.backward_bank.layout.patterns == (ngram(1, "c"), ngram(2, "d"))
    for b, length in enumerate(LENGTHS):
        for bank, first, rows in ((layer.bank, 0, x[b, :length]), (layer.backward_bank, 3, x[b, :length].flip(0))):
            patterns, values = bank.to_symbolic()
            sums = [pathsum(pattern, rows.numpy(), wfsa.REAL, evaluator(values)) for pattern in patterns]
            assert scores[b, first : first + len(sums)].tolist() == pytest.approx(sums)
    with pytest.raises(CompileError, match=r"of the second direction are given for every layer .*got 1 for 2 layers"):
        PatternNetwork(LAYERS, 3, True, backward=LAYERS[:1])


@pytest.mark.parametrize("readout", READOUTS)
def test_above_a_layer_without_patterns_a_zero_is_read(readout):
    made = PatternNetwork([[], LAYERS[1]], 3, gated=True, readout=readout).double()
    x, lengths = batch()
    one = PatternNetwork(LAYERS[1:], 1, gated=True, readout=readout).double()
    one.load_state_dict(
        {name.replace("layers.1", "layers.0"): v for name, v in made.state_dict().items() if ".1." in name}
    )

    assert torch.equal(made(x, lengths), one(torch.zeros_like(x[:, :, :1]), lengths))
    assert PatternNetwork([LAYERS[0], []], 3, gated=True, readout=readout).double()(x, lengths).shape == (4, 0)


def test_a_classifier_is_a_linear_layer_over_what_a_network_says():
    made = NetworkClassifier(network(gated=True, bidirectional=True), 3).double()
    x, lengths = batch()
    weight, bias, scores = (v.detach().numpy() for v in (made.weight, made.bias, made.network(x, lengths)))

    assert made(x, lengths).detach().numpy() == pytest.approx(scores @ weight.T + bias)
    assert np.abs(weight).max() <= 1 / 2
    with pytest.raises(CompileError, match="at least two classes"):
        NetworkClassifier(made.network, 1)


def test_bad_networks_and_batches_say_what_must_hold():
    with pytest.raises(CompileError, match="has a layer"):
        PatternNetwork([], 3)
    with pytest.raises(CompileError, match="activation is one of"):
        PatternNetwork(LAYERS, 3, activation="selu")
    with pytest.raises(CompileError, match="plain numbers"):
        compile_patterns([ngram(1)], 3, wfsa.EXTREMES, readout="best")
    with pytest.raises(BatchError, match="reads symbols, others read vectors"):
        compile_patterns([ngram(1)], 3)(torch.zeros(1, 2, dtype=torch.int64))
