"""How a run ends when it cannot go on: one line, an exit status that shells know, and what was learned is kept."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sparsify
from sparsify.train import main

ROOT = Path(__file__).parents[3]

FAST = [
    "--patterns",
    "4",
    "--length",
    "2",
    "--epochs",
    "2",
    "--growth",
    "2",
    "--polish",
    "2",
    "--debias",
    "2",
    "--certify",
    "0",
]
FAST += ["--threads", "1"]

ENDLESS = ["--path-epochs", "1000", "--growth", "1.001"]

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from sparsify.train import main
sys.exit(main())
"""


def heed_interrupts():
    """A shell has the jobs in its background ignore them, and all that these start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def train(*arguments, code=None, env=None, **options):
    start = ["-c", code] if code else ["-m", "sparsify.train"]
    return subprocess.Popen(
        [sys.executable, *start, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}, preexec_fn=heed_interrupts, **options,
    )  # fmt: skip


def until(process, wanted):
    """Read the output up to a row that begins with `wanted`."""
    for line in process.stdout:
        if line.startswith(wanted):
            return
    raise AssertionError(f"{wanted} did not come: {process.stderr.read()}")


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_interrupted_run_keeps_the_full_model(tenth, tmp_path):
    process = train(*FAST, *ENDLESS, "--data", str(tenth), "--out", "r", cwd=tmp_path)
    until(process, "path")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()

    kept = tmp_path / "r.unfinished"
    assert process.returncode == 130
    assert errors == f'interrupted; the full model is saved: sparsify.load("{kept}", "full").\n'
    assert len(sparsify.load(kept, "full").predict(["a fine film"])) == 1
    assert not (tmp_path / "r").exists()


def test_a_closed_pipe_ends_a_run_before_there_is_anything_to_keep(tenth, tmp_path):
    process = train(*FAST, "--data", str(tenth), "--out", "r", cwd=tmp_path)
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()

    assert process.wait() == 141
    assert errors.splitlines()[-1].startswith("stopped: nobody reads the output any more; ")
    assert len(errors.splitlines()) == 1


def test_a_full_disk_is_one_line(tenth, tmp_path):
    """A limit on the size of files stands for the disk."""
    process = train("100000", *FAST, "--data", str(tenth), "--out", "r", code=LIMITED, cwd=tmp_path)
    _, errors = process.communicate()

    assert process.returncode == 2
    assert errors == (
        "error: the run directory must be writable until the run ends (got File too large in "
        f"{tmp_path / 'r.unfinished'}); make room there, or choose --out; nothing was saved.\n"
    )
    assert not list(tmp_path.iterdir())


def test_a_folder_that_vanishes_is_one_line(tenth, tmp_path):
    process = train(*FAST, *ENDLESS, "--data", str(tenth), "--out", "r", cwd=tmp_path)
    until(process, "full")
    shutil.rmtree(tmp_path / "r.unfinished")
    _, errors = process.communicate()

    assert process.returncode == 2
    assert errors.count("\n") == 1
    assert f"(got No such file or directory in {tmp_path / 'r.unfinished'})" in errors
    assert errors.endswith("nothing was saved.\n") or sparsify.load(tmp_path / "r.unfinished", "full").predict(["a"])


def test_divergence_stops_before_the_step_and_keeps_what_was_good(tenth, tmp_path, capsys):
    out = tmp_path / "r"
    status = main([*FAST, "--data", str(tenth), "--out", str(out), "--lr", "1e20"])
    error = capsys.readouterr().err

    assert status == 2
    assert "epoch" in error
    assert "must be finite (got norm" in error
    assert "lower --lr" in error
    assert error.count("\n") == 1
    if not error.endswith("nothing was saved.\n"):
        assert f'sparsify.load("{out}.unfinished", "full")' in error
        assert len(sparsify.load(f"{out}.unfinished", "full").predict(["a fine film"])) == 1


def test_any_terminal_and_any_current_directory(tenth, tmp_path):
    """Another viz in the current directory is not run; λ is printed where the encoding has none."""
    (tmp_path / "viz.py").write_text("raise SystemExit('the wrong viz')")
    (tmp_path / "viz").mkdir()
    (tmp_path / "viz" / "__main__.py").write_text("raise SystemExit('the wrong viz')")
    env = {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0", "LC_ALL": "C"}
    process = train(*FAST, "--data", str(tenth), "--out", "r", env=env, cwd=tmp_path)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert (tmp_path / "r" / "report.html").exists()

    for command in (["sparsify.trace", "r", "naïve λ 中 \x1b[31mfilm"], ["sparsify.phrases", "r"]):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            capture_output=True, check=False, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"\x1b" not in done.stdout


@pytest.mark.parametrize("command", ["sparsify", "sparsify.train", "sparsify.trace", "sparsify.phrases", "viz", "wfsa"])
def test_commands_do_without_docstrings(command):
    done = subprocess.run([sys.executable, "-OO", "-m", command, "--help"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"usage: python -m {command}")


def test_no_process_outlives_a_killed_run(tenth, tmp_path):
    """Compilers of kernels, here without a cache, and whoever draws."""
    env = {"NUMBA_CACHE_DIR": str(tmp_path / "empty")}
    process = train(*FAST[:-2], "--data", str(tenth), "--out", "r", env=env, cwd=tmp_path)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    found = []
    while not found:
        time.sleep(0.05)
        found = children.read_text().split()
    time.sleep(0.3)
    found = children.read_text().split() or found
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 5
    while any(map(alive, found)) and time.monotonic() < deadline:
        time.sleep(0.1)

    assert not any(map(alive, found))


def test_the_record_says_what_the_run_stands_on(tenth, tmp_path):
    assert main([*FAST, "--data", str(tenth), "--out", str(tmp_path / "r"), "--epochs", "1"]) == 0
    manifest = json.loads((tmp_path / "r" / "manifest.json").read_text())

    assert manifest["finished"]
    assert {"model.safetensors", "model.json", "patterns.json", "config.toml"} <= manifest["files"].keys()
    assert not any(name.endswith(".svg") for name in manifest["files"])


def test_a_run_whose_pictures_fail_is_complete_and_says_how_to_draw_it(tenth, tmp_path):
    (tmp_path / "broken" / "matplotlib").mkdir(parents=True)
    (tmp_path / "broken" / "matplotlib" / "__init__.py").write_text("raise ImportError('broken')")
    env = {"PYTHONPATH": f"{tmp_path / 'broken'}{os.pathsep}{ROOT}"}
    process = train(*FAST, "--data", str(tenth), "--out", "r", env=env, cwd=tmp_path)
    _, errors = process.communicate()

    assert process.returncode == 2
    assert errors.count("\n") == 1
    assert "broken" in errors
    assert errors.endswith("the run is complete but for that: python -m viz r draws it.\n")
    assert len(sparsify.load(tmp_path / "r").predict(["a fine film"])) == 1


def test_a_pipe_that_nobody_reads_ends_a_trace_with_141(tenth, tmp_path):
    assert main([*FAST, "--data", str(tenth), "--out", str(tmp_path / "r"), "--epochs", "1"]) == 0
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "sparsify.trace", str(tmp_path / "r"), "a fine film"],
        stdout=writer, stderr=subprocess.PIPE, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(writer)

    assert (done.returncode, done.stderr) == (141, b"")
