"""Pictures of what a command wrote, by `viz` in a process of its own: the only link between the packages is files."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from sparsify.errors import RunError


@contextmanager
def drawing() -> Iterator[Callable[[Path, Callable[[], None]], str]]:
    """Have `python -m viz` ready for a run directory.

    It is started before there is anything to draw, since what it imports takes a second.

    Yields:
        draw(folder, meanwhile): the pictures of a run directory, while `meanwhile` writes what no picture shows;
        returns what viz said, one line. RunError where it failed, after `meanwhile`.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(
        # -P: the current directory may hold another viz.
        [sys.executable, "-P", "-m", "viz", "-", "--parent", str(os.getpid())], text=True, encoding="utf-8",
        env=_environment(), stdin=pipe, stdout=pipe, stderr=pipe,
    ) as process:  # fmt: skip
        try:
            yield partial(_draw, process)
        finally:
            process.kill()  # where an error came before the end


def _environment() -> dict[str, str]:
    """This one, with the packages found where these are, and text in UTF-8."""
    here, inherited = str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")
    # What is installed is found anyway, and before the standard library it would hide parts of that.
    own = [] if here == sysconfig.get_path("purelib") else [here]
    paths = [*own, *(path for path in inherited.split(os.pathsep) if path)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}


def _draw(process: subprocess.Popen[str], folder: Path, meanwhile: Callable[[], None]) -> str:
    assert process.stdin is not None
    with suppress(BrokenPipeError):  # it has failed already, and says why
        print(folder, file=process.stdin, flush=True)
    meanwhile()
    output, errors = process.communicate()
    return _said("run", process.returncode, output, errors)


def draw_curve(folder: Path) -> str:
    """The figure of a folder that holds the `curve.csv` of arms; returns what viz said, one line.

    Raises:
        RunError: it failed.
    """
    done = subprocess.run(
        [sys.executable, "-P", "-m", "viz", "curve", str(folder)], text=True, encoding="utf-8", env=_environment(),
        capture_output=True, check=False,
    )  # fmt: skip
    return _said("curve", done.returncode, done.stdout, done.stderr)


def _said(what: str, status: int, output: str, errors: str) -> str:
    if status:
        said = (errors.strip().splitlines() or [f"status {status}"])[-1].rstrip(".")
        raise RunError(f"the {what} must be drawn (viz said: {said})")
    return output.strip().splitlines()[-1]
