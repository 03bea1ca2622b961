"""Which flags go with which method."""

from collections.abc import Mapping
from typing import Any

from sparsify.errors import ConfigError
from sparsify.tables import METHOD_FLAGS

_SHAPED = {"fixed": ("patterns", "length"), "scratch": ("patterns", "length", "family")}
"""Flags that say what the patterns are, of methods that have them from elsewhere."""


def check_flags(method: str, given: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """Are the flags that belong to single methods given with those, and with no others?

    Args:
        given, defaults: flag → its value.

    Raises:
        ConfigError: no, or the method needs one that is not given.
    """
    own = METHOD_FLAGS.get(method)
    if own is None:
        return
    for name in dict.fromkeys(name for flags in METHOD_FLAGS.values() for name in flags):
        flag, is_given = "--" + name.replace("_", "-"), given[name] != defaults[name]
        if name not in own and is_given:
            takers = " or ".join(taker for taker, flags in METHOD_FLAGS.items() if name in flags)
            raise ConfigError(f"{flag} goes with --method {takers} (got it with {method}).")
        if own.get(name) and not is_given:
            raise ConfigError(f"--method {method} needs a {flag} (got none); try {flag} {own[name]}.")
    for name in _SHAPED.get(method, ()):
        if given[name] != defaults[name]:
            raise ConfigError(f"--method {method} has its patterns from --{next(iter(own))}; leave --{name} out.")
