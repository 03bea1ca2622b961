"""Contextual vectors are those of the encoder called by hand, sentence by sentence, however they are batched."""

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from neural import ContextOptions, Training, VectorError, tokenizer
from neural.text.contextual.encoder import ContextualVectors
from neural.text.contextual.pretrained import digest, locate
from neural.text.contextual.projection import fitted
from neural.text.contextual.tokens import PieceTokenizer
from neural.text.contextual.transformer import Transformer
from neural.text.sentences import sentences
from tests.neural.text.contextual.tiny import LONGEST, texts_of, tiny_bert

TEXT = "Not unforgettable films. A good film!"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_bert(tmp_path_factory.mktemp("encoders") / "tiny")


@pytest.fixture
def exact(monkeypatch):
    """Products in single precision, also where the processor has bfloat16."""
    monkeypatch.setattr("neural.text.contextual.transformer._is_fast", lambda _: False)


def by_hand(folder, sentence, layers):
    """[piece, hidden]: the hidden states of one sentence, layers added up."""
    read = AutoTokenizer.from_pretrained(folder)(sentence, return_tensors="pt")
    with torch.no_grad():
        states = AutoModel.from_pretrained(folder).eval()(**read, output_hidden_states=True).hidden_states
    return sum(states[layer] for layer in layers)[0].numpy()


def read_by(folder, texts, layers=(), pieces="pieces"):
    cut = PieceTokenizer(folder, words=pieces != "pieces")
    return Transformer(folder, layers)(cut(texts), cut.pad(), pieces)


@pytest.mark.parametrize("layers", [(), (3,), (0, 2)])
def test_they_are_those_of_the_encoder_by_hand(folder, exact, layers):
    texts = [text for text in texts_of(20) if all(len(part.split()) < 4 for part in sentences(text))]
    assert len(texts) > 5
    for text, found in zip(texts, read_by(folder, texts, layers), strict=True):
        wanted = [by_hand(folder, sentence, layers or (1, 2, 3)) for sentence in sentences(text)]
        np.testing.assert_allclose(found, np.concatenate(wanted), atol=1e-5)


def test_so_are_minilms(exact):
    """The sum of the last four of six layers, special tokens included."""
    folder = locate("minilm").folder
    (found,) = read_by(folder, [TEXT])
    wanted = [by_hand(folder, sentence, (3, 4, 5, 6)) for sentence in sentences(TEXT)]
    np.testing.assert_allclose(found, np.concatenate(wanted), atol=1e-5 * np.abs(wanted[0]).max())


def test_half_precision_differs_by_less_than_a_hundredth(monkeypatch):
    """Also where it is slower, so that runs do not use it."""
    monkeypatch.setattr("neural.text.contextual.transformer._is_fast", lambda _: True)
    folder = locate("minilm").folder
    (found,) = read_by(folder, [TEXT])
    wanted = np.concatenate([by_hand(folder, sentence, (3, 4, 5, 6)) for sentence in sentences(TEXT)])
    assert 0 < np.linalg.norm(found - wanted) < 0.01 * np.linalg.norm(wanted)


def test_a_text_is_read_alike_whatever_is_read_beside_it(folder, exact):
    texts = texts_of(60)
    together = read_by(folder, texts)
    for place in (0, 7, 31):
        np.testing.assert_allclose(read_by(folder, [texts[place]])[0], together[place], atol=1e-5)


