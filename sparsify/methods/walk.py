"""From the full model down: the snapshots of a path of strengths, or the last one at a single strength."""

from sparsify.methods.base import Search
from sparsify.methods.snapshot import Snapshot, path_epoch
from sparsify.methods.strength_path import follow


def walk(search: Search) -> list[Snapshot]:
    """With --strength, `path_epochs` epochs at that one; without, one epoch per strength as the path has them."""
    settings, snapshots = search.settings, []
    if not settings.strength:
        return list(follow(search))
    for _ in search.log.progress(settings.method, range(settings.path_epochs)):
        snapshots = [path_epoch(search, settings.strength)]
        if not snapshots[0].transitions:
            break
    return snapshots
