"""The patterns of a run's full model: of a family, in hand-set shapes, or a structure that another run has learned."""

import re
from collections.abc import Callable
from pathlib import Path

import wfsa
from sparsify.errors import ConfigError
from sparsify.runs.manifest import read_manifest
from sparsify.settings import Settings
from sparsify.training.families import make_lengths, make_patterns
from wfsa import WFSA

_SHAPE = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,3})").fullmatch
_OF_THE_CURVE = re.compile(r"checkpoints/[0-9]{1,9}/patterns\.json").fullmatch
_SIZED = re.compile(r"(.+):([0-9]{1,9}|full)").fullmatch


def full_patterns(settings: Settings) -> list[WFSA]:
    """Patterns with parameters p0.…, p1.…, and so on.

    Raises:
        ConfigError, RunError, WfsaError: there are no such patterns, or the model would be too large.
    """
    if settings.shapes:
        return make_lengths(settings.family, parse_shapes(settings.shapes))
    if settings.structure:
        return learned_patterns(settings.structure)
    return make_patterns(settings.family, settings.patterns, settings.length)


def parse_shapes(shapes: str) -> list[int]:
    """The length of every pattern: "2x1,1x3" → 1, 1, 3.

    Raises:
        ConfigError: an entry is no COUNTxLENGTH.
    """
    lengths = []
    for entry in shapes.split(","):
        found = _SHAPE(entry)
        if found is None:
            raise ConfigError(
                f"--shapes must be COUNTxLENGTH with commas between, such as 24x1 or 6x1,6x2 (got {entry[:40]!r})."
            )
        lengths += [int(found[2])] * int(found[1])
    return lengths


def learned_patterns(named: str) -> list[WFSA]:
    """The patterns of a run's model, under new names of parameters and without their values.

    Args:
        named: "RUN": its chosen model; "RUN:SIZE": one of its curve.

    Raises:
        ConfigError: there is no such model, or nothing is left of it.
        RunError: it was changed or damaged.
    """
    sized = _SIZED(named)
    run, inside = (Path(sized[1]), f"checkpoints/{sized[2]}/") if sized else (Path(named), "")
    manifest, name = read_manifest(run), f"{inside}patterns.json"
    if manifest is None or not manifest.finished:
        raise ConfigError(f"--structure must name a finished run, RUN or RUN:SIZE (got {named!r}, which is none).")
    if name not in manifest.files:
        sizes = sorted({int(path.split("/")[1]) for path in manifest.files if _OF_THE_CURVE(path)})
        raise ConfigError(f"--structure {run} has models of the sizes {sizes} (got {named}); choose one of them.")
    manifest.check(name)
    found = list(wfsa.load(run / name).automata.values())
    if not found:
        raise ConfigError(f"--structure must name a model of at least one pattern (got {named}); choose another size.")
    return [wfsa.rename_parameters(pattern, _under(f"p{place}")) for place, pattern in enumerate(found)]


def _under(prefix: str) -> Callable[[str], str]:
    """p3.main1 → PREFIX.main1."""
    return lambda name: f"{prefix}.{name.partition('.')[2]}"
