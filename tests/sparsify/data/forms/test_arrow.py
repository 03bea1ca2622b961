"""JSON lines, Parquet, Arrow and folders of `datasets`: what their writers write comes back."""

import io
import json
from contextlib import suppress

import pandas
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparsify import DataError
from sparsify.data import load_corpus
from sparsify.data.rows import Reading, open_rows

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(str.strip)
ROWS = st.lists(st.tuples(st.integers(-5, 5), TEXT), min_size=1, max_size=8)


def pairs(source, labelled=True, **known):
    return [(row.label, row.text) for row in open_rows(source, Reading(**known), labelled)]


def expected(rows):
    return [(str(label), text.strip()) for label, text in rows]


@given(ROWS, st.sampled_from(["jsonl", "parquet", "arrow", "stream"]))
def test_what_pandas_and_pyarrow_write_comes_back(rows, form):
    """From a stream, whose form is seen by what it begins with."""
    file, frame = io.BytesIO(), pandas.DataFrame(rows, columns=["label", "text"])
    table = pa.Table.from_pandas(frame)
    if form == "jsonl":
        frame.to_json(file, orient="records", lines=True)
    elif form == "parquet":
        frame.to_parquet(file)
    else:
        with (pa.ipc.new_file if form == "arrow" else pa.ipc.new_stream)(file, table.schema) as writer:
            writer.write_table(table, max_chunksize=3)

    assert pairs(io.BytesIO(file.getvalue())) == expected(rows)


def test_categories_large_strings_and_truth_values_are_labels(tmp_path):
    labels = pa.array(["x", "y", "x"]).dictionary_encode()
    table = pa.table({"label": labels, "text": pa.array(["a", "b", "c"], pa.large_string())})
    pa.parquet.write_table(table, tmp_path / "a.parquet", row_group_size=2)
    assert pairs(tmp_path / "a.parquet") == [("x", "a"), ("y", "b"), ("x", "c")]

    (tmp_path / "a.jsonl").write_text('{"text": "a", "label": true}\n{"label": 2.5, "text": "b"}\n')
    assert pairs(tmp_path / "a.jsonl") == [("true", "a"), ("2.5", "b")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "b"}', "every object has the key 'label' .got 'text'"),
        ('{"text": 3, "label": 1}', "a text must be a string .got int 3"),
        ('{"text": "b", "label": null}', "neither label nor text may be empty .got no label"),
        ('{"text": "b", "label": [1]}', "a label must be one string or number"),
        ('{"text": "b", "label": NaN}', "got no label"),
        ('{"text": "\\ud83d", "label": 1}', "half of a surrogate pair"),
        ('{"text": "b", ', "a line is one JSON object"),
        ("[" * 100_000, "a line is one JSON object"),
    ],
)
def test_a_bad_line_is_told_or_skipped(line, reason):
    content = f'{{"text": "a", "label": 1}}\n{line}\n{{"text": "c", "label": 2}}\n'.encode()

    with pytest.raises(DataError, match=rf"the stream:2: .*{reason}.*--on-bad-row skip"):
        pairs(io.BytesIO(content))
    rows = open_rows(io.BytesIO(content), Reading(on_bad_row="skip"))
    assert [row.text for row in rows] == ["a", "c"]
    assert rows.skipped == 1


def test_texts_alone_may_be_json_strings():
    assert pairs(io.BytesIO(b'"one \\" two"\n{"text": "three"}\n'), False) == [(None, 'one " two'), (None, "three")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b'[{"text": "a", "label": 1}', "a.json:1: an array must be whole JSON .got its end"),
        ("a.parquet", b"PAR1 and no more", "a.parquet must be a whole Parquet file"),
        ("a.arrow", b"ARROW1\0\0 and no more", "a.arrow must be a whole Arrow file"),
        ("a.jsonl", b'{"a": 1, "b": 2, "c": 3}', "a.jsonl:1: a column must be known to hold the texts"),
    ],
)
def test_broken_files_are_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        pairs(tmp_path / name)


def written(form):
    table, file = pa.table({"text": ["one", "two", "three"] * 9, "label": ["a", "b", "a"] * 9}), io.BytesIO()
    if form == "parquet":
        pa.parquet.write_table(table, file)
    else:
        with (pa.ipc.new_file if form == "arrow" else pa.ipc.new_stream)(file, table.schema) as writer:
            writer.write_table(table, max_chunksize=5)
    return file.getvalue()


WHOLE = {form: written(form) for form in ("parquet", "arrow", "stream")}


@given(
    st.sampled_from([*WHOLE]), st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=4)
)
def test_a_file_with_other_bytes_is_rows_or_one_error(form, changes):
    content = bytearray(WHOLE[form])
    for place, byte in changes:
        content[8 + place % (len(content) - 8)] = byte
    with suppress(DataError):
        assert all(isinstance(text, str) for _, text in pairs(io.BytesIO(content), on_bad_row="skip"))


