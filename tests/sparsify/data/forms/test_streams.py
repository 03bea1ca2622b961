"""Where rows come from: packed files, standard input, streams; what is cut off."""

import bz2
import gzip
import io
import lzma
import subprocess
import sys
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sparsify import DataError
from sparsify.data.rows import Reading, open_rows

PACK = {"gz": gzip.compress, "zst": zstandard.compress, "xz": lzma.compress, "bz2": bz2.compress}
CSV = b'label,text\na,"one\nmore"\nb,two\n'
FOUND = [("a", "one\nmore"), ("b", "two")]


def pairs(source, **known):
    return [(row.label, row.text) for row in open_rows(source, Reading(**known))]


@pytest.mark.parametrize("ending", PACK)
def test_packed_files_are_unpacked_by_what_they_begin_with(tmp_path, ending):
    """In several pieces, too, as `cat` joins them; the form is told by the name before the ending."""
    pieces = PACK[ending](CSV) + PACK[ending](b"c,three\n")
    for name in (f"a.csv.{ending}", "a.csv"):
        (tmp_path / name).write_bytes(pieces)
        assert pairs(tmp_path / name) == [*FOUND, ("c", "three")]
    assert pairs(io.BytesIO(PACK[ending](b"label\ttext\n" * 3))) == [("label", "text")] * 3


@pytest.mark.parametrize("ending", PACK)
def test_a_packed_file_that_is_cut_off_is_an_error(tmp_path, ending):
    """At any place after its beginning."""
    whole = PACK[ending](b"".join(b"a,text %d\n" % i for i in range(2000)))
    for size in (len(whole) // 2, len(whole) - 5):
        (tmp_path / "a.csv").write_bytes(whole[:size])
        with pytest.raises(DataError, match=r"a.csv must be a (whole packed|readable) file"):
            pairs(tmp_path / "a.csv")


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_forms_that_are_read_from_anywhere_may_be_packed(tmp_path, form):
    table, file = pa.table({"label": ["a"], "text": ["one"]}), io.BytesIO()
    if form == "parquet":
        pa.parquet.write_table(table, file)
    else:
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    (tmp_path / f"a.{form}.gz").write_bytes(gzip.compress(file.getvalue()))

    assert pairs(tmp_path / f"a.{form}.gz") == [("a", "one")]


def test_standard_input_is_read_and_left_open():
    code = (
        "import sys; from sparsify.data.rows import open_rows; "
        "print([(row.label, row.text, row.place) for row in open_rows('-')], sys.stdin.buffer.closed)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=gzip.compress(CSV), capture_output=True, check=True)

    assert (
        done.stdout.decode() == f"{[(*row, f'stdin:{line}') for row, line in zip(FOUND, (2, 4), strict=True)]} False\n"
    )


def test_rows_of_a_pipe_come_before_it_ends():
    """What is asked of a service is answered at once."""
    code = (
        "from sparsify.data.rows import open_rows\n"
        "for row in open_rows('-', labelled=False): print(row.text, flush=True)"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe) as process:
        process.stdin.write(b"one\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"one\n"
        process.stdin.close()


def test_a_callers_stream_is_not_closed():
    stream = io.BytesIO(CSV)
    pairs(stream)

    assert not stream.closed


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_are_rows_or_one_error(content, labelled):
    with suppress(DataError):
        rows = open_rows(io.BytesIO(content), Reading(on_bad_row="skip"), labelled)
        assert all(isinstance(row.text, str) for row in rows)


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(DataError, match=r"nothing.csv must be a readable file"):
        pairs(tmp_path / "nothing.csv")
    with pytest.raises(DataError, match="a folder of texts holds a folder per class"):
        open_rows(tmp_path)


@pytest.mark.parametrize("module", ["pyarrow", "zstandard"])
def test_a_missing_library_is_told_with_the_extra_that_brings_it(tmp_path, module):
    name = {"pyarrow": "a.parquet", "zstandard": "a.csv"}[module]
    (tmp_path / name).write_bytes(zstandard.compress(CSV))
    code = (
        f"import sys; sys.modules[{module!r}] = None\nfrom sparsify.data.rows import open_rows\n"
        f"try: list(open_rows({str(tmp_path / name)!r}))\nexcept ValueError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert f"needs {module} (not installed); pip install 'sparse-wfsa[data]'." in done.stdout