def test_long_sentences_are_read_whole_in_windows_that_overlap(folder, exact):
    """Every piece once, in order; each from the window in which it stands further from the edge."""
    words = [["a", "good", "film", "bad"][i % 4] for i in range(45)]
    ((sentence,),) = PieceTokenizer(folder, words=False)([" ".join(words)])
    (found,) = read_by(folder, [" ".join(words)])

    assert list(sentence.forms) == ["[CLS]", *words, "[SEP]"]
    assert len(found) == 47
    inner, overlap = LONGEST - 2, LONGEST // 4
    for start in range(0, 45 - inner, inner - overlap):
        window = by_hand(folder, " ".join(words[start : start + inner]), (1, 2, 3))
        middle = slice(start + overlap // 2, start + inner - overlap // 2)
        inside = slice(1 + overlap // 2, 1 + inner - overlap // 2)
        np.testing.assert_allclose(found[1:-1][middle], window[inside], atol=1e-5)


@pytest.mark.parametrize("pieces", ["mean", "first"])
def test_words_are_the_mean_or_the_first_of_their_pieces(folder, exact, pieces):
    (each,), (found,) = read_by(folder, [TEXT]), read_by(folder, [TEXT], pieces=pieces)
    cut = PieceTokenizer(folder, words=True)([TEXT])[0]
    forms = [form for sentence in PieceTokenizer(folder, words=False)([TEXT])[0] for form in sentence.forms]

    assert [form for sentence in cut for form in sentence.forms] == [
        "[CLS]", "not", "unforgettable", "films", ".", "[SEP]", "[CLS]", "a", "good", "film", "!", "[SEP]",
    ]  # fmt: skip
    starts = [place for place, form in enumerate(forms) if not form.startswith("##")]
    words = [each[start:stop] for start, stop in zip(starts, [*starts[1:], len(forms)], strict=True)]
    wanted = [word.mean(0) if pieces == "mean" else word[0] for word in words]
    np.testing.assert_allclose(found, np.stack(wanted), atol=1e-6)


@pytest.mark.parametrize("dim", [0, 5])
def test_the_projection_is_that_of_the_principal_components(dim):
    """Against a singular value decomposition; a dimension that is constant is left out."""
    chance = np.random.default_rng(0)
    vectors = chance.normal(size=(200, 9)) @ np.diag([9, 8, 7, 6, 5, 4, 3, 2, 0]) + 3.0
    projection = fitted(np.array_split(vectors, 7), dim)
    found = projection(vectors.astype(np.float32))

    centred = vectors - vectors.mean(0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    wanted = centred @ axes[: dim or 8].T
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    assert found.shape == (200, dim or 8)
    np.testing.assert_allclose(np.abs(found), np.abs(wanted), atol=1e-4)
    np.testing.assert_allclose(projection.axes.T @ projection.axes, np.eye(projection.dim), atol=1e-5)


def training(texts, folder, **options):
    return Training(texts, tokenizer(), context=ContextOptions(cache=str(folder), **options))


@pytest.mark.parametrize("numbers", ["float16", "int8"])
def test_what_is_kept_is_what_is_read_anew(folder, tmp_path, numbers):
    """Up to the rounding that both have, and the order of sums of other batches."""
    texts, name = texts_of(40), f"encoder:{folder}"
    encoder = ContextualVectors.made(name, training(texts, tmp_path, reduce=8, numbers=numbers))
    kept, anew = encoder.read_training(training(texts, tmp_path)), encoder.read(texts)
    places = np.array([3, 0, 39, 17])

    assert kept.lengths.tolist() == anew.lengths.tolist()
    assert kept.batch(places).offsets.tolist() == anew.batch(places).offsets.tolist()
    found, wanted = kept.batch(places).data, anew.batch(places).data
    step = {"float16": 1e-3, "int8": 1.6e-2}[numbers]
    assert torch.allclose(found, wanted, atol=step)
    assert torch.allclose(found.norm(dim=1), torch.ones(len(found)), atol=3 * step)
    assert kept.tokens(3) == anew.tokens(3)
    assert kept.token(39, 1) == anew.tokens(39)[1]


def test_tokens_stand_beside_their_sentence(folder, tmp_path):
    encoder = ContextualVectors.made(f"encoder:{folder}", training(texts_of(30), tmp_path))
    read = encoder.read([TEXT])
    assert read.tokens(0)[:8] == ["[CLS]", "not", "un", "##for", "##get", "##table", "film", "##s"]
    assert read.sentence(0, 2) == "Not unforgettable films."
    assert read.sentence(0, len(read.tokens(0)) - 1) == "A good film!"


def test_forms_are_means_over_their_occurrences(folder, tmp_path):
    texts = texts_of(80)
    encoder = ContextualVectors.made(f"encoder:{folder}", training(texts, tmp_path))
    read = encoder.read_training(training(texts, tmp_path))
    forms, vectors = encoder.forms()
    tokens = [token for place in range(len(texts)) for token in read.tokens(place)]
    rows = read.batch(np.arange(len(texts))).data.numpy()

    assert set(forms) == {token for token in tokens if tokens.count(token) >= 3}
    for form in ("[CLS]", "un", "##s"):
        wanted = rows[[place for place, token in enumerate(tokens) if token == form]].mean(0)
        np.testing.assert_allclose(vectors[forms.index(form)], wanted, atol=1e-5)


def test_what_is_no_encoder_is_said(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    for name, said in (
        (f"encoder:{tmp_path / 'empty'}", r"a folder with config\.json and weights in \*\.safetensors"),
        ("encoder:nobody/has-this", "which is neither.; nothing is fetched"),
        ("encoder:", "which is neither"),
    ):
        with pytest.raises(VectorError, match=said):
            locate(name)
    with pytest.raises(VectorError, match=r"the layers 0 to 3 \(got 4"):
        read_by(folder, ["a"], layers=(4,))
    with pytest.raises(VectorError, match="pieces or mean or first"):
        ContextOptions(pieces="last")


def test_a_digest_is_of_all_that_vectors_depend_on(folder, tmp_path):
    other = tiny_bert(tmp_path / "other", seed=1)
    same = tiny_bert(tmp_path / "same")
    assert digest(same) == digest(folder) != digest(other)
    (same / "README.md").write_text("nothing")
    assert digest(same) == digest(folder)
    (same / "tokenizer_config.json").write_text("{}")
    assert digest(same) != digest(folder)
