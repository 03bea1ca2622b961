"""What of a transformer automata read, and how it is kept."""

from dataclasses import dataclass

from neural.errors import VectorError

PIECES = ("pieces", "mean", "first")
NUMBERS = ("float16", "int8")


@dataclass(frozen=True)
class ContextOptions:
    """The choices of contextual vectors.

    Attributes:
        layers: whose hidden states are added up, 0 those of the embeddings; (): the last four.
        pieces: word pieces as tokens; or words, each the mean of its pieces or the first.
        reduce: so many principal components are read; 0: all dimensions.
        numbers: how vectors are rounded and kept: float16, or int8 with a scale per token.
        cache: the folder where vectors are kept; "": the user's own.

    Raises:
        VectorError: there is no such choice.
    """

    layers: tuple[int, ...] = ()
    pieces: str = "pieces"
    reduce: int = 128
    numbers: str = "float16"
    cache: str = ""

    def __post_init__(self) -> None:
        for name, value, choices in (("pieces", self.pieces, PIECES), ("numbers", self.numbers, NUMBERS)):
            if value not in choices:
                raise VectorError(f"{name} of contextual vectors are {' or '.join(choices)} (got {value!r}).")
        if self.reduce < 0 or any(layer < 0 for layer in self.layers) or len(set(self.layers)) < len(self.layers):
            raise VectorError(
                f"layers are numbered from 0, each named once, and reduce is at least 0 (got {self.layers} and "
                f"{self.reduce})."
            )
