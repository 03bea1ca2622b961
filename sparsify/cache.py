"""`python -m sparsify.cache`: the contextual vectors that are kept between runs.

python -m sparsify.cache                 what is kept, how much of it, and when it was used last
python -m sparsify.cache --most 10GB     remove what was not used for longest until so much is left; 0: everything
"""

import argparse
import re
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sparsify.errors import ConfigError
from wfsa.console import Answer, version

if TYPE_CHECKING:
    from neural.text.contextual.cache import Entry

_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 for a user's mistake, said in one line."""
    parser = argparse.ArgumentParser(
        "python -m sparsify.cache", description="The contextual vectors that are kept between runs."
    )
    parser.add_argument("--version", action="version", version=version())
    parser.add_argument("--cache-dir", default="", metavar="DIR", help="the folder; default: the user's cache folder")
    parser.add_argument("--most", metavar="SIZE", help="remove what was not used for longest until SIZE is left: 10GB")
    options = parser.parse_args(arguments)
    with Answer() as answer:
        _cache(options.cache_dir, options.most)
    return answer.status


def _cache(folder: str, most: str | None) -> None:
    # torch takes seconds: imported when there is something to do.
    from neural.text.contextual.cache import Cache, cache_folder

    cache = Cache(cache_folder(folder))
    if most is not None:
        for entry, removed in cache.bound(_octets(most)):
            print(f"{'removed' if removed else 'in use, kept'}: {entry.place.name}, {_shown(entry.size)}")
    entries = cache.entries()
    print(f"{cache.folder}: {len(entries)} entries, {_shown(sum(entry.size for entry in entries))}")
    for entry in entries:
        used = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.used))
        print(f"{entry.place.name:43}  {_shown(entry.size):>9}  used {used}  {_described(entry)}")


def _described(entry: "Entry") -> str:
    about = entry.about
    try:
        return (
            f"{about['number of texts']} texts, {about['encoder']}, {about['dim']} dimensions in {about['numbers']}, "
            f"{about['pieces']}"
        )
    except KeyError:
        return "principal components" if entry.place.is_file() else "unknown"


def _octets(size: str) -> int:
    """Bytes of 10GB, 500MB, 0, ….

    Raises:
        ConfigError: it is no size.
    """
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([KMGT]B|)", size.strip().upper())
    if found is None:
        raise ConfigError(f"--most is a number with KB, MB, GB or TB (got {size!r:.40}); write 10GB.")
    return int(float(found[1]) * _UNITS[found[2]])


def _shown(octets: int) -> str:
    """Bytes as people say it."""
    for unit in ("TB", "GB", "MB"):
        if octets >= _UNITS[unit]:
            return f"{octets / _UNITS[unit]:.1f} {unit}"
    return f"{octets / 1000:.1f} KB"


if __name__ == "__main__":
    sys.exit(main())
