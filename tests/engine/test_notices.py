"""What programs say beside their text reaches each listener, whoever looks at the screen meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from chloe.engine import Change, Engine
from chloe.events.commands import Open
from chloe.terminal import Bell, CwdChanged, TitleChanged

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
