"""Every encoder by its name."""

from neural.text.encoders import Encoder
from neural.text.static_encoder import Glove, VectorFile

ENCODERS: dict[str, type[Encoder]] = {"glove": Glove}
"""name → what reads so; a new encoder is one class and one entry. Any other name is a file of word vectors."""


def encoder_kind(name: str) -> type[Encoder]:
    """What `--embeddings NAME` means."""
    return ENCODERS.get(name, VectorFile)
