"""Settings of the whole suite."""

import os

# Before torch: its threads would spin where another test wants the core.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import torch
from hypothesis import HealthCheck, settings

torch.set_num_threads(1)

# No deadline: the first example of a test may compile a kernel. Derandomised on CI so that a red run can be repeated.
settings.register_profile("fast", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("fast"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "fast")
