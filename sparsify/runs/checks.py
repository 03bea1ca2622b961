"""What can be said of a run's settings before anything is read, or any large library imported."""

import os
from pathlib import Path

from sparsify.data.load import check_name, options_of
from sparsify.errors import ConfigError, RunError
from sparsify.runs.full_patterns import full_patterns
from sparsify.runs.manifest import MANIFEST, UNFINISHED, read_manifest, strangers
from sparsify.settings import Settings
from wfsa import main_arcs


def check(settings: Settings) -> None:
    """Are there such data and such patterns, and may the run directory be written?

    Raises:
        SparsifyError, WfsaError: no.
    """
    check_name(settings.data, **options_of(vars(settings)))
    patterns = full_patterns(settings)
    full = sum(len(main_arcs(pattern)) for pattern in patterns)
    if any(not 1 <= size <= full for size in settings.sizes):
        raise ConfigError(
            f"--sizes must lie between 1 and the {full} transitions of the full model (got {settings.sizes})."
        )
    if settings.goal > full:
        raise ConfigError(
            f"--goal must lie between 1 and the {full} transitions of the full model (got {settings.goal})."
        )
    smallest = min(len(main_arcs(pattern)) for pattern in patterns)
    if settings.groups == "pattern" and 0 < settings.at_most < smallest:
        raise ConfigError(
            f"--groups pattern leaves whole patterns, of {smallest} transitions or more (got --at-most "
            f"{settings.at_most}); raise it, or lower --length, or delete states: --groups state."
        )
    if os.environ.get("RANK", "0") == "0":  # of several processes the first one writes, and may have begun to
        check_folder(settings)


def check_folder(settings: Settings) -> None:
    """May the run directory be written?

    Raises:
        RunError: it exists and `force` is off, or it is no run directory, or holds what no run wrote and would be lost.
    """
    folder = Path(settings.folder)
    if folder.name.endswith(UNFINISHED):
        raise RunError(f"names in {UNFINISHED} are those of runs at work (got --out {folder}); choose another.")
    try:
        folder.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        got = f"{settings.folder[:60]!r}: {error.strerror}"
        raise RunError(f"the run directory must be writable (got {got}); choose --out.") from None
    if not folder.exists():  # a link to what is not there yet
        return
    if not settings.force:
        raise RunError(f"the run directory must be new (got {folder}, which exists); add --force or choose --out.")
    if os.path.ismount(folder):  # nothing can change places with it
        raise RunError(f"the run directory must not be a mount point (got {folder}); choose --out {folder}/NAME.")
    if folder.is_dir() and not any(folder.iterdir()):
        return
    manifest = read_manifest(folder)
    if manifest is None:
        raise RunError(f"--force only replaces run directories (got {folder}, which has no {MANIFEST}); choose --out.")
    if others := strangers(folder):
        raise RunError(
            f"--force only replaces what a run wrote (got {', '.join(others[:3])} in {folder} too); move it away or "
            "choose --out."
        )
