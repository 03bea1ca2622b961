"""JSON arrays: what pandas and `datasets` write comes back, however it is laid out; broken ones are told."""

import io
import json
import tracemalloc

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparsify import DataError
from sparsify.data.forms import json_lines
from sparsify.data.rows import Reading, open_rows

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(str.strip)
ROWS = st.lists(st.tuples(st.sampled_from(["a", '[b"', "c\\"]), TEXT), min_size=1, max_size=8)


def read(content, labelled=True, **known):
    rows = open_rows(io.BytesIO(content), Reading(**{"format": "jsonl", **known}), labelled)
    return [(row.label, row.text) for row in rows]


@given(
    ROWS,
    st.sampled_from([None, 0, 3]),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.integers(1, 40),
)
def test_an_array_comes_back_in_any_layout_and_however_it_is_cut(rows, indent, plain, encoding, piece):
    tree = [{"label": label, "id": n, "text": text, "more": {"x": [1, "]"]}} for n, (label, text) in enumerate(rows)]
    content = json.dumps(tree, indent=indent, ensure_ascii=plain).encode(encoding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_lines, "_PIECE", piece)
        found = read(b"\n" * (encoding == "utf-8") + content, encoding=encoding)

    assert found == [(label, text.strip()) for label, text in rows]


def test_what_pandas_writes_is_read_and_places_are_numbers_of_elements(tmp_path):
    pandas.DataFrame({"text": ["x", "y"], "label": ["a", "b"]}).to_json(tmp_path / "a.json", orient="records", indent=1)
    rows = open_rows(tmp_path / "a.json")

    assert [(row.label, row.text, row.place) for row in rows] == [
        ("a", "x", f"{tmp_path}/a.json:1"),
        ("b", "y", f"{tmp_path}/a.json:2"),
    ]
    assert read(b'[{"text": "x"}]', False, format="") == [(None, "x")]
    assert read(b'["x", {"text": "y"}]', False) == [(None, "x"), (None, "y")]
    assert read(b"[]") == []


def test_elements_that_are_no_rows_are_bad_rows():
    content = b'[{"text": "x", "label": 1}, 12, {"text": "y"}, null, [1], {"text": "z", "label": 0}]'
    assert read(content, on_bad_row="skip") == [("1", "x"), ("0", "z")]
    with pytest.raises(DataError, match=r"the stream:2: an element is one JSON object .got '12, "):
        read(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'[{"text": "x", "label": 1} {', ":1: an array must be whole JSON .got .*where a comma or . is due"),
        (b'[{"text": "x", "label": 1}', ":1: an array must be whole JSON .got its end"),
        (b'[{"text": "x", "label": 1}, ', ":2: an array must be whole JSON .got its end"),
        (b'[{"text": "x", "label": 1}, {"te', ":2: an array must be whole JSON .got its end"),
        (b'[{"text": "x", label: 1, "other": "some"}]', ":1: an array must be whole JSON .got Expecting property name"),
        (b'[{"text": "x", "label": 1}]\n[]', "must be one array, or an object a line .got '\\[\\]' behind the array"),
        (b"[" * 100_000, ":1: an array must be whole JSON"),
    ],
)
def test_an_array_that_is_broken_is_told(content, message):
    with pytest.raises(DataError, match="the stream" + " ?" + message):
        read(content, on_bad_row="skip")


def test_memory_does_not_grow_with_an_array(tmp_path):
    one = json.dumps({"text": "word " * 100, "label": "a"})
    (tmp_path / "a.json").write_text("[" + ",".join([one] * 20_000) + "]")  # 10 MB in one line
    tracemalloc.start()
    count = sum(1 for _ in open_rows(tmp_path / "a.json"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 20_000
    assert peak < 2e6
