"""Edit distances against the table of Wagner and Fischer."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wfsa
from wfsa import COUNT, MIN_PLUS, edit_distance, pathsum

COSTS = st.sampled_from([0.5, 1.0, 2.0])
WORDS = st.text("abc", max_size=6)


def wagner_fischer(a, b, insertion, deletion, substitution):
    row = [j * insertion for j in range(len(b) + 1)]
    for x in a:
        before, row = row, [row[0] + deletion]
        for j, y in enumerate(b):
            row.append(min(before[j + 1] + deletion, row[j] + insertion, before[j] + (x != y) * substitution))
    return row[-1]


@given(WORDS, WORDS, st.tuples(COSTS, COSTS, COSTS))
def test_it_is_the_cost_of_the_cheapest_edits(a, b, costs):
    insertion, deletion, substitution = costs
    machine = edit_distance(a, insertion=insertion, deletion=deletion, substitution=substitution)
    assert pathsum(machine, b, MIN_PLUS) == pytest.approx(wagner_fischer(a, b, *costs))


@given(WORDS, WORDS, st.integers(0, 3))
def test_with_a_bound_only_what_takes_few_edits_is_read(a, b, most):
    edits = wagner_fischer(a, b, 1.0, 1.0, 1.0)
    assert pathsum(edit_distance(a, most), b, MIN_PLUS) == (edits if edits <= most else math.inf)


def test_the_nearest_words_of_a_lexicon():
    lexicon = wfsa.from_strings(["good", "wood", "gold", "bad"], MIN_PLUS)
    near = wfsa.intersect(edit_distance("goood", 2), lexicon, MIN_PLUS)
    found = wfsa.k_best_paths(near, None, 4, MIN_PLUS, distinct="strings")
    assert [("".join(path.labels), path.weight) for path in found] == [("good", 1.0), ("gold", 2.0), ("wood", 2.0)]
    assert wfsa.total_weight(edit_distance("", 0), COUNT) == 0


def test_what_is_below_0_is_refused():
    for wrong in ({"most": -1}, {"most": 1.5}, {"insertion": -1.0}):
        with pytest.raises(wfsa.AutomatonError, match="at least 0"):
            edit_distance("a", **wrong)
