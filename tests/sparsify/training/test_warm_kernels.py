"""What other processes compile before a run needs it."""

import subprocess
import sys
from multiprocessing import active_children
from pathlib import Path

from sparsify.settings import Settings
from sparsify.training.processes import ALONE
from sparsify.training.warm_kernels import compile_beside

COMPILED = """
import sys
from multiprocessing import active_children
from numba.core.dispatcher import Dispatcher
from sparsify.training import warm_kernels
from sparsify.training.warm_kernels import compile_beside, use_gradients, use_others, use_steps
from sparsify.settings import Settings
from sparsify.train import main
from sparsify.training.processes import ALONE

def signatures():
    # The tokeniser's kernels are compiled by the run itself, which needs them before all others.
    modules = [
        module
        for name, module in sys.modules.items()
        if name.split(".")[0] in ("neural", "sparsify") and not name.startswith("neural.text.")
    ]
    return {kernel: kernel.signatures for m in modules for kernel in vars(m).values() if isinstance(kernel, Dispatcher)}

warm_kernels._there = lambda: False
wait = compile_beside(Settings(), ALONE)
children = active_children()
wait()
for child in children:
    child.join()
print([child.exitcode for child in children], *(kernel.__name__ for kernel, found in signatures().items() if found))
warm_kernels._there = lambda: True
use_gradients()
use_steps()
use_others()
ready = signatures()
status = main(sys.argv[1:])
missing = [kernel.__name__ for kernel, found in signatures().items() if found != ready.get(kernel)]
print(status, missing, any(ready.values()))
"""


def test_it_is_all_that_a_run_calls(tenth, tmp_path):
    small = [
        "--patterns=3",
        "--length=2",
        "--epochs=1",
        "--growth=3",
        "--polish=1",
        "--debias=1",
        "--certify=0",
        "--data",
        str(tenth),
    ]
    done = subprocess.run(
        [sys.executable, "-c", COMPILED, *small, "--out", str(tmp_path / "run")],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    lines = done.stdout.splitlines()

    assert done.returncode == 0, done.stderr
    assert lines[0] == ("[0, 0, 0] assign" if sys.platform == "linux" else "[]")
    assert lines[-1] == "0 [] True"


def test_one_thread_has_no_other_processes():
    before = active_children()
    compile_beside(Settings(threads=1), ALONE)()

    assert active_children() == before
