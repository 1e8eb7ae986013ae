"""The conformance packs, where their folders are found; they don't belong to the project.

``CHLOE_CONFORMANCE`` names the folder; without it, ``conformance`` in the folder of what is shared beside the
checkout is looked at. ``edges`` beside it holds what xterm.js and ghostty agree on, and the others don't.
"""

from __future__ import annotations

import base64
import json
import lzma
import os
import random
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from chloe.terminal import Terminal

_BESIDE = Path(__file__).resolve().parents[3] / "shared" / "conformance"
FOLDER = Path(os.environ.get("CHLOE_CONFORMANCE", _BESIDE))
PACKS = sorted([*FOLDER.glob("*.jsonl.xz"), *(FOLDER.parent / "edges").glob("*.jsonl.xz")])

#: The cases that fail, and why they stay so. None is one on which its author, xterm.js and tmux agree.
KNOWN = {
    "11state_movecursor.Vertical_Position_Backward.0": "VPB: t0033, on which all three agree, ignores it",
    "combining-14": "BS leaves the last column also while the cursor waits to wrap, as in xterm.js",
    "ich_dch_ech-15": "ICH between the halves of a wide character leaves no half of it, as in xterm.js",
    "wide-09": "as in ich_dch_ech-15",
    "t0052-DL": "IL and DL leave the column, as in tmux; DEC's don't, which nine other cases contradict",
    "31state_rep.REP_till_end_of_line.0": "REP goes over the edge, as in xterm.js, ghostty and xterm",
    "ff-05": "a feed after a full row begins in its last column, as in xterm, xterm.js and ghostty",
    "wrap-21": "as in ff-05",
    "t0061-CSI_s": "a kept cursor waits to wrap if it did (VT510, xterm)",
    "decslrm": "there are margins at the sides, as in xterm",
    "keycap": "what VARIATION SELECTOR-16 makes an emoji is two wide, as programs of today measure it",
    "skin": "a skin tone joins its picture, as programs of today measure it",
    "utf8_invalid_byte": "broken UTF-8 shows as U+FFFD, as Unicode recommends",
    "mode_8bit_csi": "as in utf8_invalid_byte",
    "ESC k": "it is a title, as in screen and tmux: an old shell may take this for one of them",
}

Case = dict[str, Any]


def cases(pack: Path) -> Iterator[Case]:
    with lzma.open(pack, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def run(case: Case, cuts: Callable[[int], Iterable[int]] = lambda size: ()) -> Terminal:
    """The terminal after a case, fed in pieces that end at the cuts."""
    terminal = Terminal(case["rows"], case["cols"])
    stream = base64.b64decode(case["input_b64"])
    for start, end in pairwise([0, *cuts(len(stream)), len(stream)]):
        terminal.feed(stream[start:end])
    return terminal


def normal(line: str) -> str:
    return unicodedata.normalize("NFC", line).rstrip(" ")


def passes(case: Case, terminal: Terminal) -> bool:
    rows = terminal.display
    for row, expected in zip(rows, case.get("expected_lines") or [], strict=False):
        if expected is not None and normal(row) != normal(expected):
            return False
    for top, left, texts in case.get("expected_rects") or []:
        for row, expected in zip(rows[top:], texts, strict=False):
            if row.ljust(left + len(expected))[left : left + len(expected)].rstrip() != expected.rstrip():
                return False
    cursor = case.get("expected_cursor") or (None, None)
    found = terminal.cursor.y, terminal.cursor.x
    return all(one is None or one == other for one, other in zip(cursor, found, strict=True))


@pytest.mark.skipif(not PACKS, reason="the conformance packs aren't here")
@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name.partition(".")[0])
def test_a_pack_passes(pack: Path) -> None:
    every = list(cases(pack))
    failed = [case["name"] for case in every if not passes(case, run(case))]
    assert set(failed) <= KNOWN.keys()


@pytest.mark.skipif(not PACKS, reason="the conformance packs aren't here")
@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name.partition(".")[0])
def test_a_pack_split_anywhere_gives_the_same(pack: Path) -> None:
    chance = random.Random(pack.name)
    for case in cases(pack):
        whole = run(case).snapshot().without_scrollback()
        byte_by_byte = run(case, lambda size: range(1, size))
        split = run(case, lambda size: sorted(chance.choices(range(size + 1), k=size // 5)))
        assert byte_by_byte.snapshot().without_scrollback() == whole
        assert split.snapshot().without_scrollback() == whole
