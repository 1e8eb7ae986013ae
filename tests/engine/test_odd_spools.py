"""Odd spools: whatever one of them holds, a start and the other panes go on, and no command removes what it
doesn't know."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chloe.actors.scope import INGESTING
from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.errors import PaneRefused
from chloe.events import facts
from chloe.events.commands import Kill, Open
from tests.backends.tmux.test_frames import end, frame, gap, header, size
from tests.engine.counting import gone
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]

#: Seconds that anything that must happen may take.
DEADLINE = 30

#: Segments that made a start fail, or could: what a holder never writes.
ODD = {
    "a wait status that means nothing": header() + end(0x7F7F7F),
    "frames without a payload": header() + b"".join(frame(kind, b"") for kind in b"sgxh"),
    "a time beyond all": header() + frame(b"o"[0], b"x", 2**64 - 1) + frame(b"x"[0], b"\0" * 4, 2**64 - 1),
    "unknown kinds": header() + frame(0, b"") + frame(255, b"?") + end(),
    "sizes that can't be": header() + size(0, 0) + size(65535, 65535) + end(),
    "a gap beyond all": header() + gap(2**64 - 1) + gap(2**63) + end(),
    "a reason that is no text": header() + gap(1, b"\xff\x00\x1b") + end(9, b"\xff\x00\x1b" * 1000),
    "an end in the middle": header() + end() + frame(b"o"[0], b"after") + end(),
    "headers in the middle": header() + header(7, 2**64 - 1) + header() + end(),
    "a header beyond all": header(0, 2**64 - 1) + frame(b"o"[0], b"x") + end(),
    "a header cut short": frame(b"h"[0], b"chloe spool") + end(),
    "nothing": b"",
    "zeros": bytes(100_000),
    "rubbish": os.urandom(5_000),
    "a newer version": header(version=999) + end(),
}


async def ended_pane(engine: Engine, config: Config, eventually: Eventually) -> str:
    """A pane whose holder is gone, and whose spool is only the folder."""
    pane = await open_pane(engine, backend="tmux", argv=("sleep", "60"))
    await eventually((config.paths.spool / pane / "lock").exists)
    return pane


async def test_whatever_spools_say_their_panes_alone_end_and_the_next_start_is_as_any(
    config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine:
        good = await engine.request(Open(backend="tmux", argv=("cat",)))
        odd = {what: await ended_pane(engine, config, eventually) for what in ODD}
    assert good is not None
    for what, pane in odd.items():
        folder = config.paths.spool / pane
        os.kill(int((folder / "lock").read_bytes()), 9)
        (folder / "0.seg").write_bytes(ODD[what])
    seqs = []
    for _ in range(3):
        async with open_engine(config, screens=False) as engine:
            await engine.ingest_spools()
            panes = engine.projections.panes
            assert {what for what, pane in odd.items() if panes[pane].alive} == set()
            assert panes[good].alive
            seqs.append((await engine.store.verify()).head.seq)
    assert seqs[1] == seqs[2], "nothing is said again and again"
    async with open_engine(config, screens=False) as engine:
        await engine.ingest_spools()
        await engine.request(Kill(good))
        await eventually(lambda: not engine.projections.panes[good].alive)


async def test_a_spool_of_a_newer_version_is_left_for_the_chloe_that_wrote_it(
    config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine:
        pane = await ended_pane(engine, config, eventually)
    folder = config.paths.spool / pane
    os.kill(int((folder / "lock").read_bytes()), 9)
    (folder / "0.seg").write_bytes(newer := header(version=999) + b"from the future")
    for _ in range(2):
        async with open_engine(config, screens=False) as engine:
            await engine.ingest_spools()
            assert "newer than this Chloe knows" in engine.projections.panes[pane].outcome
    assert (folder / "0.seg").read_bytes() == newer


async def test_what_lies_about_among_the_spools_is_left_alone(config: Config, eventually: Eventually) -> None:
    spool, outside = config.paths.spool, config.paths.home.parent / "outside"
    async with open_engine(config) as engine:
        pane = await open_pane(engine, backend="tmux", argv=("cat",))
        await eventually((spool / pane / "lock").exists)
    outside.mkdir()
    (outside / "precious").touch()
    (spool / "no-pane").mkdir()
    (spool / "no-pane" / "0.seg").touch()
    (spool / "11111111-2222-4333-8444-555555555555").symlink_to(outside)
    (spool / "file").touch()
    os.mkfifo(spool / "fifo")
    (spool / pane / "theirs").write_text("precious")
    for name in ("1.seg", "failure"):
        os.mkfifo(spool / pane / name)

    async with open_engine(config) as engine:
        await engine.ingest_spools()
        assert engine.projections.panes[pane].alive
        await engine.request(Kill(pane))
        await eventually(lambda: not engine.projections.panes[pane].alive)
        await eventually(lambda: not (spool / pane / "0.seg").exists())
    async with open_engine(config) as engine:
        await engine.ingest_spools()

    assert (spool / pane / "theirs").read_text() == "precious"
    assert (outside / "precious").exists()
    assert (spool / "no-pane" / "0.seg").exists()


async def test_a_lock_that_is_none_ends_its_pane_and_hangs_nobody(
    config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as engine:
        good = await engine.request(Open(backend="tmux", argv=("cat",)))
        odd = await ended_pane(engine, config, eventually)
    assert good is not None
    folder = config.paths.spool / odd
    os.kill(int((folder / "lock").read_bytes()), 9)
    (folder / "lock").unlink()
    os.mkfifo(folder / "lock")
    async with open_engine(config, screens=False) as engine:
        await engine.ingest_spools()
        assert engine.projections.panes[good].alive
        await engine.request(Kill(good))
        await eventually(lambda: not engine.projections.panes[good].alive)


async def test_a_program_that_outlives_its_holder_is_killed_like_any_other(
    config: Config, eventually: Eventually
) -> None:
    script = "trap '' HUP; echo ready; while :; do sleep 0.05; done"
    async with open_engine(config) as engine:
        pane = await open_pane(engine, backend="tmux", argv=("sh", "-c", script))
        known = engine.projections.panes[pane]
        await eventually(lambda: known.output_bytes)
        os.kill(int((config.paths.spool / pane / "lock").read_bytes()), 9)
        await eventually(lambda: not known.alive)
        await gone(engine, pane, eventually)
        survivor = known.died.survivor if known.died is not None else None
        assert survivor is not None
        assert f"process {survivor.pid} ran on" in known.outcome
        assert known.may_have_lost_more
        gaps = [record.fact async for record in engine.store.read(pane=pane, kinds=("Gap",))]
        assert [each.length for each in gaps if isinstance(each, facts.Gap)] == [0]
    async with open_engine(config, screens=False) as engine:
        await engine.ingest_spools()
        again = engine.projections.panes[pane]
        assert not again.alive
        assert again.died is not None
        assert again.died.survivor == survivor, "the next one knows it from the log"
        await engine.request(Kill(pane))
        await eventually(lambda: not Path(f"/proc/{survivor.pid}").exists() or _is_zombie(survivor.pid))
        with pytest.raises(PaneRefused, match="has ended"):
            await engine.request(Kill(pane))


async def test_a_command_says_of_a_holder_that_could_not_be_run_that_it_never_started(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chloe.backends.tmux.liveness.START_GRACE", 0.2)
    with monkeypatch.context() as nowhere:
        argv = ["/nowhere/python"]
        nowhere.setattr("chloe.backends.tmux.holder_spec.build_command", lambda _folder: argv)
        async with open_engine(config, screens=False, scope=INGESTING) as engine:
            pane = await open_pane(engine, backend="tmux", argv=("cat",))

    async def has_ended() -> bool:
        # Each time as another command, none of which waits for it.
        async with open_engine(config, screens=False, scope=INGESTING) as engine:
            await engine.ingest_spools()
            return "never started" in engine.projections.panes[pane].outcome

    async with asyncio.timeout(DEADLINE):
        while not await has_ended():
            pass
    assert list(config.paths.spool.iterdir()) == []


@pytest.mark.parametrize("meanwhile", ["an app runs", "none runs"])
async def test_a_program_is_named_and_killed_though_its_holder_and_its_spool_are_gone(
    config: Config,
    eventually: Eventually,
    meanwhile: str,
    monkeypatch: pytest.MonkeyPatch,
    checks_often: None,
) -> None:
    for module, grace in itertools.product(("backend", "liveness"), ("START_GRACE", "RESTORE_GRACE")):
        monkeypatch.setattr(f"chloe.backends.tmux.{module}.{grace}", 0.5)
    monkeypatch.setattr("chloe.backends.tmux.liveness.END_GRACE", 0.5)
    monkeypatch.setattr("chloe.backends.tmux.liveness._INSPECT_DELAY", 0.1)
    script = "trap '' HUP; echo ready; while :; do sleep 0.05; done"

    def take_away(pane: str) -> None:
        spool = config.paths.spool / pane
        holder = int((spool / "lock").read_bytes())
        os.kill(holder, signal.SIGSTOP)  # It would make its folder again.
        for each in spool.iterdir():
            each.unlink()
        spool.rmdir()
        os.kill(holder, signal.SIGKILL)

    async with open_engine(config) as engine:
        pane = await open_pane(engine, backend="tmux", argv=("sh", "-c", script))
        known = engine.projections.panes[pane]
        await eventually(lambda: known.output_bytes)
        if meanwhile == "an app runs":
            take_away(pane)
            await eventually(lambda: not known.alive)
    if meanwhile == "none runs":
        take_away(pane)
    async with open_engine(config, screens=False) as engine:
        await engine.ingest_spools()
        again = engine.projections.panes[pane]
        await eventually(lambda: not again.alive)
        survivor = again.died.survivor if again.died is not None else None
        assert survivor is not None
        assert f"process {survivor.pid} ran on" in again.outcome
        assert b"trap" in Path(f"/proc/{survivor.pid}/cmdline").read_bytes()
        await engine.request(Kill(pane))
        await eventually(lambda: not Path(f"/proc/{survivor.pid}").exists() or _is_zombie(survivor.pid))


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
