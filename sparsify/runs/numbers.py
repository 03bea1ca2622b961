"""How many numbers a model learned, part by part, and how many it needs."""

from dataclasses import asdict, dataclass

from neural import Encoder, PatternClassifier, StaticVectors


@dataclass(frozen=True)
class Numbers:
    """Counts of numbers.

    Attributes:
        patterns: parameters of the patterns' arcs.
        classes: class weights and biases.
        vectors: what was learned of word vectors: of moved words all dimensions, or, where they move in few directions,
            the words' coordinates and the directions.
        learned: all of these.
        stored: what prediction needs: patterns, classes, and the word vectors of the vocabulary, moved or not; in
            context the encoder's parameters and the projection.
        moved_words: words whose vectors are not those that were given.
    """

    patterns: int
    classes: int
    vectors: int
    learned: int
    stored: int
    moved_words: int

    def as_dict(self) -> dict[str, int]:
        """For JSON."""
        return asdict(self)

    def __str__(self) -> str:
        moved = f" ({self.moved_words:,} words)" if self.moved_words else ""
        return (
            f"{self.learned:,} numbers were learned: {self.patterns:,} of patterns, {self.classes:,} of classes, "
            f"{self.vectors:,} of moved word vectors{moved}; {self.stored:,} are needed to predict, all word vectors "
            "or the encoder included."
        )


def numbers(classifier: PatternClassifier, encoder: Encoder) -> Numbers:
    """Those of a model: of one that was just trained, or of `sparsify.load`."""
    patterns = sum(own.numel() for own in classifier.bank.parameters())
    classes = classifier.weight.numel() + classifier.bias.numel()
    moved = encoder.moved if isinstance(encoder, StaticVectors) else None
    vectors = 0 if moved is None else moved.numbers(encoder.dim)
    return Numbers(
        patterns,
        classes,
        vectors,
        patterns + classes + vectors,
        patterns + classes + encoder.numbers,
        0 if moved is None else len(moved.words),
    )
