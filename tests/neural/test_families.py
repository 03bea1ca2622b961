"""Pattern families: compiled == symbolic in every semiring and by every kernel, gradients, epsilons."""

import operator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch

import wfsa
from neural import (
    EXPECTATION,
    EXTREMES,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    agreement,
    assert_compiled_equals_symbolic,
    compile_patterns,
    k_best,
)
from wfsa import (
    ANY,
    EPSILON,
    WFSA,
    Affine,
    Arc,
    Const,
    DivergenceError,
    Linear,
    Lookup,
    Scalar,
    Sigmoid,
    leaves,
)

DIM = 3
GRAPH = [(0, 1), (1, 0), (1, 2), (2, 2), (0, 2), (2, 1)]
LOOPS, FINALS = ("own", "shared", "none"), ("all", "last", "sigmoid", "softmax")
SIGNED = {
    f"{main} {loops} {final} skips={skips} last={last}": [
        wfsa.ngram(n, f"p{n}", main, loops, last, skips, final) for n in (3, 1)
    ]
    for main, loops, final, skips, last in product(
        ("tied", "untied"), LOOPS, ("all", "softmax"), (False, True), (False, True)
    )
} | {"unigram, bigram": [wfsa.unigram("u"), wfsa.bigram("b")]}
POSITIVE = {
    f"gate {loops} {final} skips={skips}": [wfsa.ngram(n, f"p{n}", "gate", loops, False, skips, final) for n in (3, 2)]
    for loops, final, skips in product(("own", "none"), ("last", "sigmoid"), (False, True))
} | {
    "soft pattern": [wfsa.soft_pattern(2, "a"), wfsa.soft_pattern(3, "b", "shared"), wfsa.soft_pattern(1, "c", "none")],
    "graph": [wfsa.graph(GRAPH, 0, 2, "g"), wfsa.graph(GRAPH[:4], 0, 2, "h")],
    "anywhere": [wfsa.anywhere(wfsa.ngram(2, "a", "gate")), wfsa.anywhere(wfsa.graph(GRAPH, 0, 2, "g"))],
}


def values(patterns, seed=0):
    """Random parameters for everything that is learned."""
    rng = np.random.default_rng(seed)
    found = {}
    for pattern in patterns:
        weights = [*(arc.weight for arc in pattern.arcs), *pattern.initial.values(), *pattern.final.values()]
        for leaf in (leaf for weight in weights for leaf in leaves(weight)):
            if isinstance(leaf, Linear):
                found[leaf.name] = Affine(rng.normal(size=DIM), float(rng.normal()) if leaf.bias else 0.0)
            elif isinstance(leaf, Scalar):
                found[leaf.name] = float(rng.normal())
            else:
                found[leaf.name] = {symbol: float(rng.uniform(0.1, 1)) for symbol in "abc"}
    return found


def texts(lengths=(3, 0, 6, 1), seed=0):
    """Tokens of few types, so that rows can be shared."""
    rng = np.random.default_rng(seed)
    words = rng.normal(size=(4, DIM))
    return [words[rng.integers(len(words), size=length)] for length in lengths]


def assert_signed_families_agree(patterns):
    for K in (REAL, EXTREMES, EXPECTATION):
        assert_compiled_equals_symbolic(patterns, values(patterns), texts(), K)


def assert_positive_families_agree(patterns):
    for K in (REAL, MAX_TIMES, EXTREMES, EXPECTATION):
        assert_compiled_equals_symbolic(patterns, values(patterns), texts(), K)
    logs = [wfsa.logarithmic(pattern) for pattern in patterns]
    for K in (LOG, MAX_PLUS, MIN_PLUS, k_best(3)):
        assert_compiled_equals_symbolic(logs, values(patterns), texts(), K)


@pytest.mark.parametrize("name", SIGNED)
def test_families_with_signed_weights(name):
    assert_signed_families_agree(SIGNED[name])


@pytest.mark.parametrize("name", POSITIVE)
def test_families_with_positive_weights(name):
    assert_positive_families_agree(POSITIVE[name])


@pytest.mark.parametrize("main", ["tied", "untied", "gate"])
def test_all_choices_of_an_ngram_in_one_bank(main):
    choices = product((1, 3), LOOPS, (False, True), (False, True), FINALS)
    patterns = [wfsa.ngram(n, f"p{i}", main, *rest) for i, (n, *rest) in enumerate(choices)]
    if main == "gate":
        assert_positive_families_agree(patterns)
    else:
        assert_signed_families_agree(patterns)


def test_the_check_finds_a_difference():
    """A product that is wrong by one part in a million."""
    wrong = replace(REAL, times=lambda a, b: a * b * (1 + 1e-6))
    with pytest.raises(AssertionError, match=r"pattern 0 on text \d in REAL by the bank.*: compiled"):
        assert_compiled_equals_symbolic([wfsa.ngram(4)], values([wfsa.ngram(4)]), texts(), wrong)


