"""Skimming: what a flood is mostly made of, told for a whole part of it at once.

Owns which sequences are common and neither ask nor change more than one switch, and where the others stand.
Must not know what is asked. A part is looked at by a few searches in C alone, whatever is in it: a loop over
its sequences would take longer than all else that is done with it. Loaded by the holder, which runs alone:
only the standard library, and little of it.
"""

from __future__ import annotations

#: Parameters of a control sequence, but for prefixes.
DIGITS = b"0123456789;:"
#: Final characters of control sequences that tmux knows, and that neither ask nor change what can be asked
#: for, but for SGR.
PASSED_OVER = b"@ABCDEFGHJKLMPSTXZ^`bdfgijkmv"
#: They, and set and reset: one letter stands for all of a kind.
_FOLD = bytes.maketrans(PASSED_OVER + b"l", b"m" * len(PASSED_OVER) + b"h")
#: Stands for a common sequence; it is in no text in UTF-8.
_COMMON = b"\xff"
_LEFT_OUT = DIGITS + _COMMON
_NO_MARKS = bytes(set(range(256)) - {0x1B, 0xFF})
#: What saves and restores the cursor. Without its digit it would seem to begin what follows.
_HIDDEN = (b"\x1b7", b"\x1b8")
_REVEALED = b"\x1bs"
_SWITCH = b"\x1b[?"
#: The longest private switch of a terminal with its final character: ``2026h``.
LONGEST_SWITCH = 5
#: What switches of late set, with what came right behind them, and how many are remembered.
_known: dict[bytes, tuple[str, bool]] = {}
_MOST_KNOWN = 256


def split_flood(data: bytes, length: int) -> list[bytes]:
    """Cut ``data`` before sequences into parts of about ``length`` bytes, so that they can be told apart."""
    parts = []
    start = 0
    while (end := data.find(b"\x1b", start + length)) >= 0:
        parts.append(data[start:end])
        start = end
    parts.append(data[start:] if start else data)
    return parts


def find_uncommon(data: bytes, switches: dict[str, bool], simple: dict[bytes, str]) -> list[int]:
    """Return which sequences in ``data`` aren't common, counted from 1, and set what it switches if all are.

    ``simple`` has the private switches that change nothing else, by their parameter: ``{b"25": "?25"}``. All
    sequences have to be complete. Where some are uncommon, nothing was set.
    """
    brief = data.translate(_FOLD, _LEFT_OUT)
    controls = brief.count(b"\x1b[m")
    others = brief.count(b"\x1b") - controls
    designations = brief.count(b"\x1b(") if others else 0
    others -= designations
    switched = brief.count(b"\x1b[?h") if others else 0
    if (
        others == switched
        and data.count(b"\x1b[") == controls + switched
        and (not designations or data.count(b"\x1b(") == designations)
        and (not switched or _follow_switches(data, switches, simple))
    ):
        return []
    for hidden in _HIDDEN:
        if hidden in data:
            brief = data.replace(_HIDDEN[0], _REVEALED).replace(_HIDDEN[1], _REVEALED)
            brief = brief.translate(_FOLD, _LEFT_OUT)
            break
    marks = brief.replace(b"\x1b[m", _COMMON).replace(b"\x1b(", _COMMON).translate(None, _NO_MARKS)
    uncommon = []
    at = marks.find(b"\x1b")
    while at >= 0:
        uncommon.append(at + 1)
        at = marks.find(b"\x1b", at + 1)
    return uncommon


def _follow_switches(data: bytes, switches: dict[str, bool], simple: dict[bytes, str]) -> bool:
    """Set what the private switches in ``data`` switch; False, and nothing is set, where one isn't simple."""
    changed: dict[str, bool] = {}
    at = data.find(_SWITCH)
    while at >= 0:
        at += len(_SWITCH)
        switch = read_switch(data[at : at + LONGEST_SWITCH], simple)
        if switch is None:
            return False
        changed[switch[0]] = switch[1]
        at = data.find(_SWITCH, at)
    switches.update(changed)
    return True


def read_switch(given: bytes, simple: dict[bytes, str]) -> tuple[str, bool] | None:
    """Return which simple switch is set or reset by what begins with its parameter; None where none is."""
    switch = _known.get(given)
    if switch is None:
        final = given.lstrip(DIGITS)[:1]
        name = simple.get(given[: given.find(final)])
        if name is None or final not in (b"h", b"l"):
            return None
        switch = (name, final == b"h")
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[given] = switch
    return switch
