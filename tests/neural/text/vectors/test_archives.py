"""Packed files of word vectors."""

import bz2
import gzip
import lzma
import struct
import zipfile

import pytest

from neural import VectorError, read_vectors

TEXT = b"the 1 2\nof 3 4\n"
BINARY = b"2 2\nthe " + struct.pack("<2f", 1, 2) + b"of " + struct.pack("<2f", 3, 4)
PACK = {"gz": gzip.compress, "xz": lzma.compress, "bz2": bz2.compress}


def read(path):
    return {word: vector.tolist() for word, vector in read_vectors(path).items()}


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("content", [TEXT, BINARY], ids=["text", "binary"])
@pytest.mark.parametrize("form", PACK)
def test_packed_files_are_known_by_their_bytes(tmp_path, form, content):
    (tmp_path / "v").write_bytes(PACK[form](content))

    assert read(tmp_path / "v") == {"the": [1, 2], "of": [3, 4]}


def test_a_file_of_several_streams_is_one(tmp_path):
    for form, pack in PACK.items():
        (tmp_path / form).write_bytes(pack(TEXT) + pack(b"and 5 6\n"))
        assert read(tmp_path / form) == {"the": [1, 2], "of": [3, 4], "and": [5, 6]}


@pytest.mark.parametrize("content", [TEXT, BINARY], ids=["text", "binary"])
def test_a_zip_archive_of_one_file_is_that_file(tmp_path, content):
    path = zipped(tmp_path / "v.zip", **{"a/b.vec": content, "a/": b"", "__MACOSX/a/._b.vec": b"\0"})

    assert read(path) == read(path / "a" / "b.vec") == {"the": [1, 2], "of": [3, 4]}


def test_of_several_files_in_an_archive_one_is_named(tmp_path):
    path = zipped(tmp_path / "glove.zip", **{"g.50d.txt": TEXT, "g.100d.txt": b"a 1 2 3\n"})

    with pytest.raises(VectorError, match=r"holds g.50d.txt, g.100d.txt.; name one, as .*glove.zip/g.50d.txt"):
        read_vectors(path)
    with pytest.raises(VectorError, match=r"g.txt must be a file of the archive .it holds g.50d.txt, g.100d.txt"):
        read_vectors(path / "g.txt")
    assert read(path / "g.100d.txt") == {"a": [1, 2, 3]}


def test_an_empty_archive_and_a_path_into_another_file_are_refused(tmp_path):
    with pytest.raises(VectorError, match=r"one file must be meant .it holds nothing.\."):
        read_vectors(zipped(tmp_path / "v.zip"))
    (tmp_path / "v.txt").write_bytes(TEXT)
    with pytest.raises(VectorError, match=r"must be a readable file .*v.txt, which is no zip archive"):
        read_vectors(tmp_path / "v.txt" / "g.txt")


def test_cut_and_damaged_archives_are_refused(tmp_path):
    for form, pack in {**PACK, "zip": lambda text: zipped(tmp_path / "z", v=text).read_bytes()}.items():
        whole = pack(TEXT * 500)
        half = len(whole) // 2
        for octets in (whole[:-12], whole[:half], whole[:half] + bytes(8) + whole[half + 8 :]):
            (tmp_path / "v").write_bytes(octets)
            with pytest.raises(VectorError, match=r"/v must be a readable file of word vectors .got"):
                read_vectors(tmp_path / "v")
        assert form


def test_a_table_of_numpy_in_an_archive_is_to_be_unpacked(tmp_path):
    (tmp_path / "v.npy.gz").write_bytes(gzip.compress(b"\x93NUMPY\1\0"))

    with pytest.raises(VectorError, match="must be unpacked first"):
        read_vectors(tmp_path / "v.npy.gz")
