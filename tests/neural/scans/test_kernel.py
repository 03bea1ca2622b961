"""Machine code on disk: made anew where any source of it has changed or a file is damaged, and not needed to work."""

import ast
import importlib
import os
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.dispatcher import Dispatcher

import neural
import sparsify
import wfsa
from neural.scans.cpu import kernel as kernels
from wfsa.arrays.compiled import KernelCache

ROOM = Path(kernels.__file__).parent

SCENES = """
import os, sys
from pathlib import Path
import numba, numpy

@numba.njit
def ready(values):
    for k in range(len(values)):
        values[k] = -values[k]

ready(numpy.ones(1, numpy.float32))  # numba starts once; every scene is a process that reads the sources anew
sys.dont_write_bytecode = True
room = Path("neural/scans/cpu")
helper = room / "math.py"
before = helper.read_text()

def scene(name):
    if not os.fork():
        from wfsa.arrays.compiled import is_kept
        from neural.scans.cpu.mine import twice
        kept, value = is_kept(twice), numpy.ones(1, numpy.float32)
        twice(value)
        hits = sum(twice.stats.cache_hits.values())
        print(name, float(value[0]), int(kept), hits, flush=True)
        os._exit(0)
    os.wait()

def damage(change):
    for path in Path(sys.argv[1]).rglob("*.nbc"):
        path.write_bytes(change(path.read_bytes()))

scene("first")
helper.write_text(before.replace("choose(abs(x) <= tiny", "choose(abs(x) <= tiny + 9"))
scene("changed")
scene("again")
print(len([*Path(sys.argv[1]).rglob("*.nbc")]))
helper.write_text(before)
scene("back")
damage(lambda content: content[:-100] + bytes(100))
scene("flipped")
damage(lambda content: content[:50])
scene("cut")
damage(lambda content: b"")
scene("empty")
"""

MINE = """
import numpy as np
from neural.scans.cpu.kernel import kernel
from neural.scans.cpu.math import kept

@kernel
def twice(values):
    for k in range(len(values)):
        values[k] = kept(values[k], np.float32(0)) * np.float32(2)
"""

NOWHERE = """
import numpy
from neural.scans.cpu.mine import twice
value = numpy.ones(1, numpy.float32)
twice(value)
print(float(value[0]))
"""


@pytest.fixture
def house(tmp_path):
    """The room of kernels alone, with one kernel more; nobody can write beside it."""
    room = tmp_path / "neural" / "scans" / "cpu"
    room.mkdir(parents=True)
    for name in ("kernel.py", "math.py"):
        shutil.copy(ROOM / name, room)
    (room / "mine.py").write_text(MINE, encoding="utf-8")
    (room / "__pycache__").touch()
    return tmp_path


def run(script, house, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, *map(str, arguments)], capture_output=True, text=True,
        check=False, cwd=house, env={**os.environ, "PYTHONPATH": "", **environment},
    )  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "fork"), reason="scenes are forks")
def test_a_changed_helper_and_a_damaged_file_make_kernels_anew(house):
    done = run(SCENES, house, house / "kept", NUMBA_CACHE_DIR=str(house / "kept"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "first 2.0 0 0",  # name, value, was it kept?, was it loaded?
        "changed 0.0 0 0", "again 0.0 1 1",
        "1",  # what was of other sources is gone
        "back 2.0 0 0",
        "flipped 2.0 1 0", "cut 2.0 1 0", "empty 2.0 1 0",
    ]  # fmt: skip


def test_where_nothing_can_be_written_kernels_work_and_one_sentence_says_what_to_set(house):
    nowhere = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR"), "/dev/null/here")
    done = run(NOWHERE, house, **nowhere)
    assert (done.returncode, done.stdout) == (0, "2.0\n"), done.stderr
    (said,) = done.stderr.splitlines()
    assert said.startswith("kernels are compiled anew in every process")
    assert "NUMBA_CACHE_DIR to a folder that can be written" in said


def every_kernel():
    for package in (wfsa, neural, sparsify):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith(("gpu.chain", "__main__")) or module.name.startswith("wfsa.testing"):
                continue
            found = importlib.import_module(module.name)
            yield from (own for own in vars(found).values() if isinstance(own, Dispatcher))


def imported(function):
    """name → file, of what is imported from our packages by the file of a function that names it."""
    for node in ast.parse(Path(function.__code__.co_filename).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] in ("neural", "sparsify", "wfsa"):
            for alias in node.names:
                name = alias.asname or alias.name
                if name in function.__code__.co_names:
                    yield name, Path(importlib.import_module(node.module).__file__)


def test_all_that_a_kernel_is_made_of_is_in_its_key():
    """It names what is of its own room or of the decorator's, and nothing else of ours."""
    seen = {id(own): own for own in every_kernel()}
    assert len(seen) > 40
    for own in seen.values():
        here = Path(own.py_func.__code__.co_filename).parent
        assert own.targetoptions.get("inline") == "always" or isinstance(own._cache, KernelCache)
        assert not [name for name, file in imported(own.py_func) if file.parent not in (here, ROOM)]
