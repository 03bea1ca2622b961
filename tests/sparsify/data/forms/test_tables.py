"""CSV and TSV: what Python's and pandas' writers write comes back; what is no table is told with its line."""

import csv
import io
from contextlib import suppress

import pandas
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from sparsify import DataError
from sparsify.data.rows import Reading, Row, open_rows

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(str.strip)
LABEL = st.sampled_from(["a", "b, c", 'd "e"', "ü\nx"])
ROWS = st.lists(st.tuples(LABEL, TEXT), min_size=1, max_size=8)


def read(content, labelled=True, **known):
    """(label, text) of bytes, and the rows they came from."""
    rows = open_rows(io.BytesIO(content), Reading(**known), labelled)
    return [(row.label, row.text) for row in rows], rows


def stripped(rows):
    return [(label.strip(), text.strip()) for label, text in rows]


def own_reading(text, separator):
    """What the csv module reads; None where it does not go on."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        return None


@given(ROWS, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]), st.booleans())
@example([("a", "\r0")], ",", "\n", True)
def test_what_the_csv_module_writes_comes_back(rows, separator, end, every):
    """Line breaks, quotes and separators in the texts, too.

    Some versions of the module leave a lone carriage return without quotes, and read no further there themselves: what
    it does not read back itself is no table.
    """
    file = io.StringIO()
    quoting = csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL
    writer = csv.writer(file, delimiter=separator, lineterminator=end, quoting=quoting)
    written = [["label", "id", "text"], *([label, "7", text] for label, text in rows)]
    writer.writerows(written)
    assume(own_reading(file.getvalue(), separator) == written)
    found, read_rows = read(file.getvalue().encode(), format="csv")

    assert found == stripped(rows)
    assert "the texts are taken to be in 'text' and the labels are taken to be in 'label'" in read_rows.notes[0]


# pandas does not quote a lone \r, at which it ends a row when it reads.
PANDAS = st.lists(st.tuples(LABEL, TEXT.filter(lambda text: "\r" not in text)), min_size=1, max_size=8)


@given(PANDAS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-32-le", "gb18030"]))
def test_what_pandas_writes_comes_back_in_any_encoding(rows, encoding):
    file = io.BytesIO()
    pandas.DataFrame(rows, columns=["stars given", "What they said"]).to_csv(file, encoding=encoding, index=False)
    names = {"label_column": "stars given", "text_column": "What they said"}

    assert read(file.getvalue(), format="csv", encoding=encoding, **names)[0] == stripped(rows)


LATIN = st.text(alphabet=st.characters(codec="iso-8859-1", exclude_characters="\0\t\n\r")).filter(str.strip)


@given(st.lists(st.tuples(st.sampled_from("ab"), LATIN), min_size=1, max_size=8))
def test_lines_of_the_seeds_come_back_in_their_encoding(rows):
    content = "".join(f"{label}\t{text}\n" for label, text in rows).encode("iso-8859-1")

    assert read(content, format="tsv", encoding="iso-8859-1")[0] == stripped(rows)


@given(st.lists(st.lists(st.sampled_from(["a", '"', ",", "\n", "x y", "é", "\udcff"]), max_size=12), max_size=6))
def test_any_bytes_are_rows_or_bad_rows(lines):
    """Nothing but rows, or an error that names the place; skipping, every row is read or counted."""
    content = "\n".join(map("".join, lines)).encode("utf-8", "surrogateescape")
    with suppress(DataError):
        found, _ = read(content, format="csv")
        assert all(label and text for label, text in found)
        return
    found, rows = read(content, format="csv", on_bad_row="skip")
    assert all(label and text for label, text in found)
    assert rows.skipped >= 1
    assert f"{rows.skipped} row" in rows.notes[-1]
    with pytest.raises(DataError, match=r"^the stream:\d"):
        read(content, format="csv")


def test_every_ragged_row_is_counted_and_the_others_are_read():
    """Rows of another width than the header's; the first is named."""
    widths = [2, 3, 1, 2, 5, 2]
    content = "label,text\n" + "".join(",".join("xyzuv"[:width]) + "\n" for width in widths)
    found, rows = read(content.encode(), format="csv", on_bad_row="skip")

    assert found == [("x", "y")] * 3
    assert (rows.skipped, len(rows.notes)) == (3, 2)
    assert rows.notes[-1].startswith(
        "3 rows that cannot be read are left out, the first at the stream:3: a row of this"
    )
    with pytest.raises(DataError, match=r"the stream:3: a row .* has 2 fields .got 3: .*--on-bad-row skip"):
        read(content.encode(), format="csv")


