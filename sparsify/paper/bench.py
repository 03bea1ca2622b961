"""What a worker has ready for one training after the other: the texts, as automata read them."""

from functools import cached_property

from sparsify.data import Corpus, load_corpus, options_of
from sparsify.errors import DataError
from sparsify.paper.plan import Plan
from sparsify.training.material import Material, prepare


class Bench:
    """The texts of a plan, read once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._material: Material | None = None

    @cached_property
    def corpus(self) -> Corpus:
        """The texts.

        Raises:
            DataError: they are not those that the study was planned for.
        """
        settings = self._plan.settings
        corpus = load_corpus(settings.data, **options_of(vars(settings)))
        if corpus.digest != self._plan.digest:
            raise DataError(
                f"{settings.data} must hold the texts that the study was planned for (got SHA-256 "
                f"{corpus.digest[:12]}…, planned {self._plan.digest[:12]}…); bring back the files, or begin another."
            )
        return corpus

    @property
    def material(self) -> Material:
        """The texts with the vectors as they are before anything is learned."""
        if self._material is None:
            self._material = prepare(self._plan.settings, self.corpus)
        return self._material

    def used(self) -> None:
        """The material has changed, as by word vectors that moved: it is made anew when it is asked for."""
        self._material = None
