"""What a table was measured on."""

import os
import platform

import torch


def machine() -> str:
    """Processor, Python and torch."""
    return f"{os.cpu_count()} cores {platform.machine()}, Python {platform.python_version()}, torch {torch.__version__}"
