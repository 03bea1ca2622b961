"""Regular expressions: what Python's `re` takes, over characters and over words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wfsa
from wfsa import ANY, BOOLEAN, COUNT, EPSILON, REAL, NoneOf, OneOf, from_regex
from wfsa.testing.enumeration import strings
from wfsa.testing.laws import assert_reads_as_regex

TEXTS = [*strings("abc", 4), "\n", "a\n", "é", "7", "a7"]


def repeated(part):
    times = st.sampled_from(["*", "+", "?", "*?", "{2}", "{1,2}", "{,2}", "{2,}", "{0}"])
    return st.tuples(part, times).map(lambda pair: f"(?:{pair[0]}){pair[1]}")


def alternatives(part):
    return st.lists(part, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})")


PATTERNS = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "[^a-b7]", r"\d", r"[\dc]", r"\D", "", "é", r"\n"]),
    lambda part: st.one_of(st.lists(part, max_size=3).map("".join), alternatives(part), repeated(part)),
    max_leaves=6,
)


@given(PATTERNS)
def test_it_reads_what_re_takes(pattern):
    machine = from_regex(pattern, BOOLEAN)
    assert all(arc.label is not EPSILON for arc in machine.arcs)
    assert_reads_as_regex(machine, pattern, TEXTS)
    assert_reads_as_regex(from_regex(f"^{pattern}$", BOOLEAN, alphabet="abc7é\n"), pattern, TEXTS)


@pytest.mark.parametrize(
    ("pattern", "ways"), [("a|b", 1), ("a|a|[ab]", 1), ("a*a*", 2), ("(a|)(|a)", 2), ("(a*)*", 1), ("a{1,2}", 1)]
)
def test_in_count_it_says_in_how_many_ways(pattern, ways):
    assert wfsa.pathsum(from_regex(pattern, COUNT), "a", COUNT) == ways


def test_words_are_symbols():
    machine = from_regex(r"not (very|really)* [good bad] [^good] (\. \( don't)? .{1,2}", BOOLEAN, words=True)
    read = ["not good bad x", "not very really very bad bad ) y", "not good x . ( don't a b"]
    assert all(wfsa.pathsum(machine, text.split(), BOOLEAN) for text in read)
    unread = ["not good good x", "not very x a b", "not good bad", "not good x . ( don't a b c d"]
    assert not any(wfsa.pathsum(machine, text.split(), BOOLEAN) for text in unread)
    assert from_regex("[good bad]|[^good]", REAL, words=True).arcs[1].label == NoneOf({"good"})
    assert from_regex(".", REAL, words=True, alphabet=["good", "bad"]).arcs[0].label == OneOf({"good", "bad"})


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("(a", "unterminated"),
        (r"(a)\1", "groupref"),
        ("(?=a)", "assert"),
        (r"a\b", "got at"),
        ("(?i)a", "flags"),
        ("(?i:a)", "flags within"),
        ("a^b", "got at"),
        ("a*+", "possessive"),
        (3, "one of Python's re, a str"),
    ],
)
def test_what_no_automaton_reads_is_refused(pattern, what):
    with pytest.raises(wfsa.AutomatonError, match=re.escape(what)):
        from_regex(pattern, REAL)


def test_what_reads_nothing_and_what_is_deep():
    assert [arc.label for arc in from_regex(r"[^\s\S]|b", REAL).arcs] == ["b"]
    assert from_regex(r"[\s\S]", REAL).arcs[0].label is ANY
    assert len(from_regex("(?:){3000000}", REAL).states) == 1
    with pytest.raises(wfsa.AutomatonError, match="nested"):
        from_regex("(" * 400 + "a" + ")" * 400, REAL)
    with pytest.raises(wfsa.AutomatonError, match=r"got 'not \(good'"):
        from_regex("not (good", REAL, words=True)
    for wrong in (b"a", None):
        for words in (True, False):
            with pytest.raises(wfsa.AutomatonError, match="a str"):
                from_regex(wrong, REAL, words=words)


def test_large_patterns_are_refused_before_they_are_made():
    with pytest.raises(wfsa.SizeError, match="positions"):
        from_regex("(a{1000}){1000}", REAL)
    with pytest.raises(wfsa.SizeError, match="alphabet"):
        from_regex(r"\w", REAL)
    assert from_regex(r"\w", REAL, alphabet="a-").arcs[0].label == "a"
    with pytest.raises(wfsa.AutomatonError, match="words and operators"):
        from_regex(r"a \w", REAL, words=True)
