"""The readers that benchmarks/fuzz.py tries, and good files for them."""

import io
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import networkx
import numpy as np
from mutations import broken_bytes, broken_json

import sparsify
import wfsa
from neural import read_vectors
from sparsify.data import load_corpus
from sparsify.runs.manifest import write_manifest
from viz import open_run
from viz.run_pictures import run_pictures

Reader = Callable[[Path, random.Random], object]
"""(a folder of good files that it may break, chance) → what was read; OTHER where a model predicts otherwise."""

OTHER = "other predictions"


@dataclass
class Kind:
    """A reader, and its share of the inputs."""

    read: Reader
    share: float


class NotOursError(Exception):
    """A library did not read the file, before we came to see it."""


_OF_A_MODEL = (
    "model.json", "model.safetensors", "patterns.json", "manifest.json", "checkpoints/full/patterns.json",
    "checkpoints/full/model.safetensors",
)  # fmt: skip
_DRAWN = {
    "patterns.json", "summary.json", "curve.csv", "metrics.jsonl", "norms.csv", "predictions.csv", "phrases.json",
    "live.json", "certificate.json", "config.toml",
}  # fmt: skip
_TEXTS = ["a good film", "a bad film", "not a good film", ""]


@contextmanager
def broken(path: Path, chance: random.Random) -> Iterator[None]:
    """The file is broken inside."""
    good = path.read_bytes()
    path.write_bytes((broken_json if path.suffix == ".json" else broken_bytes)(good, chance))
    try:
        yield
    finally:
        path.write_bytes(good)


def rows(folder: Path, chance: random.Random) -> object:
    """Labelled texts."""
    path = chance.choice((folder / "data.tsv", folder / "data" / "train.tsv"))
    with broken(path, chance):
        return load_corpus(str(path if path.name == "data.tsv" else path.parent))


def vectors(folder: Path, chance: random.Random) -> object:
    """Word vectors."""
    path = chance.choice((folder / "vectors.txt", folder / "headed.txt"))
    with broken(path, chance):
        return read_vectors(path, None if chance.random() < 0.5 else {"good", "bad", "film"})


def json_automata(folder: Path, chance: random.Random) -> object:
    """Automata as JSON, and their sums where they have numbers."""
    path = chance.choice((folder / "automata.json", folder / "run" / "patterns.json"))
    with broken(path, chance):
        return wfsa.load(path)


def att(folder: Path, chance: random.Random) -> object:
    """AT&T text with and without a symbol table."""
    text, table = (folder / "automaton.att").read_bytes(), (folder / "automaton.syms").read_bytes()
    text = broken_bytes(text, chance)
    K = chance.choice((wfsa.REAL, wfsa.MIN_PLUS, wfsa.LOG, wfsa.BOOLEAN, wfsa.COUNT, wfsa.MAX_TIMES))
    symbols = None if chance.random() < 0.5 else table.decode()
    return wfsa.from_att(text.decode("utf-8", "replace"), K, symbols, acceptor=chance.choice((None, True)))


def symbol_tables(folder: Path, chance: random.Random) -> object:
    """Symbol tables of a good automaton."""
    table = broken_bytes((folder / "automaton.syms").read_bytes(), chance).decode("utf-8", "replace")
    return wfsa.from_att((folder / "automaton.att").read_text(), wfsa.REAL, table, acceptor=True)


def run_loaded(folder: Path, chance: random.Random) -> object:
    """A run directory with one broken file, its digests as they were."""
    run, name = folder / "run", chance.choice(_OF_A_MODEL)
    size = chance.choice((None, "full"))
    with broken(run / name, chance):
        found = sparsify.load(run, size).logits(_TEXTS).numpy()
    wanted = np.load(folder / f"{size}.npy")
    return "" if found.tobytes() == wanted.tobytes() else OTHER


def run_renewed(folder: Path, chance: random.Random) -> object:
    """The same by someone who renews the digests: other predictions are theirs to make."""
    run = folder / "run"
    names = ["model.json", "model.safetensors", "patterns.json"]
    with broken(run / chance.choice(names), chance):
        write_manifest(run, finished=True, names=names)
        return sparsify.load(run).logits(_TEXTS)


