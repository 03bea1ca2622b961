"""The cache of vectors: known by its contents, bounded, and never in the way."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save

import sparsify.cache
from neural import VectorError
from neural.text.contextual.cache import Cache, cache_folder, text_digest
from neural.text.contextual.encoder import ContextualVectors
from neural.text.contextual.entry_lock import hold
from neural.text.contextual.projection import Projection, fitted
from neural.text.contextual.rounding import ROUNDINGS
from tests.cache_home import temporary_home
from tests.neural.text.contextual.test_vectors import training
from tests.neural.text.contextual.tiny import texts_of, tiny_bert

FLOAT16 = ROUNDINGS["float16"]
WIDTH = 4


def test_an_encoder_is_known_by_its_digest_wherever_it_lies(tmp_path):
    about = {"pieces": "pieces", "numbers": "float16", "digest": "d"}
    keys = set()
    for encoder, digest in (("encoder:/a", "d"), ("encoder:/b", "d"), ("encoder:/b", "e")):
        shards, lock = Cache(tmp_path).shards({**about, "encoder": encoder, "digest": digest}, ["a"], FLOAT16, WIDTH)
        os.close(lock)
        keys.add(shards.folder)
    assert len(keys) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:100]),
        lambda path: path.write_bytes(save({"mean": np.zeros(6, np.float32)})),
        lambda path: path.write_bytes(save({"mean": np.zeros(5, np.float32), "axes": np.zeros((6, 3), np.float32)})),
    ],
)
def test_a_damaged_projection_is_fitted_anew(tmp_path, damage):
    projection = fitted([np.random.default_rng(0).normal(size=(50, 6))], 3)
    cache = Cache(tmp_path)
    cache.keep_projection({"a": 1}, projection)
    damage(next(tmp_path.glob("*.projection")))
    assert cache.projection({"a": 1}) is None
    cache.keep_projection({"a": 1}, projection)
    assert np.array_equal(cache.projection({"a": 1}).axes, projection.axes)


def test_the_projection_that_is_kept_first_is_everyones(tmp_path):
    first, second = (fitted([np.random.default_rng(seed).normal(size=(50, 6))], 3) for seed in (0, 1))
    cache = Cache(tmp_path)
    assert cache.keep_projection({"a": 1}, first) is first
    assert np.array_equal(cache.keep_projection({"a": 1}, second).axes, first.axes)


def test_a_folder_that_may_not_be_written_to_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(VectorError, match=r"must be a folder with room .*--cache-dir"):
        hold(tmp_path / "file" / "in")


def test_a_projection_comes_back_bit_for_bit(tmp_path):
    projection = fitted([np.random.default_rng(0).normal(size=(50, 6))], 3)
    cache = Cache(tmp_path / "new")
    assert cache.projection({"a": 1}) is None
    cache.keep_projection({"a": 1}, projection)
    found = cache.projection({"a": 1})
    assert isinstance(found, Projection)
    assert np.array_equal(found.axes, projection.axes)
    assert np.array_equal(found.mean, projection.mean)
    assert cache.projection({"a": 2}) is None


def filled(cache, text, used):
    shards, lock = cache.shards({"encoder": "e", "pieces": "pieces", "numbers": "float16"}, [text], FLOAT16, WIDTH)
    assert [*shards.fill(lambda first, last: [np.zeros((1000, WIDTH), np.float16)])] == [1]
    os.utime(shards.folder / "used", (used, used))
    return shards.folder, lock


def test_what_was_not_used_for_longest_goes_first_and_nothing_that_is_in_use(tmp_path, capsys):
    cache = Cache(tmp_path)
    (old, first), (new, second) = filled(cache, "old", 1000), filled(cache, "new", 2000)
    assert sparsify.cache.main(["--cache-dir", str(tmp_path), "--most", "0"]) == 0
    assert capsys.readouterr().out.count("in use, kept") == 2
    os.close(first)
    os.close(second)
    assert sparsify.cache.main(["--cache-dir", str(tmp_path), "--most", "10KB"]) == 0
    said = capsys.readouterr().out
    assert f"removed: {old.name}, 8." in said
    assert "1 entries, 8." in said
    assert not old.exists()
    assert new.exists()
    assert sparsify.cache.main(["--cache-dir", str(tmp_path), "--most", "ten"]) == 2
    assert "write 10GB" in capsys.readouterr().err


def test_everything_that_is_kept_is_bounded(tmp_path, capsys):
    cache = Cache(tmp_path)
    cache.keep_projection({"a": 1}, fitted([np.random.default_rng(0).normal(size=(50, 6))], 3))
    folder, lock = filled(cache, "old", 1000)
    os.close(lock)
    for text in ("[]", "{}", "{"):
        (folder / "entry.json").write_text(text)
        assert sparsify.cache.main(["--cache-dir", str(tmp_path)]) == 0
        said = capsys.readouterr().out
        assert said.count("unknown") == said.count("principal components") == 1
    (tmp_path / "mine.txt").write_text("not ours")
    assert sparsify.cache.main(["--cache-dir", str(tmp_path), "--most", "0"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_cache_that_may_only_be_read_is_read(tmp_path, monkeypatch):
    """As from a disk that is mounted so; whoever runs the tests may be allowed to write everywhere."""
    cache = Cache(tmp_path)
    folder, lock = filled(cache, "old", 1000)
    os.close(lock)
    real = os.open

    def refusing(path, flags, *mode):
        if flags & (os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, "Read-only file system", str(path))
        return real(path, flags, *mode)

    monkeypatch.setattr(os, "open", refusing)
    monkeypatch.setattr(Path, "touch", lambda _: (_ for _ in ()).throw(OSError(errno.EROFS, "read only")))
    shards, lock = cache.shards({"encoder": "e", "pieces": "pieces", "numbers": "float16"}, ["old"], FLOAT16, WIDTH)
    os.close(lock)
    assert shards.folder == folder
    assert shards.missing() == []


def test_digests_tell_texts_apart():
    assert text_digest(["ab", "c"]) != text_digest(["a", "bc"]) != text_digest(["abc"])
    assert text_digest([]) != text_digest([""])
    assert text_digest(["\ud800"]) != text_digest(["?"])


def test_the_default_folder_is_the_users(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "sparse-wfsa" / "vectors"
    assert cache_folder("~/x") == Path.home() / "x"


def test_no_test_writes_where_the_user_keeps_vectors(tmp_path, monkeypatch):
    """Nor does a process that a test starts; kernels and fonts are read from where they are."""
    shown = "import os; print(os.environ['XDG_CACHE_HOME'])"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    assert cache_folder().is_relative_to(done.stdout.strip())
    assert Path(done.stdout.strip()).name.startswith("caches-")

    (tmp_path / "numba").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert [path.name for path in temporary_home().iterdir()] == ["numba"]


def test_a_second_run_reads_nothing_anew_and_an_interrupted_one_goes_on(tmp_path, monkeypatch):
    folder, texts = tiny_bert(tmp_path / "tiny"), texts_of(30)
    monkeypatch.setattr("neural.text.contextual.shards._CHARACTERS", 500)
    given = training(texts, tmp_path / "cache")
    encoder = ContextualVectors.made(f"encoder:{folder}", given)

    class StoppedError(Exception):
        pass

    def stop(_, total, steps):
        assert total == 30
        next(iter(steps))
        raise StoppedError

    with pytest.raises(StoppedError):
        encoder.read_corpus(texts, given.tokenizer, 1, stop)
    counted = []
    encoder.read_corpus(texts, given.tokenizer, 1, lambda _, total, steps: counted.extend([total, sum(steps)]))
    assert 0 < counted[0] < 30
    assert counted[0] == counted[1]

    monkeypatch.setattr(ContextualVectors, "_states", None)  # whoever reads anew fails
    again = ContextualVectors.made(f"encoder:{folder}", given)
    found = again.read_training(given)
    assert torch.equal(found.batch(np.arange(30)).data, encoder.read_training(given).batch(np.arange(30)).data)
