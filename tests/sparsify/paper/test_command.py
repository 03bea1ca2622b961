"""`python -m sparsify.paper`, with workers that are killed, commands that are stopped, and several at once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from threading import Thread

import pytest
from optuna.trial import TrialState

from sparsify.errors import RunError
from sparsify.paper.__main__ import main
from sparsify.paper.conduct import DIED, Conductor
from sparsify.paper.study import Study, outcomes, place_of, reason_of, worker_of
from sparsify.progress import Voice
from tests.sparsify.paper.studies import TINY, tiny_plan, write_data

ROOT = Path(__file__).parents[3]


def working(where, but=()):
    """The pid of the first worker, of others than those, that is in the middle of a trial."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            found = [worker_of(trial) for trial in Study.opened(where).trials((TrialState.RUNNING,))]
        except RunError:  # nobody has begun
            found = []
        if pids := [own.pid for own in found if own is not None and own.pid not in but]:
            return pids[0]
        time.sleep(0.05)
    raise AssertionError("nobody works")


def is_whole(where):
    """Does every place of the plan have one result, and no other trial one?"""
    ended = Study.opened(where).trials((TrialState.COMPLETE, TrialState.PRUNED))
    counts = Counter(place_of(trial).split(" attempt")[0] for trial in ended if trial.state == TrialState.COMPLETE)
    finals = [own for own in outcomes(where) if own.stage == "final"]
    assert {goal: [own.seed for own in finals if own.goal == goal] for goal in (2, 4)} == {2: [0], 4: [0]}
    assert max(counts.values()) == 1
    assert {"path search sample 0", "path search sample 1"} <= counts.keys()
    return True


def test_a_killed_worker_loses_only_its_trial(tmp_path):
    """Two workers on one SQLite file, one of them killed in the middle of a trial."""
    write_data(tmp_path)
    where, killed = f"sqlite:///{tmp_path / 'study.db'}", []
    conductor = Conductor(where, tiny_plan(tmp_path, seeds=1), ["path"], workers=2)

    def kill():
        killed.append(working(where))
        os.kill(killed[0], signal.SIGKILL)

    thread = Thread(target=kill)
    thread.start()
    assert conductor.conduct(Voice(silent=True))
    thread.join()

    study = Study.opened(where)
    lost = study.trials((TrialState.FAIL,))
    assert [reason_of(trial) for trial in lost] == [DIED]
    assert worker_of(lost[0]).pid == killed[0]
    assert is_whole(where)
    assert not study.trials((TrialState.WAITING, TrialState.RUNNING))


def heed_interrupts():
    """A shell has the jobs in its background ignore them, and all that these start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command(arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "sparsify.paper", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, preexec_fn=heed_interrupts,
    )  # fmt: skip


def test_a_study_goes_on_where_a_command_was_stopped_and_commands_share_it(tmp_path, capsys):
    """The first is killed, the second interrupted, the third and the fourth work at once."""
    own, out = [*write_data(tmp_path), *TINY, "--arms", "path", "--goals", "2,4", "--within", "2"], tmp_path / "out"
    own += ["--samples", "2", "--seeds", "1", "--workers", "1", "--out", str(out)]
    where = str(out / "study.journal")
    first = command(own)
    pid = working(where)
    first.kill()
    first.communicate()

    second = command(own)
    working(where, but={pid})
    second.send_signal(signal.SIGINT)
    _, said = second.communicate(timeout=60)
    assert (second.returncode, said.splitlines()[-1]) == (130, "interrupted.")

    third = command(own)
    assert main(own) == 0
    printed, said = third.communicate(timeout=120)
    assert third.returncode == 0, said
    assert capsys.readouterr().out == printed
    assert [row.split()[:3] for row in printed.splitlines()] == [
        ["arm", "goal", "seeds"], ["path", "2", "1"], ["path", "4", "1"],
    ]  # fmt: skip
    assert is_whole(where)
    assert sorted(reason_of(trial) for trial in Study.opened(where).trials((TrialState.FAIL,)))[:2] == [DIED, "stopped"]

    trials = len(Study.opened(where).trials())
    assert main(own) == 0
    assert "is finished already" in capsys.readouterr().err
    assert main([*own, "--samples", "3"]) == 2
    assert "samples 3, begun with 2" in capsys.readouterr().err
    (tmp_path / "test").write_text("good\tgood film\nbad\tbad film\n", encoding="utf-8")
    assert main(own) == 2
    assert "digest of the texts" in capsys.readouterr().err
    assert len(Study.opened(where).trials()) == trials
    lines = (out / "outcomes.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(outcomes(where))
    assert {json.loads(line)["arm"] for line in lines} == {"path"}


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--lr", "0.1"], "--lr is drawn from the ranges of the paper"),
        (["--seed=1"], "--seed is set by the plan"),
        (["--arms", "paht"], "did you mean path"),
        (["--goals", "2,x"], "a whole number from 1"),
        (["--goals", "20"], "below the 6 transitions"),
        (["--samples", "0"], "a whole number from 1"),
        (["--epoch", "3"], "did you mean --epochs"),
        (["--study", "mysql+nothing://x/y"], "must be reachable"),
    ],
)
def test_mistakes_are_said_in_one_line(tmp_path, capsys, flags, said):
    data = write_data(tmp_path)

    assert (
        main([*data, "--arms", "path", "--patterns", "3", "--length", "2", "--out", str(tmp_path / "out"), *flags]) == 2
    )
    error = capsys.readouterr().err
    assert said in error
    assert len(error.splitlines()) == 1


def test_a_study_needs_texts_that_nobody_chose_by(tmp_path, capsys):
    data = write_data(tmp_path)
    (tmp_path / "test").unlink()

    assert main([*data, "--arms", "path", "--test-share", "0", "--out", str(tmp_path / "out")]) == 2
    assert "a study needs test texts" in capsys.readouterr().err
