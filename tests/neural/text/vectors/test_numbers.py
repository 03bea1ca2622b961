"""Numbers of text become the float32 that Python and numpy make of them, bit for bit."""

import math
import struct

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neural import VectorError, read_vectors
from neural.text.vectors.text_scan import is_utf8, read_numbers

FORMS = ["{!r}", "{:.4f}", "{:.5g}", "{:e}", "{:.18e}", "{:.30f}", "{:+.0f}", "{:E}"]
DIGITS = st.from_regex(r"[-+]?([0-9]{1,25}\.?[0-9]{0,25}|\.[0-9]{1,25})([eE][-+]?[0-9]{1,3})?", fullmatch=True)


def numbers(path, texts):
    """What is read of a line that holds them."""
    path.write_text("the " + " ".join(texts) + "\n")
    return read_vectors(path)["the"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("numbers") / "v.txt"


def halfway(value):
    """The number between a float32 and the next one, exactly."""
    return (float(value) + float(np.nextafter(np.float32(value), np.float32(np.inf)))) / 2


FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@settings(max_examples=150)
@given(
    st.lists(
        st.builds(str.format, st.sampled_from(FORMS), FLOATS | st.floats(-1e30, 1e30))
        | st.builds("{:.60f}".format, st.floats(2.0**-20, 2.0**20, width=32).map(halfway))
        | DIGITS.filter(lambda text: abs(float(text)) < 3.4e38),
        min_size=2,
        max_size=6,
    )
)
@example(["-0", "-0.0000"])
@example(["16777217", "1e-45"])
@example(["0.000000000000000000000000000000000000000000000000001e50", "1" + "0" * 30 + "e-30"])
@example(["9007199254740993", "3.40282356e38"])
def test_every_number_is_the_nearest_one(path, texts):
    expected = np.array([np.float32(float(text)) for text in texts])

    assert numbers(path, texts).tobytes() == expected.tobytes()


@pytest.mark.parametrize("text", ["1_0", "0x1p3", "1e", "1e+", ".", "-", "--1", "1.2.3", "1e5.0", "inf", "nan", "1e39"])
def test_what_is_no_finite_number_is_refused(path, text):
    path.write_text(f"the 1 {text}\nof 1 2\na 1 2\n")

    with pytest.raises(VectorError, match=r"v.txt:1: "):
        read_vectors(path, {"the"})
    assert [*read_vectors(path, {"of", "a"})] == ["of", "a"]


def test_common_numbers_are_left_to_nobody():
    """As float32 and GloVe are written, every one is certain at once."""
    floats = np.random.default_rng(0).normal(size=(100, 50)).astype(np.float32)
    for form in ("{}", "{:.5g}", "{:.4f}", "{:.18e}"):
        lines = ["w " + " ".join(map(form.format, row)) for row in floats.tolist()]
        octets = np.frombuffer(bytearray("\n".join(lines).encode()), np.uint8)
        ends = np.cumsum([len(line) + 1 for line in lines]) - 1
        starts = ends - [len(line) for line in lines]
        found = np.stack([np.arange(100), starts, starts + 1, ends], axis=1)
        values, good = np.empty_like(floats), np.zeros(100, np.bool_)
        read_numbers(octets, found, values, good)
        assert good.all(), form


@settings(max_examples=200)
@given(st.binary(max_size=6) | st.text(max_size=3).map(lambda text: text.encode("utf-8", "surrogatepass")))
@example("\ud800".encode("utf-8", "surrogatepass"))
@example(b"\xf4\x90\x80\x80")
@example(b"\xc0\x80")
@example("\U0010ffff\u07ff\u0800\uffff".encode())
def test_text_is_what_python_decodes(octets):
    try:
        octets.decode()
    except UnicodeDecodeError:
        text = False
    else:
        text = True
    assert is_utf8(np.frombuffer(bytearray(octets), np.uint8), 0, len(octets)) == text


def test_the_largest_and_smallest_float32_are_read(path):
    values = [struct.unpack("<f", struct.pack("<I", bits))[0] for bits in (1, 0x7FFFFF, 0x800000, 0x7F7FFFFF)]
    found = numbers(path, [repr(value) for value in values])

    assert found.tolist() == values
    assert all(math.isfinite(value) for value in found)
