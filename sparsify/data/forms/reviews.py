"""Amazon reviews as Blitzer et al. (2007) hand them out: `.review` files of <review> … </review>, which is no XML."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from sparsify.data.forms.base import Bad, Reading, Remarks, Row, made
from sparsify.data.forms.json_lines import no_order
from sparsify.data.forms.streams import Source

NAMES = ("positive", "negative")
ENDING = ".review"

_TAG = re.compile(r"<(\w+)>")
_BEGIN, _END = "<review>", "</review>"


def review_rows(source: Source, reading: Reading, labelled: bool, remarks: Remarks) -> Iterator[Row | Bad]:
    """A row for every review of a file, or of `positive.review` and `negative.review` in a folder.

    Its label is the name of such a file; in others 1 and 2 stars are negative, 4 and 5 positive, and where labels are
    needed reviews of 3 stars are left out and counted.
    """
    no_order(source, reading)
    remarks.headed = True
    if source.path is not None and source.path.is_dir():
        for path in review_files(source.path):
            yield from review_rows(Source(path), reading, labelled, remarks)
        return
    name = None if source.path is None else source.path.name.partition(".")[0]
    between = 0
    for number, fields in reviews(source, reading.encoding):
        place = f"{source.name}:{number}"
        if isinstance(fields, str):
            yield Bad(place, fields)
            continue
        label = name if name in NAMES else of_stars(fields.get("rating", ""))
        if label is None and labelled:
            rating = fields.get("rating", "")
            if stars(rating) is None:
                yield Bad(place, no_stars(repr(rating) if rating.strip() else "none"))
            else:
                between += 1
            continue
        yield made(place, label, fields.get("review_text"), labelled, reading.encoding)
    if between:
        remarks.notes.append(
            f"{source.name}: {between} reviews of 3 stars are neither positive nor negative and left out."
        )


def review_files(folder: Path) -> list[Path]:
    """`positive.review` and `negative.review`, packed or not, in a folder that has both; else none."""
    found = [path for name in NAMES for path in sorted(folder.glob(f"{name}{ENDING}*")) if path.is_file()]
    return found if len(found) == len(NAMES) else []


def reviews(source: Source, encoding: str) -> Iterator[tuple[int, Mapping[str, str] | str]]:
    """(line, field → text), or what is wrong, for every review; of a field that is there twice the first."""
    fields: dict[str, str] | None = None
    tag, kept, start = "", list[str](), 0
    for number, line in source.lines(encoding):
        mark = line.strip()
        if mark == _BEGIN:
            if fields is not None:
                yield start, f"a review must end with {_END} (got the next one in line {number})"
            fields, tag, start = {}, "", number
        elif fields is None:
            if mark:
                yield number, f"a review must begin with {_BEGIN} (got {mark[:60]!r})"
        elif mark == _END:
            yield start, f"a field must end with </{tag}> (got the end of the review)" if tag else fields
            fields = None
        elif tag:
            if mark == f"</{tag}>":
                fields.setdefault(tag, "\n".join(kept))
                tag = ""
            else:
                kept.append(mark)
        elif found := _TAG.fullmatch(mark):
            tag, kept = found[1], []
    if fields is not None:
        yield start, f"a review must end with {_END} (got the end of the file)"


def stars(rating: str) -> float | None:
    """1 to 5, or None where that is no rating."""
    try:
        found = float(rating)
    except ValueError:
        return None
    return found if 1 <= found <= 5 else None


def no_stars(got: str) -> str:
    """What is wrong with a review that has none."""
    return f"a rating is a number of 1 to 5 stars (got {got:.40})"


def of_stars(rating: str) -> str | None:
    """1 and 2 stars are negative, 4 and 5 positive, others neither. Source: Dodge et al. (2019), appendix A."""
    found = stars(rating)
    return None if found is None else "negative" if found <= 2 else "positive" if found >= 4 else None
