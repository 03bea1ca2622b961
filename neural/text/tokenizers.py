"""STUB until the tokeniser branch is merged."""

from dataclasses import dataclass

from neural.text.tokens import tokenize, tokenize_all


@dataclass(frozen=True)
class Tokenizer:
    name: str
    lowercase: bool

    def __call__(self, text):
        return tokenize(text, self.lowercase)

    def all(self, texts, processes=1):
        return tokenize_all(texts, self.lowercase, processes)

    def ids(self, texts, vocabulary):
        return [vocabulary.encode(t) for t in self.all(texts)]


def tokenizer(name="penn", lowercase=True):
    return Tokenizer(name, lowercase)
