"""How files are broken for benchmarks/fuzz.py: bytes, lines and trees, each a little different from a good one."""

import json
import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

_BITS = (
    b"NaN", b"nan", b"inf", b"-Infinity", b"1e999", b"-1", b"0", b"1e-320", b"9" * 20, b"9" * 5000, b"null", b"true",
    b'"', b"'", b",", b"\t", b" ", b"\n", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b"\xc2\xa0", b"\xe3\x80\x80",
    b"\xe2\x80\xae", b"\x1b[31m", b"[", b"]", b"{", b"}", b":", b"\\", b"=1+1", b"<eps>", b"<any>", b"</script>",
    b"\\ud800", b"0x1p3", b"1_000", "١٢".encode(), b".5", b"--", b"[" * 3000,
)  # fmt: skip

_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, 10**400, 0.5, -0.0, float("nan"), float("inf"), 1e308, "", "x", "p0", "1",
    "\0", "\ud800", "epsilon", "../x", [], [1], [[]], {}, {"x": 1}, {"sigmoid": 1.0}, {"symbol": "x"}, [0, "x", 1, 0.5],
)  # fmt: skip


def broken_bytes(content: bytes, chance: random.Random) -> bytes:
    """The content after one to three changes of bytes or lines."""
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(_CHANGES)(content, chance)
    return content


def _flip(content: bytes, chance: random.Random) -> bytes:
    if not content:
        return content
    place = chance.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1 :]


def _insert(content: bytes, chance: random.Random) -> bytes:
    place = chance.choice((0, len(content), chance.randint(0, len(content))))
    return content[:place] + chance.choice(_BITS) + content[place:]


def _cut(content: bytes, chance: random.Random) -> bytes:
    start = chance.randint(0, len(content))
    return content[:start] + content[start + min(len(content), 1 << chance.randrange(12)) :]


def _truncate(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randint(0, len(content))]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    start = chance.randint(0, len(content))
    piece = content[start : start + (1 << chance.randrange(9))]
    return content[:start] + piece + content[start:]


def _lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one] if chance.random() < 0.5 else lines[other]
    return b"\n".join(lines)


def _field(content: bytes, chance: random.Random) -> bytes:
    """Another word in the place of one."""
    lines = content.split(b"\n")
    row = chance.randrange(len(lines))
    fields = lines[row].split(b"\t" if b"\t" in lines[row] else b"," if b"," in lines[row] else b" ")
    joint = b"\t" if b"\t" in lines[row] else b"," if b"," in lines[row] else b" "
    fields[chance.randrange(len(fields))] = chance.choice(_BITS)
    lines[row] = joint.join(fields)
    return b"\n".join(lines)


def _encoding(content: bytes, chance: random.Random) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(chance.choice(("utf-16", "utf-8-sig", "latin-1", "cp1252", "utf-32")), "replace")


_CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip, _insert, _insert, _cut, _truncate, _repeat, _lines, _field, _field, _encoding,
)  # fmt: skip


def broken_json(content: bytes, chance: random.Random) -> bytes:
    """The tree after one to three changes of nodes; now and then of bytes."""
    if chance.random() < 0.3:
        return broken_bytes(content, chance)
    tree = json.loads(content)
    for _ in range(chance.randint(1, 3)):
        tree = _changed(tree, chance)
    return json.dumps(tree, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _changed(tree: Any, chance: random.Random) -> Any:
    """The tree with one node replaced, left out or doubled, on a way down that is chosen at random."""
    places: list[Any] = (
        list(tree) if isinstance(tree, dict) else list(range(len(tree))) if isinstance(tree, list) else []
    )
    if not places or chance.random() < 0.15:
        return deepcopy(chance.choice(_VALUES))
    place, what = chance.choice(places), chance.random()
    if what < 0.7:
        tree[place] = _changed(tree[place], chance)
    elif what < 0.85:
        del tree[place]
    elif isinstance(tree, list):
        tree.insert(place, deepcopy(chance.choice((tree[place], chance.choice(_VALUES)))))
    else:
        tree[chance.choice(("x", "", "p0", place))] = deepcopy(chance.choice((tree[place], chance.choice(_VALUES))))
    return tree
