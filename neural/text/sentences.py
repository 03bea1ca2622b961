"""Where sentences end: at . ! or ?, the quotes and brackets behind it, and white space, as for the tokeniser `penn`."""

import re

_end = re.compile(r"""[.!?]["'”’)\]}]*\s+""")


def sentences(text: str) -> list[str]:
    """The sentences of a text without the white space around them; at least one, which may be empty."""
    starts = [0, *(match.end() for match in _end.finditer(text))]
    found = [text[start:stop].strip() for start, stop in zip(starts, [*starts[1:], len(text)], strict=True)]
    return [sentence for sentence in found if sentence] or [""]
