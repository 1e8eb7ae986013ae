"""Whatever a program prints: nothing raises, and neither the cut of the reads nor a resume changes a word."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.searching import examples
from tests.transcript.playing import Player, play

_PIECES = (
    *(
        b"line\r\n",
        b"another line of words\r\n",
        b"12% of it\r",
        b"\x1b[2J",
        b"\x1b[H",
        b"\x1b[J",
        b"\x1b[3J",
    ),
    *(b"\x1b[3L", b"\x1b[M", b"\x1b[2;4r", b"\x1b[r", b"x" * 45, b"flood of lines\r\n" * 90, b"\x1b[?1049h"),
    *(b"\x1b[?1049l", b"\x1b[S", b"\x1b[T", b"\x1b[H\x1bMback\r\n", b"\x1bc", b"\n", b"\x1b[41m", b"\x1b[m"),
    *(
        b"\x1b[?2026h",
        b"\x1b[?2026l",
        b"\x1b[1A\x1b[2K" * 3,
        "日本語 é 👩‍🚀\r\n".encode(),
        b"\xff",
        b"\x1b[2;9H",
    ),
    *("│ left      side    │ right     side    │\r\n".encode() * 4, b"\x1b[?69h\x1b[3;9s", b"\x1b[?69l"),
)
_PAUSES = (0.0, 0.002, 0.01, 0.04, 0.2, 0.5)


@st.composite
def _events(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A recording of what no program prints."""
    events: list[dict[str, Any]] = [{"t": 0, "resize": [draw(st.integers(1, 8)), draw(st.integers(1, 50))]}]
    at = 0.0
    for _ in range(draw(st.integers(1, 12))):
        at += draw(st.sampled_from(_PAUSES))
        if draw(st.integers(0, 9)) == 0:
            events.append({"t": at, "resize": [draw(st.integers(1, 12)), draw(st.integers(1, 60))]})
        else:
            pieces = draw(st.lists(st.one_of(st.sampled_from(_PIECES), st.binary(max_size=9)), max_size=8))
            events.append({"t": at, "b": base64.b64encode(b"".join(pieces)).decode()})
    return [*events, {"t": at + 1, "end": 1}]


@given(_events(), st.integers(1, 30))
@examples(40)
def test_neither_the_cut_of_the_reads_nor_a_resume_changes_what_is_told(
    events: list[dict[str, Any]], size: int
) -> None:
    whole = play(events).changes
    assert play(events, size).changes == whole
    assert play(events, between=Player.resume).changes == whole
