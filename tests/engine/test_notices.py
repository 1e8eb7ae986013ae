"""What programs say beside their text reaches each listener, whoever looks at the screen meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from chloe.engine import Change, Engine
from chloe.events.commands import Open, Write
from chloe.terminal import Bell, CwdChanged, Notification, TitleChanged
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]


def listen(notices: list[object], change: Change) -> None:
    notices.extend(change.notices)


async def test_every_listener_gets_every_notice_once(engine: Engine, eventually: Eventually) -> None:
    heard: list[list[object]] = [[], [], []]

    def looks_first(change: Change) -> None:
        # Looking at a screen draws what waits, and takes nothing away.
        for pane in change.panes & set(engine.projections.screens):
            assert engine.projections.screens[pane].display
        heard[0].extend(change.notices)

    engine.subscribe(looks_first)
    for notices in heard[1:]:
        engine.subscribe(partial(listen, notices))
    said = r"\a\033]2;title\a" + "x" * 100 + r"\033]7;/tmp\a"
    pane = await engine.request(Open(backend="direct", argv=("printf", said)))
    expected = [(pane, notice) for notice in (Bell(), TitleChanged("title"), CwdChanged("/tmp"))]
    await eventually(lambda: heard == [expected] * 3)


async def test_what_a_screen_read_meanwhile_is_not_read_again(engine: Engine, eventually: Eventually) -> None:
    argv = ("sh", "-c", "stty raw -echo; printf ready; exec cat")
    pane = await open_pane(engine, backend="direct", argv=argv)
    screens, panes = engine.projections.screens, engine.projections.panes
    await eventually(lambda: panes[pane].output_bytes == 5)
    heard: list[object] = []
    engine.subscribe(partial(listen, heard))

    async def prints(data: bytes) -> None:
        before = panes[pane].output_bytes
        engine.send(Write(pane, data))
        await eventually(lambda: panes[pane].output_bytes == before + len(data))

    screens.forget(pane)
    await prints(b"\x1b]777;notify;a;b")
    await engine.screen(pane)
    await prints(b"c\x1b\\text")
    await eventually(lambda: heard == [(pane, Notification("bc", "a"))])
    screens.forget(pane)
    await prints(b"more\a")
    assert heard[1:] == [(pane, Bell())]
