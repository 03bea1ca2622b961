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


def reference_hmm(start, transitions, emissions):
    found = CategoricalHMM(n_components=len(start), init_params="")
    found.startprob_, found.transmat_, found.emissionprob_ = map(np.array, (start, transitions, emissions))
    return found


def test_a_left_to_right_model_has_probabilities_of_zero():
    start, transitions = [1.0, 0.0, 0.0], [[0.7, 0.3, 0.0], [0.0, 0.6, 0.4], [0.0, 0.0, 1.0]]
    emissions = [[0.5, 0.5, 0.0], [0.1, 0.2, 0.7], [0.0, 0.0, 1.0]]
    reference = reference_hmm(start, transitions, emissions)
    parameters = wfsa.hmm_parameters(start, transitions, emissions, "abc")
    bank = compile_patterns([wfsa.hmm(3)], alphabet="abc").double()
    bank.load_symbolic(parameters)
    for string in ([0, 1, 2], [0, 2, 2, 2], [1]):
        want = math.exp(reference.score(np.array(string)[:, None]))
        score = bank(torch.tensor([string]))
        assert score.item() == pytest.approx(want)
        assert pathsum(wfsa.hmm(3), ["abc"[i] for i in string], wfsa.REAL, evaluator(parameters)) == pytest.approx(want)
        score.sum().backward()
    assert bank(torch.tensor([[2, 0]])).item() == 0
    assert torch.isfinite(bank.scalars.grad).all()


def test_rounded_rows_are_divided_by_their_sums_and_that_is_said():
    thirds = [0.333] * 3
    with pytest.warns(UserWarning, match=r"h0\.\w+ sums to 0\.999; its probabilities are divided by that"):
        parameters = wfsa.hmm_parameters(thirds, [thirds] * 3, [thirds] * 3, "abc")

    assert pathsum(wfsa.hmm(3), "ab", wfsa.REAL, evaluator(parameters)) == pytest.approx(1 / 9)
    with pytest.raises(AutomatonError, match="sum to one"):
        wfsa.hmm_parameters([0.3] * 3, [thirds] * 3, [thirds] * 3, "abc")


def test_with_ends_the_strings_of_all_lengths_share_one():
    start, transitions, ends = [0.25, 0.75], [[0.5, 0.25], [0.0, 0.4]], [0.25, 0.6]
    emissions = [[0.5, 0.5], [0.1, 0.9]]
    parameters = wfsa.hmm_parameters(start, transitions, emissions, "ab", ends=ends)
    machine, weigh = wfsa.hmm(2, ends=True), evaluator(parameters)

    assert wfsa.total_weight(wfsa.spell_out(machine, "ab"), wfsa.REAL, weigh) == pytest.approx(1)
    assert pathsum(machine, "", wfsa.REAL, weigh) == 0
    steps = [np.diag(np.array(emissions)[:, i]) for i in range(2)]
    want = np.array(start) @ steps[0] @ np.array(transitions) @ steps[1] @ np.array(ends)
    assert pathsum(machine, "ab", wfsa.REAL, weigh) == pytest.approx(want)
    bank = compile_patterns([machine], alphabet="ab").double()
    bank.load_symbolic(parameters)
    assert bank(torch.tensor([[0, 1]])).item() == pytest.approx(want)


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
        lambda: wfsa.hmm_parameters([1.0, 0.0], [[0.0, 0.0], [0.5, 0.5]], [[1.0], [1.0]], "a"),
        lambda: wfsa.hmm_parameters([math.nan, 0.0], [[0.5, 0.5], [0.5, 0.5]], [[1.0], [1.0]], "a"),
        lambda: wfsa.hmm_parameters([1.0], [[1.0]], [[1.0]], "a", ends=[0.5]),
        lambda: wfsa.hmm_parameters([1.0], [[1.0]], [[1.0]], "a", ends=[]),
        lambda: wfsa.hmm_parameters([1.0], [[0.5, 0.5]], [[1.0]], "a"),
        lambda: wfsa.hmm_parameters([1.0], [[1.0]], [[0.5, 0.5]], "a"),
        lambda: wfsa.hmm_parameters([0.5, 0.4], [[0.5, 0.5], [0.5, 0.5]], [[1.0], [1.0]], "a"),
        lambda: wfsa.hmm_parameters([1.0], [[1.0]], [[1.2, -0.2]], "ab"),
        lambda: wfsa.hmm_parameters([1.0], [], [[1.0]], "a"),
    ],
)
def test_bad_choices_say_what_there_is(wrong):
    with pytest.raises(AutomatonError, match=r"one of|at least one|for each of|sum to one|every state"):
        wrong()
