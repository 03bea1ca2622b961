"""Folders per class, SoPa's pairs of files, Blitzer's reviews, the seeds' parts; which file is which part."""

import gzip

import pytest

from sparsify import DataError
from sparsify.data import load_corpus
from sparsify.data.rows import Reading, open_rows


def pairs(source, labelled=True, **known):
    return [(row.label, row.text) for row in open_rows(source, Reading(**known), labelled)]


def fill(folder, **files):
    """Write files, `/` in their names for folders."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_a_folder_per_class(tmp_path):
    fill(tmp_path, **{"b/1": "one\ntwo", "a/2.txt": "three", "a/.hidden": "x", "a/in/3": "y", "readme": "z"})
    rows = open_rows(tmp_path)

    assert [(row.label, row.text, row.place) for row in rows] == [
        ("a", "three", f"{tmp_path}/a/2.txt:1"),
        ("b", "one\ntwo", f"{tmp_path}/b/1:1"),
    ]
    assert [note.partition(": ")[2][:24] for note in rows.notes] == [
        "1 folders inside are lef",
        "1 files that are in no f",
    ]
    fill(tmp_path, **{"a/2.txt": b"caf\xe9"})
    assert pairs(tmp_path, encoding="cp1252")[0] == ("a", "café")
    with pytest.raises(DataError, match=r"a/2.txt:1: lines are UTF-8"):
        pairs(tmp_path)


def test_a_folder_per_class_in_each_part_as_imdb_has_them(tmp_path):
    """Without dev, which is split off train by the hash, and said."""
    fill(
        tmp_path,
        **{f"{part}/{c}/{i}.txt": f"{part} {c} {i}" for part in ("train", "test") for c in "pn" for i in range(60)},
    )
    corpus = load_corpus(str(tmp_path))

    assert len(corpus.train) + len(corpus.dev) == len(corpus.test) == 120
    assert all(text.startswith("train") for text in corpus.dev.texts)
    assert f"{len(corpus.dev)} of the training texts are taken for dev, by a hash of the text." in corpus.notes


def test_pairs_of_files(tmp_path):
    fill(tmp_path, **{"x.data": b"one\ncaf\xe9\n", "x.labels": "1\n0\n"})
    assert pairs(tmp_path / "x.data", encoding="iso-8859-1") == [("1", "one"), ("0", "café")]

    fill(tmp_path, **{"x.labels": "1\n"})
    with pytest.raises(DataError, match=r"must have as many lines .*x.data has more than"):
        pairs(tmp_path / "x.data", encoding="iso-8859-1")
    (tmp_path / "x.labels").unlink()
    assert pairs(tmp_path / "x.data", False, encoding="iso-8859-1") == [(None, "one"), (None, "café")]


def test_sopas_parts_and_the_seeds_parts(tmp_path):
    parts = {"train": "one two", "dev": "one two", "test": "two one"}
    sopa = {f"sopa/{part}.data": words.replace(" ", "\n") for part, words in parts.items()}
    fill(tmp_path, **sopa, **{f"sopa/{part}.labels": "0\n1\n" for part in parts})
    corpus = load_corpus(str(tmp_path / "sopa"))
    assert (corpus.labels, corpus.test.texts, corpus.test.labels) == (("0", "1"), ("two", "one"), (0, 1))

    fill(tmp_path, **{f"seed/{part}": "0\tcaf\xe9\n1\tna\xefve\n".encode("iso-8859-1") for part in parts})
    assert load_corpus(str(tmp_path / "seed"), encoding="iso-8859-1").train.texts == ("café", "naïve")
    with pytest.raises(DataError, match=r"name its --encoding, such as iso-8859-1"):
        load_corpus(str(tmp_path / "seed"))


REVIEW = """<review>
<unique_id>
A:1
</unique_id>
<unique_id>
second
</unique_id>
<rating>
{}
</rating>
<review_text>
{}
</review_text>
</review>

