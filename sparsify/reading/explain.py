"""Why a model says what it says of one text: tokens, paths, states, and the sum that gives every logit."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch

from neural import ACTIVATIONS, ExtremePaths, Packed, StaticVectors, extreme_paths, scores_without
from sparsify.errors import RunError
from sparsify.model import Model
from sparsify.reading.columns import as_phrase, columns_of
from sparsify.training.encoded import pattern_scores


@dataclass(frozen=True)
class PatternTrace:
    """What one pattern makes of the text.

    Attributes:
        score: its pathsum, as the compiled model computes it.
        phrase, path: its path of largest weight, by size, and that weight; "" and 0 where nothing is read.
        states: [t, i]: the score of its i-th state after t tokens.
        shares: [class]: what it adds to every logit: class weight times activated score.
        without: [class]: by how much every logit falls when the pattern is left out.
        left: [t]: the score where no main arc may read the token t.
    """

    name: str
    score: float
    phrase: str
    path: float
    states: np.ndarray
    shares: np.ndarray
    without: np.ndarray
    left: np.ndarray


@dataclass(frozen=True)
class Trace:
    """What a model makes of one text.

    Attributes:
        tokens: what it reads.
        known: [t]: has the model a vector of its own for the token, one that is not zero?
        labels: the classes; `prediction` is one of them.
        bias, logits: [class]: logits = bias + Σ of the patterns' `shares`.
        effects: [t, class]: by how much a logit falls when no main arc may read the token t.
        patterns: in the order of the model.
        in_context: do the vectors of tokens depend on the tokens around them?
    """

    tokens: tuple[str, ...]
    known: tuple[bool, ...]
    labels: tuple[str, ...]
    prediction: str
    bias: np.ndarray
    logits: np.ndarray
    effects: np.ndarray
    patterns: tuple[PatternTrace, ...]
    in_context: bool = False

    @property
    def order(self) -> list[int]:
        """The classes from the highest logit to the lowest; of equals the first is the prediction."""
        found: list[int] = np.argsort(-self.logits, kind="stable").tolist()
        return found

    @property
    def chances(self) -> np.ndarray:
        """[class]: probabilities, the softmax of the logits."""
        powers = np.exp(self.logits - self.logits.max())
        shares: np.ndarray = powers / powers.sum()
        return shares

    @property
    def margins(self) -> np.ndarray:
        """[t]: the effect of each token on the lead of the prediction over the strongest other class."""
        first, second = self.order[:2]
        lead: np.ndarray = self.effects[:, first] - self.effects[:, second]
        return lead


def explain(model: Model, text: str) -> Trace:
    """Trace `text` through `model`.

    The logits are bias + Σ_p W[:, p] · a(s_p) with the scores s_p and the activation a, so shares are exact. The effect
    of a token removes the paths whose main arcs read it: Σ_p W[:, p] · (a(s_p) − a(s_p without them)).

    Cost: O(tokens² · columns).

    Raises:
        RunError: `text` is no string.
    """
    if not isinstance(text, str):
        raise RunError(f"one text is explained, a string (got {type(text).__name__} {text!r:.40}); pass one.")
    read, classifier = model.read([text]), model.classifier
    tokens, packed = read.tokens(0), read.batch(np.zeros(1, np.int64))
    scores = pattern_scores(classifier, read)
    with torch.no_grad():
        logits = classifier.classify(scores)
        active = ACTIVATIONS[classifier.activation](scores)[0].double().numpy()
        weight, bias = classifier.weight.double().numpy(), classifier.bias.double().numpy()
        each = scores.repeat(len(model.automata), 1).fill_diagonal_(0.0)
        without = (logits - classifier.classify(each)).double().numpy()
    assert packed.data is not None
    paths = extreme_paths(classifier.bank, packed.data, [packed.rows.numpy()])
    charts, left = _charts(model, packed)
    patterns = []
    for p, (name, states) in enumerate(zip(model.automata, charts, strict=True)):
        phrase, path = _best(tokens, paths, p)
        share = weight[:, p] * active[p]
        patterns.append(PatternTrace(name, float(scores[0, p]), phrase, path, states, share, without[p], left[:, p]))
    prediction = model.labels[int(logits[0].argmax())]
    effects = _effects(model, active, left)
    known = _known(model, tokens)
    final = logits[0].double().numpy()
    context = not model.encoder.static
    return Trace(tuple(tokens), known, model.labels, prediction, bias, final, effects, tuple(patterns), context)


def _known(model: Model, tokens: Sequence[str]) -> tuple[bool, ...]:
    """Has each word a vector of its own? Contextual encoders read every token."""
    encoder = model.encoder
    if not isinstance(encoder, StaticVectors):
        return (True,) * len(tokens)
    rows, ids = encoder.vectors(tokens), encoder.vocabulary.ids
    return tuple(token in ids and bool(row.any()) for token, row in zip(tokens, rows, strict=True))


def _best(tokens: Sequence[str], paths: ExtremePaths, p: int) -> tuple[str, float]:
    """The path of largest size and its weight."""
    goal = int(np.nan_to_num(np.abs(paths.weight[0, p])).argmax())
    if not (paths.mains[0, p, goal, :1] >= 0).any():
        return "", 0.0
    return as_phrase(*columns_of(tokens.__getitem__, paths, (0, p, goal))), float(paths.weight[0, p, goal])


def _effects(model: Model, active: np.ndarray, left: np.ndarray) -> np.ndarray:
    """[t, class]: what the logits lose with the paths whose main arcs read token t."""
    without = ACTIVATIONS[model.classifier.activation](torch.from_numpy(left)).numpy()
    effects: np.ndarray = (active[None, :] - without) @ model.classifier.weight.detach().double().numpy().T
    return effects


@torch.no_grad()
def _charts(model: Model, read: Packed) -> tuple[list[np.ndarray], np.ndarray]:
    """Per pattern [t, state] forward scores; [t, pattern] the scores where no main arc may read token t."""
    bank = deepcopy(model.classifier.bank).double()
    assert read.data is not None
    packed = read.with_data(read.data.double())
    states = torch.cat([bank.start(1), bank.run(packed, every=True)]).numpy()
    places = bank.layout.state_index
    charts = [states[:, [places[p, q] for q in own.states]] for p, own in enumerate(model.automata.values())]
    return charts, scores_without(bank, packed).numpy()
