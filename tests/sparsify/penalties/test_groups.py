"""Groups by state, by arc and by pattern: what they hold, what their death deletes, and that it changes no score."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from neural import PatternClassifier, compile_patterns, make_layout
from sparsify import GroupError, GroupLasso, PruneError, by_arc, by_pattern, by_state, norms, prune, zero_behind
from sparsify.penalties.blocks import zero_rows
from sparsify.penalties.exact import check_possible
from sparsify.penalties.group_lasso import prox_ref
from sparsify.penalties.prune import restore, survivors, transitions
from sparsify.tables import FAMILIES, GROUPS
from sparsify.training.families import make_patterns
from wfsa import ANY, REAL, WFSA, Arc, Complement, Linear, Lookup, Product, Scalar, Sigmoid, leaves, main_arcs, ngram

DIM = 3
KINDS = [by_state, by_arc, by_pattern]


def model_of(patterns, seed=0, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    bank = compile_patterns(patterns, DIM)
    model = PatternClassifier(bank, 2)
    bank.reset_parameters(generator)
    model.reset_parameters(generator)
    with torch.no_grad():
        bank.scalars.normal_(generator=generator)
        bank.bias.normal_(generator=generator)
    return model.to(dtype)


def texts(seed, dtype=torch.float32):
    x = torch.randn(5, 7, DIM, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)
    return x, torch.tensor([7, 1, 0, 4, 2])


def detours():
    """Parameters that outlive what their group's death deletes: a gate whose main arc is gone, a final weight."""
    gate = Sigmoid(Linear("f", bias=True))
    reads = (
        Arc(0, ANY, 0, 1.0), Arc(0, ANY, 1, Linear("a")), Arc(1, ANY, 2, Product((Complement(gate), Linear("m")))),
        Arc(2, ANY, 2, gate), Arc(0, ANY, 2, Product((Scalar("s"), Linear("c")))),
    )  # fmt: skip
    return [WFSA({0: 1.0}, reads, {1: 1.0, 2: 1.0, 0: Scalar("s")})]


def patterns_of(family):
    if family == "detours":
        return detours()
    return make_patterns(family, 3, 0 if family in ("unigram", "bigram") else 3)


@pytest.mark.parametrize("family", [*FAMILIES, "detours"])
@pytest.mark.parametrize("kind", KINDS)
@given(dead=st.sets(st.integers(0, 30)), seed=st.integers(0, 99))
def test_the_death_of_any_groups_changes_no_bit_and_no_prediction(family, kind, dead, seed):
    """For every family of the command line: zeros behind the dead at equal shapes, and the smaller model."""
    model = model_of(patterns_of(family), seed)
    grouped = kind(model.bank.layout)
    gone = np.array([g in dead for g in range(len(grouped.members))])
    zero_rows(model.bank, grouped.rows, gone)
    x, lengths = texts(seed)
    before = model(x, lengths)
    small = prune(model, grouped)
    zero_behind(model.bank, grouped)
    after = model(x, lengths)

    assert (after.detach().numpy().view(np.int32) == before.detach().numpy().view(np.int32)).all()
    assert torch.allclose(small.model(x, lengths), before, rtol=1e-5, atol=1e-6)
    assert not (norms(model.bank, grouped)[torch.from_numpy(gone)] > 0).any()
    assert transitions(small.model.bank.layout.patterns) == transitions(survivors(model.bank, grouped).values())
    restore(model, small)
    assert not (norms(model.bank, grouped)[torch.from_numpy(gone)] > 0).any(), "what is dead stays dead"
    if gone.all() and family != "detours":
        assert small.kept == ()


@pytest.mark.parametrize("family", [*FAMILIES, "detours"])
@pytest.mark.parametrize("kind", KINDS)
def test_norms_are_those_of_the_named_parameters(family, kind):
    model = model_of(patterns_of(family))
    grouped, values = kind(model.bank.layout), model.bank.to_symbolic()[1]
    for group, norm, size in zip(grouped.members, norms(model.bank, grouped), grouped.sizes, strict=True):
        numbers = []
        for leaf in group.leaves:
            value = values[leaf.name]
            numbers += [value] if isinstance(value, float) else [*value.weights, *([value.bias] if leaf.bias else [])]
        assert len(numbers) == size
        assert norm.item() == pytest.approx(np.linalg.norm(numbers))


