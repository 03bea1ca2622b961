"""What a run says at its end."""

from collections.abc import Mapping, Sequence
from typing import Any

from sparsify.data.split import PARTS
from sparsify.log import Log
from sparsify.methods.base import Candidate
from sparsify.methods.certificate import Certificate
from sparsify.runs.numbers import Numbers
from wfsa.printing import in_percent


def close(chosen: Candidate, summary: dict[str, Any], certificate: Certificate, log: Log) -> None:
    """Say what came out: how good it is beside what, what was deleted, whether that moved a logit or wants to live."""
    parts = [part for part in PARTS[1:] if part in summary["chosen"]]
    heads = "  ".join(f"{part:<12}macro-F1" for part in parts)
    log.say(f"\n{'in %':<10}transitions  {heads}")
    for name, key in (("full", "dense"), ("chosen", "chosen"), ("majority", "majority")):
        log.say(_line(name, summary[key], parts))
    usual = summary["majority"]["label"]
    log.say(f"± is the standard error; majority: always {usual!r}, the most frequent class of the training texts.")
    log.say(_evaluation(summary["evaluation"]))
    for sentence in summary["warnings"]:
        log.say(f"warning: {sentence}")
    if not chosen.kept:
        log.say("No pattern is left: the model predicts the class prior on every text.")
    states = sum(len(gone) for gone in chosen.deleted.values())
    arcs = summary["dense"]["transitions"] - chosen.transitions
    gaps = summary["max_logit_difference"]
    log.say(
        f"Deleted {arcs} main arcs and {states} states; {chosen.patterns} patterns are left. No dev logit moved by "
        f"more than {gaps['recompiled']:.1g} (by zeros at equal shapes: {gaps['equal_shapes']:.1g})."
    )
    log.say(str(Numbers(**summary["numbers"])))
    log.say(f"The deletion is {certificate} (certificate.json).")
    calibration = summary["calibration"]
    log.say(
        f"Temperature {calibration['temperature']:.2f}, fitted on dev: {calibration['part']} calibration error "
        f"{100 * calibration['error_without']:.1f} % without, {100 * calibration['error']:.1f} % with it."
    )


def _line(name: str, of: Mapping[str, Any], parts: Sequence[str]) -> str:
    """One model: accuracies with their standard errors, macro-F1, and what must be said in the same breath."""
    scores = "".join(
        f"{100 * of[part]:5.1f} ± {100 * of[part + '_error']:<4.1f}{100 * of[part + '_macro_f1']:8.1f}  "
        for part in parts
    )
    return f"{name:<10}{of.get('transitions', 0):>11}  {scores}{of.get('remark', '')}".rstrip()


def _evaluation(of: Mapping[str, Any] | None) -> str:
    """The chosen model on the test texts: intervals, and the class of which it knows least."""
    if of is None:
        return "No text was left for a test."
    worst = min(of["classes"], key=lambda row: 1.0 if row["f1"]["value"] is None else row["f1"]["value"])
    wholes = (f"{name} {in_percent(of[key])}" for name, key in (("accuracy", "accuracy"), ("macro-F1", "macro_f1")))
    return (
        f"Chosen model, test, 95 % intervals: {', '.join(wholes)}; calibration error "
        f"{100 * of['calibration_error']['value']:.1f}; lowest F1: {worst['label']!r} {in_percent(worst['f1'])} "
        f"({worst['texts']} texts)."
    )
