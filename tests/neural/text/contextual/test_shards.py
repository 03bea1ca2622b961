"""Shards of vectors: whole or not there, whoever writes at once and whatever is killed."""

import fcntl
import os
import random
import resource
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neural.text.contextual.encoder import ContextualVectors
from neural.text.contextual.entry_lock import hold
from neural.text.contextual.rounding import ROUNDINGS
from neural.text.contextual.shards import Shards, cuts
from tests.neural.text.contextual.test_vectors import training
from tests.neural.text.contextual.tiny import texts_of, tiny_bert

FLOAT16 = ROUNDINGS["float16"]
WIDTH = 4


@given(st.lists(st.integers(0, 150_000), max_size=30))
def test_shards_hold_every_text_once_in_order(lengths):
    found = cuts(["x" * length for length in lengths])
    assert [place for first, last in found for place in range(first, last)] == list(range(len(lengths)))
    assert all(sum(lengths[first : last - 1]) < 100_000 for first, last in found)


@given(arrays(np.float32, (5, 7), elements=st.floats(-1, 1, width=32)))
def test_int8_is_off_by_half_a_step_at_most(vectors):
    rounding = ROUNDINGS["int8"]
    rows = rounding.pack(vectors)
    assert rows.dtype == np.int8
    assert rows.shape == (5, rounding.width(7))
    step = np.abs(vectors).max(1, keepdims=True) / 127
    assert (np.abs(rounding.unpack(rows) - vectors) <= 0.5 * step * (1 + 1e-5) + 1e-43).all()


def rows_of(first, last):
    """What the text at each place is read as."""
    return [np.full((place % 3, WIDTH), place, np.float16) for place in range(first, last)]


def slowly(first, last):
    time.sleep(0.002)
    return rows_of(first, last)


def assert_whole(shards, count):
    lengths, parts = shards.open()
    assert lengths.tolist() == [place % 3 for place in range(count)]
    wanted = np.concatenate(rows_of(0, count))
    assert np.array_equal(np.concatenate([part.rows for part in parts]), wanted)
    parts[0].forget()
    assert np.array_equal(np.concatenate([part.rows for part in parts]), wanted)


def child(shards):
    """A process of its own that fills the shards."""
    if pid := os.fork():
        return pid
    for _ in shards.fill(slowly):
        pass
    os._exit(0)


def test_two_processes_fill_one_folder_and_kills_lose_nothing(tmp_path):
    """One goes on; the other is killed 50 times, at any moment."""
    places = [(place, place + 2) for place in range(0, 400, 2)]
    shards, chance = Shards(tmp_path, places, WIDTH, FLOAT16.dtype), random.Random(0)
    steady = child(shards)
    for _ in range(50):
        other = child(shards)
        time.sleep(chance.uniform(0, 0.01))
        os.kill(other, signal.SIGKILL)
        os.waitpid(other, 0)
    assert os.waitpid(steady, 0)[1] == 0
    assert shards.missing() == []
    assert_whole(shards, 400)


def test_who_comes_second_waits_for_what_the_first_is_making(tmp_path):
    shards = Shards(tmp_path, [(0, 2), (2, 4)], WIDTH, FLOAT16.dtype)
    filling, other = shards.fill(rows_of), Shards(tmp_path, [(0, 2), (2, 4)], WIDTH, FLOAT16.dtype)
    assert next(filling) == 2
    assert [*other.fill(rows_of)] == [2]
    assert [*filling] == [2]
    assert_whole(other, 4)


def flipped(path):
    """One bit of the rows."""
    octets = bytearray(path.read_bytes())
    octets[-1] ^= 1
    path.write_bytes(octets)


def shifted(path):
    """Another text has a token of its neighbour's."""
    place = path.with_name("00000.lengths.npy")
    np.save(place, np.add(np.load(place), (1, -1, 0, 0, 0, 0)))


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\x93NUMPY\x01\x00"),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.with_name("00000.lengths.npy").unlink(),
        flipped,
        shifted,
    ],
)
def test_a_damaged_shard_is_told_and_made_anew(tmp_path, damage):
    shards = Shards(tmp_path, [(0, 5), (5, 8)], WIDTH, FLOAT16.dtype)
    assert [*shards.fill(rows_of)] == [5, 3]
    damage(tmp_path / "00000.npy")
    with pytest.warns(UserWarning, match=r"00000\.npy must hold the vectors .* its texts are read anew"):
        assert shards.check() == [0]
    assert [*shards.fill(rows_of)] == [5]
    assert shards.check() == []
    assert_whole(shards, 8)


def test_a_shard_that_cannot_be_opened_now_is_not_removed(tmp_path, monkeypatch):
    """For want of descriptors, say."""
    shards = Shards(tmp_path, [(0, 5)], WIDTH, FLOAT16.dtype)
    assert [*shards.fill(rows_of)] == [5]
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limit[1]))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            shards.check()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
    assert_whole(shards, 5)


def test_more_shards_are_read_than_may_be_open(tmp_path, monkeypatch):
    folder, texts = tiny_bert(tmp_path / "tiny"), texts_of(60)
    monkeypatch.setattr("neural.text.contextual.shards._CHARACTERS", 1)
    monkeypatch.setattr("neural.text.contextual.texts._OPEN", 3)
    given = training(texts, tmp_path / "cache")
    encoder = ContextualVectors.made(f"encoder:{folder}", given)
    found = encoder.read_training(given)
    before = len([*Path("/proc/self/fd").iterdir()])
    together = found.batch(np.arange(60)).data
    assert len([*Path("/proc/self/fd").iterdir()]) <= before + 4
    assert torch.equal(together, encoder.read(texts).batch(np.arange(60)).data)


def test_what_killed_writers_left_is_swept(tmp_path):
    shards = Shards(tmp_path, [(0, 5)], WIDTH, FLOAT16.dtype)
    old, new = tmp_path / ".0a.part", tmp_path / ".0b.part"
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (1000, 1000))
    assert [*shards.fill(rows_of)] == [5]
    assert (old.exists(), new.exists()) == (False, True)


def test_an_entry_that_is_removed_while_it_is_opened_is_made_anew(tmp_path, monkeypatch):
    real, taken = fcntl.flock, []

    def slow(lock, how):
        if not taken:
            taken.append(lock)
            shutil.rmtree(tmp_path / "entry")
        real(lock, how)

    monkeypatch.setattr(fcntl, "flock", slow)
    lock = hold(tmp_path / "entry")
    assert os.path.samestat(os.fstat(lock), (tmp_path / "entry" / "lock").stat())
    os.close(lock)