def test_what_the_groups_of_a_chain_are():
    layout = make_layout([ngram(2, "a"), ngram(1, "b")], DIM)

    assert by_state(layout).names == ("p0.1", "p0.2", "p1.1")
    assert by_arc(layout).names == ("p0.0-1", "p0.1-2", "p1.0-1")
    assert by_pattern(layout).names == ("p0", "p1")
    assert [sorted(leaf.name for leaf in group.leaves) for group in by_arc(layout).members] == [
        ["a.loop1", "a.main1"], ["a.loop2", "a.main2"], ["b.loop1", "b.main1"],
    ]  # fmt: skip


def test_an_arc_of_a_fork_dies_alone():
    """Two ways into a state: by arcs each has its own group, and the state outlives one of them."""
    fork = WFSA(
        {0: 1.0},
        (Arc(0, ANY, 0, 1.0), Arc(0, ANY, 1, Linear("a")), Arc(0, ANY, 1, Linear("b")), Arc(1, ANY, 1, 1.0)),
        {1: 1.0},
    )
    model = model_of([fork])
    grouped = by_arc(model.bank.layout)
    assert grouped.names == ("p0.0-1", "p0.0-1-1")
    zero_rows(model.bank, grouped.rows, np.array([True, False]))
    x, lengths = texts(0)
    small = prune(model, grouped)

    assert torch.allclose(small.model(x, lengths), model(x, lengths), rtol=1e-5, atol=1e-6)
    (left,) = small.model.bank.layout.patterns
    assert left.states == (0, 1)
    assert [leaf.name for arc in main_arcs(left) for leaf in leaves(arc.weight)] == ["b"]


def test_patterns_that_share_a_parameter_have_no_groups_of_their_own():
    layout = make_layout([ngram(1, "a"), ngram(1, "a")], DIM)
    for kind in KINDS:
        with pytest.raises(GroupError, match=r"'a\."):
            kind(layout)


def test_gates_are_refused_before_training_with_what_would_help():
    gates = make_layout([ngram(2, "a", main="gate")], DIM)
    for kind in KINDS:
        with pytest.raises(PruneError, match=r"got 0\.5 in REAL on arc 0 → 1 .*such as w · x .*--allow-gap"):
            check_possible(kind(gates), REAL)


@pytest.mark.parametrize("nested", [False, True])
@given(seed=st.integers(0, 99), tau=st.floats(0.01, 2.0))
def test_the_kernel_is_the_prox_in_plain_torch(nested, seed, tau):
    model = model_of([ngram(3, "a")], seed, torch.float64)
    bank, layout = model.bank, model.bank.layout
    grouped = by_state(layout)

    def vectors():
        values = bank.to_symbolic()[1]
        parts = [(values[f"a.main{i}"], values[f"a.loop{i}"]) for i in (1, 2, 3)]
        return [torch.tensor([*main.weights, *loop.weights, loop.bias]) for main, loop in parts]

    want = prox_ref(vectors(), [tau * float(scale) for scale in grouped.sizes.double().sqrt()], nested)
    GroupLasso(grouped, nested).prox_(bank, torch.tensor([tau], dtype=torch.float64))

    assert all(torch.allclose(a, b, rtol=1e-9, atol=1e-12) for a, b in zip(vectors(), want, strict=True))


def test_every_way_of_grouping_has_a_name():
    assert [GROUPS.find(name) for name in GROUPS] == KINDS


def test_parameters_over_symbols_have_groups_too():
    """A bank over an alphabet: tables, and a scalar on an arc."""
    pattern = WFSA({0: 1.0}, (Arc(0, ANY, 0, 1.0), Arc(0, ANY, 1, Lookup("t")), Arc(1, "b", 2, Scalar("s"))), {2: 1.0})
    bank = compile_patterns([pattern], alphabet=("a", "b"))
    model = PatternClassifier(bank, 2)
    with torch.no_grad():
        bank.table.copy_(torch.tensor([[3.0, 4.0]]))
        bank.scalars.fill_(2.0)
    grouped = by_state(bank.layout)
    x = torch.tensor([[0, 1, 1], [1, 1, 0]])

    assert norms(bank, grouped).tolist() == [5.0, 2.0]
    assert grouped.sizes.tolist() == [2, 1]
    GroupLasso(grouped).prox_(bank, torch.tensor([2.5]))
    assert bank.scalars.tolist() == [0.0]
    assert torch.allclose(bank.table, torch.tensor([[3.0, 4.0]]) * (1 - 2.5 * 2**0.5 / 5))
    assert torch.allclose(prune(model, grouped).model(torch.zeros(1, 0, dtype=torch.int64)), model.bias)
    assert (bank(x) == 0).all()
