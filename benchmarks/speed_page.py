"""What docs/speed.md and README.md quote of benchmarks/speed.md: the measured lines, between marks."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
ONE, KEPT = "1 thread", "1 thread; freed memory is kept, for all"
PAGE = [
    (ONE, "Training step"), (KEPT, "Training step"), (ONE, "The same layer"), (ONE, "Layer"), (ONE, "Prediction"),
    (ONE, "Hidden Markov"), (ONE, "Any topology"), (ONE, "The same, 16 texts"),
]  # fmt: skip
"""(Section of the report, how a heading in it begins)."""

README = [
    (KEPT, "Training step", ("ours", "numba loop, word types", "CNN", "nn.LSTM, bfloat16", "nn.LSTM", "seeds' loop")),
    (ONE, "Hidden Markov", ("20, 50",)),
]
"""The same, and the rows that are quoted."""


def parts(text: str) -> dict[tuple[str, str], list[str]]:
    """(Section, heading) → the lines of its table."""
    found: dict[tuple[str, str], list[str]] = {}
    section = heading = ""
    for line in text.splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif line.startswith("### "):
            heading = line[4:]
        elif line.startswith("|"):
            found.setdefault((section, heading), []).append(line)
    return found


def quoted(text: str, wanted: list[tuple[str, str]] | list[tuple[str, str, tuple[str, ...]]]) -> str:
    """The tables that are wanted, each below its heading in bold."""
    tables, lines = parts(text), list[str]()
    for section, begins, *rows in wanted:
        (heading, table), *_ = ((name, own) for (where, name), own in tables.items()
                                if where == section and name.startswith(begins))  # fmt: skip
        body = {line.split(" | ")[0].removeprefix("| "): line for line in table[2:]}
        chosen = sorted((body[name] for name in rows[0]), key=_second) if rows else table[2:]
        lines += ["", f"**{heading}**{'; freed memory is kept' if section == KEPT else ''}", "", *table[:2], *chosen]
    return "\n".join([*lines, ""])


def _second(line: str) -> float:
    """The number in a row's second cell: the strongest comes first."""
    return float(line.split(" | ")[1])


def rewrite(report: str) -> None:
    """Put what is quoted of a report between the marks of both pages."""
    for page, wanted in ((ROOT / "docs" / "speed.md", PAGE), (ROOT / "README.md", README)):
        before, rest = page.read_text(encoding="utf-8").split("<!-- speed -->")
        after = rest.split("<!-- /speed -->")[1]
        block = f"<!-- speed -->\n{quoted(report, wanted)}\n<!-- /speed -->"
        page.write_text(before + block + after, encoding="utf-8")
