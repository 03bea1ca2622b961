"""One number that makes the probabilities of a trained classifier honest: its logits are divided by it.

Source: Guo et al., "On Calibration of Modern Neural Networks" (2017).
"""

import torch
from torch import Tensor

from neural import PatternClassifier
from sparsify.training.encoded import Encoded, logits
from wfsa.calibration import calibration_error, reliability

_LARGEST = 20.0
"""A temperature within 1/20 and 20: few texts, all of them right, would ask for certainty."""

_HALVINGS = 60


def temperature(scores: Tensor, labels: Tensor) -> float:
    """T > 0 that minimises the mean cross-entropy of scores / T; 1.0 where these say nothing.

    The cross-entropy is convex in 1/T; its slope there, the mean over texts of Σ_c p_c z_c − z_y, is bisected.

    Args:
        scores: [text, class]: logits.
        labels: [text].
    """
    z = scores.double()
    own = z.gather(1, labels[:, None])[:, 0]
    if bool((z == z[:, :1]).all()):
        return 1.0
    low, high = 1 / _LARGEST, _LARGEST
    for _ in range(_HALVINGS):
        middle = (low * high) ** 0.5
        slope = float(((z * middle).softmax(1) * z).sum(1).sub(own).mean())
        low, high = (middle, high) if slope <= 0 else (low, middle)
    return 1 / high


@torch.no_grad()
def cool_(model: PatternClassifier, dev: Encoded) -> float:
    """Give a model the temperature that suits the dev texts, which becomes part of its class weights: no prediction
    changes. Returns it."""
    found = temperature(logits(model, dev.texts).cpu(), dev.labels.cpu())
    model.weight.div_(found)
    model.bias.div_(found)
    return found


def expected_calibration_error(scores: Tensor, labels: Tensor) -> float:
    """Of the probabilities that logits [text, class] give: see `wfsa.calibration`."""
    certainty, predicted = scores.double().softmax(1).max(1)
    return float(calibration_error(reliability(certainty.numpy(), (predicted == labels).numpy())))
