"""Modules keep their scores when torch compiles them, or exports them for batches of other sizes."""

import io

import pytest
import torch

import wfsa
from neural import Packed, PatternNetwork, compile_patterns, pack
from wfsa import ANY, EPSILON, WFSA, Arc, Linear, Scalar, graph, logarithmic, ngram, soft_pattern

CHAINS = [ngram(4, "a"), ngram(2, "b"), ngram(3, "c")]
GRAPHS = [graph([(0, 0), (0, 1), (1, 2), (2, 0), (2, 2)], 0, 2, "g"), ngram(2, "b")]
STEPS = (Arc(0, EPSILON, 1, 0.5), Arc(1, EPSILON, 0, 0.25), Arc(1, ANY, 0, Linear("u")))
CYCLE = WFSA({0: 1.0}, STEPS, {1: 1.0})
LOGS = [logarithmic(soft_pattern(3, "s")), logarithmic(ngram(2, "n", main="gate"))]
MODULES = {
    **{readout: compile_patterns(CHAINS, 8, readout=readout) for readout in ("end", "anywhere", "best")},
    "graphs": compile_patterns(GRAPHS, 8),
    "epsilon cycle": compile_patterns([CYCLE], 8),
    "LOG": compile_patterns(LOGS, 8, wfsa.LOG, readout="anywhere"),
    "layers": PatternNetwork([CHAINS, [ngram(2, "u")]], 8, gated=True, activation="tanh").eval(),
    "both directions": PatternNetwork([CHAINS, GRAPHS[1:]], 8, bidirectional=True, readout="anywhere").eval(),
}
BATCHES = [(9, [9, 2, 1, 4, 7]), (12, [12, 5, 1]), (12, [0, 5, 0, 3]), (4, [0, 0])]


def batches():
    return [(torch.randn(len(lengths), time, 8), torch.tensor(lengths)) for time, lengths in BATCHES]


@pytest.mark.parametrize("readout", ["end", "anywhere"])
def test_compiled_and_exported_programs_have_one_operator(readout):
    bank = compile_patterns([ngram(2, "a"), ngram(2, "b")], 3, readout="end")
    x = pack(torch.randn(2, 4, 3), torch.tensor([4, 2]))

    class Scores(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bank = bank

        def forward(self, data, rows, offsets):
            states = self.bank.run(Packed(data, rows, offsets), every=readout != "end")
            return self.bank.read_out(states)

    module, given = Scores(), (x.data, x.rows, x.offsets)
    compiled = torch.compile(module, backend="aot_eager", fullgraph=True)
    want, got = module(*given), compiled(*given)
    got.sum().backward()
    grads = bank.weight.grad.clone()
    bank.weight.grad = None
    want.sum().backward()
    program = torch.export.export(module, given)

    assert torch.allclose(got, want)
    assert torch.allclose(grads, bank.weight.grad)
    assert any("wfsa.gated_scan" in str(node.target) for node in program.graph.nodes)
    assert torch.allclose(program.module()(*given), want)


@pytest.mark.parametrize("name", [name for name in MODULES if name != "anywhere"])  # both directions read so, too
def test_an_exported_module_reads_batches_of_other_sizes(name):
    module, given = MODULES[name], batches()
    texts, time = torch.export.Dim("texts"), torch.export.Dim("time")
    program = torch.export.export(module, given[0], dynamic_shapes=({0: texts, 1: time}, {0: texts}), strict=False)
    saved = io.BytesIO()
    torch.export.save(program, saved)
    saved.seek(0)
    again = torch.export.load(saved).module()

    assert module(*given[0]).abs().max() > 0
    for batch in given:
        assert torch.equal(again(*batch), module(*batch))


def test_an_exported_epsilon_cycle_that_diverges_is_refused():
    steps = (Arc(0, EPSILON, 1, Scalar("s")), Arc(1, EPSILON, 0, 0.5), Arc(1, ANY, 0, Linear("u")))
    bank = compile_patterns([WFSA({0: 1.0}, steps, {1: 1.0})], 8)
    given = batches()[0]
    program = torch.export.export(bank, given, strict=False).module()

    assert torch.equal(program(*given), bank(*given))
    with torch.no_grad():
        dict(program.named_parameters())["scalars"].fill_(2.0)  # twice a half: the sum around the cycle is infinite
    with pytest.raises(RuntimeError, match="assertion"):
        program(*given)


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor")  # torch's own, where it cuts a program in two
@pytest.mark.parametrize("name", ["best", "graphs", "both directions"])
def test_a_compiled_module_has_the_scores_and_gradients_of_the_module(name):
    module = MODULES[name]
    torch.compiler.reset()  # or torch gives up, after so many modules, and runs the module itself
    compiled = torch.compile(module, backend="aot_eager", dynamic=True)
    parameters = [p for p in module.parameters() if p.numel()]
    for batch in batches()[::2]:
        want, got = module(*batch), compiled(*batch)
        cotangent = torch.randn_like(want)

        torch.testing.assert_close(got, want)
        torch.testing.assert_close(
            torch.autograd.grad(got, parameters, cotangent), torch.autograd.grad(want, parameters, cotangent)
        )
