"""word2vec's binary form."""

import io
import struct
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural import VectorError, read_vectors
from neural.text.vectors import word2vec_binary
from neural.text.vectors.blocks import Blocks

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=" \n"), min_size=1, max_size=6)
BITS = st.integers(0, 2**32 - 1).filter(lambda bits: bits & 0x7F800000 != 0x7F800000)  # finite


def written(words, rows, end, count=None):
    """As the original tool, with a line end behind every row, or gensim writes it."""
    header = f"{len(words) if count is None else count} {rows.shape[1]}\n".encode()
    return header + b"".join(
        word.encode() + b" " + struct.pack(f"<{len(row)}f", *row) + end for word, row in zip(words, rows, strict=True)
    )


def rows_of(bits, dim):
    return np.frombuffer(np.array(bits, np.uint32).tobytes(), np.float32).reshape(-1, dim)


@given(st.data(), st.lists(WORDS, unique=True, min_size=1, max_size=7), st.sampled_from([b"", b"\n"]))
def test_what_is_written_is_read(tmp_path_factory, data, words, end):
    """Bit for bit, for any subset of the words; any bits that are finite, also those of blanks and line ends."""
    dim = data.draw(st.integers(3, 6))
    size = dim * len(words)
    odd = st.sampled_from([0x20202020, 0x0A0A0A0A, 0x3F800000, 0x31203120, 0])
    bits = data.draw(st.lists(BITS | odd, min_size=size, max_size=size))
    for k in range(dim // 2 + 1):
        bits[k::dim] = [0x3F800000] * len(words)  # no row looks like text
    rows = rows_of(bits, dim)
    path = tmp_path_factory.mktemp("binary") / "v.bin"
    path.write_bytes(written(words, rows, end))
    wanted = data.draw(st.none() | st.sets(st.sampled_from([*words, "other"])))

    found = read_vectors(path, wanted)
    assert list(found) == [word for word in words if wanted is None or word in wanted]
    assert all(found[word].tobytes() == rows[words.index(word)].tobytes() for word in found)
    assert all(vector.dtype == np.float32 and vector.flags.aligned for vector in found.values())


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_row_may_begin_anywhere_in_a_block(end):
    rng = np.random.default_rng(0)
    words = [f"w{'x' * int(rng.integers(0, 9))}{i}" for i in range(200)]
    rows = rng.normal(size=(200, 5)).astype(np.float32)
    octets = written(words, rows, end)
    for size in (64, 71, 1024):
        odd = word2vec_binary.Oddities("row")
        blocks = Blocks(io.BytesIO(octets), size)
        found = word2vec_binary.read_binary("v.bin", None, blocks, (200, 5, octets.index(b"\n") + 1), odd)
        assert list(found) == words
        assert np.array_equal([*found.values()], rows)
        assert not [*odd.sentences()]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "v.bin"


ROWS = np.array([[0.1, -2, 3], [4, 0.5, 6]], np.float32)


@pytest.mark.parametrize("cut", [1, 5, 11])
def test_a_cut_row_is_counted_unless_its_word_is_needed(path, cut):
    path.write_bytes(written(["the", "of"], ROWS, b"")[:-cut])

    with (
        pytest.warns(UserWarning, match=r"1 rows are cut: they are left out, and no needed word .*\(row 2\)"),
        pytest.warns(UserWarning, match="the header names 2 words, and 1 rows follow; the file may be cut"),
    ):
        assert list(read_vectors(path, {"the", "zebra"})) == ["the"]
    for wanted in ({"of"}, None):
        with pytest.raises(VectorError, match=rf"v.bin, row 2: .*3 numbers of four bytes .got {12 - cut} .*'of'"):
            read_vectors(path, wanted)


@pytest.mark.parametrize(
    ("words", "count", "said"),
    [
        (["the", "of"], 3, "the header names 3 words, and 2 rows follow; the file may be cut"),
        (["the", "of"], 1, "the header names 1 words, and 2 rows follow; all are read"),
        (["of", "the", "of"], None, r"1 words occur more than once; the first vector of each counts \(row 3\)"),
        (["of", "", "the", ""], None, r"2 rows hold no word .*\(row 2 is the first\)"),
    ],
)
def test_what_is_odd_is_read_and_said(path, words, count, said):
    rows = np.arange(3 * len(words), dtype=np.float32).reshape(-1, 3)
    path.write_bytes(written(words, rows, b"\n", count))

    with pytest.warns(UserWarning, match=said):
        found = read_vectors(path, {"the", "of"})
    assert {word: rows[words.index(word)].tolist() for word in ("the", "of")} == {
        word: vector.tolist() for word, vector in found.items()
    }


def test_a_word_in_another_encoding_is_left_out_and_said(path):
    path.write_bytes(written(["the", "of", "x"], np.eye(3, dtype=np.float32), b"").replace(b"of ", b"caf\xe9 "))

    with pytest.warns(UserWarning, match=r"1 rows hold a word that is not UTF-8, .*\(row 2\)"):
        assert list(read_vectors(path)) == ["the", "x"]


def test_a_needed_value_is_finite(path):
    path.write_bytes(written(["the", "of"], np.array([[1, 2, np.nan], [4, 5, 0]], np.float32), b""))

    with pytest.raises(VectorError, match=r"v.bin, row 1: the values must be finite"):
        read_vectors(path, {"the"})
    assert list(read_vectors(path, {"of"})) == ["of"]


def many(count):
    """Words of one to nine letters, and rows."""
    rng = np.random.default_rng(0)
    words = [f"{'w' * int(rng.integers(0, 6))}{i}" for i in range(count)]
    return words, rng.normal(size=(count, 7)).astype(np.float32)


@pytest.mark.parametrize("end", [b"", b"\n"])
@pytest.mark.parametrize("dim", [3, 6, 8, 14])
@pytest.mark.parametrize("wanted", [None, {"0", "w7"}, set()])
def test_a_header_that_names_other_numbers_than_rows_have_is_refused(path, end, dim, wanted):
    """Rows slip: all vectors but the first would be others' bytes."""
    path.write_bytes(written(*many(400), end).replace(b"400 7\n", f"400 {dim}\n".encode(), 1))

    with pytest.raises(VectorError, match=rf"v.bin: rows do not fit the header's {dim} numbers; .*got \d+ of \d+ rows"):
        read_vectors(path, wanted)


def test_words_with_blanks_are_refused_where_most_rows_slip(path):
    words, rows = many(400)
    path.write_bytes(written([f"new {word}" if i % 2 else word for i, word in enumerate(words)], rows, b""))

    with pytest.raises(VectorError, match=r"rows do not fit the header's 7 numbers; .*without blanks"):
        read_vectors(path, {words[-1]})


def test_one_word_with_a_blank_is_said(path):
    words, rows = many(400)
    path.write_bytes(written([*words[:20], "new york", *words[21:]], rows, b"\n"))

    with pytest.warns(UserWarning, match=r"1 rows hold a word that is not UTF-8, .*\(row 22\)"):
        found = read_vectors(path, set(words))
    assert found.keys() == {*words} - {words[20], words[21]}


def test_a_cut_file_with_a_few_words_of_another_encoding_is_read(path):
    words, rows = many(400)
    path.write_bytes(written(words, rows, b"").replace(words[9].encode() + b" ", b"caf\xe9 ", 1)[:-50])

    with (
        pytest.warns(UserWarning, match="1 rows are cut"),
        pytest.warns(UserWarning, match="1 rows hold a word that is not UTF-8"),
        pytest.warns(UserWarning, match="the header names 400 words, and 398 rows follow"),
    ):
        found = read_vectors(path, {*words[:300]})
    assert len(found) == 299


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"2 200000\nthe " + bytes(9), "rows of at most 100000 numbers .got 200000"),
        (b"2 3\nthe " + bytes(12) + b"x" * (2 << 20), "must have a blank behind every word .row 2 has none"),
    ],
)
def test_other_files_are_refused(path, octets, message):
    path.write_bytes(octets)

    with pytest.raises(VectorError, match=message):
        read_vectors(path, {"the"})


def test_text_with_a_header_stays_text(path):
    """Also with words of blanks, words in another encoding, and lines that are bad."""
    texts = ["2 3\nnew york 1 2 3\nof 4 5 6\n", "1 1\nof 5\n", "3 2\ncaf\u00e9 1 2\nthe 3 4\nof 4 5\n"]
    for text in texts:
        path.write_bytes(text.encode("latin-1"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert "of" in read_vectors(path)