def test_places_are_the_lines_where_rows_begin(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('label,text\na,"one\n\ntwo"\n\nb,three\n')

    assert [row.place for row in open_rows(path)] == [f"{path}:2", f"{path}:6"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'label,text\na,"one\nb,two\n', ":2: a quotation mark that opens a field must be closed .* up to line 3"),
        (b'label,text\na,"on"e\n', ":2: quotation marks stand around whole fields"),
        (b"label,text\na,caf\xe9\n", ":2: lines are UTF-8 .got other bytes at 'caf'.*--encoding, such as iso-8859-1"),
        (b"label,text\na,x\0y\n", ":2: .*NUL"),
        (b"label,text\n,x\n", ":2: neither label nor text may be empty"),
        ("label,text\na,é\n".encode("utf-16"), ":1: .*got UTF-16.*or add --encoding utf-16"),
        ("label,text\na,é\n".encode("utf-32"), ":1: .*got UTF-32.*or add --encoding utf-32"),
        (b"a,b,c\n", ":1: .* 2 fields .got 3.*; where the first row names the columns, add --text-column NAME"),
        (b"PK\x03\x04more", " must be no zip archive .*unzip it"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_with_its_line(content, message):
    with pytest.raises(DataError, match="the stream" + message):
        read(content, format="csv")


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"text_column": "txt"}, r":1: there must be a column 'txt' .got the columns 'rev', 'y', 'z'"),
        ({"header": True}, r":1: a column must be known to hold the texts .*add --text-column NAME"),
        ({"text_column": "rev"}, r":1: a column must be known to hold the labels .*add --label-column NAME"),
        ({"text_column": "y", "label_column": "y"}, "texts and labels must be two columns"),
        ({"encoding": "utf-9"}, "encoding must be one that Python knows.*did you mean utf-8"),
        ({"encoding": "rot13"}, "encoding must be one"),
        ({"encoding": "idna"}, "encoding must be one"),
        ({"encoding": "punycode"}, "encoding must be one"),
        ({"on_bad_row": "mend"}, "on_bad_row must be one of fail, skip"),
        ({"format": "folders"}, "the stream must be a folder to be read as folders"),
        ({"format": "cvs"}, "format must be one of .*did you mean csv"),
    ],
)
def test_choices_that_fit_no_column_are_told(known, message):
    with pytest.raises(DataError, match=message):
        read(b"rev,y,z\na,b,c\n", **{"format": "csv", **known})


def test_bytes_that_no_decoder_goes_on_after_are_told():
    content = "label,text\na,x\n".encode("utf-16") + b"\x41"
    with pytest.raises(
        DataError, match=r"the stream must be text of its encoding .got .*truncated data.; name its --enc"
    ):
        read(content, format="csv", encoding="utf-16", on_bad_row="skip")


def test_one_known_name_of_two_tells_of_the_other():
    assert read(b"review,y\ngood,1\n", format="csv", header=True)[0] == [("1", "good")]
    assert read(b"review\ty\ngood\t1\n", format="tsv", header=True)[0] == [("1", "good")]


def test_a_text_longer_than_the_csv_modules_limit_is_read_and_the_limit_stays():
    limit = csv.field_size_limit()
    text = "word " * limit

    assert read(f"label,text\na,{text}\n".encode(), format="csv")[0] == [("a", text.strip())]
    assert csv.field_size_limit() == limit


def test_a_quotation_mark_that_is_never_closed_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("sparsify.data.forms.commas.LONGEST", 1000)
    content = b'label,text\na,"one\n' + b"b,two\n" * 1000 + b"c,three\n"
    found, rows = read(content, format="csv", on_bad_row="skip")

    assert rows.skipped == 1
    assert found == [("b", "two")] * 1000 + [("c", "three")]
    assert "up to line 16" in rows.notes[-1]


@pytest.mark.parametrize(
    ("later", "others"), [(b"", []), (b'c,"all, well"\n', [("c", "all, well")]), (b'c,x\nc,"not\n', [("c", "x")])]
)
def test_a_quotation_mark_that_is_never_closed_takes_no_other_row_along(later, others):
    """To the end of the file, to the quotation mark of a good row, and twice."""
    content = b'label,text\na,"one\n' + b"b,two\n" * 50 + later
    found, rows = read(content, format="csv", on_bad_row="skip")

    assert found == [("b", "two")] * 50 + others
    assert rows.skipped == 1 + (b"not" in later)
    assert "the first at the stream:2: " in rows.notes[-1]


def test_an_empty_quoted_field_is_a_row_and_a_blank_line_is_none():
    content = b'text\ngood\n""\n\n  \n" "\nbad\n'
    found, rows = read(content, labelled=False, format="csv")

    assert [text for _, text in found] == ["good", "", "", "bad"]
    assert [row.place for row in open_rows(io.BytesIO(content), Reading(format="csv"), False)] == [
        f"the stream:{n}" for n in (2, 3, 6, 7)
    ]
    assert rows.skipped == 0
    _, rows = read(b'label,text\na,x\n""\nb,y\n', format="csv", on_bad_row="skip")
    assert rows.skipped == 1


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.txt", "one\n\ntwo\tthree\n", ["one", "", "two\tthree"]),
        ("a.tsv", "a\tone\nb\ttwo\tthree\n", ["one", "two\tthree"]),
        ("a.tsv", "id\tsentence\n1\tone\n", ["one"]),
        ("a.csv", 'text\n"one, two"\n', ["one, two"]),
        ("a.csv", '"one, two"\nthree\n', ["one, two", "three"]),
        ("a.csv", "label,text\na,one\n,two\n", ["one", "two"]),
        ("unnamed", "id,text\n1,one\n", ["one"]),
    ],
)
def test_texts_alone_are_enough_to_predict(tmp_path, name, content, found):
    (tmp_path / name).write_text(content)

    assert [row.text for row in open_rows(tmp_path / name, labelled=False)] == found


def test_rows_can_be_gone_through_again(tmp_path):
    (tmp_path / "a.csv").write_text("label,text\na,one\nb\n")
    rows = open_rows(tmp_path / "a.csv", Reading(on_bad_row="skip"))

    assert [*rows] == [*rows] == [Row("one", "a", f"{tmp_path}/a.csv:2")]
    assert (rows.skipped, len(rows.notes)) == (1, 2)
