"""Law 10: a program can end nothing but its own pane, however the emulator fails on what it prints.

Each operation of the interpreter is made to fail, in one pane only: as an exception, for ever, and by taking
all memory. Recording, keyboard, the other panes, the engine and the next start go on.
"""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chloe.actors.launcher import Launcher
from chloe.backends.backend import Spec
from chloe.backends.fake import FakeBackend
from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.engine.asked_modes import fold_modes
from chloe.errors import ScreenBroken
from chloe.events import screen
from chloe.events.commands import Resize, Write
from chloe.export.lines import read_lines
from chloe.export.raw import encode_raw
from chloe.past.stream import Missing
from chloe.past.walker import Walker
from chloe.terminal import Modes, Terminal, within_bounds
from chloe.terminal.interpreter import _OPERATIONS, Interpreter
from chloe.terminal.sequences import CONTROLS, ESCAPES, SEQUENCES
from tests.panes import open_pane
from tests.replays import replayed

Eventually = Callable[..., Awaitable[None]]

#: The width by which the pane is known in which the emulator fails.
MARKED = 77

#: Each control and sequence that means something, with and without parameters, and text of every kind.
EVERYTHING = (
    b"plain text \xe6\x97\xa5\xe6\x9c\xac e\xcc\x81 \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\r\n"
    + b"".join(control.encode() for control in CONTROLS if control not in "\x0e\x1b\x18\x1a")
    + b"".join(b"\x1b" + rest.encode() for rest in ESCAPES if rest not in "cNO")
    + b"\x1b(0qqq\x1b(B\x1b)0\x0e\x0f"
    + b"".join(
        b"\x1b[" + (key[:-1] if key[:1] in "?><=" else "").encode()[:1] + given + key.lstrip("?><=").encode()
        for key in SEQUENCES
        for given in (b"", b"1", b"2;3")
        if key not in ("!p",)
    )
    + b"x\x1b[3b\x1b[?1049htext\x1b[?1049l\x1b[4hinserted\x1b[4l\x1b[?6h\x1b[?6l\x1b[?25l\x1b[?25h\x1b[?69h"
    + b"\x1b]2;title\a\x1b]8;;http://a\alink\x1b]8;;\a\x1b]7;/tmp\a\x1b]11;?\a\x1b]4;1;?\a\x1bP$qm\x1b\\\x1bP+q00\x1b\\"
    + b"\x1b[38;5;9m\x1b[38;2;1;2;3m\x1b[4:3mlook\x1b[m\a"
    + b"a line of a flood\r\n" * 400
    + b"\x1bNx\x1bOx\x1b[!p\x1bcend"
)


def operations() -> list[str]:
    """The names of all that the interpreter and its parents do."""
    found: dict[str, None] = {}
    for each in Interpreter.__mro__:
        if each.__module__.startswith("chloe.terminal"):
            found |= {name: None for name, what in vars(each).items() if callable(what)}
    return sorted(name for name in found if not name.startswith("__"))


def raising(*_: Any) -> None:
    raise ValueError("\x1b[2Jbroken on purpose")


def endless(*_: Any) -> None:
    while True:
        pass


def greedy(*_: Any) -> None:
    taken = []
    while True:
        taken.append(bytearray(1_000_000))


def running_out(*_: Any) -> None:
    raise MemoryError


def recursing(*arguments: Any) -> None:
    recursing(*arguments)


@contextmanager
def failing(name: str, how: Callable[..., None] = raising) -> Iterator[None]:
    """Inside, the operation fails in the marked pane."""
    original = getattr(Interpreter, name)

    def operation(self: Interpreter, *arguments: Any, **named: Any) -> Any:
        if getattr(self, "columns", 0) == MARKED:
            how()
        return original(self, *arguments, **named)

    owner = next(each for each in Interpreter.__mro__ if name in vars(each))
    setattr(owner, name, operation)
    _OPERATIONS.clear()
    try:
        yield
    finally:
        setattr(owner, name, original)
        _OPERATIONS.clear()


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeBackend]:
    """The programs of direct panes, by pane: they print what the test says."""
    made: dict[str, FakeBackend] = {}

    def create(_: Launcher, _kind: str, spec: Spec) -> FakeBackend:
        made[spec.pane] = FakeBackend(spec, lambda _backend: lambda _data: None)
        return made[spec.pane]

    monkeypatch.setattr(Launcher, "create", create)
    return made


