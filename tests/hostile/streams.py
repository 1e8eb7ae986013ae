"""What hostile programs, logs and names are made of: ids, texts, numbers, JSON, output, compressed bombs.

Owns the lists, and the choice from them. Must not know where they are put.
"""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import zstandard

#: Times as a record might give them.
TIMES = (0, 1, -1, -(2**62), 2**62, 2**63 - 1, -(2**63), 10**18)

#: More than any command may take, and what it packs to is some KB.
BOMB = 600_000_000

_TAGS = "".join(chr(0xE0020 + ord(letter) % 0x60) for letter in "invisible")

#: Texts that a terminal would act on, or that hide what they are.
TEXTS = (
    "\x1bc",
    "\x1b[2J\x1b[H",
    "\x1b]2;owned\x07",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b]8;;file:///etc/passwd\x1b\\link\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x1b[6n\x1b[c\x05",
    "\x9b2J\x9d2;x\x9c\x90q\x9c",
    "\u202eevil\u202c\u2066x\u2069\u061c\u200e\u200f",
    _TAGS,
    "\ufeff\u00ad\u2028\u2029\u180e\u2060\ufff9\ufffa\ufffb",
    "\x00\x01\x07\x08\x0b\x0c\x0e\x0f\x7f\x80\x85\x9f",
    "a\nb\rc\td",
    "\udcff\ud800",
    "e" + "\u0301" * 2000,
    "\U0001f468\u200d" * 500,
    "-rf",
    "--help",
    "%s%n{}",
    "$(touch /tmp/owned)`id`;|&",
    "=0:0.0",
    "",
    " ",
    "long" * 25_000,
)

#: Numbers at the ends of what a field can hold, and beyond.
NUMBERS = (
    0,
    -1,
    1,
    2**31,
    2**32,
    2**53 + 1,
    2**62,
    2**63 - 1,
    2**63,
    2**64 - 1,
    2**64,
    -(2**63),
    10**6,
    10**30,
)


def ids(outside: Path, pane: str) -> tuple[str, ...]:
    """Ids that no pane has: paths, forms of a good id that aren't its one form, and texts."""
    return (
        str(outside / "kept"),
        str(outside),
        f"{outside}/kept/",
        "../../outside/kept",
        "../../outside",
        "../../tmp",
        "..",
        ".",
        "../spool",
        "../instances",
        "../log.db",
        f"../spool/{pane}",
        f"{pane}/../../../outside/kept",
        f"{pane}/",
        pane.upper(),
        pane.replace("-", ""),
        f"{{{pane}}}",
        f"urn:uuid:{pane}",
        f" {pane}",
        f"{pane}\n",
        pane[:8],
        "00000000-0000-0000-0000-000000000000",
        "bystander",
        "*",
        "x" * 300,
        *TEXTS,
    )


