"""Trials in a storage, a journal or a database: taken once, recorded once, planned anew where a worker has died."""

import json
import threading

import pytest
from optuna.trial import TrialState

from sparsify.errors import ConfigError, RunError
from sparsify.paper.arms import find_arms
from sparsify.paper.storage import shown, split
from sparsify.paper.study import Study, Worker, outcomes, place_of, reason_of, settled
from sparsify.paper.survey import survey
from tests.sparsify.paper.studies import Shared, bare_plan, outcome


@pytest.fixture(params=["journal", "sqlite"])
def where(request, tmp_path):
    return str(tmp_path / "study.journal") if request.param == "journal" else f"sqlite:///{tmp_path / 'study.db'}"


def begun(where, plan):
    study = Study.begun(where, plan.identity())
    study.add(survey(plan, [Shared()], {}).tasks)
    return study


def worker(token="w"):
    return Worker("here", 1, token)


def at_once(count, job):
    """Do a job in so many threads, each with a storage of its own."""
    failures = []

    def caught(number):
        try:
            job(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=caught, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_of_many_workers_one_takes_a_trial(where):
    begun(where, bare_plan(12))
    taken = [[] for _ in range(4)]

    def job(number):
        study = Study.opened(where)
        while (claim := study.claim(["shared"], worker(str(number)))) is not None:
            taken[number].append(claim.task.key)

    at_once(4, job)
    keys = [key for own in taken for key in own]
    assert len(keys) == len(set(keys)) == 12


def test_commands_that_begin_at_once_plan_every_place_once(where):
    """Where both have planned it, the later trial is never run."""
    plan = bare_plan(5)
    at_once(4, lambda _: begun(where, plan))
    study, taken = Study.opened(where), []
    while (claim := study.claim(["shared"], worker())) is not None:
        taken.append(claim.task.key)
        study.finish(claim.trial, [outcome(claim.task, 2)])

    assert sorted(taken) == sorted(task.key for task in survey(plan, [Shared()], {}).tasks)
    assert len(outcomes(where)) == 5


def test_a_place_that_was_planned_twice_is_run_once(where):
    study = begun(where, bare_plan(1))
    first = study.claim(["shared"], worker())
    study.fail(first.trial, "stopped")
    study.add([first.task])
    twin = study.trials((TrialState.WAITING,))[0]
    study._storage.create_new_trial(study._number, twin)

    claim = study.claim(["shared"], worker())
    assert study.claim(["shared"], worker()) is None
    assert study.finish(claim.trial, [outcome(claim.task, 2)])
    assert [reason_of(trial) for trial in study.trials((TrialState.FAIL,))] == ["stopped", "planned twice"]
    assert len(outcomes(where)) == 1


def test_who_comes_back_from_the_dead_records_nothing(where):
    study = begun(where, bare_plan(1))
    slow = study.claim(["shared"], worker("slow"))
    assert study.fail(slow.trial, "its worker died")
    study.add([slow.task])
    fast = study.claim(["shared"], worker("fast"))
    study.finish(fast.trial, [outcome(fast.task, 2, 0.75)])

    study.beat(slow.trial, 7)
    assert not study.finish(slow.trial, [outcome(slow.task, 2, 0.25)])
    assert not study.fail(fast.trial, "its worker died")
    assert [own.dev for own in outcomes(where)] == [0.75]


def test_outcomes_are_those_that_were_recorded_and_what_was_thrown_away_leaves_none(where):
    plan = bare_plan(2)
    study = begun(where, plan)
    first, second = (study.claim(["shared"], worker()) for _ in range(2))
    study.finish(first.trial, [outcome(first.task, goal, 0.5 + goal / 10) for goal in plan.goals])
    study.discard(second.trial, "no model is near.")

    assert [(own.goal, own.dev, own.sample) for own in outcomes(where)] == [(2, 0.7, 0), (4, 0.9, 0)]
    assert settled(study.trials())[second.task.key] == []
    assert [reason_of(trial) for trial in study.trials((TrialState.PRUNED,))] == ["no model is near."]
    json.dumps([own.as_dict() for own in outcomes(where)])


def test_arms_of_others_are_left_to_them(where):
    study = begun(where, bare_plan(1))

    assert study.claim(["path"], worker()) is None
    assert study.claim(["path", "shared"], worker()) is not None


def test_another_plan_is_refused(where):
    begun(where, bare_plan(2))

    with pytest.raises(RunError, match=r"samples 3, begun with 2.*--study"):
        begun(where, bare_plan(3))
    with pytest.raises(RunError, match=r"goals \[2, 6\], begun with \[2, 4\]"):
        begun(where, bare_plan(2, goals=(2, 6)))
    begun(where + "#other", bare_plan(3))
    assert len(Study.opened(where).trials()) == 2
    assert len(Study.opened(where + "#other").trials()) == 3
    begun(where, bare_plan(2))


def test_a_study_that_is_not_there_is_said(where, tmp_path):
    begun(where, bare_plan(1))

    with pytest.raises(RunError, match="must hold the study nowhere"):
        outcomes(where, "nowhere")
    with pytest.raises(RunError, match="which is not there"):
        outcomes(str(tmp_path / "other.journal"))
    with pytest.raises(RunError, match="must be reachable"):
        outcomes("sqlite:////nowhere/at/all.db")


def test_a_line_that_a_killed_writer_left_unfinished_is_removed_by_the_next_one(tmp_path):
    path = tmp_path / "study.journal"
    begun(str(path), bare_plan(2))
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"op_code":6,"worker_id"' + b" " * 200_000)
    study = Study.opened(str(path))
    claim = study.claim(["shared"], worker())
    study.finish(claim.trial, [outcome(claim.task, 2)])

    assert path.read_bytes().startswith(whole)
    assert all(json.loads(line) for line in path.read_text().splitlines())
    assert len(outcomes(str(path))) == 1


def test_what_is_no_journal_is_left_alone(tmp_path):
    path = tmp_path / "notes"
    path.write_text("not a study\nat all\n")

    with pytest.raises(RunError, match="must be the journal of a study"):
        Study.begun(str(path), {})
    assert path.read_text() == "not a study\nat all\n"


def test_a_trial_says_which_place_it_is(tmp_path):
    study = begun(str(tmp_path / "study.journal"), bare_plan(2))

    assert [place_of(trial) for trial in study.trials()] == ["shared search sample 0", "shared search sample 1"]


def test_passwords_are_not_said():
    url, name = split("postgresql://me:secret@host/db#mine")

    assert (shown(url), name) == ("postgresql://me:…@host/db", "mine")


def test_arms_are_known_by_name():
    assert [arm.name for arm in find_arms(["path", "fixed"])] == ["path", "fixed"]
    with pytest.raises(ConfigError, match="did you mean threshold"):
        find_arms(["treshold"])
    with pytest.raises(ConfigError, match="path twice"):
        find_arms(["path", "path"])