@pytest.fixture
async def engine(config: Config, programs: dict[str, FakeBackend]) -> AsyncIterator[Engine]:
    async with open_engine(config) as found:
        yield found


async def opened(engine: Engine, columns: int = 80) -> str:
    return await open_pane(engine, backend="direct", argv=("sh",), rows=24, columns=columns)


async def recorded(engine: Engine, pane: str) -> bytes:
    pieces = [piece async for piece in encode_raw(engine.store, pane)]
    assert not any(isinstance(piece, Missing) for piece in pieces)
    return b"".join(piece for piece in pieces if isinstance(piece, bytes))


async def lives(engine: Engine, pane: str, backend: FakeBackend, eventually: Eventually, word: str) -> None:
    """The pane draws what is printed, and gets what is typed."""
    backend.prints(f"\x1bc{word}\r\n".encode())
    await eventually(lambda: word in engine.projections.screens[pane].display[0])
    backend.typed.clear()
    engine.send(Write(pane, b"k"))
    await eventually(lambda: bytes(backend.typed) == b"k")


async def test_no_operation_that_fails_ends_more_than_the_screen_of_its_pane(
    engine: Engine, programs: dict[str, FakeBackend], eventually: Eventually
) -> None:
    other = await opened(engine)
    broken = set()
    messages: list[str] = []
    engine.subscribe(lambda change: messages.extend(change.messages))
    for name in operations():
        with failing(name):
            pane = await opened(engine, MARKED)
            programs[pane].prints(EVERYTHING)
            engine.send(Resize(pane, 30, MARKED))
            programs[pane].changes_size(30, MARKED)
            programs[pane].prints(b"after")
            size = len(EVERYTHING) + len(b"after")
            await eventually(lambda pane=pane, size=size: engine.projections.panes[pane].output_bytes == size)
            engine.projections.screens.settle()
            await lives(engine, other, programs[other], eventually, name[:70])
            programs[pane].typed.clear()
            engine.send(Write(pane, b"typed"))
            await eventually(lambda pane=pane: b"typed" in programs[pane].typed)
            assert await recorded(engine, pane) == EVERYTHING + b"after", name
            if pane in engine.projections.screens.broken:
                broken.add(name)
                with pytest.raises(ScreenBroken):
                    await engine.screen(pane)
                assert await fold_modes(engine.store, pane) == Modes()
            shown = [piece async for piece in read_lines(engine.store, pane)]
            assert all(isinstance(piece, list) for piece in shown)
            assert (await replayed(engine.store, other)).display[0].startswith(name[:70])
            walker = Walker(engine.store, pane)
            await walker.until()
            assert (walker.fault is not None) == (pane in engine.projections.screens.broken)
        programs[pane].exits(0)
        await eventually(lambda pane=pane: not engine.projections.panes[pane].alive)
    asked_for = {*CONTROLS.values(), *ESCAPES.values(), *SEQUENCES.values()}
    assert asked_for - broken <= {"select_graphic_rendition", "nothing"}
    assert all("\x1b" not in message for message in messages)
    assert any("can't be drawn from byte" in message for message in messages)


