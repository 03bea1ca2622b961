"""`python -m sparsify.evaluate`: the figures of labelled texts, as a table and as JSON."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from sparsify.data import load_corpus
from sparsify.evaluate import main
from sparsify.runs.evaluation import Evaluation
from tests.sparsify.small import LABELS, TEXTS, saved_model


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluate") / "run"
    return folder, saved_model(folder)


@pytest.fixture
def rows(run):
    """(label, text), four of the six as the model has it."""
    predicted = run[1].predict(TEXTS)
    other = {"negative": "positive", "positive": "negative"}
    return [
        (other[label] if n < 2 else label, text) for n, (label, text) in enumerate(zip(predicted, TEXTS, strict=True))
    ]


def written(place, rows):
    place.write_text("".join(f"{label}\t{text}\n" for label, text in rows), encoding="utf-8")
    return str(place)


def test_json_has_the_figures_of_a_file(run, rows, tmp_path, capsys):
    folder, model = run
    assert main([str(folder), written(tmp_path / "x.tsv", rows), "--json", "--resamples", "100", "--seed", "3"]) == 0
    found = json.loads(capsys.readouterr().out)
    labels, predicted = [label for label, _ in rows], model.predict(TEXTS)
    places = [model.labels.index(label) for label in labels]

    assert found["accuracy"]["value"] == accuracy_score(labels, predicted) == pytest.approx(4 / 6)
    assert found["macro_f1"]["value"] == pytest.approx(f1_score(labels, predicted, average="macro"))
    assert found["bootstrap"] == {"method": "percentile", "level": 0.95, "resamples": 100, "seed": 3}
    own = Evaluation(model.labels, np.array(places), model.predict_proba(TEXTS), 100, 3).as_dict()
    assert (found["classes"], found["confusion"]) == (own["classes"], own["confusion"])
    assert (found["data"], found["texts"], found["skipped"]) == (str(tmp_path / "x.tsv"), 6, 0)


def test_a_table_for_people(run, rows, tmp_path, capsys):
    folder, model = run
    assert main([str(folder), written(tmp_path / "x.tsv", rows), "--resamples", "100"]) == 0
    said = capsys.readouterr().out.splitlines()

    assert said[0] == f"6 texts of {tmp_path / 'x.tsv'}, {model.transitions} transitions"
    assert any(line.startswith("accuracy") and " 66.7 [" in line for line in said)
    assert any(line.split()[:2] == ["class", "texts"] for line in said)
    assert said[-1] == "[95 % intervals: percentile bootstrap, 100 resamples of the texts, seed 0]"


def test_a_part_of_a_folder(run, rows, tmp_path, capsys):
    for part in ("train", "dev", "test"):
        written(tmp_path / part, rows[:3] if part == "dev" else rows)
    assert main([str(run[0]), str(tmp_path), "--part", "dev", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert found["data"] == f"{tmp_path} (dev)"
    assert (found["texts"], found["accuracy"]["value"]) == (3, pytest.approx(1 / 3))


def test_a_label_that_the_model_does_not_know_gets_one_sentence_or_is_left_out(run, rows, tmp_path, capsys):
    file = written(tmp_path / "x.tsv", [*rows, ("neutral", "a film"), ("Positive", "a film")])
    assert main([str(run[0]), file]) == 2
    said = capsys.readouterr()
    assert main([str(run[0]), file, "--json", "--on-bad-row", "skip"]) == 0
    found = capsys.readouterr()

    assert said.out == ""
    assert said.err == (
        f"error: {file}:7: a label must be one that the model knows, negative, positive (got 'neutral'); rename it, or "
        "leave such rows out with --on-bad-row skip.\n"
    )
    assert json.loads(found.out)["skipped"] == 2
    assert found.err == f"warning: {file}: 2 texts of labels that it does not know were left out.\n"


def own_run(tmp_path, content, name="own.tsv", **settings):
    """A run whose files say that it was trained on these texts; (run, data)."""
    folder, data = tmp_path / "run", tmp_path / name
    saved_model(folder)
    data.write_text(content, encoding="utf-8")
    corpus = load_corpus(str(data), **settings)
    lines = [f"{key} = {json.dumps(value)}" for key, value in {"data": str(data), **settings}.items()]
    (folder / "config.toml").write_text("\n".join(lines), encoding="utf-8")
    (folder / "MODEL_CARD.md").write_text(f"Seed 0. Data SHA-256 {corpus.digest}. Word", encoding="utf-8")
    return str(folder), str(data), corpus


MANY = [(("negative", "positive")[i % 2], f"a good film number {i}") for i in range(60)]
TABLE = "id,what they said,verdict\n" + "".join(f"{n},{text},{label}\n" for n, (label, text) in enumerate(MANY))
SAID = {"text_column": "what they said", "label_column": "verdict"}


def test_the_parts_of_the_runs_own_file_are_those_of_the_run(tmp_path, capsys):
    run, data, corpus = own_run(tmp_path, TABLE, "own.csv", **SAID, dev_share=0.3, test_share=0.25)
    found = {}
    for part in ("train", "dev", "test"):
        assert main([run, data, "--part", part, "--json", "--resamples", "0"]) == 0
        out, found[part] = capsys.readouterr()
        assert json.loads(out)["texts"] == len(getattr(corpus, part))

    assert {part: "scores on them are too good" in said for part, said in found.items()} == {
        "train": True,
        "dev": True,
        "test": False,
    }
    assert "that the model was trained on" in found["train"]
    assert "that the model was chosen by" in found["dev"]


def test_a_part_that_the_run_has_not_is_refused(tmp_path, capsys):
    content = "".join(f"{label}\t{text}\n" for label, text in MANY)
    run, data, _ = own_run(tmp_path, content, test_share=0.0)
    (tmp_path / "other.tsv").write_text(content, encoding="utf-8")
    assert main([run, data, "--part", "test"]) == 2
    own = capsys.readouterr()
    assert main([run, str(tmp_path / "other.tsv"), "--part", "test"]) == 2
    other = capsys.readouterr()

    assert (own.out, other.out) == ("", "")
    assert "must have a test part (got none, as the run's --test-share is 0" in own.err
    assert f"--part goes with a corpus in parts, or with the run's own data, {data} (got the file " in other.err


def test_texts_that_the_run_has_seen_are_said(tmp_path, capsys):
    run, data, _ = own_run(tmp_path, "".join(f"{label}\t{text}\n" for label, text in MANY))
    assert main([run, data, "--resamples", "0"]) == 0
    whole = capsys.readouterr().err
    with Path(data).open("a", encoding="utf-8") as file:
        file.write("positive\tnew\n")
    assert main([run, data, "--part", "test", "--resamples", "0"]) == 0
    changed = capsys.readouterr().err

    assert whole == (
        f"note: {data} is the run's own data, most of it trained on: scores are too good; take --part test.\n"
    )
    assert "does not hold what it held when the run was trained" in changed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["imbd"], "did you mean imdb?"),
        (["EMPTY"], "must hold a labelled text (got none)"),
        (["EMPTY", "--resamples", "-1"], "must be a whole number from 0"),
        (["EMPTY", "--threads", "x"], "must be a whole number from 1 to 1024"),
    ],
)
def test_mistakes_get_one_sentence(run, tmp_path, capsys, arguments, said):
    (tmp_path / "empty.tsv").write_text("", encoding="utf-8")
    arguments = [str(tmp_path / "empty.tsv") if own == "EMPTY" else own for own in arguments]
    try:
        status = main([str(run[0]), *arguments])
    except SystemExit as end:
        status = end.code

    assert status == 2
    assert said in capsys.readouterr().err


def test_many_classes_are_shown_with_what_they_are_taken_for(tmp_path, capsys):
    labels = [f"class {k}" for k in range(20)]
    model = saved_model(tmp_path / "run", labels)
    file = written(tmp_path / "x.tsv", [(labels[k], text) for k, text in zip(LABELS, TEXTS, strict=True)])
    assert main([str(tmp_path / "run"), file, "--resamples", "0"]) == 0
    said = capsys.readouterr().out

    assert "mostly taken for" in said
    assert "[" not in said
    (row,) = (line for line in said.splitlines() if line.startswith("class 1 "))
    taken = [own for own, k in zip(model.predict(TEXTS), LABELS, strict=True) if k == 1]
    assert row.rstrip().endswith(max(labels, key=taken.count))
