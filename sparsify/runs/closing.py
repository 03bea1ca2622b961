"""What a run says at its end."""

from typing import Any

from sparsify.log import Log
from sparsify.methods.base import Candidate
from sparsify.methods.certificate import Certificate


def close(chosen: Candidate, summary: dict[str, Any], certificate: Certificate, log: Log) -> None:
    """Say what came out: both models, what was deleted, whether it moved a logit, whether it wants to live."""
    log.say()
    for name in ("dense", "chosen"):
        found = summary[name]
        log.say(
            f"{'full' if name == 'dense' else name:<7}{found['transitions']:>5} transitions   "
            f"dev {100 * found['dev']:.1f} %   test {100 * found['test']:.1f} %"
        )
    if not chosen.kept:
        log.say("No pattern is left: the model predicts the class prior on every text.")
    states = sum(len(gone) for gone in chosen.deleted.values())
    arcs = summary["dense"]["transitions"] - chosen.transitions
    gaps = summary["max_logit_difference"]
    log.say(
        f"Deleted {arcs} main arcs and {states} states; {chosen.patterns} patterns are left. No dev logit moved by "
        f"more than {gaps['recompiled']:.1g} (by zeros at equal shapes: {gaps['equal_shapes']:.1g})."
    )
    if certificate.revivals is None:
        log.say("Not certified: the model was found without a penalty (certificate.json).")
    else:
        log.say(f"{certificate.revivals} deleted groups would come back at a first-order step (certificate.json).")
