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
        1 / 0  # noqa: B018
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

    with pytest.raises(KeyboardInterrupt) as full, claimed(Settings(out=str(tmp_path / "r"))) as place:  # noqa: PT012
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

    run(tmp_path / "r")
    (tmp_path / "r" / name).write_text("precious")
    with pytest.raises(RunError, match=rf"only replaces what a run wrote \(got {name}"):
        run(tmp_path / "r", force=True)
    assert (site / name).read_text() == (tmp_path / "r" / name).read_text() == "precious"


def test_a_folder_that_comes_between_check_and_end_is_kept_and_the_run_too(tmp_path):
    settings = Settings(out=str(tmp_path / "r"))
    with pytest.raises(RunError, match="must be new") as error, claimed(settings) as place:  # noqa: PT012
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
    (tmp_path / "r.unfinished" / f"{MANIFEST}.part").write_text("{")
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
