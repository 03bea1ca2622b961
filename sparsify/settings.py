"""Every setting of a run: its default, its range and what it means, in one place."""

import math
import unicodedata
from collections.abc import Collection
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from sparsify.errors import ConfigError, suggestion
from sparsify.methods.flags import check_flags
from sparsify.moving.flags import check_moves
from sparsify.tables import FAMILIES, GROUPS, METHODS, MOVES, PENALTIES

_SEEDS = 2**32


_LARGE = 1e30
"""Products of such numbers with others that models hold are still finite in single precision."""
_MANY = 1_000_000
"""More steps than anyone takes, or more things than there is memory for."""
_PART, _NAME = 255, 200
"""Bytes in a part of a path, and in the last part of a run directory's, of which longer names may be made."""

_NO_TEXT = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode's categories of controls, of bytes that are not UTF-8, and of line ends: files and other programs would read
a name with them as another."""


def _setting(
    default: Any, meaning: str, low: float | None = None, high: float | None = None, choices: Collection[str] = ()
) -> Any:
    return field(default=default, metadata={"help": meaning, "low": low, "high": high, "choices": choices})


@dataclass(frozen=True)
class Settings:
    """The settings of `python -m sparsify.train`; the flags are made from these fields.

    Raises:
        ConfigError: a value is out of range.
    """

    data: str = _setting(
        "rotten_tomatoes",
        "rotten_tomatoes, imdb, bbc, or a file or folder of label<TAB>text, CSV, JSON lines, Parquet and others",
    )
    header: bool = _setting(False, "the first line of every table of texts names its columns, and is left out")
    columns: str = _setting(
        "label,text",
        "columns of tables of texts, in order; those not called label or text are left out: id,label,text",
    )
    text_column: str = _setting("", "the column or key of texts, by its name; default: guessed, which is said")
    label_column: str = _setting("", "the column or key of labels, by its name; default: guessed, which is said")
    encoding: str = _setting("utf-8", "of files of texts: utf-8, utf-16, iso-8859-1, cp1252, … (any of Python's)")
    on_bad_row: str = _setting(
        "fail", "at a row that cannot be read: stop, or leave it out and count it", choices=("fail", "skip")
    )
    dev_share: float = _setting(0.1, "share of dev texts where the split is ours, by a hash of the text", 0.001, 0.999)
    test_share: float = _setting(0.1, "share of test texts, likewise; 0: nothing is tested", 0, 0.998)
    tokenizer: str = _setting(
        "penn", "penn, whitespace, characters, nltk:NAME (a tokeniser of nltk.tokenize) or MODULE:FUNCTION of yours"
    )
    embeddings: str = _setting(
        "glove",
        "glove (6B, 50 dimensions, extra demo), spacy300 (300, cased, extra spacy300) or a path to word vectors: "
        "GloVe, word2vec, fastText .vec, packed or not; NAME.npy; safetensors with tokenizer.json; in context: minilm "
        "(extra contextual) or encoder:PATH_OR_NAME",
    )
    layers: tuple[int, ...] = _setting(
        (),
        "hidden layers of a contextual encoder that are added up, e.g. 5,6; 0: its embeddings; default: the last four",
    )
    pieces: str = _setting(
        "pieces",
        "tokens of a contextual encoder: its word pieces, or words by the mean of their pieces or the first",
        choices=("pieces", "mean", "first"),
    )
    reduce: int = _setting(128, "principal components of contextual vectors that are read; 0: all dimensions", 0, _MANY)
    cache_dir: str = _setting("", "where contextual vectors are kept; default: the user's cache folder")
    cache_numbers: str = _setting("float16", "how contextual vectors are rounded and kept", choices=("float16", "int8"))
    cased: bool = _setting(False, "keep capital letters, for cased word vectors")
    family: str = _setting(
        "ngram", f"patterns to begin with: {', '.join(FAMILIES)}, or a file of automata (wfsa.save), learned anew"
    )
    patterns: int = _setting(24, "how many patterns to begin with", 1, 10_000)
    length: int = _setting(
        0, "steps of each pattern of ngram and soft_pattern; skips are transitions, too; 0: 4", 0, 1_000
    )
    readout: str = _setting(
        "end",
        "what of a text a pattern scores: all of it (end), the sum over all beginnings (anywhere), the best of them",
        choices=("end", "anywhere", "best"),
    )
    sizes: tuple[int, ...] = _setting(
        (), "sizes to reach exactly, in transitions, e.g. 8,16,24; default: as the path goes"
    )
    at_most: int = _setting(0, "choose among models of at most this many transitions; 0: any", 0, _MANY)
    choose: str = _setting(
        "near-best",
        "the smallest model within half a standard error of the best, within one, or the best by --choose-by",
        choices=("near-best", "one-se", "best"),
    )
    choose_by: str = _setting(
        "loss",
        "the dev score by which --choose compares sizes; macro-f1 counts every class alike, however rare",
        choices=("loss", "accuracy", "macro-f1"),
    )
    class_weight: str = _setting(
        "none",
        "what a text counts in the loss: 1, or (balanced) texts / (classes · texts of its class), as scikit-learn's",
        choices=("none", "balanced"),
    )
    method: str = _setting(
        "path",
        "path: raise the strength until nothing is left; constant: train at one strength; threshold: the paper's; "
        "fixed, scratch: no penalty on --shapes or a --structure; dual-averaging, dgate: other steps on the same path",
        choices=METHODS,
    )
    strength: float = _setting(
        0.0, "the strength λ (constant, dual-averaging, dgate), or the first that threshold tries", 0, 1e9
    )
    goal: int = _setting(0, "transitions to search a strength for (threshold); 0: take the strength as it is", 0, _MANY)
    within: int = _setting(10, "how far from --goal a size may be", 0, _MANY)
    threshold: float = _setting(0.1, "norm below which --method threshold deletes a group", 0, _LARGE)
    patience: int = _setting(30, "epochs without a better dev accuracy that end training (threshold, fixed)", 1, _MANY)
    weight_decay: float = _setting(0.0, "ℓ2 in Adam's gradient (threshold, fixed, scratch)", 0, _LARGE)
    shapes: str = _setting("", "hand-set patterns of --method fixed, COUNTxLENGTH: 24x1 or 6x1,6x2,6x3,6x4")
    structure: str = _setting("", "run whose learned patterns --method scratch trains anew: RUN or RUN:SIZE")
    gates: int = _setting(2, "factors of every group (dgate): 2: group lasso, 3: a penalty that shrinks less", 2, 3)
    penalty: str = _setting(
        "group_lasso",
        "nested: a group is penalised with all behind it, so chains lose their end first; unscaled: without √m",
        choices=PENALTIES,
    )
    groups: str = _setting("state", "which parameters live and die together: those of a …", choices=GROUPS)
    allow_gap: bool = _setting(
        False, "delete also where zero parameters do not make arcs weigh nothing; the run says what that changes"
    )
    epochs: int = _setting(10, "epochs without a penalty, before the path", 1, _MANY)
    path_epochs: int = _setting(80, "epochs after the full model: at most, or exactly (constant)", 1, _MANY)
    growth: float = _setting(1.3, "factor on the strength after every epoch of the path", 1.001, 1e6)
    polish: int = _setting(
        40, "evaluations of all texts, at most, on the way to a stationary model at each size", 0, _MANY
    )
    certify: int = _setting(
        600, "evaluations of all texts, at most, until the chosen model is stationary; 0: none", 0, _MANY
    )
    debias: int = _setting(
        30, "epochs without a penalty after deletion, at most: the one of lowest dev loss is kept", 0, _MANY
    )
    lr: float = _setting(0.014, "step size", 1e-12, _LARGE)
    move_vectors: str = _setting(
        "all",
        "word vectors that move while the full model is trained; sparse: at most --moved-words of them, low-rank: all, "
        "in two directions; none: as the paper, they stay as they are",
        choices=MOVES,
    )
    moved_words: int = _setting(0, "words that move at most with --move-vectors sparse; 0: one in 25", 0, _MANY)
    vector_lr: float = _setting(0.6, "step size of the word vectors that move", 0, _LARGE)
    batch_size: int = _setting(
        0,
        "texts per step; 0: 128, or a fiftieth of the training texts where those are fewer, but 16 at least",
        0,
        2**31 - 1,
    )
    dropout: float = _setting(0.2, "dropout on the numbers of word vectors", 0)
    variational_dropout: float = _setting(0.0, "dropout on the numbers of all vectors of a text, one mask a text", 0)
    word_dropout: float = _setting(0.1, "dropout of whole words", 0)
    clip: float = _setting(5.0, "largest norm of the loss gradient; the penalty is never clipped", 1e-12, _LARGE)
    class_bound: float = _setting(2.0, "largest size of a class weight", 1e-12, _LARGE)
    activation: str = _setting("tanh", "between pattern scores and classes", choices=("tanh", "relu", "none"))
    seed: int = _setting(0, "seed of initial values, batches and dropout; the data split does not depend on it", 0)
    threads: int = _setting(
        2, "processor threads; what comes out does not depend on them, but for the order of sums", 1, 1024
    )
    device: str = _setting("cpu", "where to train", choices=("cpu", "cuda"))
    out: str = _setting("", "run directory; default runs/DATA-seedN")
    force: bool = _setting(False, "overwrite the run directory")

    def __post_init__(self) -> None:
        for setting in fields(self):
            _check(setting, getattr(self, setting.name))
        if self.seed >= _SEEDS:
            raise ConfigError(f"--seed must be below {_SEEDS} (got {self.seed}).")
        if self.sizes and self.at_most and min(self.sizes) > self.at_most:
            raise ConfigError(f"--sizes needs one of at most --at-most {self.at_most} (got {self.sizes}).")
        for flag in ("dropout", "variational_dropout", "word_dropout"):
            if getattr(self, flag) >= 1:
                raise ConfigError(f"--{flag.replace('_', '-')} must be below 1 (got {getattr(self, flag)}).")
        names = self.columns.split(",")
        if names.count("label") != 1 or names.count("text") != 1:
            raise ConfigError(
                f"--columns must name label once and text once, with commas and no blanks (got {self.columns!r})."
            )
        if len(Path(self.folder).name.encode()) > _NAME:
            raise ConfigError(
                f"--out must have a name of at most {_NAME} bytes (got {Path(self.folder).name[:40]!r}…)."
            )
        check_moves(self.move_vectors, self.moved_words, self.vector_lr)
        check_flags(self.method, vars(self), {setting.name: setting.default for setting in fields(self)})

    @property
    def folder(self) -> str:
        """Where the run goes."""
        return self.out or f"runs/{self.data.strip('/').split('/')[-1]}-seed{self.seed}"


_KINDS: dict[Any, str] = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "a string",
    tuple[int, ...]: "a list of whole numbers",
}


def _fits(kind: Any, value: Any) -> bool:
    if kind not in (bool, int, float, str):
        return isinstance(value, list | tuple) and all(_fits(int, item) for item in value)
    numbers: Any = (int, float) if kind is float else kind
    return isinstance(value, numbers) and (kind is bool or not isinstance(value, bool))


def _check(setting: Field[Any], value: Any) -> None:
    """Is it a value that this setting takes?

    Raises:
        ConfigError: no.
    """
    low, high, choices = (setting.metadata[name] for name in ("low", "high", "choices"))
    flag = "--" + setting.name.replace("_", "-")
    if not _fits(setting.type, value):
        raise ConfigError(f"{flag} must be {_KINDS[setting.type]} (got {type(value).__name__} {value!r:.40}).")
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{flag} must be finite (got {value}).")
    if low is not None and not value >= low:
        raise ConfigError(f"{flag} must be at least {low:g} (got {value}).")
    if high is not None and not value <= high:
        raise ConfigError(f"{flag} must be at most {high:{',' if isinstance(high, int) else 'g'}} (got {value}).")
    if isinstance(value, str):
        if any(unicodedata.category(character) in _NO_TEXT for character in value):
            raise ConfigError(f"{flag} must be UTF-8 without line ends and other controls (got {value[:60]!a}).")
        if max(len(part.encode()) for part in value.split("/")) > _PART:
            raise ConfigError(f"{flag} must have at most {_PART} bytes between two / (got {value[:60]!r}…).")
    if choices and value not in choices:
        raise ConfigError(f"{flag} must be one of {', '.join(choices)} (got {value!r}){suggestion(value, choices)}")
