"""Deletion in networks: no bit changes where zeros stand for what is gone, and the smaller network is the same."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from neural import ACTIVATIONS
from sparsify import DivergedError, GroupError, PruneError, by_arc, by_pattern, by_state
from sparsify.layers import (
    check_network,
    group_network,
    network_survivors,
    network_transitions,
    prune_classifier,
    prune_network,
    restore_network,
)
from sparsify.layers.layered_groups import banks_of
from sparsify.tables import FAMILIES
from sparsify.training.families import make_patterns
from tests.sparsify.layers.networks import DIM, LAYERS, classifier, kill, texts
from wfsa import ANY, WFSA, Arc, Linear, ngram, rename_parameters, soft_pattern

KINDS = [by_state, by_arc, by_pattern]


def layers_of_family(family):
    if family == "untied":
        made = [soft_pattern(2, f"p{i}", main="untied") for i in range(2)]
    else:
        made = make_patterns(family, 2, 0 if family in ("unigram", "bigram") else 2)
    return [made, [rename_parameters(pattern, "b.{}".format) for pattern in made]]


def deleted_exactly(model, grouped):
    """The pruned classifier, which is the same to rounding; with zeros in place of what is gone, in every bit."""
    x, lengths = texts()
    before = model(x, lengths)
    small, zeroed = prune_classifier(model, grouped), deepcopy(model)
    restore_network(zeroed.network, prune_network(model.network, grouped))

    assert (zeroed(x, lengths) - before).abs().max() == 0.0
    assert torch.allclose(small(x, lengths), before, rtol=1e-4, atol=1e-5)
    return small


@pytest.mark.parametrize("family", [*FAMILIES, "untied"])
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=10)
@given(data=st.data())
def test_the_death_of_any_groups_is_exact_in_every_family(family, kind, data):
    """Whatever dies, in whatever layer and direction, with gates or without."""
    gated, activation = data.draw(st.booleans()), data.draw(st.sampled_from(sorted(ACTIVATIONS)))
    readout = data.draw(st.sampled_from(["end", "anywhere", "best"]))
    seed = data.draw(st.integers(0, 99))
    model = classifier(layers_of_family(family), seed, gated=gated, activation=activation, readout=readout)
    grouped = group_network(model.network, kind)
    check_network(model.network, grouped)
    kill(model.network, grouped, data.draw(st.sets(st.sampled_from(grouped.names))))
    small = deleted_exactly(model, grouped)

    again = group_network(small.network, kind)
    left = network_survivors(model.network, grouped)
    assert network_transitions(left) == network_transitions(network_survivors(small.network, again))


def test_groups_are_named_by_layer_and_direction():
    grouped = group_network(classifier().network)

    assert len(grouped.names) == 2 * (6 + 4)
    assert grouped.names[0] == "layer0.forward.p0.1"
    assert grouped.names[-1] == "layer1.backward.p1.2"
    assert group_network(classifier(bidirectional=False).network).names[-1] == "layer1.forward.p1.2"


@pytest.mark.parametrize("gated", [False, True])
def test_a_dead_pattern_below_takes_its_columns_above_with_it(gated):
    """The numbers that are left are those of before."""
    model = classifier(gated=gated)
    grouped = group_network(model.network)
    kill(model.network, grouped, ["layer0.forward.p1.1", "layer0.backward.p2.1"])
    pruned = prune_network(model.network, grouped)
    old, new = model.network.layers[1], pruned.network.layers[1]
    columns = [0, 2, 3, 4]

    assert pruned.kept == ((0, 2, 3, 4), (0, 1, 2, 3))
    assert [bank.layout.dim for bank in banks_of(pruned.network)] == [DIM, DIM, 4, 4]
    assert torch.equal(new.bank.weight, old.bank.weight[:, columns])
    assert torch.equal(new.backward_bank.bias, old.backward_bank.bias)
    if gated:
        assert torch.equal(new.gate.weight, old.gate.weight[:, columns])
        assert torch.equal(pruned.network.layers[0].gate.bias, model.network.layers[0].gate.bias[columns])
    deleted_exactly(model, grouped)


def test_an_arc_that_reads_only_dead_patterns_is_dead():
    """Its group is not zero: the self-loop has numbers, and so have the columns that nothing reaches any more."""
    model = classifier()
    grouped = group_network(model.network)
    kill(model.network, grouped, ["layer0.forward.p0.1"])
    above = model.network.layers[1].bank
    with torch.no_grad():
        above.weight[above.layout.rows.index(Linear("b1.main1")), 1:] = 0
    pruned = prune_network(model.network, grouped)

    assert [len(bank.layout.patterns) for bank in banks_of(pruned.network)] == [2, 3, 1, 2]
    assert pruned.kept[1] == (0, 2, 3)
    deleted_exactly(model, grouped)


def test_a_pattern_that_nobody_reads_goes():
    """And with it what only it read: below a dead layer nothing is left."""
    model = classifier([*LAYERS, [ngram(1, f"c{i}") for i in range(2)]], gated=True)
    grouped = group_network(model.network)
    with torch.no_grad():
        above = model.network.layers[1]
        for bank in above.banks:
            bank.weight[:, 4] = 0
        assert 4 in prune_network(model.network, grouped).kept[0], "its gates read it"
        above.gate.weight[:, 4] = 0
    assert prune_network(model.network, grouped).kept[0] == (0, 1, 2, 3, 5)
    deleted_exactly(model, grouped)
    kill(model.network, grouped, [name for name in grouped.names if name.startswith("layer2")])
    small = deleted_exactly(model, grouped)
    assert small.network.width == 0
    assert all(bank.layout.patterns == () for bank in banks_of(small.network))
    assert torch.equal(small(*texts()), model.bias.expand(5, -1))


def test_above_a_layer_without_patterns_what_needs_none_lives_on():
    """A main arc that weighs w · x + b weighs b there."""
    biased = [WFSA({0: 1.0}, (Arc(0, ANY, 0, 1.0), Arc(0, ANY, 1, Linear("b", bias=True))), {1: 1.0})]
    model = classifier([LAYERS[0], biased], gated=True, activation="tanh")
    grouped = group_network(model.network)
    kill(model.network, grouped, [name for name in grouped.names if name.startswith("layer0")])
    small = deleted_exactly(model, grouped)

    assert [len(bank.layout.patterns) for bank in banks_of(small.network)] == [0, 0, 1, 1]


@pytest.mark.parametrize("kind", KINDS)
def test_gates_are_refused_before_training_with_their_place(kind):
    gates = [LAYERS[0], [ngram(2, "g", main="gate")]]
    network = classifier(gates).network

    with pytest.raises(PruneError, match=r"^layer1\.forward: zero parameters must .*got 0\.5 in REAL on arc 0 → 1"):
        check_network(network, group_network(network, kind))
    kill(network, grouped := group_network(network, kind), group_network(network, kind).names)
    with pytest.raises(PruneError, match=r"^layer1\.forward: "):
        prune_network(network, grouped)


def test_a_pattern_that_accepts_before_it_reads_is_refused():
    """Its death would not make its output 0: the initial state is a final one."""
    empty = [WFSA({0: 1.0}, (Arc(0, ANY, 0, 1.0), Arc(0, ANY, 1, Linear("e"))), {0: 1.0, 1: 1.0})]
    network = classifier([empty, LAYERS[1]]).network
    with pytest.raises(PruneError, match=r"^layer0\.forward: an initial state cannot be deleted losslessly"):
        check_network(network, group_network(network, by_pattern))
    for kind, dead in ((by_state, "layer0.forward.p0.1"), (by_arc, "layer0.forward.p0.0-1")):
        model = classifier([empty, LAYERS[1]])
        grouped = group_network(model.network, kind)
        check_network(model.network, grouped)
        kill(model.network, grouped, [dead])
        small = deleted_exactly(model, grouped)
        assert small.network.layers[0].bank.layout.patterns[0].states == (0,)


def test_an_activation_that_does_not_map_0_to_0_is_refused(monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, "cos", torch.cos)
    network = classifier(activation="cos").network

    with pytest.raises(PruneError, match=r"must map 0 to 0.*got 1\.0 of 'cos'"):
        check_network(network, group_network(network))


def test_other_groups_and_numbers_that_are_none_are_refused():
    model = classifier(gated=True)
    with pytest.raises(GroupError, match="call group_network"):
        prune_network(model.network, group_network(classifier().network))
    with torch.no_grad():
        model.network.layers[1].gate.bias[0] = np.nan
    with pytest.raises(DivergedError, match=r"in layers\.1\.gate\.bias"):
        prune_network(model.network, group_network(model.network))
