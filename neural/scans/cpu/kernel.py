"""How kernels of scans and of texts are compiled: they may inline what lies in this room."""

from functools import partial
from pathlib import Path

from wfsa.arrays import compiled

kernel = partial(compiled.kernel, shared=Path(__file__).parent)
"""A function compiled by numba, see `wfsa.arrays.compiled`."""
