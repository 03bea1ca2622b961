"""Where the objective is convex there is one answer: that of celer and scikit-learn."""

from functools import partial

import numpy as np
import pytest
from celer import GroupLasso as CelerGroupLasso
from sklearn.linear_model import Lasso

from sparsify import ProxAdam
from sparsify.optimizers.dual_averaging import DualAveraging
from sparsify.optimizers.gated_adam import GatedAdam
from tests.sparsify.optimizers.convex import Problems

COUNT = 200


@pytest.fixture(scope="module")
def solved():
    """(objective of each problem, [problem, group]: is it above zero?), by celer's coordinate descent."""
    problems, weights = Problems(COUNT), []
    for x, y, strength in zip(problems.x, problems.y, problems.strengths, strict=True):
        solver = CelerGroupLasso(groups=problems.m, alpha=strength * problems.m**0.5, tol=1e-14, fit_intercept=False)
        weights.append(solver.fit(x, y).coef_)
    weights = np.array(weights)
    return problems.objectives(weights), np.linalg.norm(weights.reshape(COUNT, -1, problems.m), axis=2) > 0


@pytest.mark.parametrize(
    ("make", "steps", "lr", "gap", "wrong"),
    [
        (ProxAdam, 1000, 0.02, 1e-9, 0),
        (DualAveraging, 1000, 0.05, 1e-5, 3),  # near its end it moves ever less
        (GatedAdam, 2000, 0.05, 1e-5, 2),  # what dies slowly is not zero yet
    ],
    ids=["ProxAdam", "DualAveraging", "GatedAdam"],
)
def test_two_hundred_problems_have_the_support_and_the_objective_of_celer(solved, make, steps, lr, gap, wrong):
    objectives, support = solved
    problems = Problems(COUNT)
    found = problems.objectives(problems.solve(make, steps, lr))

    assert 0.3 < support.mean() < 0.7
    assert (found / objectives - 1).max() < gap
    assert (problems.support() != support).sum() <= wrong


@pytest.mark.parametrize("make", [ProxAdam, DualAveraging, GatedAdam])
def test_the_largest_strength_kills_everything_and_one_below_it_does_not(make):
    above, below = Problems(20, shares=(1.02, 1.02)), Problems(20, shares=(0.95, 0.95))
    above.solve(make, 800, 0.05)
    below.solve(make, 800, 0.05)

    assert not above.support().any()
    assert not above.weights().any()
    assert below.support().any(1).all()


def test_groups_of_one_number_are_the_lasso():
    problems = Problems(20, m=1)
    found = problems.solve(ProxAdam, 1500)
    wanted = [
        Lasso(alpha=strength, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(x, y).coef_
        for x, y, strength in zip(problems.x, problems.y, problems.strengths, strict=True)
    ]

    assert found == pytest.approx(np.array(wanted), abs=1e-8)
    assert ((found == 0) == (np.array(wanted) == 0)).all()


def test_three_factors_end_where_the_gradient_is_that_of_their_penalty():
    """Of √m ‖w_g‖^{2/3}: (2/3) √m ‖w_g‖^{−4/3} w_g at every group that lives."""
    problems = Problems(40, shares=(0.1, 0.4))
    weights = problems.solve(partial(GatedAdam, factors=3), 2000, 0.02)
    rest = problems.y - (problems.x @ weights[..., None])[..., 0]
    pulls = np.einsum("krd,kr->kd", problems.x, rest) / problems.y.shape[1]
    pull, w = (values.reshape(-1, problems.m)[problems.support().reshape(-1)] for values in (pulls, weights))
    strengths = np.repeat(problems.strengths, 5)[problems.support().reshape(-1)][:, None]
    sizes = np.linalg.norm(w, axis=1)[:, None]

    assert pull == pytest.approx(strengths * 3**0.5 * (2 / 3) * sizes ** (-4 / 3) * w, abs=1e-6)
    assert 20 < len(w) < 180
