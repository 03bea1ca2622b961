"""What is said of texts and vectors before training."""

import pytest

from sparsify import Settings
from sparsify.data import load_corpus
from sparsify.train import main
from sparsify.training.material import prepare

CHINESE = ["这部电影很好看", "我非常喜欢它", "演员很出色", "这部电影很糟糕", "我不喜欢它", "演员很无聊"]


def table(tmp_path, texts, words):
    """The texts as data, and vectors of the words."""
    for part in ("train", "dev", "test"):
        lines = [f"{'ab'[i % 2]}\t{text}{'' if part == 'train' else part}\n" for i, text in enumerate(texts)]
        (tmp_path / part).write_text("".join(lines), encoding="utf-8")
    vectors = "".join(f"{word} {i} 1 {-i}\n" for i, word in enumerate(words, 1))
    (tmp_path / "v.txt").write_text(vectors, encoding="utf-8")
    return Settings(data=str(tmp_path), embeddings=str(tmp_path / "v.txt"), threads=1)


def test_coverage_counts_tokens_and_types_without_the_end(tmp_path):
    """By hand: 5 of 8 tokens, 2 of 4 types."""
    settings = table(tmp_path, ["good film good", "bad film zebra bad bad"], ["good", "bad", "unused"])
    material = prepare(settings, load_corpus(settings.data))

    assert (material.coverage.tokens, material.coverage.types) == pytest.approx((5 / 8, 2 / 4))
    assert "38 % of the training tokens have no vector" in material.notes[0]
    assert "--embeddings" in material.notes[0]


def test_text_without_blanks_is_told_to_be_cut_into_characters(tmp_path):
    settings = table(tmp_path, CHINESE, sorted({*"".join(CHINESE[:3]), CHINESE[0], CHINESE[3]}))
    words = prepare(settings, load_corpus(settings.data))
    letters = prepare(Settings(**{**vars(settings), "tokenizer": "characters"}), load_corpus(settings.data))

    assert words.notes[-1].startswith("texts have 1.0 tokens on average; ")
    assert "take --tokenizer characters" in words.notes[-1]
    assert letters.notes == ()
    assert letters.coverage.tokens > 0.8


def test_vectors_of_another_language_are_told(tmp_path):
    settings = table(tmp_path, CHINESE, ["the", "of"])

    with pytest.raises(ValueError, match=r"got 0 of \d+.; take vectors of their language and case"):
        prepare(settings, load_corpus(settings.data))


def test_a_run_always_tells_its_coverage(tmp_path, capsys):
    settings = table(tmp_path, ["good film", "bad film"] * 3, ["good", "bad", "film"])
    small = ["--epochs=1", "--patterns=1", "--length=1", "--method=constant", "--strength=1", "--path-epochs=1"]
    out = ["--out", str(tmp_path / "out"), "--polish=1", "--debias=1", "--threads=1"]
    assert main(["--data", settings.data, "--embeddings", settings.embeddings, *small, *out]) == 0
    said = capsys.readouterr().out

    assert "word vectors know 100.0 % of the training tokens, 100.0 % of the types\n" in said
    assert "note: texts have 2.0 tokens on average" in said
