"""What must hold of every command, whatever the home.

Owns the claims, each a sentence where it doesn't hold. Must not know what was done to the home.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from tests.hostile.forks import Came

ROOT = Path(__file__).resolve().parents[2]

#: The most memory that a command may take, in bytes.
MEMORY = 300_000_000

_FAULT = 70
#: Joiners make one emoji of several; signs that enclose the numbers after them are seen (Unicode 23.4).
_HARMLESS = "\u200c\u200d" + "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
_FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}

#: What the app composes itself: sequences by their final byte, one for each of what it does.
_CSI_OF_OURS = re.compile(
    r"\x1b\[(?:[\d;:]*[ABCDGHJKXdfmrhlt]|\?[\d;]*[hl]|\d* q|[<=>?][\d;]*[umcq]|(?:[56]|\?996)n|c|\?\d+\$p|>q)"
)
_ESCAPE_OF_OURS = re.compile(r"\x1b(?:[()][B0]|[78=>M\\])")
_OSC = re.compile(r"\x1b\](\d+)(?:;[^\x1b\x07]*)?(?:\x07|\x1b\\)")
_DCS = re.compile(r"\x1bP(?:\+q[0-9A-Fa-f;]*|\$q[ -~]*)\x1b\\")
#: Title, colours asked for, its own mark.
_OSC_OF_OURS = {"0", "2", "4", "10", "11", "22", "104", "110", "111"}
#: The cursor's colour is asked for, and never set; links have a number and an address that was composed anew.
_OTHERS_OF_OURS = re.compile(r"\x1b\](?:12;\?|8;;|8;id=[0-9a-f]{8};(?:https?|file|mailto):[!-~]*)\x1b\\")


@cache
def statuses() -> frozenset[int]:
    """The exit statuses in the README's table."""
    table = (ROOT / "README.md").read_text("utf-8").partition("| exit status | means |")[2]
    found: set[int] = set()
    for line in table.strip().splitlines()[1:]:
        if not line.startswith("|"):
            break
        found |= {int(number) for number in re.findall(r"\d+", line.split("|")[1])}
    assert _FAULT in found and 0 in found
    return frozenset(found)


def unprintable(text: str) -> str:
    """The first characters of ``text`` that a terminal might act on, or that hide; "" for none."""
    bad = [
        char
        for char in text
        if char not in "\n\t" and not " " <= char <= "~" and unicodedata.category(char) in _FORBIDDEN
        if char not in _HARMLESS
    ]
    return "".join(bad[:10])


def judge(words: Sequence[str], came: Came, out: bytes, err: bytes) -> Iterator[str]:
    """Each claim that a command's run breaks."""
    raw = words[:1] == ["export-log"] and "text" not in words
    said = err.decode("utf-8", "replace")
    if came.hung:
        where = [line.strip() for line in said.splitlines() if line.startswith("  File")]
        yield f"hangs: {' / '.join(where[:12])}"
        return
    if came.status == _FAULT:
        yield f"ends with 70: {_tail(said)}"
    elif came.status not in statuses():
        yield f"ends with {came.status}, which README doesn't know: {_tail(said)}"
    if "Traceback (most recent call last)" in said + out.decode("utf-8", "replace"):
        yield f"prints a traceback: {_tail(said)}"
    if came.memory > MEMORY:
        yield f"takes {came.memory // 1_000_000} MB"
    if came.status > 1 and came.status < 128 and "chloe: " not in said:
        yield f"ends with {came.status} and doesn't say why"
    if "--ansi" in words:
        # Colours of Chloe's own; everything else that acts is a claim broken.
        out = re.sub(rb"\x1b\[[0-9;:]*m", b"", out)
    for name, data in (("out", b"" if raw else out), ("err", err)):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            yield f"prints on std{name} what isn't UTF-8: {data[max(0, error.start - 20) :][:40]!r}"
            continue
        if bad := unprintable(text):
            at = text.index(bad[0])
            yield f"prints on std{name} {bad!r}, first in {text[max(0, at - 40) : at + 20]!r}"
    if "--json" in words and came.status in (0, 1):
        yield from _json(words, out)


def _json(words: Sequence[str], out: bytes) -> Iterator[str]:
    pieces = out.splitlines() if words[0] == "replay" else [out] if out.strip() else []
    for piece in pieces:
        try:
            json.loads(piece, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            yield f"prints no JSON ({error}): {piece[:80]!r}"
            return


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


def judge_app(came: Came, written: bytes, shown: str) -> Iterator[str]:
    """Each claim that a run of the app breaks; ``written``: all that it wrote; ``shown``: its last screen."""
    text = written.decode("utf-8", "replace")
    plain = strip(text)
    tail = re.sub(r"\s+", " ", plain)[-300:]
    if came.hung:
        yield f"the app hangs, or doesn't let itself be quit: {tail}, on this screen\n{shown}"
        return
    if came.status == _FAULT or came.status not in statuses():
        yield f"the app ends with {came.status}: {tail}"
    if "Traceback (most recent call last)" in plain:
        yield f"the app prints a traceback: {tail}"
    if came.memory > MEMORY:
        yield f"the app takes {came.memory // 1_000_000} MB"
    if "\ufffd" in text and b"\xef\xbf\xbd" not in written:
        yield "the app writes what isn't UTF-8"
    # The bell is what the app sounds for a pane that wants its user.
    left = [char for char in plain if char not in "\r\n\t\b\x0e\x0f\x07"]
    if bad := unprintable("".join(left)):
        at = plain.index(bad[0])
        yield f"the app writes {bad!r}, first in {plain[max(0, at - 40) : at + 40]!r}"
    for number in set(_OSC.findall(_OTHERS_OF_OURS.sub("", text))) - _OSC_OF_OURS:
        yield f"the app writes an OSC {number}"


def strip(text: str) -> str:
    """``text`` without the sequences that the app itself composes."""
    for ours in (_OSC, _DCS, _CSI_OF_OURS, _ESCAPE_OF_OURS):
        text = ours.sub("", text)
    return text


def _tail(said: str) -> str:
    return " / ".join(said.strip().splitlines()[-12:])[-900:]
