"""Runs whose words move: which vectors are GloVe's, what is saved, what is counted, what the lexicon says."""

import csv
import json

import numpy as np
import pytest
from safetensors.numpy import load_file

import sparsify
from sparsify import Settings
from sparsify.data import load_corpus
from sparsify.train import main
from sparsify.training.material import prepare

MOST = 40
SMALL = ["--patterns=4", "--length=2", "--epochs=4", "--growth=3", "--polish=1", "--debias=1", "--threads=1"]


def made(tenth, folder, *more):
    """The run directory of a small run on a tenth of Rotten Tomatoes."""
    assert main([f"--data={tenth}", *SMALL, *more, f"--out={folder}"]) == 0
    return folder


@pytest.fixture(scope="module")
def given(tenth):
    """Word → its vector as it was before any run."""
    encoder = prepare(Settings(data=str(tenth)), load_corpus(str(tenth))).encoder
    return dict(zip(encoder.vocabulary.words, encoder.table.numpy(), strict=True))


@pytest.fixture(scope="module")
def sparse(tenth, tmp_path_factory):
    """A run in which few words move."""
    return made(tenth, tmp_path_factory.mktemp("sparse") / "run", "--move-vectors=sparse", f"--moved-words={MOST}")


@pytest.fixture(scope="module")
def low_rank(tenth, tmp_path_factory):
    """A run in which all words move in two directions."""
    return made(tenth, tmp_path_factory.mktemp("low") / "run", "--move-vectors=low-rank")


@pytest.fixture(params=["sparse", "low_rank"])
def run(request):
    """Either."""
    return request.getfixturevalue(request.param)


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_words_that_are_not_listed_have_the_bits_that_they_were_given(sparse, given):
    encoder = sparsify.load(sparse).encoder
    listed = {row["word"] for row in read_json(sparse / "lexicon.json")["words"]}
    rows = dict(zip(encoder.vocabulary.words, encoder.table.numpy(), strict=True))

    assert len(listed) == MOST
    assert rows.keys() == given.keys()
    assert {word for word, row in rows.items() if row.tobytes() != given[word].tobytes()} == listed
    assert {encoder.vocabulary.words[place] for place in encoder.moved.words} == listed


def test_a_shift_of_low_rank_is_coordinates_times_directions(low_rank, given):
    encoder = sparsify.load(low_rank).encoder
    shift = encoder.table.numpy() - np.stack([given[word] for word in encoder.vocabulary.words])
    moved = encoder.moved

    assert np.linalg.matrix_rank(shift.astype(np.float64), tol=1e-5) == 2
    assert set(np.flatnonzero(shift.any(1))) == set(moved.words.tolist())
    found = moved.coordinates.numpy() @ moved.directions.numpy()
    np.testing.assert_allclose(shift[moved.words], found, atol=1e-6)


def test_what_is_loaded_predicts_what_the_run_predicted(run, tenth):
    texts = load_corpus(str(tenth)).test.texts
    chances = sparsify.load(run).predict_proba(texts)
    with (run / "predictions.csv").open(encoding="utf-8", newline="") as file:
        rows = [[float(row["p(negative)"]), float(row["p(positive)"])] for row in csv.DictReader(file)]

    np.testing.assert_allclose(chances, rows, atol=1e-6)


def test_numbers_are_those_of_the_files(run, given):
    """A transition into a state has 50 numbers, its self-loop 51; all that is stored lies in the tensors."""
    tensors, model = load_file(run / "model.safetensors"), sparsify.load(run)
    patterns = model.transitions * (50 + 51)
    others = {name: own for name, own in tensors.items() if not name.startswith("encoder.")}
    classes = others["weight"].size + others["bias"].size
    shift = tensors["encoder.embedding"] - np.stack([given[word] for word in model.encoder.vocabulary.words])
    words = int(shift.any(1).sum())
    vectors = {"sparse": 50 * words, "low-rank": 2 * words + 2 * 50}[read_json(run / "lexicon.json")["kind"]]

    assert read_json(run / "summary.json")["numbers"] == {
        "patterns": patterns,
        "classes": classes,
        "vectors": vectors,
        "learned": patterns + classes + vectors,
        "stored": sum(own.size for own in others.values()) + 50 * len(given),
        "moved_words": words,
    }
    assert f"{vectors:,} of moved word vectors ({words:,} words)" in (run / "MODEL_CARD.md").read_text()


