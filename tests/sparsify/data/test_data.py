"""Corpora: the built-in ones, files, folders, the split, and what is wrong with bad ones."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparsify import DataError
from sparsify.data import load_corpus
from sparsify.data.split import PARTS, part_of, split
from tests.sparsify.data.files import LABELS, TEXTS, table, write


@pytest.mark.parametrize(
    ("name", "labels", "distinct"),
    [
        ("rotten_tomatoes", ("negative", "positive"), 8530),
        ("bbc", ("business", "entertainment", "politics", "sports", "tech"), 2125),
        ("imdb", ("negative", "positive"), 24903),
    ],
)
def test_built_in_data(name, labels, distinct):
    """The sizes of the real data sets, repeated texts left out; no text in two parts; every part about its share."""
    corpus = load_corpus(name)
    parts = [corpus.train, corpus.dev, corpus.test]
    texts = [text for part in parts for text in part.texts]

    assert corpus.labels == labels
    assert len(texts) == len(set(texts)) == distinct
    assert [len(part) / distinct for part in parts] == pytest.approx([0.8, 0.1, 0.1], abs=0.01)
    assert not any("<br" in text or "\x96" in text for text in texts)
    assert all(part_of(text) == "dev" for text in corpus.dev.texts)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_the_split_is_the_last_digit_of_the_sha256(text):
    digit = int(hashlib.sha256(text.encode()).hexdigest(), 16) % 10

    assert part_of(text) == ("test" if digit == 9 else "dev" if digit == 8 else "train")


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


SHARES = st.sampled_from([(0.1, 0.1), (0.2, 0.3), (0.05, 0.05), (0.45, 0.45), (0.25, 0)])


@given(st.dictionaries(TEXT, st.sampled_from("aabbbbbbbbcd"), max_size=60), SHARES, st.randoms())
def test_every_label_has_its_share_of_every_part(labels, shares, random):
    """But for a quarter of it and one text; no part lacks a label with enough texts; the order does not matter."""
    parts, moved = split(labels, *shares)
    found = Counter((labels[text], part) for text, part in parts.items())
    wanted = {part: share for part, share in zip(PARTS, (1 - sum(shares), *shares), strict=True) if share}

    assert parts.keys() == labels.keys()
    for label, size in Counter(labels.values()).items():
        assert found[label, "train"]
        if size >= len(wanted):
            for part, share in wanted.items():
                assert found[label, part]
                # One for rounding, and two where single texts of other parts are taken from the largest.
                assert abs(found[label, part] - share * size) < share * size / 4 + (1 if size > 9 else 3)
    assert moved == sum(parts[text] != part_of(text, *shares) for text in labels)
    assert set(parts.values()) <= wanted.keys()
    order = [*labels]
    random.shuffle(order)
    assert split({text: labels[text] for text in order}, *shares)[0] == parts


POOL = {part: [text for text in map(str, range(900)) if part_of(text) == part] for part in PARTS}


@given(st.integers(0, 20), st.lists(TEXT.filter(lambda text: not text.isdigit()), unique=True))
def test_texts_are_moved_only_where_the_hash_alone_gives_no_shares(first, others):
    """A label that the hash splits well stays as it is, whatever other labels there are."""
    own = [text for part, size in zip(PARTS, (80, 11, 9), strict=True) for text in POOL[part][first : first + size]]
    parts, _ = split({**dict.fromkeys(others, "other"), **dict.fromkeys(own, "own")})

    assert {text: parts[text] for text in own} == {text: part_of(text) for text in own}


def test_shares_may_be_others_and_leave_nothing_to_test(tmp_path):
    name = table(tmp_path, ["ab"[i % 2] for i in range(2000)], [f"text number {i}" for i in range(2000)])
    corpus = load_corpus(name, dev_share=0.2, test_share=0.3)
    assert [len(part) / 2000 for part in (corpus.train, corpus.dev, corpus.test)] == pytest.approx([0.5, 0.2, 0.3], 0.1)

    corpus = load_corpus(name, dev_share=0.25, test_share=0)
    assert (len(corpus.test), len(corpus.dev) / 2000) == (0, pytest.approx(0.25, 0.1))
    with pytest.raises(DataError, match=r"both together below 1 .got 0.5 and 0.5"):
        load_corpus(name, dev_share=0.5, test_share=0.5)
    with pytest.raises(DataError, match="--dev-share must be above 0"):
        load_corpus(name, dev_share=0)


def test_a_rare_label_is_split_and_one_of_two_texts_is_told(tmp_path):
    rows = [f"{'ab'[i % 2]}\ttext {i}" for i in range(100)]
    rare = [f"rare\tseldom {i}" for i in range(99) if part_of(f"seldom {i}") == "test"][:3]
    single = [f"single\tonce {i}" for i in range(40) if part_of(f"once {i}") == "dev"][:1]
    path = tmp_path / "all.tsv"
    path.write_text("\n".join([*rows, *rare, *single]))
    corpus = load_corpus(str(path))

    assert [part.labels.count(2) for part in (corpus.train, corpus.dev, corpus.test)] == [1, 1, 1]
    assert corpus.train.labels.count(3) == 1
    assert corpus.notes[1:] == (
        "labels with fewer than 3 texts cannot be in each of train, dev, test, scores tell little of them: single "
        "(1); add texts of them, give these another label, or leave them out.",
    )
    path.write_text("\n".join(rows))
    before = load_corpus(str(path))
    assert set(before.train.texts) < set(corpus.train.texts)
    assert set(before.test.texts) < set(corpus.test.texts)


def test_labels_without_dev_or_test_texts_are_told_of_folders_too(tmp_path):
    names = "abcdefgh"
    write(tmp_path, train="".join(f"{name}\tx{name}\n" for name in names), dev="a\ty\n", test="h\tz\n")

    assert load_corpus(str(tmp_path)).notes == (
        "no dev text has the label b, c, d, e, f and 2 more: no dev score tells of it.",
        "no test text has the label a, b, c, d, e and 2 more: no test score tells of it.",
    )


def test_a_folder_of_three_parts(tmp_path):
    write(tmp_path, train="b\tone\r\n\na\ttwo\n", **{"dev.tsv": "a\tthree\n", "test.txt": "\ufeffb\ttwo\tmore\n"})
    corpus = load_corpus(str(tmp_path))

    assert corpus.labels == ("a", "b")
    assert (corpus.train.texts, corpus.train.labels) == (("one", "two"), (1, 0))
    assert corpus.test.texts == ("two\tmore",)
    assert corpus.notes == (
        "no dev text has the label b: no dev score tells of it.",
        "no test text has the label a: no test score tells of it.",
    )


def test_texts_in_two_parts_are_told(tmp_path):
    write(tmp_path, train="a\tone\nb\ttwo\n", dev="a\tone\n", test="b\tnew\n")

    assert "1 texts stand in more than one" in load_corpus(str(tmp_path)).notes[-1]


def test_a_file_is_split_by_hash_and_repeats_are_told(tmp_path):
    rows = [f"{'ab'[i % 2]}\ttext {i}" for i in range(200)]
    path = tmp_path / "all.tsv"
    path.write_text("\n".join([*rows, rows[0], "b\ttext 0"]))
    corpus = load_corpus(str(path))

    assert all(part_of(text) == "test" for text in corpus.test.texts)
    assert len(corpus.train) + len(corpus.dev) + len(corpus.test) == 200
    assert "2 repeated texts left out, 1 of them under another label" in corpus.notes[0]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"train": "a\tx\n"}, "got no dev"),
        ({"train": "a\tx\nno tab\n", "dev": "a\ty\n", "test": "a\tz\n"}, r"train:2: .*label<TAB>text"),
        ({"train": "a\tx\n\n \t \nb\t\n", "dev": "a\ty\n", "test": "a\tz\n"}, r"train:4: "),
        ({"train": b"a\tx\nb\tcaf\xe9\n", "dev": "a\ty\n", "test": "a\tz\n"}, r"train:2: .*UTF-8"),
        ({"train": "a\tx\nb\ty\n", "dev": "c\ty\n", "test": "a\tz\n"}, "label in dev must occur in train"),
        ({"train": "a\tx\nb\ty\n", "dev": "", "test": "a\tz\n"}, "none for dev"),
        ({"train": "a\tx\n", "dev": "a\ty\n", "test": "a\tz\n"}, "at least two labels"),
    ],
)
def test_bad_data_names_the_place(tmp_path, parts, message):
    write(tmp_path, **parts)

    with pytest.raises(DataError, match=message):
        load_corpus(str(tmp_path))


def test_exchanged_columns_and_identifiers_are_told_with_the_flag_that_mends_them(tmp_path):
    first = "got 200 labels and 2 texts in 200 lines; the first has 'text number 0' and 'a'"
    with pytest.raises(DataError, match=f"all.tsv: .*{first}.*look exchanged; add --columns text,label"):
        load_corpus(name := table(tmp_path, TEXTS, LABELS))
    assert load_corpus(name, columns=("text", "label")).labels == ("a", "b")

    with pytest.raises(DataError, match=r"nearly every label is different; .*add --columns id,label,text"):
        load_corpus(name := table(tmp_path, map(str, range(200)), LABELS, TEXTS))
    corpus = load_corpus(name, columns=("id", "label", "text"))
    assert set(corpus.train.texts) < set(TEXTS)
    assert len(load_corpus(table(tmp_path, LABELS, TEXTS, TEXTS), columns=("label", "", "text")).train) > 20


def test_the_last_column_goes_to_the_end_of_the_line(tmp_path):
    name = table(tmp_path, LABELS, TEXTS, TEXTS)

    assert "every text has tabs, 1 each; if lines have more columns, name them" in load_corpus(name).notes[0]
    assert {text.count("\t") for text in load_corpus(name).train.texts} == {1}
    assert {text.count("\t") for text in load_corpus(name, columns=["label", "text", "x"]).train.texts} == {0}
    with pytest.raises(DataError, match=r"all.tsv:1: a line is label<TAB>text<TAB>x<TAB>y, .*got 'a.ttext"):
        load_corpus(name, columns=["label", "text", "x", "y"])


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        ('"{}"', "200 of 200 texts stand in quotation marks, which are read as part of them"),
        ('"{} ""so"""', "200 of 200 texts"),
        ('{} "so"', None),
    ],
)
def test_quotation_marks_are_read_and_said(tmp_path, quote, said):
    corpus = load_corpus(table(tmp_path, LABELS, map(quote.format, TEXTS)))

    assert set(corpus.train.texts) < {quote.format(text) for text in TEXTS}
    assert said in corpus.notes[0] if said else "quotation" not in "".join(corpus.notes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a\t"one\ntwo"\nb\tx\n', ":2: .*quotation marks that goes over several lines"),
        ("a,one\nb,two\n", ":1: .*commas or semicolons must be written with tabs"),
        ("a\tone\nb\tt\0wo\n", ":2: .*NUL"),
        ("a\tone\nb\ttwo\n".encode("utf-16"), ":1: .*got UTF-16.; convert it with iconv -f UTF-16"),
        ("a\tone\nb\ttwo\n".encode("utf-16-le"), ":1: .*NUL"),
        ("a\tone\rb\ttwo\r", r":1: a line ends with .n or .r.n, not with .r alone"),
    ],
)
def test_files_of_another_form_are_told_so(tmp_path, text, message):
    write(tmp_path, **{"all.tsv": text})

    with pytest.raises(DataError, match=message):
        load_corpus(str(tmp_path / "all.tsv"))


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(DataError, match="did you mean rotten_tomatoes"):
        load_corpus("rotten_tomatos")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["a", "b"], r"columns must name label once and text once, .*got \['a', 'b'\]"),
        (["label", "label", "text"], "columns must name label once"),
        (["label", " text"], "columns must name label once and text once, without blanks"),
        ("label,text", "columns must be a list of names .got the string 'label,text'.; part it at its commas"),
    ],
)
def test_columns_are_told_before_any_line(tmp_path, columns, message):
    with pytest.raises(DataError, match="^" + message):
        load_corpus(table(tmp_path, LABELS, TEXTS), columns=columns)
