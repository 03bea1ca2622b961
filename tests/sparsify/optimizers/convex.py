"""Group lasso regressions side by side in one bank: problem k is pattern k, and each of its groups a state."""

import numpy as np
import torch

from neural import compile_patterns
from sparsify import GroupLasso, groups, norms
from wfsa import ngram


class Problems:
    """min_w ‖y − X w‖² / (2 n) + λ Σ_g √m ‖w_g‖₂, with λ a share of the smallest that kills everything.

    Attributes:
        x, y: [problem, row, group · m], [problem, row].
        strengths: [problem]: λ.
    """

    def __init__(self, count, groups_each=5, m=3, rows=30, shares=(0.1, 0.9), seed=0):
        random = np.random.default_rng(seed)
        self.count, self.m = count, m
        self.x = random.normal(size=(count, rows, groups_each * m))
        true = random.normal(size=(count, groups_each, m)) * (random.random((count, groups_each, 1)) < 0.5)
        noise = random.normal(size=(count, rows))
        self.y = (self.x @ true.reshape(count, -1, 1))[..., 0] + noise
        slopes = (self.x.transpose(0, 2, 1) @ self.y[..., None])[..., 0].reshape(count, groups_each, m) / rows
        self.largest = np.linalg.norm(slopes, axis=2).max(1) / np.sqrt(m)
        self.strengths = random.uniform(*shares, size=count) * self.largest
        patterns = [ngram(groups_each, f"p{k}", main="untied", loops="none") for k in range(count)]
        self.bank = compile_patterns(patterns, m).double()
        self.bank.reset_parameters(torch.Generator().manual_seed(seed))
        self.penalty = GroupLasso(groups(self.bank.layout))
        self.order = torch.argsort(self.penalty.groups.row_group)

    def weights(self):
        """[problem, group · m]."""
        return self.bank.weight[self.order].detach().reshape(self.count, -1).numpy()

    def solve(self, make, steps, lr=0.02):
        """Full-batch steps; returns the weights."""
        optimizer = make(self.bank, self.penalty, lr=lr, others=[])
        optimizer.set_strength(torch.from_numpy(self.strengths))
        x, y, back = torch.from_numpy(self.x), torch.from_numpy(self.y), torch.argsort(self.order)
        gram, target = x.mT @ x / x.shape[1], (x.mT @ y[..., None]) / x.shape[1]
        for _ in range(steps):
            w = self.bank.weight.detach()[self.order].reshape(self.count, -1, 1)
            self.bank.weight.grad = (gram @ w - target).reshape(-1, self.m)[back]
            optimizer.descend()
        return self.weights()

    def support(self):
        """[problem, group]: is it above zero?"""
        alive = (norms(self.bank, self.penalty.groups) > 0).numpy()
        return alive.reshape(self.count, -1)

    def objectives(self, weights):
        """[problem]."""
        rest = self.y - (self.x @ weights[..., None])[..., 0]
        sizes = np.linalg.norm(weights.reshape(self.count, -1, self.m), axis=2).sum(1)
        return (rest**2).sum(1) / (2 * self.y.shape[1]) + self.strengths * np.sqrt(self.m) * sizes
