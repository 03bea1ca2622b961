"""Nothing that takes long is silent: a line now and then in a file, a bar with the time left on a terminal."""

import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

from sparsify.progress import Voice

ROOT = Path(__file__).parents[2]

SLOW = """
import time
from sparsify.progress import Voice
voice = Voice(patience=0.1)
with voice.doing("reading texts"):
    time.sleep(0.5)
for step in voice.progress("path", range(5)):
    time.sleep(0.9 if step == 4 else 0.2)
    voice.say(f"row {step}")
"""


def run_slow(**streams):
    """The script with a terminal where `streams` says so; (what the terminal showed, its stdout)."""
    outer, inner = pty.openpty()
    streams = {name: inner if value == "terminal" else value for name, value in streams.items()}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen([sys.executable, "-c", SLOW], text=True, env=environment, **streams) as process:
        os.close(inner)
        shown = b""
        try:
            while part := os.read(outer, 65536):
                shown += part
        except OSError:  # the other end is closed: Linux says so with an error
            pass
        output = process.communicate()[0]
    os.close(outer)
    assert process.returncode == 0
    return re.sub(r"\x1b\[[?\d;]*\w", "", shown.decode()), output


def test_a_file_gets_a_line_now_and_then(capsys):
    voice = Voice(patience=0.05)
    with voice.doing("reading texts"):
        time.sleep(0.5)
    voice.say("done")
    *told, last = capsys.readouterr().out.splitlines()

    assert last == "done"
    assert all(re.fullmatch(r"\.\.\. reading texts: \d s so far", line) for line in told)
    assert 2 <= len(told) <= 4, "the pauses double: after 0.05, 0.15, 0.35 s"


def test_a_line_says_how_many_steps_are_done_and_how_long_the_others_take(capsys):
    """The steps take 0.7 s each: when one is done and 1.2 s are over, nine more take about 11 s."""
    voice = Voice(patience=1.2)
    for step in voice.progress("path", range(10)):
        time.sleep(0.7)
        if step == 1:
            break
    (line,) = capsys.readouterr().out.splitlines()
    done, left = re.fullmatch(
        r"\.\.\. path: (\d) of 10, 1 s so far, [\d.]+(?:/s| s each), about (\d+) s left", line
    ).groups()

    assert done == "1"
    assert 10 <= int(left) <= 13


def test_what_is_inside_is_told_too(capsys):
    voice = Voice(patience=0.05)
    with voice.doing("writing"):
        for _ in voice.progress("phrases", [1]):
            time.sleep(0.2)

    assert "... writing: 0 s so far; phrases: 0 of 1, 0 s so far\n" in capsys.readouterr().out


def test_rows_break_the_silence_and_short_work_is_not_told(capsys):
    voice = Voice(patience=0.5)
    for step in voice.progress("path", range(10)):
        time.sleep(0.1)
        voice.say(f"row {step}")
    with voice.doing("a moment"):
        pass

    assert capsys.readouterr().out.splitlines() == [f"row {step}" for step in range(10)]


def test_rows_do_not_keep_back_for_ever_what_is_left(capsys, monkeypatch):
    monkeypatch.setattr("sparsify.progress._LONGEST", 0.4)
    voice = Voice(patience=30)
    for step in voice.progress("path", range(10)):
        time.sleep(0.1)
        voice.say(f"row {step}")
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("... path: ")]

    assert 1 <= len(told) <= 3
    assert all("left" in line for line in told)


def test_an_error_inside_ends_the_telling(capsys):
    voice = Voice(patience=0.05)
    try:
        with voice.doing("reading"):
            raise ValueError("no")
    except ValueError:
        time.sleep(0.2)

    assert capsys.readouterr().out == ""


def test_a_silent_process_says_nothing(capsys):
    voice = Voice(silent=True, patience=0.01)
    with voice.doing("reading"):
        time.sleep(0.1)

    assert capsys.readouterr().out == ""


def test_a_terminal_gets_a_bar_with_the_time_that_is_left():
    shown, _ = run_slow(stdout="terminal", stderr="terminal")

    assert "reading texts" in shown
    assert re.search(r"path .*[1-4]/5 [\d.]+(?:/s| s each) +0:00:0\d left: 0:00:0\d", shown)
    assert "so far" not in shown, "the bar says it"
    assert re.findall(r"row \d", shown) == [f"row {step}" for step in range(5)]


def test_rows_in_a_file_and_a_bar_on_the_terminal_both_tell():
    shown, output = run_slow(stdout=subprocess.PIPE, stderr="terminal")

    assert "path" in shown
    assert "... reading texts: 0 s so far" in output
    assert re.search(r"\.\.\. path: [1-4] of 5, \d s so far, [\d.]+(?:/s| s each), about \d s left", output)
    assert "\x1b" not in output
