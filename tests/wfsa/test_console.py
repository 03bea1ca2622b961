"""How commands end, in processes of their own: exit statuses as shells expect them, one line, no traceback."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wfsa.console import one_line

COMMAND = """
import sys
from wfsa import AutomatonError
from wfsa.console import Answer
with Answer() as answer:
    {body}
sys.exit(answer.status)
"""


def command(body, **options):
    choices = {"capture_output": True, "text": True, "check": False, **options}
    return subprocess.run([sys.executable, "-c", COMMAND.format(body=body)], **choices)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("print('ok')", 0, ""),
        ("raise AutomatonError('a\\nb.')", 2, "error: a b.\n"),
        ("open('/nowhere/x')", 2, "error: [Errno 2] No such file or directory: '/nowhere/x'.\n"),
        ("raise KeyboardInterrupt", 130, "interrupted.\n"),
        ("error = KeyboardInterrupt(); error.add_note('x is saved'); raise error", 130, "interrupted; x is saved.\n"),
        ("raise AutomatonError('\\x1b[31m\\u202e')", 2, "error: \\x1b[31m\\u202e.\n"),
    ],
)
def test_what_a_user_can_mend_is_one_line_and_an_exit_status(body, status, said):
    done = command(body)

    assert (done.returncode, done.stderr) == (status, said)


def test_a_defect_of_ours_keeps_its_traceback():
    assert "ZeroDivisionError" in command("1 / 0").stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_any_encoding_prints_any_text(encoding):
    done = command("print('λ café')", env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}, text=False)

    assert done.returncode == 0
    wanted = {"ascii": "\\u03bb caf\\xe9\n", "cp1252": "\\u03bb café\n"}[encoding]
    assert done.stdout.decode(encoding) == wanted


def test_a_closed_pipe_ends_with_141_and_no_word():
    for body in ("[print(i, flush=True) for i in range(10**6)]", "print('kept in a buffer to the end')"):
        reader, writer = os.pipe()
        os.close(reader)
        done = command(body, capture_output=False, stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


def test_a_full_disk_under_the_output_is_said():
    with Path("/dev/full").open("w") as full:
        done = command("print('x')", capture_output=False, stdout=full, stderr=subprocess.PIPE)

    assert done.returncode == 2
    assert done.stderr == "error: [Errno 28] No space left on device.\n"


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_closed_streams_take_no_file_that_is_opened_later(closed, tmp_path):
    body = "import os; file = open('kept', 'w'); [os.write(n, b'noise') for n in (1, 2)]; file.write('data')"
    script = tmp_path / "script.py"
    script.write_text(COMMAND.format(body=body))
    done = subprocess.run(
        f"exec {sys.executable} {script} {closed}",
        shell=True, capture_output=True, check=False, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "kept").read_text() == "data"


def test_signs_that_steer_a_terminal_are_escaped():
    assert one_line("a\x1b]0;title\x07\n\tb\u202ec é 中") == "a\\x1b]0;title\\x07 b\\u202ec é 中"
