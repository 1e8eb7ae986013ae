"""A spool that was moved away while its program runs on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from chloe.config import Config
from chloe.engine import Engine
from chloe.events.commands import Kill, Write
from chloe.events.facts import Output
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]


async def test_an_app_says_whose_spool_was_moved_away_and_goes_on_once_it_is_back(
    engine: Engine, config: Config, eventually: Eventually, nothing_is_left: None, checks_often: None
) -> None:
    pane = await open_pane(engine, backend="tmux", argv=("cat",), name="moved")
    spool = config.paths.spool / pane
    await eventually(lambda: (spool / "lock").exists())
    spool.rename(config.paths.home / "elsewhere")
    await eventually(lambda: "the spool of moved in" in (engine.trouble or ""))
    assert engine.trouble and engine.trouble.endswith(".")
    engine.send(Write(pane, b"waits\r"))
    (config.paths.home / "elsewhere").rename(spool)
    await eventually(lambda: engine.trouble is None)
    await eventually(lambda: engine.projections.panes[pane].output_bytes)
    printed = [record.fact async for record in engine.store.read(pane=pane, kinds={"Output"})]
    assert b"waits" in b"".join(fact.data for fact in printed if isinstance(fact, Output))
    await engine.request(Kill(pane))
    await eventually(lambda: not engine.projections.panes[pane].alive)
