"""Pattern families against the recurrences of their papers, written out, and against hmmlearn."""

import math

import numpy as np
import pytest
import torch
from hmmlearn.hmm import CategoricalHMM

import wfsa
from neural import compile_patterns
from tests.neural.test_families import texts, values
from wfsa import AutomatonError, evaluator, pathsum


def test_the_bigram_is_that_of_rational_recurrences():
    """c₂ = f₂ c₂ + (ε + c₁[t−1]) u₂, written out."""
    machine = wfsa.bigram("b")
    own, (x,) = values([machine]), texts((7,))

    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    def gate(i, t):
        return sigmoid(own[f"b.loop{i}"].weights @ x[t] + own[f"b.loop{i}"].bias)

    c1 = c2 = 0.0
    for t in range(len(x)):
        u1, u2 = ((1 - gate(i, t)) * (own[f"b.main{i}"].weights @ x[t]) for i in (1, 2))
        c1, c2 = gate(1, t) * c1 + u1, gate(2, t) * c2 + (sigmoid(own["b.skip"]) + c1) * u2
    want = sigmoid(own["b.final1"]) * c1 + sigmoid(own["b.final2"]) * c2

    assert pathsum(machine, x, wfsa.REAL, evaluator(own)) == pytest.approx(want)


@pytest.mark.parametrize("loops", ["own", "shared", "none"])
@pytest.mark.parametrize("skips", [False, True])
def test_the_soft_pattern_is_that_of_sopa(loops, skips):
    """h̃_j = h_j + e_j h_{j−1};  h_0 = 1 + l_0 h̃_0;  h_j = m_j h̃_{j−1} + l_j h̃_j;  Σ_t h_n."""
    length = 3
    machine = wfsa.soft_pattern(length, "s", loops, skips)
    own, (x,) = values([machine]), texts((6,))

    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    def gate(name, t):
        return sigmoid(own[name].weights @ x[t] + own[name].bias)

    h, total = [1.0] + [0.0] * length, 0.0
    for t in range(len(x)):
        e = [0.0] + [sigmoid(own[f"s.skip{j}"]) if skips and j < length else 0.0 for j in range(1, length + 1)]
        held = [h[0], *(h[j] + e[j] * h[j - 1] for j in range(1, length + 1))]
        m = [gate(f"s.main{j}", t) for j in range(1, length + 1)]
        if loops == "own":
            stay = [gate(f"s.loop{j}", t) for j in range(length)] + [0.0]
        elif loops == "shared":
            stay = [sigmoid(own[f"s.scale{j}"]) * m[j] for j in range(length)] + [0.0]
        else:
            stay = [0.0] * (length + 1)
        h = [1 + stay[0] * held[0], *(m[j - 1] * held[j - 1] + stay[j] * held[j] for j in range(1, length + 1))]
        total += h[length]

    assert pathsum(machine, x, wfsa.REAL, evaluator(own)) == pytest.approx(total)


def test_the_hidden_markov_model_is_that_of_hmmlearn():
    start, transitions = [0.6, 0.4], [[0.7, 0.3], [0.4, 0.6]]
    emissions = [[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]]
    reference = CategoricalHMM(n_components=2, init_params="")
    reference.startprob_, reference.transmat_ = np.array(start), np.array(transitions)
    reference.emissionprob_ = np.array(emissions)
    parameters = wfsa.hmm_parameters(start, transitions, emissions, "abc")
    bank = compile_patterns([wfsa.hmm(2)], alphabet="abc").double()
    bank.load_symbolic(parameters)
    for string in ([0, 1, 1], [2, 2, 0, 1], [1]):
        want = reference.score(np.array(string)[:, None])
        assert math.log(bank(torch.tensor([string])).item()) == pytest.approx(want)


def test_anywhere_sums_over_all_parts():
    machine = wfsa.ngram(2, "a")
    own, (x,) = values([machine]), texts((5,))
    weigh = evaluator(own)
    parts = [x[i:j] for i in range(len(x) + 1) for j in range(i, len(x) + 1)]
    want = math.fsum(pathsum(machine, part, wfsa.REAL, weigh) for part in parts)

    assert pathsum(wfsa.anywhere(machine), x, wfsa.REAL, weigh) == pytest.approx(want)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: wfsa.ngram(0),
        lambda: wfsa.ngram(1, main="?"),
        lambda: wfsa.ngram(1, final="?"),
        lambda: wfsa.soft_pattern(1, loops="?"),
        lambda: wfsa.hmm(0),
        lambda: wfsa.hmm_parameters([1.0, 0.0], [[1.0, 0.0], [0.5, 0.5]], [[1.0], [1.0]], "a"),
        lambda: wfsa.hmm_parameters([0.5, 0.4], [[0.5, 0.5], [0.5, 0.5]], [[1.0], [1.0]], "a"),
        lambda: wfsa.hmm_parameters([1.0], [[1.0]], [[1.2, -0.2]], "ab"),
        lambda: wfsa.hmm_parameters([1.0], [], [[1.0]], "a"),
    ],
)
def test_bad_choices_say_what_there_is(wrong):
    with pytest.raises(AutomatonError, match=r"one of|at least one|above 0|sum to one|every state"):
        wrong()