def test_a_name_that_two_columns_have_is_told():
    with pytest.raises(DataError, match="only one column may be called 'text'"):
        pairs(io.BytesIO(b"text,label,text\na,b,c\n"), format="csv", text_column="text", label_column="label")


def test_columns_are_chosen_by_name_not_by_number(tmp_path):
    pa.parquet.write_table(pa.table({"premise": ["a"], "text": ["b"], "y": [1]}), tmp_path / "a.parquet")

    assert pairs(tmp_path / "a.parquet", text_column="premise", label_column="y") == [("1", "a")]
    with pytest.raises(DataError, match="say --text-column and --label-column"):
        pairs(tmp_path / "a.parquet", columns=("text", "label"))


FEATURES = {"text": {"dtype": "string", "_type": "Value"}, "label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}


def save(folder, labels, texts, **state):
    """What `datasets.Dataset.save_to_disk` writes: Arrow streams, state.json, dataset_info.json."""
    folder.mkdir(parents=True)
    table = pa.table({"text": texts, "label": pa.array(labels, pa.int64())})
    files = []
    for shard, begin in enumerate(range(0, len(texts), 50)):
        files.append({"filename": f"data-{shard:05}-of-{-(-len(texts) // 50):05}.arrow"})
        with pa.OSFile(str(folder / files[-1]["filename"]), "wb") as file:
            writer = pa.ipc.new_stream(file, table.schema)
            writer.write_table(table.slice(begin, 50))
            writer.close()
    state = {"_data_files": files, "_fingerprint": "0", "_format_type": None, "_split": "train", **state}
    (folder / "state.json").write_text(json.dumps(state))
    (folder / "dataset_info.json").write_text(json.dumps({"features": FEATURES}))


def test_a_saved_dataset_has_the_names_of_its_classes(tmp_path):
    texts = [f"text {i}" for i in range(120)]
    save(tmp_path / "set", [i % 2 for i in range(120)], texts)

    assert pairs(tmp_path / "set") == [("neg" if i % 2 == 0 else "pos", texts[i]) for i in range(120)]
    corpus = load_corpus(str(tmp_path / "set"))
    assert corpus.labels == ("neg", "pos")
    assert sum(map(len, (corpus.train, corpus.dev, corpus.test))) == 120


def test_a_saved_dict_of_datasets_has_its_own_parts(tmp_path):
    for part, count in (("train", 60), ("validation", 10), ("test", 20), ("unsupervised", 5)):
        save(tmp_path / part, [i % 2 for i in range(count)], [f"{part} {i}" for i in range(count)])
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train", "validation", "test", "unsupervised"]}')
    corpus = load_corpus(str(tmp_path))

    assert [len(part) for part in (corpus.train, corpus.dev, corpus.test)] == [60, 10, 20]
    assert corpus.dev.texts[3] == "validation 3"
    assert any(
        note.endswith(": unsupervised is no part for training, choosing or testing, and is left out.")
        for note in corpus.notes
    )
    with pytest.raises(DataError, match="several parts of a data set; name one of its folders"):
        open_rows(tmp_path)


def test_rows_of_a_saved_dataset_that_have_no_class_or_are_a_choice_are_told(tmp_path):
    save(tmp_path / "untold", [-1, 7, 1], ["a", "b", "c"])
    assert pairs(tmp_path / "untold", False, on_bad_row="skip") == [(None, "a"), ("pos", "c")]
    with pytest.raises(DataError, match=r"arrow:1: .*got no label"):
        pairs(tmp_path / "untold")

    save(tmp_path / "chosen", [0], ["a"], _indices_data_files=[{"filename": "indices.arrow"}])
    with pytest.raises(DataError, match="flatten_indices"):
        pairs(tmp_path / "chosen")
    save(tmp_path / "away", [0], ["a"], _data_files=[{"filename": "../untold/data-00000-of-00001.arrow"}])
    (tmp_path / "away" / "data-00000-of-00001.arrow").unlink()
    with pytest.raises(DataError, match=r"away/data-00000-of-00001.arrow must be a readable file"):
        pairs(tmp_path / "away")


def test_the_names_that_datasets_writes_into_parquet_are_read(tmp_path):
    metadata = {b"huggingface": json.dumps({"info": {"features": FEATURES}}).encode()}
    table = pa.table({"text": ["a", "b"], "label": [1, 0]}).replace_schema_metadata(metadata)
    pa.parquet.write_table(table, tmp_path / "a.parquet")

    assert pairs(tmp_path / "a.parquet") == [("pos", "a"), ("neg", "b")]
