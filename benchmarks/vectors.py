"""How fast are word vectors read? Writes benchmarks/vectors.md.

    python benchmarks/vectors.py

GloVe's 400,000 words in 50 dimensions, from the wheel of the extra `demo`, written in every form; processor seconds of
one thread, by turns, best of three (one, above five seconds), and megabytes per second of the text file, or of the
table as float32 where it is no text. Files lie in memory when they are read. "wanted" are the words of the Rotten
Tomatoes training sentences. Rivals read all words: none of them can leave any out. They are left out where they are not
installed.
"""

import gzip
import json
import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Collection
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from machine import machine
from safetensors.numpy import save_file

from neural import Vocabulary, glove_6b_50d, read_vectors, tokenize_all
from sparsify.data import load_corpus

TABLE = Path(__file__).with_suffix(".md")
Jobs = dict[str, Callable[[], object]]


def written(folder: Path) -> dict[str, Path]:
    """The vectors in every form: its name → its path."""
    vectors = glove_6b_50d()
    words, rows = list(vectors), np.stack([*vectors.values()])
    (folder / "model").mkdir()
    paths = {name: folder / f"{name[0]}.{name}" for name in ("txt", "txt.gz", "zip", "bin", "npy")}
    lines = (f"{word} {' '.join(f'{x:.5g}' for x in row.tolist())}\n" for word, row in zip(words, rows, strict=True))
    paths["txt"].write_text("".join(lines), encoding="utf-8")
    paths["txt.gz"].write_bytes(gzip.compress(paths["txt"].read_bytes(), 6))
    with zipfile.ZipFile(paths["zip"], "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(paths["txt"], "v.txt")
    octets = rows.astype("<f4")
    with paths["bin"].open("wb") as file:
        file.write(b"%d %d\n" % rows.shape)
        file.writelines(word.encode() + b" " + row.tobytes() for word, row in zip(words, octets, strict=True))
    np.save(paths["npy"], rows)
    paths["npy"].with_suffix(".vocab").write_text("\n".join([*words, ""]), encoding="utf-8")
    save_file({"embeddings": rows}, folder / "model" / "model.safetensors")
    vocabulary = {"model": {"type": "WordLevel", "vocab": {word: row for row, word in enumerate(words)}}}
    (folder / "model" / "tokenizer.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    return {**paths, "safetensors": folder / "model"}


def ours(paths: dict[str, Path], wanted: Collection[str]) -> Jobs:
    """What we do."""
    jobs: Jobs = {
        f"ours, wanted words, {name}": lambda path=path: read_vectors(path, wanted) for name, path in paths.items()
    }
    return jobs | {
        f"ours, all words, {name}": lambda name=name: read_vectors(paths[name]) for name in ("txt", "txt.gz", "bin")
    }


def rivals(paths: dict[str, Path]) -> Jobs:
    """What others do."""
    jobs: Jobs = {
        "numpy.loadtxt, txt": lambda: np.loadtxt(paths["txt"], np.float32, None, usecols=range(1, 51), encoding="utf-8")
    }
    if find_spec("pyarrow"):
        from pyarrow import csv

        reading = csv.ReadOptions(use_threads=False, autogenerate_column_names=True)
        parsing = csv.ParseOptions(delimiter=" ", quote_char=False)
        for form in ("txt", "txt.gz"):
            jobs[f"pyarrow.csv, {form}"] = lambda form=form: csv.read_csv(paths[form], reading, parsing)
    if find_spec("pandas"):
        import pandas

        for form in ("txt", "txt.gz"):
            jobs[f"pandas.read_csv, {form}"] = lambda form=form: pandas.read_csv(
                paths[form],
                sep=" ",
                header=None,
                quoting=3,
                na_filter=False,
                dtype=dict.fromkeys(range(1, 51), np.float32),
            )
    if find_spec("gensim"):
        from gensim.models import KeyedVectors

        for form in ("txt", "bin"):
            more = {"binary": True} if form == "bin" else {"no_header": True}
            jobs[f"gensim, {form}"] = lambda form=form, more=more: KeyedVectors.load_word2vec_format(
                str(paths[form]), **more
            )
    return jobs


def seconds(jobs: Jobs, times: int = 3) -> dict[str, float]:
    """The least processor seconds of each; what takes more than five is not done again."""
    least: dict[str, float] = {}
    for _ in range(times):
        for name, job in jobs.items():
            if least.get(name, 0) > 5:
                continue
            start = time.process_time()
            job()
            least[name] = min(least.get(name, np.inf), time.process_time() - start)
    return least


def main() -> None:
    """Measure, print the table and write it beside this file."""
    wanted = Vocabulary.build(tokenize_all(load_corpus("rotten_tomatoes").train.texts)).ids
    with tempfile.TemporaryDirectory() as folder:
        paths = written(Path(folder))
        read_vectors(paths["txt"], {"the"})  # compiles
        found = seconds({**ours(paths, wanted), **rivals(paths)})
        sizes = {
            form: 80.0 if form in ("bin", "npy", "safetensors") else paths["txt"].stat().st_size / 1e6 for form in paths
        }
    lines = [
        "# Word vectors",
        "",
        f"`python benchmarks/vectors.py` on {machine()}.",
        "",
        "| 400,000 words, 50 numbers | processor seconds | MB/s |",
        "|---|---|---|",
        *(f"| {name} | {taken:.3f} | {sizes[name.split(', ')[-1]] / taken:.0f} |" for name, taken in found.items()),
    ]
    print("\n".join(lines))
    TABLE.write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
