"""A model that has predicted goes to other processes and threads, is shared, copied and converted: the same logits."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import multiprocessing, pickle, sys, tempfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from copy import deepcopy
from multiprocessing.reduction import ForkingPickler

import numpy as np
import torch

from neural import PatternClassifier, StaticVectors, Vocabulary, compile_patterns, pack, tokenizer
from sparsify.model import Model
from wfsa import MAX_TIMES, ngram, soft_pattern

TEXTS = ["a good film", "a bad film", "good good", "bad", "", "so good a film , not bad"] * 3

def model():
    torch.manual_seed(0)
    vocabulary = Vocabulary("a good bad film so not".split())
    patterns = [*(ngram(1 + i % 4, f"p{i}") for i in range(6)), soft_pattern(3, "s")]
    classifier = PatternClassifier(compile_patterns(patterns, 6), 3)
    encoder = StaticVectors("random", vocabulary, torch.randn(len(vocabulary), 6))
    return Model(classifier, [f"p{i}" for i in range(7)], tokenizer("penn"), encoder, ["x", "y", "z"])

def used():
    made = model()
    return made, made.logits(TEXTS)

def product(own):
    torch.rand(1000, 1000) @ torch.rand(1000, 1000)
    return torch.get_num_threads(), len(own.logits(["so good a film"] * 300))

def scribble(module):
    '''Fill what has been freed: whoever still reads it reads nonsense.'''
    for size in {8 * buffer.numel() for buffer in module.buffers()}:
        for _ in range(40):
            kept.append(np.full(size // 8, 2**60))

kept = []

def same(other, want):
    assert torch.equal(other.logits(TEXTS), want), other

def main():
    # Shared, where it stands, also between forward and backward.
    own, want = used()
    own.classifier.share_memory()
    scribble(own.classifier)
    same(own, want)
    for bank in (compile_patterns([ngram(2, "a")], 6), compile_patterns([ngram(2, "a", main="gate")], 6, MAX_TIMES)):
        x = pack(torch.randn(40, 30, 6), torch.full((40,), 30))
        bank(x).sum().backward()
        first = bank.weight.grad.clone()
        bank.zero_grad()
        found = bank(x).sum()
        for tensor in (x.rows, x.offsets, *bank.buffers()):
            tensor.share_memory_()
        scribble(bank)
        kept.extend(np.full(len(x.rows), 2**60) for _ in range(40))
        found.backward()
        assert torch.equal(bank.weight.grad, first)
    # Written down for another process, which moves what is written down.
    own, want = used()
    for other in (pickle.loads(pickle.dumps(own)), deepcopy(own), pickle.loads(ForkingPickler.dumps(own))):
        same(other, want)
    scribble(own.classifier)
    same(own, want)
    # Converted there and back.
    own.classifier.double()
    own.classifier.float()
    own.classifier.to("cpu")
    same(own, want)
    with tempfile.TemporaryFile() as file:
        torch.save(own.classifier, file)
        file.seek(0)
        own.classifier = torch.load(file, weights_only=False)  # what was written just now, a module whole
    same(own, want)
    with ThreadPoolExecutor(12) as pool:
        assert all(torch.equal(found, want) for found in pool.map(own.logits, [TEXTS] * 60))
    torch.set_num_threads(2)
    for start in sys.argv[1:]:
        own, want = used()
        product(own)  # on two threads, which a fork has not
        with multiprocessing.get_context(start).Pool(1) as pool:
            assert pool.map(own.predict, [TEXTS] * 3) == [own.predict(TEXTS)] * 3
            assert all(torch.equal(found, want) for found in pool.map(own.logits, [TEXTS] * 3))
            assert pool.map(product, [own]) == [(1, 300)] or start != "fork"
        scribble(own.classifier)
        same(own, want)
    print("all the same")

if __name__ == "__main__":
    main()
"""


def test_a_model_that_has_predicted_is_the_same_wherever_it_goes(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", script, *(["fork"] if hasattr(os, "fork") else []), "spawn"],
        capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "all the same\n"), done.stderr
