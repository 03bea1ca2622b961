"""Settings of the whole suite."""

import os

# Before torch: its threads would spin where another test wants the core.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from tests.cache_home import temporary_home

# Before matplotlib and numba; the suite's other processes inherit it.
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["XDG_CACHE_HOME"] = str(temporary_home())

import pytest
import torch
from hypothesis import HealthCheck, settings

from sparsify.data import load_corpus

torch.set_num_threads(1)

# No deadline: the first example of a test may compile a kernel. Derandomised on CI so that a red run can be repeated.
settings.register_profile("fast", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("fast"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "fast")


@pytest.fixture(scope="session")
def tenth(tmp_path_factory):
    """Every tenth text of Rotten Tomatoes, as a folder that `--data` takes."""
    corpus, folder = load_corpus("rotten_tomatoes"), tmp_path_factory.mktemp("tenth")
    for part in ("train", "dev", "test"):
        split = getattr(corpus, part)
        rows = zip(split.labels[::10], split.texts[::10], strict=True)
        (folder / part).write_text("".join(f"{corpus.labels[k]}\t{text}\n" for k, text in rows), encoding="utf-8")
    return folder
