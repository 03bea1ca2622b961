"""Which words no longer have the vectors that they were given, and how few numbers say where they went."""

from dataclasses import dataclass

from torch import Tensor

from neural.errors import VectorError


@dataclass(frozen=True)
class MovedWords:
    """The words whose vectors were learned.

    Attributes:
        words: [moved], int64: places in the vocabulary, rising.
        coordinates: [moved, rank]: a_w, where all moves are sums of few directions; else None.
        directions: [rank, dim]: D, with a_w · D what was added to the vector of word w; None where coordinates are.

    Raises:
        VectorError: these do not fit together.
    """

    words: Tensor
    coordinates: Tensor | None = None
    directions: Tensor | None = None

    def __post_init__(self) -> None:
        if self.words.dim() != 1 or bool((self.words.diff() <= 0).any()) or bool((self.words[:1] < 0).any()):
            raise VectorError("moved words are places in a vocabulary, rising (got others); take another copy.")
        a, d = self.coordinates, self.directions
        if (a is None) != (d is None):
            raise VectorError("moved words have coordinates and directions or neither (got one); take another copy.")
        if a is not None and d is not None and (d.dim() != 2 or a.shape != (len(self.words), len(d))):
            raise VectorError(
                f"{len(self.words)} moved words have as many coordinates each as there are directions (got "
                f"{list(a.shape)} and {list(d.shape)}); take another copy."
            )

    def numbers(self, dim: int) -> int:
        """How many numbers were learned: moved · dim, or moved · rank + rank · dim."""
        if self.coordinates is None or self.directions is None:
            return len(self.words) * dim
        return self.coordinates.numel() + self.directions.numel()

    def tensors(self) -> dict[str, Tensor]:
        """Name → tensor, for a file."""
        own = {"words": self.words, "coordinates": self.coordinates, "directions": self.directions}
        return {name: tensor for name, tensor in own.items() if tensor is not None}