"""


def test_blitzers_reviews(tmp_path):
    """Labels are those of the file's name, or of stars; text over lines, which is no XML."""
    fill(
        tmp_path,
        **{"positive.review": REVIEW.format("4.0", "good & <b>\ncheap"), "negative.review": REVIEW.format(1, "bad")},
    )
    assert pairs(tmp_path) == [("positive", "good & <b>\ncheap"), ("negative", "bad")]
    fill(tmp_path, **{"all.review": "".join(REVIEW.format(stars, f"text {stars}") for stars in (1, 2, 3, 4, 5))})
    rows = open_rows(tmp_path / "all.review")
    assert [(row.label, row.text) for row in rows] == [
        *(("negative", f"text {stars}") for stars in (1, 2)),
        *(("positive", f"text {stars}") for stars in (4, 5)),
    ]
    assert "1 reviews of 3 stars are neither" in rows.notes[0]
    assert len(pairs(tmp_path / "all.review", False)) == 5


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (REVIEW.format(9, "x"), 16, "a rating is a number of 1 to 5 stars .got '9'"),
        (REVIEW.format("", "x"), 16, "a rating is a number of 1 to 5 stars .got none"),
        (REVIEW.format(4, "x").replace("</rating>", ""), 16, "a field must end with </rating>"),
        ("<review>\n" + REVIEW.format(4, "x"), 16, "a review must end with </review> .got the next one in line 17"),
        ("<review>\n", 16, "a review must end with </review> .got the end of the file"),
        ("stray\n", 16, "a review must begin with <review> .got 'stray'"),
    ],
)
def test_reviews_that_are_not_whole_are_told_or_skipped(tmp_path, text, place, message):
    fill(tmp_path, **{"all.review": REVIEW.format(5, "good") + text})

    with pytest.raises(DataError, match=f"all.review:{place}: {message}"):
        pairs(tmp_path / "all.review")
    assert ("positive", "good") in pairs(tmp_path / "all.review", on_bad_row="skip")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["train.csv", "dev.csv", "dev.jsonl"], r"one file for dev .got dev.csv, dev.jsonl"),
        (["dev.csv", "test.csv"], "must hold train beside dev and test"),
        (["train-00000-of-00002.csv", "dev.csv"], r"all 2 pieces of train .got 1, without train-00001-of-00002"),
        (["train-00002-of-00002.csv", "dev.csv"], r"all 2 pieces of train .got 1, without train-00001-of-00002"),
        (["train-0-of-1.csv", "train-0-of-2.csv", "train-1-of-2.csv", "dev.csv"], "pieces of one train, each once"),
        (["train-0-of-1.csv", "train-0-of-1.jsonl", "dev.csv"], "pieces of one train, each once"),
        (["train.csv"], "got no dev, which may be called dev, validation, valid, val"),
    ],
)
def test_parts_that_are_missing_or_there_twice_are_told(tmp_path, names, message):
    fill(tmp_path, **dict.fromkeys(names, "label,text\na,b\n"))

    with pytest.raises(DataError, match=message):
        load_corpus(str(tmp_path))


def test_a_clone_from_the_hub_has_its_parts_in_its_folder_data(tmp_path):
    for part in ("train-00000-of-00001-0123456789abcdef", "validation-00000-of-00001"):
        fill(tmp_path, **{f"data/{part}.csv": f"label,text\na,{part} x\nb,{part} y\n"}, **{"README.md": "x"})
    corpus = load_corpus(str(tmp_path))

    assert (len(corpus.train), len(corpus.dev), len(corpus.test)) == (2, 2, 0)
    assert corpus.notes[0] == f"{tmp_path}: the parts are those of its folder data."
    with pytest.raises(DataError, match="in its folder data; name that, or a file of it"):
        open_rows(tmp_path)
    fill(tmp_path, **{"more/train.csv": "label,text\na,x\n"})
    with pytest.raises(DataError, match=r"one data set .got such in the folders data, more.; name one of them"):
        load_corpus(str(tmp_path))


@pytest.mark.parametrize("test", ['{"label": -1, "text": "z"}\n', '{"label": null, "text": "z"}\n', '{"text": "z"}\n'])
@pytest.mark.parametrize("on_bad_row", ["fail", "skip"])
def test_a_test_part_without_labels_is_none(tmp_path, test, on_bad_row):
    """As GLUE's are; where some texts have labels, those without are bad rows as ever."""
    labelled = '{"label": "a", "text": "x"}\n{"label": "b", "text": "y"}\n'
    fill(tmp_path, **{"train.jsonl": labelled, "dev.jsonl": labelled, "test.jsonl": test * 3})
    corpus = load_corpus(str(tmp_path), on_bad_row=on_bad_row)

    assert (len(corpus.train), len(corpus.dev), len(corpus.test)) == (2, 2, 0)
    assert any(f"{tmp_path}/test.jsonl: no text has a label" in note for note in corpus.notes)
    fill(tmp_path, **{"test.jsonl": labelled + test})
    with pytest.raises(DataError, match=r"test.jsonl:3: "):
        load_corpus(str(tmp_path))


def test_parts_of_any_form_in_pieces_without_test(tmp_path):
    pieces = {
        f"train-{i:05}-of-00002.csv.gz": gzip.compress(f"label,text\na,x{i}\nb,y{i}\n".encode()) for i in range(2)
    }
    fill(tmp_path, **pieces, **{"validation.jsonl": '{"label": "a", "text": "z"}\n', "notes.md": "x"})
    corpus = load_corpus(str(tmp_path), dev_share=0.2)

    assert corpus.train.texts == ("x0", "y0", "x1", "y1")
    assert (corpus.dev.texts, len(corpus.test)) == (("z",), 0)
    assert "--dev-share and --test-share say nothing here, where the parts are given." in corpus.notes
