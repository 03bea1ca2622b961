"""Where a run goes: nothing is lost, two runs never mix, and a killed one leaves the old run or the new one, whole."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sparsify import RunError, Settings
from sparsify.runs.checks import check_folder
from sparsify.runs.exchange import exchange, exchange_in_steps
from sparsify.runs.manifest import MANIFEST, read_manifest
from sparsify.runs.place import claimed


def write(folder, content):
    """What a run would write; two files that must be of one run."""
    (folder / "model.json").write_text(content)
    (folder / "checkpoints" / "3").mkdir(parents=True)
    (folder / "checkpoints" / "3" / "patterns.json").write_text(content)


def run(out, content="new", force=False):
    with claimed(Settings(out=str(out), force=force)) as place:
        write(place.path, content)


def whole(folder):
    """The content of a run that is whole."""
    manifest = read_manifest(folder)
    assert manifest is not None
    assert manifest.finished
    manifest.check("model.json", "checkpoints/3/patterns.json")
    contents = {(folder / name).read_text() for name in manifest.files}
    assert len(contents) == 1
    return contents.pop()


def beside(tmp_path):
    return sorted(path.name for path in tmp_path.iterdir())


def test_a_run_comes_into_its_place_whole_and_nothing_stays_beside(tmp_path):
    run(tmp_path / "a" / "b")
    run(tmp_path / "a" / "b", "newer", force=True)

    assert whole(tmp_path / "a" / "b") == "newer"
    assert beside(tmp_path / "a") == ["b"]


def test_the_old_run_stands_until_the_new_one_is_complete(tmp_path):
    run(tmp_path / "r", "old")
    with claimed(Settings(out=str(tmp_path / "r"), force=True)) as place:
        write(place.path, "new")
        assert whole(tmp_path / "r") == "old"
    assert whole(tmp_path / "r") == "new"

    with pytest.raises(ZeroDivisionError), claimed(Settings(out=str(tmp_path / "r"), force=True)):
        raise ZeroDivisionError
    assert whole(tmp_path / "r") == "new"


def test_a_second_run_into_a_folder_is_refused_while_the_first_is_at_work(tmp_path):
    with claimed(Settings(out=str(tmp_path / "r"))) as place:
        write(place.path, "first")
        for force in (False, True):
            with pytest.raises(RunError, match="one run at a time"):
                run(tmp_path / "r", "second", force)
    assert whole(tmp_path / "r") == "first"


def test_what_was_saved_is_said_and_what_is_of_no_worth_removed(tmp_path):
    with pytest.raises(KeyboardInterrupt) as nothing, claimed(Settings(out=str(tmp_path / "r"))):
        raise KeyboardInterrupt
    assert nothing.value.__notes__ == ["nothing was saved"]
    assert beside(tmp_path) == []

    settings = Settings(out=str(tmp_path / "r"))
    with pytest.raises(KeyboardInterrupt) as full, claimed(settings) as place:  # noqa: PT012  a whole run is what raises
        place.keep_full(lambda folder: (folder.mkdir(), (folder / "patterns.json").write_text("full")))
        raise KeyboardInterrupt
    assert full.value.__notes__ == [f'the full model is saved: sparsify.load("{tmp_path / "r.unfinished"}", "full")']
    assert beside(tmp_path) == ["r.unfinished"]

    with pytest.raises(RunError, match=r"holds the model of a run that was stopped; .* --force"):
        run(tmp_path / "r")
    run(tmp_path / "r", force=True)
    assert whole(tmp_path / "r") == "new"
    assert beside(tmp_path) == ["r"]
    assert not (tmp_path / "r" / "full").exists()


@pytest.mark.parametrize("name", ["config.toml", ".git", "index.html"])
def test_force_replaces_what_a_run_wrote_and_nothing_else(tmp_path, name):
    site = tmp_path / "site"
    site.mkdir()
    (site / name).write_text("precious")
    with pytest.raises(RunError, match=rf"only replaces run directories .* has no {MANIFEST}"):
        run(site, force=True)

    assert (site / name).read_text() == "precious"


@pytest.mark.parametrize("name", ["checkpoints/mine.txt", "automata/notes.txt", ".git/HEAD", "notes"])
def test_what_no_run_wrote_is_kept_at_any_depth(tmp_path, name):
    run(tmp_path / "r")
    (tmp_path / "r" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "r" / name).write_text("precious")
    with pytest.raises(RunError, match="only replaces what a run wrote"):
        run(tmp_path / "r", force=True)
    (tmp_path / "r").rename(tmp_path / "s.unfinished")
    with pytest.raises(RunError, match="must be a run's own"):
        run(tmp_path / "s", force=True)

    assert (tmp_path / "s.unfinished" / name).read_text() == "precious"


def test_a_complete_run_is_never_taken_for_a_stopped_one(tmp_path):
    run(tmp_path / "y", "precious")
    (tmp_path / "y").rename(tmp_path / "x.unfinished")
    for force in (False, True):
        with pytest.raises(RunError, match="holds a complete run"):
            run(tmp_path / "x", force=force)

    assert whole(tmp_path / "x.unfinished") == "precious"


def test_a_replaced_run_that_a_kill_left_behind_blocks_nothing(tmp_path, monkeypatch):
    run(tmp_path / "r", "old")
    monkeypatch.setattr("sparsify.runs.place._remove", lambda _: None)  # what a kill there does
    run(tmp_path / "r", "new", force=True)
    monkeypatch.undo()
    assert (whole(tmp_path / "r"), whole(tmp_path / "r.unfinished")) == ("new", "old")

    run(tmp_path / "r", "newer", force=True)
    assert whole(tmp_path / "r") == "newer"
    assert beside(tmp_path) == ["r"]


def test_a_complete_run_that_a_kill_kept_from_its_place_comes_into_it(tmp_path, monkeypatch):
    run(tmp_path / "r", "old")
    monkeypatch.setattr("sparsify.runs.place.exchange", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(tmp_path / "r", "new", force=True)
    monkeypatch.undo()
    with claimed(Settings(out=str(tmp_path / "r"), force=True)) as place:
        assert whole(tmp_path / "r") == "new"
        write(place.path, "newer")

    assert whole(tmp_path / "r") == "newer"
    assert beside(tmp_path) == ["r"]


def test_the_names_of_folders_of_runs_at_work_are_no_names_of_runs(tmp_path):
    with pytest.raises(RunError, match="those of runs at work"):
        check_folder(Settings(out=str(tmp_path / "x.unfinished")))


def test_links_are_not_followed(tmp_path):
    run(tmp_path / "other", "precious")
    (tmp_path / "r.unfinished").symlink_to(tmp_path / "other")
    with pytest.raises(RunError, match="got a link"):
        run(tmp_path / "r", force=True)
    (tmp_path / "file").write_text("precious")
    run(tmp_path / "q")
    (tmp_path / "q" / f"{MANIFEST}.part").symlink_to(tmp_path / "file")
    with pytest.raises(RunError, match="only replaces what a run wrote"):
        run(tmp_path / "q", force=True)

    assert whole(tmp_path / "other") == "precious"
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.parametrize("old", [False, True])
def test_where_the_place_cannot_be_taken_the_run_is_said_to_be_beside_it(tmp_path, monkeypatch, old):
    if old:
        run(tmp_path / "r", "old")

    def fail(*_):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("sparsify.runs.place.exchange" if old else "pathlib.Path.rename", fail)
    with pytest.raises(RunError, match=r"writable until the run ends .got Invalid cross-device link in ") as error:
        run(tmp_path / "r", "new", force=True)
    monkeypatch.undo()

    assert error.value.__notes__ == [f"the run is complete, in {tmp_path / 'r.unfinished'}"]
    assert whole(tmp_path / "r.unfinished") == "new"
    assert not old or whole(tmp_path / "r") == "old"


def test_a_folder_that_comes_between_check_and_end_is_kept_and_the_run_too(tmp_path):
    settings = Settings(out=str(tmp_path / "r"))
    with pytest.raises(RunError, match="must be new") as error, claimed(settings) as place:  # noqa: PT012  its end raises
        write(place.path, "new")
        (tmp_path / "r").mkdir()
        (tmp_path / "r" / "precious").write_text("data")

    assert (tmp_path / "r" / "precious").read_text() == "data"
    assert error.value.__notes__ == [f"the run is complete, in {tmp_path / 'r.unfinished'}"]
    assert whole(tmp_path / "r.unfinished") == "new"


def test_a_folder_of_someone_else_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "r.unfinished").mkdir()
    (tmp_path / "r.unfinished" / "precious").write_text("data")
    with pytest.raises(RunError, match="must be a run's own"):
        run(tmp_path / "r", force=True)
    assert (tmp_path / "r.unfinished" / "precious").read_text() == "data"


def test_a_kill_while_the_mark_is_written_blocks_nothing(tmp_path):
    (tmp_path / "r.unfinished").mkdir()
    (tmp_path / "r.unfinished" / f".{'0a' * 8}.part").write_text("{")
    run(tmp_path / "r")

    assert whole(tmp_path / "r") == "new"


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file" / "x", Path("/proc/x/y")):
        with pytest.raises(RunError, match="must be writable"):
            run(out)


def test_a_link_leads_to_where_the_run_goes(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "r").symlink_to(tmp_path / "disk" / "r")
    run(tmp_path / "r")

    assert whole(tmp_path / "disk" / "r") == "new"
    assert (tmp_path / "r").is_symlink()


@pytest.mark.parametrize("change", [exchange, exchange_in_steps])
def test_folders_change_places(tmp_path, change):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "own").write_text(name)
    change(tmp_path / "a", tmp_path / "b")

    assert (tmp_path / "a" / "own").read_text() == "b"
    assert (tmp_path / "b" / "own").read_text() == "a"
    assert beside(tmp_path) == ["a", "b"]


KILLED = """
import sys
from sparsify import Settings
from sparsify.runs.place import claimed
from tests.sparsify.runs.test_place import run
print("ready", flush=True)
for number in range(10**6):
    run(sys.argv[1], str(number), force=True)
"""


def test_after_a_kill_at_any_moment_the_old_run_or_the_new_one_is_there_whole(tmp_path):
    out = tmp_path / "r"
    run(out, "old")
    seen = set()
    for number in range(12):
        root = Path(__file__).parents[3]
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(out)], stdout=subprocess.PIPE, cwd=root)
        process.stdout.readline()
        time.sleep(0.02 + 0.0013 * number)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        seen.add(whole(out))
    assert len(seen) > 1
    check_folder(Settings(out=str(out), force=True))
    run(out, "last", force=True)
    assert whole(out) == "last"
    assert beside(tmp_path) == ["r"]
