"""From flags to a plan: the texts are read, the paper's numbers filled in, and every arm asked whether it can work."""

from neural import ContextualVectors, encoder_kind
from sparsify.data import load_corpus, options_of
from sparsify.errors import ConfigError, DataError
from sparsify.paper.arms import find_arms
from sparsify.paper.flags import Flags, flags_of
from sparsify.paper.plan import Plan
from sparsify.paper.survey import survey
from sparsify.progress import Voice
from sparsify.training.families import make_patterns
from wfsa import main_arcs

_ALWAYS = {"word_dropout": 0, "threads": 1}
_BY_WORD = {"patterns": 24, "move_vectors": "none"}
_IN_CONTEXT = {"patterns": 12}
"""What the paper does (footnote 13; it drops no whole words, and moves none), where no flag says another thing."""


def planned(flags: Flags, voice: Voice) -> Plan:
    """The plan of a study.

    Raises:
        SparsifyError, WfsaError: the texts cannot be read or have no test part, or an arm cannot be trained so.
    """
    arms = find_arms(flags.arms)
    in_context = issubclass(encoder_kind(flags.settings().embeddings), ContextualVectors)
    settings = flags.settings(*flags_of({**_ALWAYS, **(_IN_CONTEXT if in_context else _BY_WORD)}))
    patterns = make_patterns(settings.family, settings.patterns, settings.length)
    goals = flags.goals or ((10, 20, 30, 40) if in_context else (20, 40, 60, 80))
    full = sum(len(main_arcs(pattern)) for pattern in patterns)
    if max(goals) >= full:
        raise ConfigError(f"--goals must lie below the {full} transitions of the full model (got {max(goals)}).")
    with voice.doing("reading texts"):
        corpus = load_corpus(settings.data, **options_of(vars(settings)))
    if not len(corpus.test):
        raise DataError(f"a study needs test texts (got none in {settings.data}); name data that have some.")
    within = flags.within or (5 if in_context else 10)
    plan = Plan(
        settings, corpus.digest, goals, within,
        flags.samples, flags.seeds, flags.sampling, flags.of_methods, flags.from_defaults,
    )  # fmt: skip
    by_name = {arm.name: arm for arm in arms}
    for task in survey(plan, arms, {}).tasks:
        by_name[task.arm].check(plan, task)
    return plan
