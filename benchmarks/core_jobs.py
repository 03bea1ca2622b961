"""What each library does with a machine of `core_machines`; run as a script it is the worker of `core.py`.

    python core_jobs.py LIBRARY MACHINE SIZE [SKIPPED,…]

prints a line of JSON per job: its name, milliseconds of processor time, and what it found, for a comparison.
"""

import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, NamedTuple

from core_machines import MACHINES, Machine


class Job(NamedTuple):
    """Something to be timed: `run` of what `prepare` gives, which is not."""

    name: str
    prepare: Callable[[], Any]
    run: Callable[[Any], Any]


def ours(machine: Machine) -> Iterator[Job]:
    """Sums in LOG, best paths in MAX_PLUS: the same numbers."""
    w = import_module("wfsa")

    def build(_: object = None) -> Any:
        arcs = tuple(w.Arc(p, a if a else w.EPSILON, q, math.log(x)) for p, a, q, x in machine.arcs)
        return w.WFSA({0: 0.0}, arcs, {q: math.log(x) for q, x in machine.final.items()})

    read, known = build(), build()
    line = tuple(w.Arc(i, a, i + 1, 0.0) for i, a in enumerate(machine.string))
    sentence = w.WFSA({0: 0.0}, line, {len(line): 0.0})
    yield Job("build", lambda: None, lambda _: len(build().arcs))
    yield Job("first sentence", build, lambda m: w.pathsum(m, machine.string, w.LOG))
    w.pathsum(read, machine.string, w.LOG)
    yield Job("sentence", lambda: read, lambda m: w.pathsum(m, machine.string, w.LOG))
    yield Job("best path of a sentence", lambda: read, lambda m: w.viterbi(m, machine.string, w.MAX_PLUS).weight)
    yield Job("total weight", lambda: known, lambda m: w.total_weight(m, w.LOG))
    yield Job("shortest path", lambda: known, lambda m: w.k_best_paths(m, None, 1, w.MAX_PLUS)[0].weight)
    yield Job("ten best paths", lambda: known, lambda m: w.k_best_paths(m, None, 10, w.MAX_PLUS)[-1].weight)
    yield Job("push", lambda: known, lambda m: len(w.push(m, w.LOG).arcs))
    yield Job("intersect with a sentence", lambda: known, lambda m: len(w.intersect(sentence, m, w.LOG).arcs))
    yield Job("remove epsilons", lambda: known, lambda m: len(w.epsilon_remove(m, w.LOG).arcs))
    yield Job("determinize", lambda: known, lambda m: len(w.determinize(m, w.MAX_PLUS).states))
    small = w.determinize(known, w.MAX_PLUS)
    yield Job("minimize", lambda: small, lambda m: len(w.minimize(m, w.MAX_PLUS).states))
    smaller = w.minimize(small, w.MAX_PLUS)
    yield Job("equivalent", lambda: None, lambda _: bool(w.equivalent(small, smaller, w.MAX_PLUS)))


def openfst(machine: Machine) -> Iterator[Job]:
    """By pywrapfst: sums in log64, best paths in the tropical semiring."""
    fst = import_module("pywrapfst")

    def build(kind: str) -> Any:
        found = fst.VectorFst(arc_type=kind)
        weight = found.weight_type()
        found.add_states(machine.states)
        found.set_start(0)
        for p, a, q, x in machine.arcs:
            found.add_arc(p, fst.Arc(a, a, fst.Weight(weight, -math.log(x)), q))
        for q, x in machine.final.items():
            found.set_final(q, fst.Weight(weight, -math.log(x)))
        return found

    def line(kind: str) -> Any:
        found = fst.VectorFst(arc_type=kind)
        found.add_states(len(machine.string) + 1)
        found.set_start(0)
        for place, a in enumerate(machine.string):
            found.add_arc(place, fst.Arc(a, a, fst.Weight.one(found.weight_type()), place + 1))
        found.set_final(len(machine.string))
        return found

    def weight_of(path: Any) -> float:
        return -float(fst.shortestdistance(path, reverse=True)[path.start()])

    log, tropical = build("log64"), build("standard")
    sentence, best = line("log64"), line("standard")
    sorted_log, sorted_tropical = log.copy().arcsort("ilabel"), tropical.copy().arcsort("ilabel")
    yield Job("build", lambda: None, lambda _: build("log64").num_states() and len(machine.arcs))
    yield Job("first sentence", lambda: log.copy(), lambda m: weight_of(fst.compose(sentence, m.arcsort("ilabel"))))
    yield Job("sentence", lambda: sorted_log, lambda m: weight_of(fst.compose(sentence, m)))
    yield Job(
        "best path of a sentence", lambda: sorted_tropical,
        lambda m: weight_of(fst.shortestpath(fst.compose(best, m))),
    )  # fmt: skip
    yield Job("total weight", lambda: log, lambda m: -float(fst.shortestdistance(m, reverse=True, delta=1e-9)[0]))
    yield Job("shortest path", lambda: tropical, lambda m: weight_of(fst.shortestpath(m)))
    yield Job("ten best paths", lambda: tropical, lambda m: fst.shortestpath(m, nshortest=10, unique=False) and None)
    yield Job("push", lambda: log.copy(), lambda m: m.push(delta=1e-9) and len(machine.arcs))
    yield Job("intersect with a sentence", lambda: sorted_log, lambda m: arcs_of(fst.compose(sentence, m)))
    yield Job("remove epsilons", lambda: log.copy(), lambda m: arcs_of(m.rmepsilon()))
    yield Job("determinize", lambda: tropical, lambda m: fst.determinize(m).num_states())
    small = fst.determinize(tropical)
    yield Job("minimize", lambda: small.copy(), lambda m: m.minimize().num_states())
    smaller = small.copy().minimize()
    yield Job("equivalent", lambda: None, lambda _: fst.equivalent(small, smaller))


