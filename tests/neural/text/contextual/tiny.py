"""A small BERT with random weights, saved as people save theirs, and texts for it."""

import random

import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

WORDS = ["a", "good", "film", "bad", "not", "un", "##for", "##get", "##table", "##s", "un", ".", "!", ",", "é"]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LONGEST = 16
"""Pieces of a window."""


def tiny_bert(folder, seed=0):
    """Three layers of 24 numbers; windows of 16 pieces."""
    folder.mkdir(parents=True)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(dict.fromkeys(SPECIAL + WORDS)) + "\n", encoding="utf-8")
    BertTokenizerFast(str(vocabulary), do_lower_case=True, model_max_length=LONGEST).save_pretrained(folder)
    torch.manual_seed(seed)
    size = {"hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 48}
    model = BertModel(BertConfig(vocab_size=32, max_position_embeddings=LONGEST, **size))
    model.save_pretrained(folder)
    return folder


def texts_of(count, seed=0):
    """Sentences of known and unknown words, short and long, some of them empty."""
    chance = random.Random(seed)
    words = ["a", "Good", "film", "bad", "not", "unforgettable", "films", "zzz", ",", "É"]

    def sentence():
        return " ".join(chance.choices(words, k=chance.choice([1, 3, 6, 30]))) + chance.choice([".", "!", ""])

    return [" ".join(sentence() for _ in range(chance.choice([0, 1, 1, 2, 4]))) for _ in range(count)]
