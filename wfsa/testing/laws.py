"""Laws as assertions, for semirings and operations of one's own."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from wfsa.automaton import WFSA
from wfsa.operations.equivalence import CounterExample, equivalent
from wfsa.paths.forward import pathsum
from wfsa.semirings.base import Semiring
from wfsa.semirings.scalars import BOOLEAN
from wfsa.testing.enumeration import listed_pathsum


def assert_pathsums_are_listed(automaton: WFSA, texts: Iterable[Sequence[Any]], K: Semiring[Any]) -> None:
    """The pathsum in K of every text is ⊕ over its listed paths. Needs finitely many paths per text."""
    for xs in texts:
        found, listed = pathsum(automaton, xs, K), listed_pathsum(automaton, xs, K)
        assert K.near(found, listed, 1e-9), f"pathsum of {xs!r} in {K}: {found}, by its paths {listed}"


def assert_equal_pathsums(a: WFSA, b: WFSA, texts: Iterable[Sequence[Any]], K: Semiring[Any]) -> None:
    """Both automata weigh each of these texts alike."""
    for xs in texts:
        one, two = pathsum(a, xs, K), pathsum(b, xs, K)
        assert K.near(one, two, 1e-9), f"pathsum of {xs!r} in {K}: {one} and {two}"


def assert_same_language(a: WFSA, b: WFSA, K: Semiring[Any] = BOOLEAN) -> None:
    """Both automata weigh all strings alike, in BOOLEAN: accept the same ones. Says a string on which they differ."""
    found = equivalent(a, b, K)
    if isinstance(found, CounterExample):
        one, two = (pathsum(machine, found.string, K) for machine in (a, b))
        raise AssertionError(f"{found.string!r} tells them apart in {K}: {one} and {two}")


def assert_reads_as_regex(automaton: WFSA, pattern: str, texts: Iterable[str]) -> None:
    """The automaton accepts just those texts that `re.fullmatch` takes."""
    for text in texts:
        found, wanted = pathsum(automaton, text, BOOLEAN), re.fullmatch(pattern, text) is not None
        assert found == wanted, f"{text!r} is {'read' if found else 'not read'}, and re.fullmatch({pattern!r}) differs"


def assert_keeps_pathsums(
    operation: Callable[[WFSA], WFSA], automaton: WFSA, texts: Iterable[Sequence[Any]], K: Semiring[Any]
) -> None:
    """An operation that claims to leave every pathsum in K as it is does so on these texts."""
    assert_equal_pathsums(automaton, operation(automaton), texts, K)