#: Output that emulators and readers of it have stumbled over.
OUTPUT = (
    b"\x1b]133;D;--5\x07",
    b"\x1b]133;D;" + b"9" * 5000 + b"\x07",
    b"\x1b[" + b"9" * 5000 + b"m",
    b"\x1b[" + b";".join([b"9" * 40] * 3000) + b"m",
    b"\x1b[999999999;999999999H\x1b[999999999@\x1b[999999999L\x1b[999999999P\x1b[999999999X",
    b"a\x1b[999999999b",
    b"\x1b[1;1r\x1b[999999999S\x1b[999999999T\x1b[999999999M",
    b"\x1b[8;9999;9999t\x1b[?3h\x1b[?3l",
    b"\x1bP" + b"1" * 300_000,
    b"\x1b]52;c;" + b"A" * 300_000,
    b"\x1b_G" + b"x" * 1000 + b"\x1b\\\x1b^y\x1b\\\x1bX z\x1b\\",
    b"\x1bP+q" + b"41" * 5000 + b"\x1b\\",
    b"\x1bP$qm;rm -rf /\x1b\\\x1b[c\x1b[>c\x1b[=c\x1b[5n\x1b[6n\x1b[?6n\x1b[21t\x1b[18t\x1b]10;?\x07",
    b"\x1b]4;" + b"0;?;" * 3000 + b"\x07",
    b"\x1b]8;" + b"id=" + b"x" * 50_000 + b";http://x\x07y\x1b]8;;\x07",
    b"\x1b]2;" + "\x1b\u202e\U000e0041".encode() + b"t" * 70_000 + b"\x07",
    b"\x1b[?1049h" * 2000 + b"\x1b[?1049l" * 1000 + b"\x1b7" * 5000,
    b"\x1b[>1u" * 5000 + b"\x1b[22;0t" * 5000,
    b"\x1b(0" + bytes(range(0x20, 0x7F)) + b"\x0e\x0f\x1bN\x1bO",
    bytes(range(256)) * 16,
    b"\xf0\x9f\x91\xa8\xe2\x80\x8d" * 20_000,
    b"e" + b"\xcc\x81" * 100_000,
    b"\xff\xfe\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80",
    b"\t" * 100_000 + b"\x08" * 100_000,
    b"\n" * 200_000,
    b"\x1b[1;1H\x1bH" * 500 + b"\x1b[3g\x1b[999999I\x1b[999999Z",
    b"\x1bc" * 5000 + b"\x1b#8",
    b"\x18\x1a\x1b\x1b\x1b[\x1b]\x1bP",
)


def a_text(chance: random.Random) -> str:
    """One of them, or one made up."""
    if chance.random() < 0.8:
        return chance.choice(TEXTS)
    return "".join(chr(chance.choice((chance.randrange(0x80), chance.randrange(0xD800)))) for _ in range(40))


def an_output(chance: random.Random) -> bytes:
    """One of them, some of them, or bytes."""
    manner = chance.random()
    if manner < 0.6:
        return chance.choice(OUTPUT)
    if manner < 0.9:
        return b"".join(chance.choices(OUTPUT, k=4))
    return chance.randbytes(chance.randrange(1, 20_000))


def a_value(chance: random.Random) -> Any:
    """What JSON can say where something else is expected."""
    return chance.choice(
        (
            lambda: chance.choice(NUMBERS),
            lambda: a_text(chance),
            lambda: None,
            lambda: True,
            list,
            dict,
            lambda: 1.5,
            lambda: 1e308,
            lambda: float("nan"),
            lambda: float("-inf"),
            lambda: [a_text(chance)],
            lambda: [[0, 2**63]],
            lambda: [1, 2, 3],
            lambda: {"a": []},
            lambda: [None] * 10_000,
            lambda: "7",
        )
    )()


#: Heads that are no object, or no JSON.
HEADS = (
    "",
    "{",
    "null",
    "[]",
    '"x"',
    "7",
    "NaN",
    '{"offset":1e999}',
    '{"length":' + "9" * 5000 + "}",
    "[" * 100_000,
    "[" * 100_000 + "]" * 100_000,
    '{"a":' * 50_000 + "1" + "}" * 50_000,
    '{"name":' + "[" * 900 + "]" * 900 + "}",
    '{"offset":0,"offset":-1,"length":1}',
    '{"name":"\\ud800\\udc00\\udfff"}',
    "\x00{}",
    "{" + ",".join(f'"k{number}":{number}' for number in range(20_000)) + "}",
)


def a_head(chance: random.Random, head: str) -> str:
    """``head`` with something in it that shouldn't be."""
    if chance.random() < 0.2:
        return chance.choice(HEADS)
    values = json.loads(head)
    for _ in range(chance.choice((1, 1, 2))):
        name = chance.choice((*values, "spool", "extra")) if values else "extra"
        if chance.random() < 0.15:
            values.pop(name, None)
        else:
            values[name] = a_value(chance)
    return json.dumps(values)


@cache
def bomb() -> bytes:
    """A frame of zstd that unpacks to ``BOMB`` zeros."""
    packer = zstandard.ZstdCompressor(level=1).compressobj(size=BOMB)
    piece = bytes(10_000_000)
    return b"".join([*(packer.compress(piece) for _ in range(BOMB // len(piece))), packer.flush()])
