"""Every encoder by its name."""

from difflib import get_close_matches
from pathlib import Path

from neural.errors import VectorError
from neural.text.contextual.encoder import ContextualVectors
from neural.text.contextual.pretrained import PREFIX
from neural.text.encoders import Encoder
from neural.text.static_encoder import Glove, Spacy300, VectorFile

ENCODERS: dict[str, type[Encoder]] = {"glove": Glove, "spacy300": Spacy300, "minilm": ContextualVectors}
"""name → what reads so; a new encoder is one class and one entry. `encoder:…` is contextual, too; any other name is a
path: see `read_vectors`."""


def encoder_kind(name: str) -> type[Encoder]:
    """What `--embeddings NAME` means.

    Raises:
        VectorError: it is no entry and no file, but nearly an entry.
    """
    if name.startswith(PREFIX):
        return ContextualVectors
    near = get_close_matches(name, ENCODERS, 1)
    if near and name not in ENCODERS and "/" not in name and not Path(name).exists():
        raise VectorError(
            f"vectors are {', '.join(ENCODERS)} or a file (got {name!r}, which is neither); did you mean {near[0]}?"
        )
    return ENCODERS.get(name, VectorFile)
