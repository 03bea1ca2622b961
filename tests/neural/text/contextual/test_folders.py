"""Encoders of other makers, as their own libraries save them, whole and broken."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModel, AutoTokenizer, GPT2Config, GPT2Model, RobertaConfig, RobertaModel
from transformers import PreTrainedTokenizerFast as Fast

from neural import VectorError
from neural.text.contextual.tokens import PieceTokenizer
from neural.text.contextual.transformer import Transformer
from tests.neural.text.contextual.tiny import tiny_bert

POSITIONS = 20
TEXT = "a good film"


def byte_tokenizer(special):
    """Byte-level pieces: 256 of them, two of several bytes, and the special ones, which a sentence may begin with."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    names = ["<s>", "<pad>", "</s>", "<unk>"] if special else ["<|endoftext|>"]
    vocabulary = {piece: i for i, piece in enumerate([*names, *alphabet, "oo", "Ġg"])}
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=[("o", "o"), ("Ġ", "g")]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(names)
    if special:
        from tokenizers.processors import RobertaProcessing

        made.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
        return Fast(tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="<unk>")
    return Fast(tokenizer_object=made, bos_token=names[0], eos_token=names[0], unk_token=names[0])


@pytest.fixture(scope="module")
def roberta(tmp_path_factory):
    """Positions begin behind that of the padding: windows are of 18 pieces; the tokeniser names no bound."""
    folder = tmp_path_factory.mktemp("encoders") / "roberta"
    byte_tokenizer(special=True).save_pretrained(folder)
    torch.manual_seed(0)
    size = {"hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 24}
    RobertaModel(RobertaConfig(vocab_size=270, max_position_embeddings=POSITIONS, **size)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def gpt(tmp_path_factory):
    """No special tokens around a text, no piece to fill batches; positions are called n_positions."""
    folder = tmp_path_factory.mktemp("encoders") / "gpt"
    byte_tokenizer(special=False).save_pretrained(folder)
    torch.manual_seed(0)
    GPT2Model(GPT2Config(vocab_size=270, n_positions=POSITIONS, n_embd=16, n_layer=4, n_head=2)).save_pretrained(folder)
    return folder


@pytest.fixture
def bert(tmp_path):
    return tiny_bert(tmp_path / "bert")


def read(folder, texts, pieces="pieces"):
    cut = PieceTokenizer(folder, words=pieces != "pieces")
    return Transformer(folder)(cut(texts), cut.pad(), pieces)


def by_hand(folder, ids):
    with torch.no_grad():
        model = AutoModel.from_pretrained(folder).eval()
        return sum(model(input_ids=torch.tensor([ids]), output_hidden_states=True).hidden_states[-4:])[0].numpy()


@pytest.mark.parametrize("maker", ["roberta", "gpt"])
def test_vectors_are_those_of_the_encoder_by_hand(maker, request, monkeypatch):
    monkeypatch.setattr("neural.text.contextual.transformer._is_fast", lambda _: False)
    folder = request.getfixturevalue(maker)
    found, other = read(folder, [TEXT, "o" * 12])
    for text, own in ((TEXT, found), ("o" * 12, other)):
        np.testing.assert_allclose(
            own, by_hand(folder, AutoTokenizer.from_pretrained(folder)(text)["input_ids"]), atol=1e-5
        )


@pytest.mark.parametrize(("maker", "window"), [("roberta", POSITIONS - 2), ("gpt", POSITIONS)])
def test_long_sentences_are_cut_into_windows_that_the_encoder_can_read(maker, window, request):
    folder = request.getfixturevalue(maker)
    text = "film " * 30
    ((sentence,),) = PieceTokenizer(folder, words=False)([text])
    assert {len(own.ids) for own in sentence.windows[:-1]} == {window}
    assert "".join(form.removeprefix("##") for form in sentence.forms if form[0] != "<").replace("Ġ", "") == "film" * 30
    assert len(read(folder, [text])[0]) == len(sentence.forms)


def test_texts_without_a_token_have_no_vectors(gpt):
    assert [own.shape for own in read(gpt, [TEXT, ""])] == [(9, 16), (0, 16)]
    assert [own.shape for own in read(gpt, ["", ""], "mean")] == [(0, 16), (0, 16)]


def test_words_are_those_of_the_text_where_pieces_are_bytes(roberta):
    ((sentence,),) = PieceTokenizer(roberta, words=True)(["a 😀 ﬁlm"])
    assert sentence.forms == ("<s>", "a", "😀", "ﬁlm", "</s>")


def test_texts_are_cut_at_their_right_end_whatever_the_tokeniser_says(bert):
    place = bert / "tokenizer_config.json"
    place.write_text(json.dumps({**json.loads(place.read_text()), "truncation_side": "left"}))
    words = ["a", "good", "film", "bad", "not"] * 9
    ((sentence,),) = PieceTokenizer(bert, words=False)([" ".join(words)])
    assert list(sentence.forms) == ["[CLS]", *words, "[SEP]"]


def without(name):
    def damage(folder):
        weights = load_file(folder / "model.safetensors")
        save_file({key: own for key, own in weights.items() if name not in key}, folder / "model.safetensors")

    return damage


def configured(**changes):
    def damage(folder):
        tree = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**tree, **changes}))

    return damage


def as_nan(folder):
    weights = load_file(folder / "model.safetensors")
    save_file({key: own * float("nan") for key, own in weights.items()}, folder / "model.safetensors")


def without_a_tokenizer(folder):
    for name in ("tokenizer.json", "vocab.txt"):
        (folder / name).unlink(missing_ok=True)


def with_code(folder):
    configured(model_type="mine", auto_map={"AutoConfig": "evil.C", "AutoModel": "evil.M"})(folder)
    (folder / "evil.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\nclass C: ...\nclass M: ...\n")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (without("encoder.layer.1.output"), r"must hold all weights .* for encoder\.layer\.1\.output\S+ and 3 others"),
        (configured(num_hidden_layers=4), r"must hold all weights .* for encoder\.layer\.3"),
        (configured(hidden_size=48), "must hold a model that transformers reads"),
        (configured(vocab_size=5), r"must be of one encoder \(got \d+ pieces and vectors for 5\)"),
        (configured(model_type="t5", is_encoder_decoder=True, classifier_dropout=0.0), "one stack of layers"),
        (configured(model_type="nothing"), "must hold a configuration that transformers reads"),
        (as_nan, "must give finite vectors"),
        (without_a_tokenizer, r"must hold the tokeniser of its encoder \(got none of tokenizer\.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "is not a valid JSON file"),
        (lambda folder: (folder / "config.json").write_text("[]"), "that transformers reads"),
        (lambda folder: (folder / "tokenizer.json").write_text("{}"), "must hold a tokeniser that transformers reads"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"\0" * 100), "must hold a model that"),
        (with_code, "contains custom code"),
    ],
)
def test_what_does_not_fit_is_one_sentence_and_no_code_is_run(bert, damage, said, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *_: "y")  # what a person at a terminal may say to transformers
    damage(bert)
    with pytest.raises(VectorError, match=said):
        read(bert, [TEXT])
    assert not (bert / "ran").exists()


def test_weights_that_nobody_reads_may_be_missing(bert, tmp_path):
    bare = shutil.copytree(bert, tmp_path / "bare")
    without("pooler")(bare)
    np.testing.assert_array_equal(read(bert, [TEXT])[0], read(bare, [TEXT])[0])


def test_half_of_a_pair_of_surrogates_is_named(bert):
    with pytest.raises(VectorError, match=r"texts must be Unicode \(got half of .* in 'a \\ud800"):
        read(bert, ["good", "a \ud800"])
