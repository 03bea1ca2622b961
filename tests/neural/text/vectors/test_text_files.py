"""Files of word vectors: what they look like in the world, and what is wrong with them."""

import gzip
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural import VectorError, read_vectors


def write(tmp_path, text, name="v.txt"):
    path = tmp_path / name
    octets = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(gzip.compress(octets) if name.endswith(".gz") else octets)
    return path


def read(path, wanted=None):
    return {word: vector.tolist() for word, vector in read_vectors(path, wanted).items()}


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=" \t\r\n\0\ufeff"), min_size=1, max_size=6)
PHRASES = st.tuples(WORDS, WORDS, WORDS.map("x".__add__)).map(" ".join)
ENDINGS = ["\n", "\r\n", " \n", "\t\r\n"]


@given(
    words=st.lists(WORDS | PHRASES, unique=True, min_size=1, max_size=9),
    dim=st.integers(2, 5),
    form=st.tuples(st.booleans(), st.sampled_from(["", "\ufeff"]), st.sampled_from(" \t"), st.sampled_from(ENDINGS)),
    packed=st.booleans(),
    seed=st.integers(0, 99),
)
def test_what_is_written_is_read(tmp_path_factory, words, dim, form, packed, seed):
    """Words with blanks, numbers as words; with and without a header, a BOM, tabs, trailing blanks, CRLF, gzip."""
    header, mark, separator, ending = form
    rows = np.random.default_rng(seed).normal(size=(len(words), dim)).astype(np.float32)
    lines = [separator.join([word, *map(str, row)]) for word, row in zip(words, rows.tolist(), strict=True)]
    text = mark + "".join(line + ending for line in [f"{len(words)} {dim}"] * header + lines)
    path = write(tmp_path_factory.mktemp("written"), text, "v.gz" if packed else "v.txt")

    found = read_vectors(path)
    assert list(found) == words
    assert np.array_equal([*found.values()], rows)


def test_a_word2vec_header_is_no_word(tmp_path):
    assert list(read(write(tmp_path, "2 3\nnew york 1 2 3\nof 3 4 5\n"))) == ["new york", "of"]
    assert list(read(write(tmp_path, "BZh9 2\n7 4\n"))) == ["BZh9", "7"]
    assert list(read(write(tmp_path, "2 3\n7 4\n"))) == ["2", "7"]  # a number each
    assert list(read(write(tmp_path, "\ufeff2 2\n1999 1 2\n7 3 4\n"))) == ["1999", "7"]


def test_lines_of_one_number_have_no_header(tmp_path):
    """`10 1` is a word and its number, as the other lines are; it is said where it may be one."""
    with pytest.warns(UserWarning, match="read as a word and its number .line 1.; if it is a header, leave it out"):
        assert read(write(tmp_path, "10 1\n11 2\n12 3\n")) == {"10": [1], "11": [2], "12": [3]}


@pytest.mark.parametrize("first", ["to name@domain.com", ". .", "at"])
def test_the_first_word_may_hold_blanks(tmp_path, first):
    """As lines of GloVe 840B do."""
    path = write(tmp_path, f"{first} 1 2\nof 3 4\n")

    assert read(path) == {first: [1, 2], "of": [3, 4]}
    assert read(path, {first, "zebra"}) == {first: [1, 2]}


def test_other_white_space_is_part_of_a_word(tmp_path):
    assert list(read(write(tmp_path, "the 1 2 \na\u00a0b 3 4\n\x85 5 6\n"))) == ["the", "a\u00a0b", "\x85"]


def test_gzip_is_known_by_its_bytes_and_not_by_its_name(tmp_path):
    write(tmp_path, "the 1 2\n", "v.gz").rename(tmp_path / "v.txt")
    write(tmp_path, "the 1 2\n", "w.txt").rename(tmp_path / "w.gz")

    assert read(tmp_path / "v.txt") == read(tmp_path / "w.gz") == {"the": [1, 2]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("the 1 2\nof 3 4\nthe 3 4\n", r"1 words occur more than once; .* \(line 3\)"),
        (" 1 2\nthe 1 2\nof 3 4\n", r"1 lines hold no word that can be seen.*line 1"),
        ("3 2\n\t9 9\nthe 1 2\nof 3 4\n", r"1 lines hold no word that can be seen.*line 2"),
        ("the 1 2\nof 3 4\n  5 6\n  7 8\n", r"2 lines hold no word .*line 3 is the first"),
        ("the 1 2\ncaf\u00e9 1 2\nof 3 4\n".encode("latin-1"), r"1 lines hold a word that is not UTF-8.*iconv.*line 2"),
        ("the 1 2\nof 3 4\nzebra 3\n", "1 lines hold another count of numbers.*no needed word.*line 3"),
        ("the 1 2\nof 3 4\nzebra 3 4 5\nzebra\n", "2 lines hold another count of numbers.*line 3 is the first"),
        ("the 1 2\nof 3 4\nze\0bra 3 4\n", "1 lines hold a NUL byte.*line 3"),
        ("3 2\nthe 1 2\nof 3 4\n", "header names 3 words, and 2 lines follow; the file may be cut"),
        ("1 2\nthe 1 2\nof 3 4\n", "header names 1 words, and 2 lines follow; all are read"),
        ("the 1 2\nof 3 4", "1 line, the last one, has no line end; .*cut there.*line 2"),
    ],
)
@pytest.mark.parametrize("end", ["", ".gz"])
def test_what_is_odd_is_read_and_said(tmp_path, text, said, end):
    path = write(tmp_path, text, "v.txt" + end)

    with pytest.warns(UserWarning, match=said):
        found = read(path, {"the", "of"})
    assert found == {"the": [1, 2], "of": [3, 4]}