def test_effects_are_what_the_shift_changes_where_a_word_is_read_alone(run, given):
    """The model as it is, and with the vectors that were given."""
    before, after = sparsify.load(run), sparsify.load(run)
    words = before.encoder.vocabulary.words
    before.encoder.keep(before.encoder.table.new_tensor(np.stack([given[word] for word in words])))
    tree = read_json(run / "lexicon.json")
    rows = [row for row in tree["words"] if row["word"].isalpha()][:20]
    texts = [row["word"] for row in rows]
    added = (after.logits(texts) - before.logits(texts)).detach().numpy()
    added -= added.mean(1, keepdims=True)

    assert [row["shift"] for row in tree["words"]] == sorted((row["shift"] for row in tree["words"]), reverse=True)
    np.testing.assert_allclose([[row["effects"][name] for name in after.labels] for row in rows], added, atol=1e-5)
    assert np.abs(added).max() > 0.01


def test_the_lexicon_names_the_ends_of_directions(low_rank):
    """In the order of the coordinates."""
    encoder, tree = sparsify.load(low_rank).encoder, read_json(low_rank / "lexicon.json")
    moved = encoder.moved
    for column, ends in enumerate(tree["directions"]):
        order = moved.words[moved.coordinates[:, column].argsort()].tolist()
        assert [row["word"] for row in ends["low"][:5]] == [encoder.vocabulary.words[place] for place in order[:5]]
        assert ends["high"][0]["word"] == encoder.vocabulary.words[order[-1]]
        np.testing.assert_array_equal(np.float32(ends["direction"]), moved.directions[column])
    assert len(tree["directions"]) == 2
    assert "direction 2, low end:" in (low_rank / "lexicon.txt").read_text(encoding="utf-8")


def test_a_reader_finds_the_words_in_the_report(run):
    page = (run / "report.html").read_text(encoding="utf-8")
    furthest = next(row["word"] for row in read_json(run / "lexicon.json")["words"] if row["word"].isalpha())

    assert "<h2>Words that moved</h2>" in page
    assert f"<bdi>{furthest}</bdi>" in page.split("<h2>Words that moved</h2>")[1].split("</section>")[0]


def test_fixed_vectors_are_those_that_were_given_and_there_is_no_lexicon(tenth, given, tmp_path):
    run = made(tenth, tmp_path / "run", "--move-vectors=none")
    encoder = sparsify.load(run).encoder
    summary = read_json(run / "summary.json")

    assert all(
        np.array_equal(row, given[word]) for word, row in zip(encoder.vocabulary.words, encoder.table, strict=True)
    )
    assert not list(run.glob("lexicon.*"))
    assert summary["numbers"]["vectors"] == summary["numbers"]["moved_words"] == 0
    assert "Words that moved" not in (run / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--vector-lr=0"], "--vector-lr must be above 0 (got 0.0); --move-vectors none keeps vectors as they are."),
        (["--moved-words=9"], "--moved-words goes with --move-vectors sparse (got it with all)."),
        (["--move-vectors=some"], "--move-vectors must be one of none, sparse, low-rank, all (got 'some')"),
        (
            ["--embeddings=minilm", "--move-vectors=sparse"],
            "--move-vectors goes with vectors without context (got 'sparse' with --embeddings minilm); leave it out.",
        ),
    ],
)
def test_what_cannot_be_is_said(tenth, tmp_path, capsys, flags, said):
    assert main([f"--data={tenth}", *flags, f"--out={tmp_path / 'run'}"]) == 2
    assert said in capsys.readouterr().err
