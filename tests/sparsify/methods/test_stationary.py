"""Descent to stationary points, in float64: against finite differences, dense BFGS and random steps."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from neural import compile_patterns
from sparsify import GroupLasso, Settings, groups, norms
from sparsify.methods.base import parameters_of
from sparsify.methods.certificate import TOLERANCE, certify
from sparsify.methods.lbfgs import Curvature
from sparsify.methods.live_point import LivePoint
from sparsify.methods.objective import Objective
from sparsify.methods.polish import polish
from sparsify.methods.settle import settle
from sparsify.methods.snapshot import Snapshot
from sparsify.penalties.exact import check_possible
from sparsify.penalties.groups import by_arc, by_pattern
from sparsify.penalties.prune import gone_with, prune, zero_behind
from tests.sparsify.small import classifier, search_of, trainer_of
from wfsa import ngram

SETTINGS = Settings(dropout=0.0, word_dropout=0.0, polish=400, certify=400, threads=1)


def independent(trainer, strength, values):
    """F in float64: the classifier's own forward pass, torch's cross-entropy, norms by numpy."""
    point = LivePoint(trainer)
    before = point.values()
    point.write(values)
    x, labels = trainer.data.batch(np.arange(len(trainer.data))), trainer.data.labels
    with torch.no_grad():
        loss = float(trainer.models.losses(x, labels)[0]) / len(trainer.data)
    bank, penalty = trainer.models.bank, 0.0
    values_of = bank.to_symbolic()[1]
    for group in trainer.groups.members:
        parts = []
        for leaf in group.leaves:
            found = values_of[leaf.name]
            parts.append(np.append(found.weights, found.bias) if leaf.bias else found.weights)
        numbers = np.concatenate(parts)
        penalty += np.sqrt(len(numbers)) * np.linalg.norm(numbers)
    point.write(before)
    return loss + strength * penalty


@pytest.mark.parametrize("penalty", ["group_lasso", "nested"])
def test_the_gradient_of_the_objective_is_that_of_finite_differences(penalty):
    trainer = trainer_of([classifier([ngram(2, "p0"), ngram(1, "p1")])], Settings(penalty=penalty))
    objective = Objective(trainer, np.array([0.05]))
    at = objective.point.values()
    found = objective.value(at)
    want = approx_fprime(at, lambda values: objective.value(values).objective[0], 1e-7)

    assert found.gradient == pytest.approx(want, abs=1e-5)
    if penalty == "group_lasso":
        assert found.objective[0] == pytest.approx(independent(trainer, 0.05, at), rel=1e-12)


@given(seed=st.integers(0, 10_000), count=st.integers(1, 6))
def test_directions_are_those_of_dense_bfgs(seed, count):
    """H from the same pairs by the update formula of Nocedal and Wright (6.17), from H₀ = s·y / y·y."""
    random = np.random.default_rng(seed)
    root = random.normal(size=(5, 5))
    hessian = root @ root.T + np.eye(5)
    curvature, pairs = Curvature(), []
    for _ in range(count):
        step = random.normal(size=5)
        curvature.learn(step, hessian @ step)
        pairs.append((step, hessian @ step))
    step, change = pairs[-1]
    inverse = np.eye(5) * (step @ change) / (change @ change)
    for step, change in pairs:
        rho = 1 / (step @ change)
        left = np.eye(5) - rho * np.outer(step, change)
        inverse = left @ inverse @ left.T + rho * np.outer(step, step)
    gradient = random.normal(size=5)

    assert curvature.down(gradient) == pytest.approx(-inverse @ gradient, rel=1e-8, abs=1e-8)


def test_steps_without_curvature_teach_nothing():
    curvature = Curvature()
    curvature.learn(np.ones(3), -np.ones(3))

    assert len(curvature) == 0
    assert np.linalg.norm(curvature.down(np.full(3, 1e6))) == pytest.approx(0.1)


@pytest.mark.parametrize("grouping", ["state", "arc", "pattern"])
@pytest.mark.parametrize("strength", [0.01, 0.03, 0.06])
def test_what_is_certified_no_small_step_makes_better(strength, grouping, tmp_path):
    """An independent F in float64 around the point: it falls nowhere by more than the tolerance allows."""
    model = classifier([ngram(2, "p0"), ngram(2, "p1")], seed=3)
    search = search_of(model, replace(SETTINGS, groups=grouping), tmp_path)
    snapshot = Snapshot(4, strength, parameters_of(model))
    found = settle(search, polish(search, [snapshot], range(SETTINGS.polish))[0])
    assert found.certificate.certified

    model.load_state_dict(found.state)
    trainer = search.trainer
    point = LivePoint(trainer)
    at, best = point.values(), independent(trainer, strength, point.values())
    random, size = np.random.default_rng(0), 1e-5
    force = strength * np.sqrt(trainer.groups.sizes.double().numpy().max())
    for _ in range(200):
        step = random.normal(size=len(at))
        chosen = random.choice([*range(len(trainer.groups.members)), -1])
        step *= (point.group == chosen) if random.random() < 0.7 else 1.0
        moved = np.where(point.bounded, np.clip(at + size * step, -point.bound, point.bound), at + size * step)
        allowed = TOLERANCE * force * np.linalg.norm(moved - at) * np.sqrt(len(trainer.groups.members) + 1)

        assert independent(trainer, strength, moved) >= best - allowed - 1e-9


def test_revived_groups_come_back(tmp_path):
    """From a point where a group that wants to live was set to zero, the polish ends where none wants to."""
    model = classifier([ngram(1, "p0"), ngram(1, "p1")], seed=1)
    search = search_of(model, SETTINGS, tmp_path)
    with torch.no_grad():
        model.bank.weight[[row.name.startswith("p0") for row in model.bank.layout.rows]] = 0
        model.bank.bias.zero_()
    assert certify(search.trainer, 1e-3).revivals == 1
    (found,) = polish(search, [Snapshot(1, 1e-3, parameters_of(model))], range(400))

    assert found.certificate.certified
    assert found.transitions == 2


def test_an_exchange_never_raises_the_objective(tmp_path):
    for seed in range(6):
        model = classifier([ngram(2, "p0"), ngram(2, "p1"), ngram(1, "p2")], seed=seed)
        search = search_of(model, SETTINGS, tmp_path)
        (found,) = polish(search, [Snapshot(5, 0.03, parameters_of(model))], range(400))
        model.load_state_dict(found.state)
        before = independent(search.trainer, 0.03, LivePoint(search.trainer).values())
        settled = settle(search, found)
        model.load_state_dict(settled.state)

        assert independent(search.trainer, 0.03, LivePoint(search.trainer).values()) <= before + 1e-9


@settings(max_examples=40)
@given(
    sizes=st.lists(st.floats(0.01, 3), min_size=6, max_size=6),
    dead=st.sets(st.integers(0, 5), max_size=4),
    nested=st.booleans(),
)
def test_slopes_are_the_derivatives_of_the_value(sizes, dead, nested):
    grouped = groups(compile_patterns([ngram(4, "p0"), ngram(2, "p1")], 3).layout)
    penalty = GroupLasso(grouped, nested)
    at = np.array([0.0 if g in dead else size for g, size in enumerate(sizes)])
    want = approx_fprime(at, lambda norms_of: penalty.shares(np.abs(norms_of)).sum(), 1e-7)
    living = at > 0

    assert penalty.slopes(at)[living] == pytest.approx(want[living], rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("group_by", [groups, by_arc, by_pattern])
@given(dead=st.sets(st.integers(0, 6), max_size=3), more=st.integers(0, 6))
def test_what_goes_with_a_group_is_what_deletion_zeroes(group_by, dead, more):
    bank = compile_patterns([ngram(4, "p0"), ngram(3, "p1")], 2)
    grouped = group_by(bank.layout)
    check_possible(grouped, bank.semiring)
    count = len(grouped.members)
    dead, more = {g % count for g in dead}, more % count
    point = grouped.rows
    with torch.no_grad():
        for g in {*dead, more}:
            bank.weight[torch.from_numpy(point.weight == g)] = 0
            bank.bias[torch.from_numpy(point.weight == g)[len(bank.weight) - len(bank.bias) :]] = 0
    zero_behind(bank, grouped)
    own = grouped.members[more].pattern
    want = [g for g in np.flatnonzero(norms(bank, grouped).numpy() == 0) if grouped.members[g].pattern == own]

    assert gone_with(grouped, sorted(dead), more) == sorted({more, *want})


def test_a_polish_leaves_what_it_says(tmp_path):
    """The candidate's state, pruned, is its model; the loss is that of the state."""
    model = classifier([ngram(2, "p0"), ngram(2, "p1")], seed=3)
    search = search_of(model, SETTINGS, tmp_path)
    (found,) = polish(search, [Snapshot(4, 0.02, parameters_of(model))], range(100))
    model.load_state_dict(found.state)
    pruned = prune(model, search.trainer.groups).model
    x = search.trainer.data.batch(np.arange(len(search.trainer.data)))

    assert torch.equal(pruned(x), found.model(x))
    assert float(search.trainer.full_gradient()[0]) == pytest.approx(found.loss, rel=1e-12)
