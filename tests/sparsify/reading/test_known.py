"""Which words of a text a model knows."""

from neural import StaticVectors, tokenizer
from sparsify.model import Model
from sparsify.reading.explain import explain
from tests.sparsify.small import classifier, static
from wfsa import ngram


def test_a_word_of_the_training_texts_without_a_vector_is_not_known():
    """Its row is zero, as `neural.embedding_table` has it, until it learns."""
    seeing = static()
    table = seeing.table.clone()
    table[seeing.vocabulary.ids["film"]] = 0
    blind = StaticVectors("zeros", seeing.vocabulary, table)
    known = [
        explain(Model(classifier([ngram(2, "p")]), ["p"], tokenizer(), encoder, ["bad", "good"]), "a film zyxwv").known
        for encoder in (seeing, blind)
    ]

    assert known == [(True, True, False, True), (True, False, False, True)]
