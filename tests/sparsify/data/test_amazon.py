"""`python -m sparsify.prepare amazon`: appendix A of the paper."""

import csv
import json
import re

import pytest

from sparsify.data import load_corpus
from sparsify.data.amazon import sizes
from sparsify.prepare import main
from tests.sparsify.data.forms.test_folders import REVIEW


@pytest.mark.parametrize(
    ("name", "parts"),
    [("kitchen", (3298, 822, 4118)), ("dvd", (14066, 3514, 17578)), ("books", (20000, 5000, 25000))],
)
def test_parts_are_as_large_as_the_papers(name, parts):
    assert tuple(2 * size for size in sizes(sum(parts) // 2)) == parts, name


def reviews(count, stars, word):
    return [(stars, f"this is {word} number {i}") for i in range(count)]


ROWS = [*reviews(40, 5, "praise"), *reviews(20, 1, "blame"), *reviews(10, 2, "regret"), *reviews(9, 3, "doubt")]
ROWS += [(4, "four tokens are few"), (5, "this is praise number 3"), (1, "Bad. Do not.")]


def write(folder, form):
    """The rows as Blitzer's file, as McAuley's JSON lines and as a CSV."""
    path = folder / f"kitchen.{form}"
    if form == "review":
        path.write_bytes("".join(REVIEW.format(f"{stars}.0", text) for stars, text in ROWS).encode("iso-8859-1"))
    elif form == "json":
        lines = (json.dumps({"overall": float(stars), "asin": "x", "reviewText": text}) for stars, text in ROWS)
        path.write_text("\n".join(lines))
    else:
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("star_rating", "id", "review_body"), *((s, 0, t) for s, t in ROWS)])
    return path


@pytest.mark.parametrize("form", ["review", "json", "csv"])
def test_reviews_of_any_form_become_balanced_parts_without_repeats(tmp_path, capsys, form):
    assert main(["amazon", str(write(tmp_path, form)), "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    corpus = load_corpus(str(tmp_path / "out"))
    parts = (corpus.train, corpus.dev, corpus.test)
    texts = [text for part in parts for text in part.texts]

    assert [len(part) for part in parts] == [26, 6, 30]
    assert all(2 * sum(part.labels) == len(part) for part in parts), "as many of each"
    assert len(set(texts)) == 62
    assert not any("doubt" in text or "few" in text for text in texts)
    assert corpus.labels == ("negative", "positive")
    assert {corpus.labels[i] for t, i in zip(corpus.test.texts, corpus.test.labels, strict=True) if "praise" in t} == {
        "positive"
    }
    assert "Bad. Do not." in texts, "sentences are parted first, so these are five tokens"
    for line in (
        "40 positive and 31 negative",
        "9 reviews of 3 stars",
        "1 reviews of fewer than 5",
        "1 reviews that were",
    ):
        assert line in said


def test_of_many_the_same_few_are_taken_whatever_their_order(tmp_path):
    path = write(tmp_path, "review")
    backwards = tmp_path / "backwards.review"
    backwards.write_text("".join(REVIEW.format(stars, text) for stars, text in reversed(ROWS)))
    for file, out in ((path, "a"), (backwards, "b")):
        assert main(["amazon", str(file), "--most", "20", "--out", str(tmp_path / out)]) == 0

    assert (tmp_path / "a" / "test.tsv").read_text() == (tmp_path / "b" / "test.tsv").read_text()
    assert len((tmp_path / "a" / "test.tsv").read_text().splitlines()) == 20


def test_a_text_of_two_classes_is_left_out_whatever_the_order_of_files(tmp_path, capsys):
    """Also where it is one of the few that are taken, and its other class comes when the rest is gone."""
    both = "this is praise number 7"
    files = {"a": ROWS, "b": [(1, both), (1, both)]}
    for name, rows in files.items():
        (tmp_path / f"{name}.review").write_text("".join(REVIEW.format(stars, text) for stars, text in rows))
    for most in ("20", "1000"):
        found = []
        for order in ("ab", "ba"):
            out = tmp_path / (order + most)
            names = [str(tmp_path / f"{name}.review") for name in order]
            assert main(["amazon", *names, "--most", most, "--out", str(out)]) == 0
            said = sorted(line.replace(str(out), "") for line in capsys.readouterr().out.splitlines())
            found.append((said, [(out / f"{part}.tsv").read_text() for part in ("train", "dev", "test")]))

        assert found[0] == found[1]
        assert "1 texts that are both positive and negative are left out." in found[0][0]
        assert "39 positive and 31 negative reviews." in found[0][0]
        assert both + "\n" not in "".join(found[0][1])
        assert sum(part.count("\n") for part in found[0][1]) == min(2 * int(most), 62)


def test_reviews_that_are_left_out_are_counted_with_the_first(tmp_path, capsys):
    path = tmp_path / "a.review"
    rows = [*ROWS, ("", "a text without any stars"), ("7", "a text of too many stars")]
    path.write_text("".join(REVIEW.format(stars, text) for stars, text in rows))
    assert main(["amazon", str(path), "--on-bad-row", "skip", "--out", str(tmp_path / "out")]) == 0
    line = 1 + len(ROWS) * (len(REVIEW.splitlines()))

    assert (
        f"2 reviews that cannot be read are left out, the first at {path}:{line}: a rating is a number of 1 to 5 stars "
        "(got none)."
    ) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("rows", "flags", "message"),
    [
        (ROWS[:45], [], "each class needs 10 reviews, one of them for dev .got 5 of the rarer one"),
        (
            [*ROWS, (7, "too many stars in this one")],
            [],
            r"kitchen.csv:\d+: a rating is a number of 1 to 5 stars .got '7'",
        ),
        (ROWS, ["--most", "3"], "--most must be at least 10"),
        (ROWS, ["--out", "."], "--out must be a new folder"),
    ],
)
def test_what_cannot_be_prepared_is_told_in_a_line(tmp_path, capsys, monkeypatch, rows, flags, message):
    monkeypatch.chdir(tmp_path)
    with (tmp_path / "kitchen.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("stars", "text"), *rows])

    assert main(["amazon", "kitchen.csv", "--out", "out", *flags]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert re.search(message, error)
