"""Automata compiled into one batched, differentiable torch module; tokens, vocabularies, word vectors, batches."""

from neural.bank import PatternBank, compile_patterns
from neural.batches import bucketed_batches, sorted_batches
from neural.classifier import ACTIVATIONS, PatternClassifier
from neural.errors import BatchError, CompileError, NeuralError, VectorError
from neural.extremes import ExtremePaths, extreme_paths
from neural.layout import Layout, make_layout
from neural.packing import Packed, pack, pack_words
from neural.scan import scan, scan_ref
from neural.semirings import LOG, MAX_PLUS, REAL, TensorSemiring
from neural.tokens import END, tokenize, tokenize_all
from neural.vectors import Vectors, embedding_table, glove_6b_50d, read_vectors
from neural.vocabulary import UNKNOWN, Vocabulary

__all__ = [
    "ACTIVATIONS",
    "END",
    "LOG",
    "MAX_PLUS",
    "REAL",
    "UNKNOWN",
    "BatchError",
    "CompileError",
    "ExtremePaths",
    "Layout",
    "NeuralError",
    "Packed",
    "PatternBank",
    "PatternClassifier",
    "TensorSemiring",
    "VectorError",
    "Vectors",
    "Vocabulary",
    "bucketed_batches",
    "compile_patterns",
    "embedding_table",
    "extreme_paths",
    "glove_6b_50d",
    "make_layout",
    "pack",
    "pack_words",
    "read_vectors",
    "scan",
    "scan_ref",
    "sorted_batches",
    "tokenize",
    "tokenize_all",
]
