"""Real texts, few enough for runs that are not about accuracy."""

import pytest

from sparsify.data import load_corpus


@pytest.fixture(scope="session")
def tenth(tmp_path_factory):
    """Every tenth text of Rotten Tomatoes, as a folder that `--data` takes."""
    corpus, folder = load_corpus("rotten_tomatoes"), tmp_path_factory.mktemp("tenth")
    for part in ("train", "dev", "test"):
        split = getattr(corpus, part)
        rows = zip(split.labels[::10], split.texts[::10], strict=True)
        (folder / part).write_text("".join(f"{corpus.labels[k]}\t{text}\n" for k, text in rows), encoding="utf-8")
    return folder
