"""Automata compiled into one batched, differentiable torch module; tokens, vocabularies, word vectors, batches."""

from neural.agreement import assert_compiled_equals_symbolic
from neural.bank import PatternBank, compile_patterns
from neural.batches.minibatches import bucketed_batches, sorted_batches
from neural.batches.packing import Packed, pack, pack_symbols, pack_words
from neural.classifier import ACTIVATIONS, PatternClassifier
from neural.compile.layout import Layout, make_layout
from neural.errors import BatchError, CompileError, NeuralError, TokenizerError, VectorError
from neural.network import Dropout, PatternNetwork
from neural.network_classifier import NetworkClassifier
from neural.paths.batch_paths import Paths, best_paths, masses, posteriors, sample_paths
from neural.paths.extreme_paths import ExtremePaths, extreme_paths
from neural.paths.without_tokens import scores_without
from neural.readout import READOUTS, StreamState
from neural.scans.plan import Plan
from neural.scans.reference import Steps, scan, scan_ref
from neural.semirings.table import (
    EXPECTATION,
    EXTREMES,
    LOG,
    MAX_PLUS,
    MAX_TIMES,
    MIN_PLUS,
    REAL,
    SEMIRINGS,
    TensorSemiring,
    k_best,
)
from neural.text.contextual.encoder import ContextualVectors
from neural.text.contextual.options import ContextOptions
from neural.text.contextual.tokens import INSIDE
from neural.text.encoder_table import ENCODERS, encoder_kind
from neural.text.encoders import Counting, EncodedTexts, Encoder, Training, uncounted
from neural.text.moved_words import MovedWords
from neural.text.static_encoder import StaticVectors, WordIds
from neural.text.static_vectors import embedding_table
from neural.text.tokenizer_base import Tokenizer
from neural.text.tokenizers import TOKENIZERS, tokenizer
from neural.text.tokens import tokenize, tokenize_all
from neural.text.vectors.files import read_vectors
from neural.text.vectors.glove import glove_6b_50d
from neural.text.vectors.oddities import Vectors
from neural.text.vectors.spacy import spacy_300d
from neural.text.vocabulary import END, UNKNOWN, Vocabulary

__all__ = [
    "ACTIVATIONS",
    "ENCODERS",
    "END",
    "EXPECTATION",
    "EXTREMES",
    "INSIDE",
    "LOG",
    "MAX_PLUS",
    "MAX_TIMES",
    "MIN_PLUS",
    "READOUTS",
    "REAL",
    "SEMIRINGS",
    "TOKENIZERS",
    "UNKNOWN",
    "BatchError",
    "CompileError",
    "ContextOptions",
    "ContextualVectors",
    "Counting",
    "Dropout",
    "EncodedTexts",
    "Encoder",
    "ExtremePaths",
    "Layout",
    "MovedWords",
    "NetworkClassifier",
    "NeuralError",
    "Packed",
    "Paths",
    "PatternBank",
    "PatternClassifier",
    "PatternNetwork",
    "Plan",
    "StaticVectors",
    "Steps",
    "StreamState",
    "TensorSemiring",
    "Tokenizer",
    "TokenizerError",
    "Training",
    "VectorError",
    "Vectors",
    "Vocabulary",
    "WordIds",
    "assert_compiled_equals_symbolic",
    "best_paths",
    "bucketed_batches",
    "compile_patterns",
    "embedding_table",
    "encoder_kind",
    "extreme_paths",
    "glove_6b_50d",
    "k_best",
    "make_layout",
    "masses",
    "pack",
    "pack_symbols",
    "pack_words",
    "posteriors",
    "read_vectors",
    "sample_paths",
    "scan",
    "scan_ref",
    "scores_without",
    "sorted_batches",
    "spacy_300d",
    "tokenize",
    "tokenize_all",
    "tokenizer",
    "uncounted",
]
