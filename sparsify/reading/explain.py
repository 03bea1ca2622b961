"""Why a model says what it says of one text: tokens, paths, states, and the sum that gives every logit."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch

from neural import ACTIVATIONS, ExtremePaths, extreme_paths, masses, pack, tokenize
from sparsify.model import Model
from sparsify.reading.phrases import as_phrase, columns_of


@dataclass(frozen=True)
class PatternTrace:
    """What one pattern makes of the text.

    Attributes:
        score: its pathsum, as the compiled model computes it.
        phrase, path: its path of largest weight, by size, and that weight; "" and 0 where nothing is read.
        states: [t, i]: the score of its i-th state after t tokens.
        shares: [class]: what it adds to every logit: class weight times activated score.
        without: [class]: by how much every logit falls when the pattern is left out.
        masses: [t]: the weight of all paths whose main arcs read the token t.
    """

    name: str
    score: float
    phrase: str
    path: float
    states: np.ndarray
    shares: np.ndarray
    without: np.ndarray
    masses: np.ndarray


@dataclass(frozen=True)
class Trace:
    """What a model makes of one text.

    Attributes:
        tokens: the words that it reads.
        labels: the classes; `prediction` is one of them.
        bias, logits: [class]: logits = bias + Σ of the patterns' `shares`.
        effects: [t, class]: by how much a logit falls when no main arc may read the token t.
        patterns: in the order of the model.
    """

    tokens: tuple[str, ...]
    labels: tuple[str, ...]
    prediction: str
    bias: np.ndarray
    logits: np.ndarray
    effects: np.ndarray
    patterns: tuple[PatternTrace, ...]

    @property
    def margins(self) -> np.ndarray:
        """[t]: the effect of each token on the lead of the prediction over the strongest other class."""
        first = self.labels.index(self.prediction)
        others = np.delete(self.logits, first)
        second = int(np.argmax(others)) + int(np.argmax(others) >= first)
        lead: np.ndarray = self.effects[:, first] - self.effects[:, second]
        return lead


def explain(model: Model, text: str) -> Trace:
    """Trace `text` through `model`.

    The logits are bias + Σ_p W[:, p] · a(s_p) with the pathsums s_p and the activation a, so shares are exact. The
    effect of a token removes the paths whose main arcs read it: Σ_p W[:, p] · (a(s_p) − a(s_p − m_tp)), where m_tp is
    their weight, forward · arc · backward.

    Cost: O(tokens · columns).
    """
    tokens = tokenize(text, model.lowercase)
    classifier = model.classifier
    scores = torch.from_numpy(model.pattern_scores([text]))
    with torch.no_grad():
        logits = classifier.classify(scores)
        active = ACTIVATIONS[classifier.activation](scores)[0].double().numpy()
        weight, bias = classifier.weight.double().numpy(), classifier.bias.double().numpy()
        each = scores.repeat(len(model.automata), 1).fill_diagonal_(0.0)
        without = (logits - classifier.classify(each)).double().numpy()
    xs = model.vectors(text)
    paths = extreme_paths(classifier.bank, torch.from_numpy(xs), [np.arange(len(xs))])
    patterns = []
    charts = _charts(model, xs)
    for p, (name, (states, through)) in enumerate(zip(model.automata, charts, strict=True)):
        phrase, path = _best(tokens, paths, p)
        share = weight[:, p] * active[p]
        patterns.append(PatternTrace(name, float(scores[0, p]), phrase, path, states, share, without[p], through))
    prediction = model.labels[int(logits[0].argmax())]
    effects = _effects(model, patterns, active, len(tokens))
    return Trace(tuple(tokens), model.labels, prediction, bias, logits[0].double().numpy(), effects, tuple(patterns))


def _best(tokens: Sequence[str], paths: ExtremePaths, p: int) -> tuple[str, float]:
    """The path of largest size and its weight."""
    goal = int(np.nan_to_num(np.abs(paths.weight[0, p])).argmax())
    if not (paths.mains[0, p, goal, :1] >= 0).any():
        return "", 0.0
    return as_phrase(*columns_of(tokens, paths, (0, p, goal))), float(paths.weight[0, p, goal])


def _effects(model: Model, patterns: Sequence[PatternTrace], active: np.ndarray, length: int) -> np.ndarray:
    """[t, class]: what the logits lose with the paths whose main arcs read token t."""
    if not patterns:
        return np.zeros((length, len(model.labels)))
    left = np.stack([trace.score - trace.masses for trace in patterns], 1)  # [t, pattern]
    without = ACTIVATIONS[model.classifier.activation](torch.from_numpy(left)).numpy()
    effects: np.ndarray = (active[None, :] - without) @ model.classifier.weight.detach().double().numpy().T
    return effects


@torch.no_grad()
def _charts(model: Model, xs: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Per pattern ([t, state]: forward scores, [t]: the weight of all paths whose main arcs read token t)."""
    bank = deepcopy(model.classifier.bank).double()
    layout, packed = bank.layout, pack(torch.from_numpy(xs).double()[None], torch.tensor([len(xs)]))
    states = torch.cat([bank.start(1), bank.run(packed, every=True)]).numpy()
    through = masses(bank, packed).numpy()
    readings = [layout.readings[place] for place in layout.columns]
    found = []
    for p, automaton in enumerate(model.automata.values()):
        own = [layout.state_index[p, q] for q in automaton.states]
        mains = [c for c, arc in enumerate(readings) if arc.pattern == p and arc.source != arc.target]
        found.append((states[:, own], through[:, mains].sum(1)))
    return found
