"""Do the flags of how words move go together?"""

from sparsify.errors import ConfigError


def check_moves(move_vectors: str, moved_words: int, vector_lr: float) -> None:
    """Is each of them read, and does what moves have a step size?

    Raises:
        ConfigError: no.
    """
    if vector_lr == 0:
        raise ConfigError("--vector-lr must be above 0 (got 0.0); --move-vectors none keeps vectors as they are.")
    if moved_words and move_vectors != "sparse":
        raise ConfigError(f"--moved-words goes with --move-vectors sparse (got it with {move_vectors}).")
