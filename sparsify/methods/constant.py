"""One strength for all epochs: one size."""

from collections.abc import Iterator

from sparsify.methods.base import Candidate, Search
from sparsify.methods.debias import debias
from sparsify.methods.polish import polish
from sparsify.methods.snapshot import path_epoch


def constant(search: Search) -> Iterator[Candidate]:
    """`path_epochs` epochs at --strength, full-batch steps, deletion, epochs without the penalty."""
    settings = search.settings
    for _ in search.log.progress("constant", range(settings.path_epochs)):
        snapshot = path_epoch(search, settings.strength)
        if snapshot.transitions == 0:
            break
    yield from debias(search, polish(search, [snapshot], search.log.progress("polish", range(settings.polish))))