def run_read(folder: Path, chance: random.Random) -> object:
    """Every part that is drawn of a run directory, and one time in fifty the drawing of it."""
    path = chance.choice([path for path in sorted((folder / "run").iterdir()) if path.name in _DRAWN])
    with broken(path, chance):
        run = open_run(folder / "run")
        if chance.random() < 0.02:
            return run_pictures(run)
        return run.read()


def networkx_graphs(folder: Path, chance: random.Random) -> object:
    """Node-link trees and GraphML of an automaton, broken, as graphs."""
    if chance.random() < 0.5:
        tree = broken_json((folder / "graph.json").read_bytes(), chance)
        return wfsa.from_networkx(_graph(lambda: networkx.node_link_graph(json.loads(tree), edges="edges")))
    text = broken_bytes((folder / "graph.graphml").read_bytes(), chance)
    return wfsa.from_networkx(_graph(lambda: networkx.read_graphml(io.BytesIO(text), force_multigraph=True)))


def _graph(read: Callable[[], object]) -> object:
    try:
        return read()
    except Exception as error:
        raise NotOursError from error


KINDS = {
    "labelled texts (load_corpus)": Kind(rows, 0.15),
    "word vectors (read_vectors)": Kind(vectors, 0.2),
    "automata as JSON (wfsa.load)": Kind(json_automata, 0.15),
    "AT&T text (from_att)": Kind(att, 0.15),
    "symbol tables (from_att)": Kind(symbol_tables, 0.1),
    "run directories (sparsify.load)": Kind(run_loaded, 0.08),
    "run directories, digests renewed (sparsify.load)": Kind(run_renewed, 0.03),
    "run directories (viz)": Kind(run_read, 0.07),
    "graphs (from_networkx)": Kind(networkx_graphs, 0.25),
}


def write_texts(folder: Path) -> None:
    """Labelled texts, as a file and as a folder of three, and word vectors without a header and with one."""
    chance = random.Random(0)
    words = ["good", "bad", "film", "a", "not", "so", "plot", "dull", "fine", "great", "poor", "é", "中"]
    texts = [(chance.choice("pn"), " ".join(chance.choices(words, k=chance.randint(2, 7)))) for _ in range(300)]
    lines = [f"{'p' if ('good' in text) != ('not' in text) else 'n'}\t{text}\n" for _, text in texts]
    (folder / "data.tsv").write_text("".join(lines[:60]))
    (folder / "data").mkdir()
    for part, own in (("train", lines[:200]), ("dev", lines[200:250]), ("test", lines[250:])):
        (folder / "data" / f"{part}.tsv").write_text("".join(own))
    table = [f"{word} {' '.join(f'{chance.gauss(0, 1):.4f}' for _ in range(5))}\n" for word in words]
    (folder / "vectors.txt").write_text("".join(table))
    (folder / "headed.txt").write_text(f"{len(words)} 5\n" + "".join(table))


def prepare(folder: Path) -> None:
    """Good files of every kind."""
    write_texts(folder)
    arcs = [wfsa.Arc(q, label, q + 1, 0.5) for q in range(3) for label in ("good", "not", wfsa.EPSILON, wfsa.ANY)]
    plain = wfsa.WFSA({0: 1.0}, tuple(arcs), {3: 0.25, 2: 1.0})
    written = wfsa.to_att(plain, wfsa.REAL)
    (folder / "automaton.att").write_text(written.text)
    (folder / "automaton.syms").write_text(written.symbols or "")
    wfsa.save(folder / "automata.json", {"plain": plain, "learned": wfsa.soft_pattern(2, "p")}, {}, {"note": "x"})
    _graphs(plain, folder)
    arguments = ["--data", folder / "data", "--embeddings", folder / "vectors.txt", "--out", folder / "run"]
    small = ["--patterns", 3, "--length", 2, "--epochs", 2, "--growth", 2, "--threads", 1]
    subprocess.run(
        [sys.executable, "-m", "sparsify.train", *map(str, [*arguments, *small])], check=True, stdout=sys.stderr
    )
    for size in (None, "full"):
        np.save(folder / f"{size}.npy", sparsify.load(folder / "run", size).logits(_TEXTS).numpy())


def _graphs(plain: wfsa.WFSA, folder: Path) -> None:
    import json

    graph = wfsa.to_networkx(plain)
    (folder / "graph.json").write_text(json.dumps(networkx.node_link_data(graph, edges="edges")))
    networkx.write_graphml(graph, folder / "graph.graphml")
