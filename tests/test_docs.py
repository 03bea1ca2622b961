"""The guide in docs/ is true: its snippets run and print what it says; its schema is that of the files."""

import doctest
import json
import pydoc
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given

from sparsify.data.forms.table import ENDINGS, FORMS
from wfsa import REAL, SEMIRINGS, WFSA, Affine, Arc, Log, Lookup, Sum, save
from wfsa.testing.strategies import automata, symbolic_patterns

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.mark.parametrize(("guide", "least"), [("automata", 20), ("compiled", 20), ("testing", 8)])
def test_the_guides_are_true(guide, least):
    failed, tried = doctest.testfile(str(DOCS / f"{guide}.md"), module_relative=False)

    assert tried >= least
    assert failed == 0


@pytest.fixture(scope="module")
def schema():
    schema = json.loads((DOCS / "automata.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@given(automata(), symbolic_patterns())
def test_files_follow_the_schema(tmp_path_factory, schema, numeric, symbolic):
    path = tmp_path_factory.mktemp("schema") / "x.json"
    other = WFSA({0: 1}, (Arc(0, 7, 0, Sum((Lookup("t"), Log(Lookup("t"))))),), {0: float("-inf")})
    machines = {"n": numeric, "o": other, **{str(i): pattern for i, pattern in enumerate(symbolic)}}
    save(path, machines, {"w": Affine((1.0, 2.0)), "t": {"a": 1.0}}, {"free": None}, REAL)

    assert list(schema.iter_errors(json.loads(path.read_text()))) == []


def test_the_schema_knows_the_semirings(schema):
    assert schema.schema["properties"]["semiring"]["enum"] == [str(K) for K in SEMIRINGS]


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree.update(version=2),
        lambda tree: tree.pop("automata"),
        lambda tree: tree["automata"]["m"]["arcs"][0].pop(),
        lambda tree: tree["automata"]["m"]["arcs"][0].__setitem__(3, {"sigmoid": {"what": 1}}),
        lambda tree: tree["parameters"].update(w={"weights": 3}),
        lambda tree: tree.update(semiring="real"),
        lambda tree: tree.update(semiring=None),
    ],
)
def test_the_schema_refuses_what_load_refuses(tmp_path, schema, change):
    path = tmp_path / "x.json"
    save(path, {"m": WFSA({0: 1.0}, (Arc(0, "a", 0, 0.5),), {0: 1.0})}, {"w": Affine((1.0,))})
    tree = json.loads(path.read_text())
    change(tree)

    with pytest.raises(jsonschema.ValidationError):
        schema.validate(tree)


PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(DOCS.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_names_and_paths_on_a_page_are_there(page):
    """Every `package.name` that a page shows can be imported, every path of ours that it names exists."""
    text = page.read_text(encoding="utf-8")
    for name in set(re.findall(r"`((?:wfsa|neural|sparsify|viz)(?:\.[A-Za-z_]\w*)+)", text)):
        pydoc.locate(name) is not None or pytest.fail(f"{name} is named and not there")
    roots = (ROOT, ROOT / "sparsify")
    for path in set(re.findall(r"`((?:\w+/)+\w+\.(?:py|md|json|js))`", text)) | set(re.findall(r"`(\w+\.py)`", text)):
        found = [*(root / path for root in roots), *ROOT.glob(f"*/*/{path}")]
        assert any(place.exists() for place in found), f"{path} is named and not there"


def test_the_page_on_data_names_every_form_and_ending():
    page = (DOCS / "data.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(FORMS)
    assert set(re.findall(r"`(\.[a-z]+)`", page)) == set(ENDINGS)
