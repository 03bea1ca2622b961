"""Memory grows with the words that are wanted, not with the file."""

import gzip
import json
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from safetensors.numpy import save_file

from neural import read_vectors
from neural.text.vectors.blocks import SIZE

LINES = "".join(f"word{i} {'0.25 ' * 99}0.5\n" for i in range(2000))


def peak(path, wanted):
    """Bytes that reading asks for at most; what is read."""
    read_vectors(path, wanted)  # compiles
    tracemalloc.start()
    found = read_vectors(path, wanted)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most, found


@pytest.mark.parametrize("packed", [False, True])
def test_a_text_file_is_read_in_blocks(tmp_path, packed):
    path = tmp_path / "v.txt"
    with gzip.open(path, "wt", 1) if packed else path.open("w") as file:
        for _ in range(40):
            file.write(LINES)
        file.write(f"last {'1 ' * 100}\n")

    most, found = peak(path, {"last"})
    assert [vector.tolist() for vector in found.values()] == [[1] * 100]
    assert most < 8 * SIZE < 40 * len(LINES) / 3


def test_a_binary_file_is_read_in_blocks(tmp_path):
    path = tmp_path / "v.bin"
    with path.open("wb") as file:
        file.write(b"40001 250\n")
        for i in range(40):
            file.write(b"".join(b"word%d " % (i * 1000 + k) + bytes(1000) for k in range(1000)))
        file.write(b"last " + np.ones(250, "<f4").tobytes())

    most, found = peak(path, {"last"})
    assert [vector.tolist() for vector in found.values()] == [[1] * 250]
    assert most < 8 * SIZE < path.stat().st_size / 3


def test_a_table_of_numpy_is_mapped(tmp_path):
    table = np.lib.format.open_memmap(tmp_path / "v.npy", "w+", np.float32, (40_000, 400))  # a hole
    table[-1] = 1
    table.flush()
    with (tmp_path / "v.txt").open("w") as file:
        file.writelines(f"word{i}\n" for i in range(40_000))

    most, found = peak(tmp_path / "v.npy", {"word39999"})
    assert [vector.tolist() for vector in found.values()] == [[1] * 400]
    assert most < 8 * SIZE


TENSORS = """
import resource, sys
from neural import read_vectors
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = read_vectors(sys.argv[1], {"w19999"})
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, *found, found["w19999"].sum())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="kilobytes on Linux only")
def test_a_table_of_tensors_is_mapped(tmp_path):
    table = np.zeros((20_000, 1000), np.float32)  # 80 MB
    table[-1] = 1
    save_file({"embeddings": table}, tmp_path / "model.safetensors")
    tree = {"model": {"vocab": {f"w{i}": i for i in range(20_000)}}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(tree))

    done = subprocess.run([sys.executable, "-c", TENSORS, str(tmp_path)], capture_output=True, text=True, check=True)
    kilobytes, word, total = done.stdout.split()
    assert (word, float(total)) == ("w19999", 1000)
    assert int(kilobytes) < 40_000
