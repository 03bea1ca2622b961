"""Names of others in the tables and pages of a run: no formula, no markup."""

import csv

import pytest
import torch

from sparsify.runs.directory import _code, _plain, write_predictions
from viz.run_predictions import read_predictions


def test_class_names_are_no_formulas_and_viz_reads_them_back(tmp_path):
    names = ["=HYPERLINK(1)", "@x", "'quoted", "-1", "+2.5", "-x", "plain"]
    write_predictions(tmp_path / "p.csv", names, torch.arange(7), torch.eye(7) * 9)
    with (tmp_path / "p.csv").open(newline="") as file:
        written = [row[0] for row in csv.reader(file)][1:]

    assert written == ["'=HYPERLINK(1)", "'@x", "''quoted", "-1", "+2.5", "'-x", "plain"]
    assert read_predictions(tmp_path / "p.csv").labels.tolist() == [*range(7)]


@pytest.mark.parametrize(
    ("name", "code", "plain"),
    [
        ("a`b\n# c", "`a'b # c`", "a\\`b \\# c"),
        ("<b>~~x~~&lt;", "`<b>~~x~~&lt;`", "\\<b\\>\\~\\~x\\~\\~\\&lt;"),
        ("\x1b[31m", "`\\x1b[31m`", "\\\\x1b\\[31m"),
    ],
)
def test_names_are_no_markup(name, code, plain):
    assert _code(name) == code
    assert _plain(name) == plain
