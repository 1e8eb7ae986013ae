"""How a text and keys are typed: in one go to who reads lines, else one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from chloe.actors import delivery
from chloe.actors.delivery import Delivery
from chloe.backends.backend import Spec
from chloe.backends.fake import FakeBackend
from chloe.backends.terminal_input import TerminalInput
from chloe.errors import WaitedTooLong
from chloe.events.commands import Type
from chloe.waits import Waits

LINES, KEYS = TerminalInput(is_raw=False, unread=0), TerminalInput(is_raw=True, unread=0)


class Program:
    """Takes what is typed; ``reads`` says of each look how much isn't read, and then nothing any more."""

    def __init__(self, terminal: TerminalInput | None, *unread: int) -> None:
        spec = Spec(pane="p", argv=("/bin/sh",), cwd="/", environment={}, rows=24, columns=80)
        self.backend = FakeBackend(spec)
        self.typed: list[bytes] = []
        self.said: list[str] = []
        self._terminal = terminal
        self._unread: Iterator[int] = iter(unread)

    def inspect(self) -> TerminalInput | None:
        if self._terminal is None:
            return None
        return TerminalInput(is_raw=self._terminal.is_raw, unread=next(self._unread, 0))

    async def write(self, data: bytes) -> FakeBackend:
        self.typed.append(data)
        return self.backend

    async def get(self, text: bytes, *keys: bytes, seconds: float | None = None) -> None:
        waits = Waits(self.said.append, seconds)
        await Delivery("it", Type("p", text, keys), inspect=self.inspect, waits=waits).run(self.write)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are made, which take no time."""
    made: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        made.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", note)
    return made


async def test_who_reads_lines_gets_all_at_once(pauses: list[float]) -> None:
    program = Program(LINES)
    await program.get(b"text", b"x", b"\r")
    assert (program.typed, pauses) == ([b"textx\r"], [])


@pytest.mark.parametrize("terminal", [KEYS, None])
async def test_who_reads_keys_gets_each_apart(terminal: TerminalInput | None, pauses: list[float]) -> None:
    program = Program(terminal)
    await program.get(b"text", b"x", b"\r")
    assert program.typed == [b"text", b"x", b"\r"]
    assert pauses == [delivery.TEXT_PAUSE, delivery.KEY_PAUSE]


async def test_keys_alone_wait_no_longer_than_between_keys(pauses: list[float]) -> None:
    program = Program(KEYS)
    await program.get(b"", b"\x1b[A", b"\r")
    assert (program.typed, pauses) == ([b"\x1b[A", b"\r"], [delivery.KEY_PAUSE])


async def test_one_that_reads_late_is_waited_for_and_paused_for_again(pauses: list[float]) -> None:
    program = Program(KEYS, 0, 4, 4, 1)
    await program.get(b"text", b"\r")
    assert program.typed == [b"text", b"\r"]
    assert pauses[0] == pauses[-1] == delivery.TEXT_PAUSE
    assert len(pauses) > 2


async def test_one_that_never_reads_gets_no_more() -> None:
    program = Program(KEYS, 0, *[3] * 100_000)
    with pytest.raises(WaitedTooLong, match=r"it to read what is typed after .* doesn't read: 1 of 5 bytes"):
        await program.get(b"text", b"\r", seconds=0.01)
    assert program.typed == [b"text"]


@pytest.mark.parametrize(
    ("text", "longest"), [(b"x" * 4096, "4,096"), (b"a\r" + b"x" * 5000 + b"\nb", "5,000")]
)
async def test_a_line_that_is_cut_is_said(text: bytes, longest: str) -> None:
    program = Program(LINES)
    await program.get(text, b"\r")
    (said,) = program.said
    assert f"keeps 4,095 bytes of one: the rest of a line of {longest} bytes is dropped" in said
    for whole in (b"x" * 4095, b"\r".join([b"x" * 4000] * 9)):
        await program.get(whole, b"\r")
    assert len(program.said) == 1


async def test_nothing_to_type_types_nothing() -> None:
    program = Program(KEYS)
    await program.get(b"")
    assert program.typed == []


async def test_a_backend_is_released_however_it_ends() -> None:
    program = Program(KEYS, *[1] * 100_000)
    typed = Delivery("it", Type("p", b"text", (b"\r",)), inspect=program.inspect, waits=Waits(print, 0.01))
    with pytest.raises(WaitedTooLong):
        await typed.run_once(program.backend)
    assert program.backend.closed
    assert program.backend.typed == b"text"
