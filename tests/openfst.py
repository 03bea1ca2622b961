"""OpenFst's answers, through pynini's pywrapfst, in a process of its own: a JSON request per line, an answer per line.

Run as a script it is the worker; imported it offers `ask`.
"""

import json
import math
import subprocess
import sys

DELTA = 1e-14


def ask(requests):
    """The answers to `requests`, in order."""
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([sys.executable, __file__], input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def request(automaton, strings=(), k=0, same=None):
    """What `ask` takes: a numeric automaton of REAL with labels "a", "b", … and EPSILON; `same`: others to compare."""
    from wfsa import EPSILON

    def number(label):
        return 0 if label is EPSILON else ord(label) - ord("a") + 1

    def plain(machine):
        return {
            "initial": list(machine.initial.items()),
            "arcs": [[a.source, number(a.label), a.target, a.weight] for a in machine.arcs],
            "final": list(machine.final.items()),
        }

    asked = {**plain(automaton), "strings": [[number(c) for c in s] for s in strings], "k": k}
    return asked if same is None else {**asked, "same": [plain(machine) for machine in same]}


def _build(fst, asked, kind):
    machine = fst.VectorFst(arc_type=kind)
    weight = machine.weight_type()

    def cost(w):
        return fst.Weight(weight, -math.log(w))

    ends = [q for q, _ in asked["initial"]] + [q for q, _ in asked["final"]]
    size = max([*ends, *(end for arc in asked["arcs"] for end in (arc[0], arc[2]))], default=-1) + 1
    for _ in range(size + 1):
        machine.add_state()
    machine.set_start(size)
    for q, w in asked["initial"]:
        machine.add_arc(size, fst.Arc(0, 0, cost(w), q))
    for p, label, q, w in asked["arcs"]:
        machine.add_arc(p, fst.Arc(label, label, cost(w), q))
    for q, w in asked["final"]:
        machine.set_final(q, cost(w))
    return machine


def _distances(fst, machine):
    """State → weight of all ways to the end."""
    found = [math.exp(-float(d)) for d in fst.shortestdistance(machine, reverse=True, delta=DELTA)]
    return found + [0.0] * (machine.num_states() - len(found))


def _string(fst, machine, string):
    linear = fst.VectorFst(arc_type="log64")
    one = fst.Weight.one(linear.weight_type())
    for _ in range(len(string) + 1):
        linear.add_state()
    linear.set_start(0)
    for t, label in enumerate(string):
        linear.add_arc(t, fst.Arc(label, label, one, t + 1))
    linear.set_final(len(string), one)
    both = fst.compose(linear, machine.copy().arcsort("ilabel"))
    return 0.0 if both.start() < 0 else _distances(fst, both)[both.start()]


def _best(fst, machine, k):
    """Costs of the k best paths, ascending."""
    paths = fst.shortestpath(machine, nshortest=k, unique=False)

    def walk(state, cost):
        final = paths.final(state)
        if final != fst.Weight.zero(paths.weight_type()):
            yield cost + float(final)
        for arc in paths.arcs(state):
            yield from walk(arc.nextstate, cost + float(arc.weight))

    return sorted(walk(paths.start(), 0.0)) if paths.start() >= 0 else []


def _counts(fst, asked, machine, ahead):
    """The expected count of every arc: alpha · w · beta / Z."""
    before = [math.exp(-float(d)) for d in fst.shortestdistance(machine, delta=DELTA)]
    before += [0.0] * (machine.num_states() - len(before))
    total = ahead[machine.start()]
    return [before[p] * w * ahead[q] / total for p, _, q, w in asked["arcs"]] if total > 0 else []


def _equal(fst, asked, other):
    """Are the two equal after OpenFst's own epsilon removal and determinisation? The machines must have no cycles."""

    def prepared(plain):
        machine = _build(fst, plain, "log64")
        machine.rmepsilon(delta=1e-12)
        return fst.determinize(machine, delta=1e-12)

    return bool(fst.equivalent(prepared(asked), prepared(other), delta=1e-6))


def _answer(fst, asked):
    machine = _build(fst, asked, "log64")
    ahead = _distances(fst, machine)
    answer = {
        "total": ahead[machine.start()],
        "strings": [_string(fst, machine, string) for string in asked["strings"]],
        "counts": _counts(fst, asked, machine, ahead),
    }
    if asked["k"]:
        answer["best"] = _best(fst, _build(fst, asked, "standard"), asked["k"])
    if "same" in asked:
        answer["same"] = [_equal(fst, asked, other) for other in asked["same"]]
    return answer


def main():
    import pywrapfst

    for line in sys.stdin:
        print(json.dumps(_answer(pywrapfst, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