@pytest.mark.parametrize(
    ("way", "named"), [("PatternBank.forward", "the bank"), ("scan", "scan"), ("scan_ref", "scan_ref")]
)
def test_the_check_runs_every_kernel(way, named, monkeypatch):
    right = operator.attrgetter(way)(agreement)
    monkeypatch.setattr(f"neural.agreement.{way}", lambda *given: right(*given) * (1 + 1e-6))
    with pytest.raises(AssertionError, match=rf"by {named} with a row per token: compiled"):
        assert_compiled_equals_symbolic([wfsa.ngram(4)], values([wfsa.ngram(4)]), texts())


def test_the_check_takes_texts_without_tokens():
    patterns = [wfsa.ngram(2, final="sigmoid")]
    assert_compiled_equals_symbolic(patterns, values(patterns), [[], ()])
    assert_compiled_equals_symbolic(patterns, values(patterns), [])


LABELLED = {
    "cycles of epsilons": (
        [
            WFSA(
                {0: 1.0},
                (
                    Arc(0, EPSILON, 1, 0.5), Arc(1, EPSILON, 0, 0.5), Arc(0, "a", 0, 0.3), Arc(1, "b", 2, 0.7),
                    Arc(2, EPSILON, 2, 0.25), Arc(2, ANY, 0, 0.1), Arc(2, ANY, 0, 0.2),
                ),
                {0: 0.2, 2: 1.0},
            )
        ],
        (REAL, LOG, MAX_TIMES, EXTREMES, EXPECTATION),
    ),
    "learned epsilons, ends and tables": (
        [
            WFSA(
                {0: Sigmoid(Scalar("i")), 1: Sigmoid(Scalar("j"))},
                (
                    Arc(0, EPSILON, 1, Sigmoid(Scalar("e"))), Arc(1, EPSILON, 0, Const(0.3)),
                    Arc(0, ANY, 1, Lookup("t")), Arc(1, "c", 0, Sigmoid(Lookup("s"))), Arc(1, ANY, 1, Lookup("t")),
                ),
                {0: Scalar("f"), 1: Const(0.5)},
            )
        ],
        (REAL, EXTREMES, EXPECTATION),
    ),
    "hidden Markov models": (
        [wfsa.hmm(3, "h"), wfsa.hmm(2, "k")], (REAL, LOG, MAX_PLUS, MIN_PLUS, MAX_TIMES, EXPECTATION)
    ),
    "no path": (
        [WFSA({0: 1.0}, (Arc(0, "a", 1, 1.0), Arc(1, EPSILON, 2, 1.0)), {5: 1.0})], (REAL, LOG, MAX_PLUS, MIN_PLUS)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LABELLED)
def test_automata_over_an_alphabet(name):
    patterns, semirings = LABELLED[name]
    for K in semirings:
        own = patterns
        if K in (LOG, MAX_PLUS, MIN_PLUS):
            own = [wfsa.logarithmic(pattern) for pattern in patterns]
        assert_compiled_equals_symbolic(own, values(patterns), ["abc", "", "ccab", "b"], K, alphabet="abc")


def test_pairs_of_expressions_are_elements_of_the_expectation_semiring():
    """An arc of weight p and value 1 carries (p, p): r / p is the expected number of times it is taken."""
    gate = Sigmoid(Linear("g", bias=True))
    machine = WFSA({0: 1.0}, (Arc(0, ANY, 1, (gate, gate)), Arc(1, ANY, 0, 0.5), Arc(0, ANY, 0, 0.5)), {0: 1.0, 1: 1.0})
    assert_compiled_equals_symbolic([machine], values([machine]), texts(), EXPECTATION)


def test_gradients_pass_through_epsilons_and_ends():
    """Finite differences on every parameter of a machine with an epsilon cycle and learned ends."""
    (machine,), _ = LABELLED["learned epsilons, ends and tables"]
    bank = compile_patterns([machine], alphabet="abc").double()
    bank.load_symbolic(values([machine]))
    ids, lengths = torch.tensor([[0, 1, 2], [2, 0, 0]]), torch.tensor([3, 1])

    def run(table, scalars):
        return torch.func.functional_call(bank, {"table": table, "scalars": scalars}, (ids, lengths))

    assert torch.autograd.gradcheck(run, [bank.table, bank.scalars])


def test_a_diverging_epsilon_cycle_raises():
    machine = WFSA({0: 1.0}, (Arc(0, EPSILON, 0, Scalar("e")), Arc(0, "a", 0, 1.0)), {0: 1.0})
    bank = compile_patterns([machine], alphabet="a")
    bank.load_symbolic({"e": 1.5})
    with pytest.raises(DivergenceError, match="spectral radius below 1"):
        bank(torch.zeros(1, 2, dtype=torch.int64))