def arcs_of(found: Any) -> int:
    """Of an automaton of OpenFst."""
    return sum(found.num_arcs(state) for state in found.states())


def pyfoma(machine: Machine) -> Iterator[Job]:
    """Tropical weights only."""
    module = import_module("pyfoma")

    def build(_: object = None) -> Any:
        found = module.FST()
        states = [found.initialstate, *(module.State() for _ in range(machine.states - 1))]
        found.states = set(states)
        for p, a, q, x in machine.arcs:
            states[p].add_transition(states[q], (str(a) if a else "",), -math.log(x))
            found.alphabet.add(str(a))
        found.finalstates = {states[q] for q in machine.final}
        for q, x in machine.final.items():
            states[q].finalweight = -math.log(x)
        return found

    yield Job("build", lambda: None, lambda _: build() and len(machine.arcs))
    yield Job("shortest path", build, lambda m: -m.words_nbest(1)[0][0])
    yield Job("ten best paths", build, lambda m: -m.words_nbest(10)[-1][0])
    yield Job("push", build, lambda m: m.push_weights() and None)
    yield Job("remove epsilons", build, lambda m: m.epsilon_remove() and None)
    yield Job("determinize", build, lambda m: len(m.determinize().states))
    yield Job("minimize", lambda: build().determinize(), lambda m: len(m.minimize().states))


def genlm(machine: Machine) -> Iterator[Job]:
    """Its generic automata, in its Log semiring; 0.2.0 cannot push there, and its determinisation may not end."""
    base, semiring = import_module("genlm.grammar.wfsa.base"), import_module("genlm.grammar.semiring")

    def build(_: object = None) -> Any:
        found = base.WFSA(semiring.Log)
        found.add_I(0, semiring.Log.one)
        for p, a, q, x in machine.arcs:
            found.add_arc(p, a if a else base.EPSILON, q, semiring.Log(math.log(x)))
        for q, x in machine.final.items():
            found.add_F(q, semiring.Log(math.log(x)))
        return found

    def total(m: Any) -> float:
        ahead, found = m.backward, semiring.Log.zero
        for q, weight in m.I:
            found = found + weight * ahead[q]
        return float(found.score)

    def warm() -> Any:
        found = build()
        found(machine.string)
        return found

    yield Job("build", lambda: None, lambda _: build() and len(machine.arcs))
    yield Job("first sentence", build, lambda m: float(m(machine.string).score))
    yield Job("sentence", warm, lambda m: float(m(machine.string).score))
    yield Job("total weight", build, total)
    yield Job("remove epsilons", build, lambda m: m.epsremove and None)


LIBRARIES: dict[str, Callable[[Machine], Iterator[Job]]] = {
    "ours": ours,
    "OpenFst": openfst,
    "pyfoma": pyfoma,
    "genlm": genlm,
}

ONLY = {
    "remove epsilons": ("trigram LM",),
    "determinize": ("lexicon", "trie"),
    "minimize": ("lexicon", "trie"),
    "equivalent": ("lexicon", "trie"),
}
"""Job → the machines for which it is meant: others have no epsilons, or no deterministic equal."""

_ENOUGH, _ROUNDS = 1.0, 5
"""Seconds, and calls, after which the median is taken."""


def timed(job: Job) -> tuple[float, Any]:
    """(Milliseconds of processor time, median; what was found)."""
    times: list[float] = []
    while len(times) < _ROUNDS and (len(times) < 1 or sum(times) < _ENOUGH):
        given = job.prepare()
        began = time.process_time()
        found = job.run(given)
        times.append(time.process_time() - began)
    return 1e3 * statistics.median(times), found


def main() -> None:
    """Time the jobs that are meant for the machine, but those that are to be skipped."""
    library, name, size, *rest = sys.argv[1:]
    skipped = rest[0].split(",") if rest else []
    if library == "ours":  # kernels are compiled, or loaded, once
        for job in ours(MACHINES["trigram LM"](1500)):
            if job.name in ("total weight", "shortest path"):
                job.run(job.prepare())
    wanted = [job for job, machines in ONLY.items() if name not in machines]
    machine = MACHINES[name](int(size))
    print(json.dumps(["arcs", len(machine.arcs), None]), flush=True)
    for job in LIBRARIES[library](machine):
        if job.name in wanted or job.name in skipped:
            if job.name in ("determinize", "minimize"):
                break  # what follows is made of it
            continue
        try:
            found = timed(job)
        except Exception as error:  # as a limit of its own: there is no time then
            found = math.inf, type(error).__name__
        print(json.dumps([job.name, *found]), flush=True)


if __name__ == "__main__":
    main()
