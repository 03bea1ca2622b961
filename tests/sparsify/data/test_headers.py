"""First lines: which are headers, and what is said of them."""

import pytest

from sparsify import DataError
from sparsify.data import load_corpus
from sparsify.data.split import PARTS
from tests.sparsify.data.files import LABELS, TEXTS, table, write


@pytest.mark.parametrize(
    ("first", "order", "flags"),
    [
        ("label\ttext", (0, 1), "--header"),
        ("Sentiment\tI say", (0, 1), "--header"),
        ('"class"\t"x"', (0, 1), "--header"),
        ("polarity_of_it\tReview", (0, 1), "--header"),
        ("sentence\tlabel", (1, 0), "--header --columns text,label"),
        ("label\ttext\tid", (0, 1, 2), "--header --columns label,text,column2"),
        ("id\tlabel\ttext", (2, 0, 1), "--header --columns column0,label,text"),
    ],
)
def test_a_header_is_told_with_the_flag_that_mends_it(tmp_path, first, order, flags):
    name = table(tmp_path, *([LABELS, TEXTS, [str(i) for i in range(200)]][i] for i in order), first=[first])

    with pytest.raises(DataError, match=rf"all.tsv:1: .*looks like a header.; add {flags}, or"):
        load_corpus(name)
    columns = flags.partition("--columns ")[2].split(",") if "columns" in flags else ("label", "text")
    corpus = load_corpus(name, True, columns)
    assert (corpus.labels, corpus.notes) == (("a", "b"), ())
    assert len(corpus.train) + len(corpus.dev) + len(corpus.test) == 200


def test_a_header_that_is_repeated_is_one(tmp_path):
    with pytest.raises(DataError, match="looks like a header"):
        load_corpus(table(tmp_path, ["label", *LABELS, "label"], ["text", *TEXTS, "text"]))


def test_a_header_over_columns_that_are_named_asks_for_no_other(tmp_path):
    with pytest.raises(DataError, match="add --header, or"):
        load_corpus(table(tmp_path, ["text", *TEXTS], ["label", *LABELS]), columns=("text", "label"))


def test_a_first_text_of_a_label_with_more_is_no_header(tmp_path):
    assert "label" in load_corpus(table(tmp_path, ["label", *LABELS[1:], "label"], ["text", *TEXTS])).labels


KINDS = ("question", "statement", "command")


def test_labels_that_headers_are_called_by_are_labels_where_a_text_of_any_part_has_them(tmp_path):
    train = "".join(f"{KINDS[i % 3]}\tsaid {i}\n" for i in range(300))
    write(tmp_path, train=train, dev="question\twhy\nstatement\tso\ncommand\tgo\n", test="command\tcome\n")
    corpus = load_corpus(str(tmp_path))

    assert corpus.labels == tuple(sorted(KINDS))
    assert corpus.dev.texts == ("why", "so", "go")
    write(tmp_path, train="topic\tx\ntag\ty\n", dev="tag\tz\n", test="topic\tw\n")  # first lines tell of each other
    assert load_corpus(str(tmp_path)).labels == ("tag", "topic")


def test_header_is_advised_only_where_it_drops_no_text(tmp_path):
    texts = "a\tx{0}\nb\ty{0}\n"
    heads = {"train": "label\ttext\n", "dev": "label\tsentence\n", "test": "label\ttext\n"}
    write(tmp_path, **{part: heads[part] + texts.format(part) for part in PARTS})
    with pytest.raises(DataError, match=r"train:1: .*looks like a header.; add --header, or put"):
        load_corpus(str(tmp_path))
    assert load_corpus(str(tmp_path), header=True).labels == ("a", "b")

    (tmp_path / "dev.csv").write_text("label,text\na,xdev\n")  # whose header is known
    (tmp_path / "dev").unlink()
    with pytest.raises(DataError, match=r"train:1: .*looks like a header"):
        load_corpus(str(tmp_path))

    (tmp_path / "dev.csv").unlink()
    write(tmp_path, **{part: (part == "dev") * heads[part] + texts.format(part) for part in PARTS})
    with pytest.raises(DataError, match=r"dev:1: .*; leave it out of this file, as --header drops a text of the other"):
        load_corpus(str(tmp_path))


@pytest.mark.parametrize("head", ["v1\tv2", "y\tx", "Klasse\tSatz"])
def test_a_header_of_any_names_is_said(tmp_path, head):
    said = f"no other text has the label of the first line, {{}} ('{head[: head.index(chr(9))]}')"
    corpus = load_corpus(name := table(tmp_path, LABELS, TEXTS, first=["", head]))
    assert corpus.notes[0] == said.format("all.tsv:2") + ": if it is a header, add --header."
    assert load_corpus(name, header=True).notes == ()

    folder = tmp_path / "parts"
    folder.mkdir()
    write(folder, **{part: f"{head}\na\tx{part}\nb\ty{part}\n" for part in PARTS})
    places = ", ".join(f"{part}:1 ('{head.split(chr(9))[0]}')" for part in PARTS)
    assert f"first line, {places}: if it is a header, add --header." in load_corpus(str(folder)).notes[0]
    write(folder, dev="a\tu\n", test="b\tw\n")
    assert "train:1 " in (note := load_corpus(str(folder)).notes[0])
    assert "leave that line out" in note


def test_a_label_without_training_texts_is_told_with_its_line(tmp_path):
    write(tmp_path, train="a\tx\nb\ty\n", **{"dev.tsv": "a\tz\n\nzzz\tu\n"}, test="a\tw\n")
    with pytest.raises(DataError, match=r"dev.tsv:3: a label in dev must .*got 'zzz'.; add training .* lines out\.$"):
        load_corpus(str(tmp_path))
    write(tmp_path, **{"dev.tsv": "y\tx\na\tz\n"})
    with pytest.raises(DataError, match=r"dev.tsv:1: .*; if it is a header, leave that out"):
        load_corpus(str(tmp_path))


def test_a_csv_with_an_unknown_header_is_told_of_its_columns_first(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("comments,score\n" + "".join(f"film number {i},{i % 2}\n" for i in range(40)))

    with pytest.raises(DataError, match=r"add --text-column NAME --label-column NAME if .*, else --columns text,label"):
        load_corpus(str(path))