def test_a_line_that_is_not_needed_is_not_looked_at(tmp_path):
    assert read(write(tmp_path, "the 1 2\nzebra x nan\n"), {"the"}) == {"the": [1, 2]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("the 1 2\nof 3\n", ":2: .*2 numbers .got 1 numbers in 'of 3'"),
        ("the 1 2\nof\n", ":2: .*2 numbers .got 0 numbers"),
        ("the 1 2\nof  3\n", ":2: .*2 numbers .got 1 numbers"),
        ("the 1 2\nof 3 3 4\n", ":2: .*2 numbers .got 3 numbers in 'of 3 3 4'"),
        ("the 1 2\nof 3 4\nnot of 3 4 5\n", None),
        ("the 1 2\nof 3\0 4\n", ":2: .*got a NUL byte"),
        ("the 1 2\no\0f 3 4\n", ":2: .*got a NUL byte"),
        ("the 1 2\nof x y\n", ":2: .*must be numbers"),
        ("the 1 2\nof 1_0 2\n", ":2: .*must be numbers .*underscore"),
        ("the 1 2\nof 1 \u0663\n", ":2: .*must be numbers"),
        ("of 1 nan\n", ":1: .*finite"),
        ("the 1 2\nof 1e39 2\n", ":2: .*finite .*3e38"),
    ],
)
def test_a_needed_word_on_a_bad_line_names_the_line(tmp_path, text, message):
    path = write(tmp_path, text)

    if message is None:  # the word of that line is another
        with pytest.warns(UserWarning, match="another count"):
            assert read(path, {"the", "of"})["of"] == [3, 4]
    else:
        for wanted in ({"of"}, None):
            with pytest.raises(VectorError, match=message):
                read_vectors(path, wanted)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: a line holds a word and its numbers"),
        ("\n\n", ":1: "),
        ("the\nof\n", ":1: "),
        ("the,1,2\nof,3,4\n", ":1: .*blanks or tabs between .got 'the,1,2'"),
        ("100%s 1,5 2,5\n", ":1: .*got '100%s"),
        ("2 3\nthe 1 2\nof 3 4\n", ":1: a header holds .*numbers in a line, 2 here .got '2 3'"),
        (f"{'9' * 5000} 2\nthe 1 2\n", ":1: a header holds .*got '9999"),
        (f"2 {'9' * 5000}\nthe 1 2\n", ":1: a header holds .*got '2 9999"),
        ("the 1 2\rof 3 4\r", r":1: .*not with \\r alone"),
        ("\ufeffthe 1 2\n".encode("utf-16-le"), "got UTF-16; .*iconv"),
        ("\ufeffthe 1 2\n".encode("utf-16-be"), "got UTF-16; .*iconv"),
        ("the 1 2\nof 3 4\n".encode("utf-16-be"), ":1: .*NUL bytes: a binary file or UTF-16"),
        (b"the \xff\xcd\xcc\x3d", ":1: .*with bytes that are not UTF-8: a binary file"),
        (b"\xff\xfe\0\0", "got UTF-16"),
        (pickle.dumps({"the": [1.0]}), "got a Python pickle, which may run any code"),
        (b"\xba\x16\x4f\x2f\x0c\0\0\0", "got fastText's own binary form; take the file NAME.vec"),
        (b"\x89HDF\r\n\x1a\n", "got an HDF5 file; save its table with numpy.save"),
        (b"\x28\xb5\x2f\xfd\x00", "archive of zstd; unpack it"),
    ],
)
def test_what_is_no_file_of_vectors_is_refused(tmp_path, text, message):
    for wanted in ({"of"}, None):
        with pytest.raises(VectorError, match=message):
            read_vectors(write(tmp_path, text), wanted)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(VectorError, match=r"none.txt must be a readable file of word vectors .got .*No such file"):
        read_vectors(tmp_path / "none.txt")