@pytest.mark.parametrize("how", [endless, greedy, running_out, recursing])
async def test_an_operation_without_end_or_bounds_is_contained_as_well(
    how: Callable[..., None],
    engine: Engine,
    programs: dict[str, FakeBackend],
    eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(within_bounds, "seconds", 0.2)
    monkeypatch.setattr(within_bounds, "growth", 100_000_000)
    other, pane = await opened(engine), await opened(engine, MARKED)
    with failing("bell", how):
        programs[pane].prints(b"before\a")
        await eventually(lambda: pane in engine.projections.screens.broken)
        programs[pane].prints(b"after")
        await lives(engine, other, programs[other], eventually, "alive")
        await eventually(lambda: engine.projections.panes[pane].output_bytes == 12)
        assert await recorded(engine, pane) == b"before\aafter"


@pytest.mark.parametrize(
    "doing", ["dump", "load", "take_replies", "take_notices", "lines_on_screen", "is_skippable"]
)
async def test_whatever_is_asked_of_a_terminal_may_fail(
    doing: str,
    engine: Engine,
    programs: dict[str, FakeBackend],
    eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(screen, "CHECKPOINT_BYTES", 3_000)
    original = getattr(Terminal, doing)

    def failing_in_one(self: Any, *arguments: Any, **named: Any) -> Any:
        if getattr(self, "columns", 0) == MARKED:
            raise ValueError("broken on purpose")
        return original(self, *arguments, **named)

    other, pane = await opened(engine), await opened(engine, MARKED)
    if doing == "load":
        monkeypatch.setattr(Terminal, doing, classmethod(raising))
    else:
        monkeypatch.setattr(Terminal, doing, failing_in_one)
    for _ in range(10):
        programs[pane].prints(b"\x1b[c" + b"line\r\n" * 1_000)
    await eventually(lambda: engine.projections.panes[pane].output_bytes == 60_030)
    await lives(engine, other, programs[other], eventually, "alive")
    engine.projections.screens.forget(pane)
    try:
        await engine.screen(pane)
    except ScreenBroken:
        assert doing in ("take_replies", "take_notices", "is_skippable")
    assert len(await recorded(engine, pane)) == 60_030
    assert [piece async for piece in read_lines(engine.store, pane)]
    await engine.lines(pane, 0, 100, MARKED)


async def test_the_next_start_lives_and_the_bytes_are_kept(
    config: Config, programs: dict[str, FakeBackend], eventually: Eventually
) -> None:
    with failing("bell"):
        async with open_engine(config) as engine:
            pane, other = await opened(engine, MARKED), await opened(engine)
            programs[pane].prints(b"fine\r\n")
            await eventually(lambda: engine.projections.panes[pane].output_bytes == 6)
            programs[pane].prints(b"then\a")
            await eventually(lambda: pane in engine.projections.screens.broken)
        kept = sorted((config.paths.home / "damaged").iterdir())
        assert [path.name for path in kept] == [f"{pane}-6.fold"]
        assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
        assert kept[0].read_bytes().endswith(b"bytes:\nthen\a")
        assert b"broken on purpose" in kept[0].read_bytes()
        async with open_engine(config) as engine:
            with pytest.raises(ScreenBroken, match="can't be drawn from byte"):
                await engine.screen(pane)
            await engine.screen(other)
            third = await opened(engine)
            await lives(engine, third, programs[third], eventually, "alive")
            lines = [line async for piece in read_lines(engine.store, pane) for line in piece]  # type: ignore[union-attr]
            assert lines[:2] == ["fine", "then"]
            assert lines[2].startswith(
                "[from byte 6 on what was printed can't be drawn as lines (ValueError)"
            )
        assert len(list((config.paths.home / "damaged").iterdir())) <= 4
    async with open_engine(config) as engine:
        assert (await engine.screen(pane)).display[0].startswith("fine")


async def test_a_flood_is_not_stopped_by_a_screen_that_cant_be_drawn(
    engine: Engine, programs: dict[str, FakeBackend], eventually: Eventually
) -> None:
    pane = await opened(engine, MARKED)
    with failing("bell"):
        programs[pane].floods(b"a line of it\a\r\n" * 4_000 for _ in range(300))
        await eventually(lambda: engine.projections.panes[pane].output_bytes == 300 * 60_000)
    assert pane in engine.projections.screens.broken
