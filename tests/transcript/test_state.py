"""A state is small, and anything but one is refused. That one goes on as it should is of the recordings."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from chloe.terminal import Terminal
from chloe.transcript.recent import MAX_ENTRIES
from chloe.transcript.state import TranscriptUnusable, dump, load
from chloe.transcript.transcript import Transcript
from tests.transcript.playing import Player, printed

_OPENING = b"chloe-transcript 1\n"


def state_and_terminal() -> tuple[bytes, Terminal]:
    player = printed(b"one\r\ntwo\r\n", b"\x1b[?1049hthree", b"\x1b[Hfour")
    return dump(player.transcript), player.terminal


def forged(change: Callable[[dict[str, Any]], object]) -> bytes:
    """A state that says something else, and holds otherwise."""
    encoded = json.loads(zlib.decompress(state_and_terminal()[0][len(_OPENING) + 4 :]))
    change(encoded)
    body = zlib.compress(json.dumps(encoded).encode())
    return _OPENING + zlib.crc32(body).to_bytes(4, "big") + body


def test_a_transcript_that_has_seen_nothing_goes_on() -> None:
    transcript = load(dump(Transcript()), Terminal(5, 5))
    assert transcript.watch is None
    terminal = Terminal(5, 20)
    transcript.follow(terminal)
    terminal.feed(b"text")
    transcript.fed()
    transcript.finish(1_000_000_000)
    assert [change.text for change in transcript.take_changes()] == ["text", "text"]


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.clear(),
        lambda state: state.pop("watch"),
        lambda state: state["watch"].update(names=[1]),
        lambda state: state["watch"].update(names="12345"),
        lambda state: state.update(lines=[[]]),
        lambda state: state["lines"][0].append([1, 2]),
        lambda state: state["lines"][0].append(["text", 1 << 99, 0, 0, 0, 0, None]),
        lambda state: state["lines"][0].append(["text", 0, 0, 0, 0, 0, [99, "text"]]),
        lambda state: state["entries"].update(digests="?"),
        lambda state: state["entries"].update(flags=""),
        lambda state: state["entries"].update(seqs=[-5] * len(state["entries"]["seqs"])),
        lambda state: state.update(moments=["now"] * 5),
        lambda state: state.update(texts=[1]),
        lambda state: state.update(is_changed=1),
        lambda state: state.update(next=-1),
    ],
)
def test_a_forged_state_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(TranscriptUnusable):
        load(forged(change), state_and_terminal()[1])


def test_any_other_bytes_are_refused() -> None:
    state, terminal = state_and_terminal()
    load(state, terminal)
    for place in range(0, len(state), 7):
        damaged = bytearray(state)
        damaged[place] ^= 64
        with pytest.raises(TranscriptUnusable):
            load(bytes(damaged), terminal)
    bomb = zlib.compress(b" " * (64 << 20))
    for other in (b"", state[:30], _OPENING + zlib.crc32(bomb).to_bytes(4, "big") + bomb):
        with pytest.raises(TranscriptUnusable):
            load(other, terminal)


def test_a_state_stays_below_64_kb() -> None:
    chance = random.Random(1)
    player = Player(40, 120)
    words = [
        "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randrange(2, 9))) for _ in range(500)
    ]
    for second in range(1, MAX_ENTRIES // 30 + 3):
        player.transcript.advance(second * 10**9)
        for _ in range(30):
            player.terminal.feed(" ".join(chance.choices(words, k=16)).encode() + b"\r\n")
        player.transcript.fed()
    player.transcript.finish(10**12)
    assert len(player.transcript.recent.entries) == MAX_ENTRIES
    assert player.resume() <= 64 * 1024
