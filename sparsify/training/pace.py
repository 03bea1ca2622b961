"""How a trainer steps."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """The numbers of its steps.

    Attributes:
        batch_size: texts per step of an epoch; 0: so many that few texts make 50 steps, within 16 and 128.
        clip: the largest norm of each model's gradient of the loss.
        class_bound: the largest size of a class weight.
    """

    batch_size: int = 0
    clip: float = 5.0
    class_bound: float = 2.0
