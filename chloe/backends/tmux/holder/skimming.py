"""Skimming: what a flood is mostly made of, told for a whole part of it at once.

Owns which sequences are common and neither ask nor change more than one switch. Must not know what is asked.
A part is looked at by a few searches in C alone, whatever is in it: a loop over its sequences would take
longer than all else that is done with it. Loaded by the holder, which runs alone: only the standard library,
and little of it.
"""

from __future__ import annotations

#: Parameters of a control sequence, but for prefixes.
DIGITS = b"0123456789;:"
#: Final characters of control sequences that neither ask nor change what can be asked for, but for SGR.
PASSED_OVER = b"@ABCDEFGHIJKLMPSTXZ^`abdefgijkmv"
#: They, set and reset, and the designations of character sets (G0, G1): one letter stands for all of a kind.
_FOLD = bytes.maketrans(PASSED_OVER + b"l)", b"m" * len(PASSED_OVER) + b"h(")
#: What saves and restores the cursor, if the next is no sequence: without digits it would seem to be one.
_HIDDEN = (b"\x1b7[", b"\x1b8[")
#: The longest private switch of a terminal with its final character: ``2026h``.
_LONGEST_SWITCH = 5


def split_flood(data: bytes, length: int) -> list[bytes]:
    """Cut ``data`` before sequences into parts of about ``length`` bytes, so that they can be told apart."""
    parts = []
    start = 0
    while (end := data.find(b"\x1b", start + length)) >= 0:
        parts.append(data[start:end])
        start = end
    parts.append(data[start:] if start else data)
    return parts


def skim(data: bytes, switches: dict[str, bool], simple: dict[bytes, str]) -> bool:
    """Return whether ``data`` holds nothing but text and common sequences, and set what they switch.

    ``simple`` has the private switches that change nothing else, by their parameter: ``{b"25": "?25"}``. All
    sequences have to be complete. Where the answer is no, nothing was set.
    """
    brief = data.translate(_FOLD, DIGITS)
    others = brief.count(b"\x1b")
    if others:
        others -= brief.count(b"\x1b[m")
    if others:
        others -= brief.count(b"\x1b(")
    set_or_reset = brief.count(b"\x1b[?h") if others else 0
    if others != set_or_reset or _HIDDEN[0] in data or _HIDDEN[1] in data:
        return False
    return not set_or_reset or _follow_switches(data, switches, simple)


def _follow_switches(data: bytes, switches: dict[str, bool], simple: dict[bytes, str]) -> bool:
    heads = {piece[:_LONGEST_SWITCH] for piece in data.split(b"\x1b[?")[1:]}
    numbers = {head[: len(head) - len(head.lstrip(DIGITS))] for head in heads}
    if not numbers <= simple.keys():
        return False
    for number in numbers:
        set_last, reset_last = (data.rfind(b"\x1b[?" + number + final) for final in (b"h", b"l"))
        switches[simple[number]] = set_last > reset_last
    return True
