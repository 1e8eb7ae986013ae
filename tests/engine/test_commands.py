"""What may be asked of which pane, and what then happened."""

from __future__ import annotations

import asyncio
import errno
import os
import shlex
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from chloe.backends.direct import DirectBackend
from chloe.backends.tmux import TmuxBackend
from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.errors import ChloeError, PaneRefused, StartFailed, TmuxUnusable, UsageError
from chloe.events.commands import (
    Close,
    Detach,
    Kill,
    Reattach,
    Relaunch,
    Rename,
    Reopen,
    Resize,
    Tag,
    Write,
)
from chloe.events.facts import BackendKind
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]
CAT = ("sh", "-c", "printf ready; exec cat")


async def opened(engine: Engine, backend: BackendKind, argv: tuple[str, ...] = CAT, **more: Any) -> str:
    return await open_pane(engine, backend=backend, argv=argv, **more)


async def kinds(engine: Engine, pane: str) -> list[str]:
    """What the log says happened to the pane, its stream left out."""
    facts = [type(record.fact).__name__ async for record in engine.store.read(pane=pane)]
    return [kind for kind in facts if kind not in ("Output", "Resized")]


@pytest.mark.parametrize("backend", ["direct", "tmux"])
async def test_keys_go_in_and_the_screen_shows_what_came_back(
    backend: BackendKind, engine: Engine, eventually: Eventually
) -> None:
    pane = await opened(engine, backend, rows=10, columns=40)
    engine.send(Write(pane, b"typed\n"))
    await eventually(lambda: "typed" in "".join(engine.projections.screens[pane].display))
    assert engine.projections.panes[pane].attached == {engine.instance}


@pytest.mark.parametrize("backend", ["direct", "tmux"])
async def test_a_resize_reaches_program_and_screen(
    backend: BackendKind, engine: Engine, eventually: Eventually
) -> None:
    script = "trap 'stty size' WINCH; printf ready; while :; do sleep 0.05; done"
    pane = await opened(engine, backend, ("sh", "-c", script))
    await eventually(lambda: "ready" in engine.projections.screens[pane].display[0])
    engine.send(Resize(pane, 30, 90))
    await eventually(lambda: "30 90" in "".join(engine.projections.screens[pane].display))
    assert engine.projections.panes[pane].columns == 90


async def test_without_words_a_pane_is_the_users_shell_here(engine: Engine) -> None:
    pane = engine.projections.panes[await opened(engine, "direct", ())]
    assert pane.cwd == str(Path.cwd())
    assert pane.name == Path(pane.argv[0]).name


async def test_unnamed_panes_get_names_of_their_own(engine: Engine, eventually: Eventually) -> None:
    panes = [await opened(engine, "direct", ("cat",)) for _ in range(3)]
    assert [engine.projections.panes[pane].name for pane in panes] == ["cat", "cat-2", "cat-3"]
    # What has ended keeps its name for as long as it is in the list.
    for pane in panes[:2]:
        await engine.request(Kill(pane))
    await engine.request(Close(panes[0]))
    await eventually(lambda: not any(engine.projections.panes[pane].alive for pane in panes[:2]))
    assert [engine.projections.panes[await opened(engine, "direct", ("cat",))].name for _ in range(2)] == [
        "cat",
        "cat-4",
    ]


async def test_detach_and_reattach_are_in_the_log(engine: Engine) -> None:
    pane = await opened(engine, "tmux")
    await engine.request(Detach(pane))
    assert engine.projections.panes[pane].attached == set()
    await engine.request(Detach(pane))
    await engine.request(Reattach(pane))
    assert engine.projections.panes[pane].attached == {engine.instance}
    assert await kinds(engine, pane) == ["Created", "Detached", "Reattached"]


async def test_a_closed_tmux_pane_runs_on_recorded_and_comes_back(
    engine: Engine, eventually: Eventually
) -> None:
    pane = await opened(engine, "tmux")
    await engine.request(Close(pane))
    known = engine.projections.panes[pane]
    assert known.closed
    assert known.alive
    printed = known.output_bytes
    await engine.request(Write(pane, b"heard\n"))
    await eventually(lambda: known.output_bytes > printed + 5)
    await engine.request(Reopen(pane))
    assert not known.closed
    assert "heard" in "".join((await engine.screen(pane)).display)
    assert await kinds(engine, pane) == ["Created", "Detached", "Closed", "Reopened", "Reattached"]


async def test_closing_a_direct_pane_ends_its_program(engine: Engine, eventually: Eventually) -> None:
    pane = await opened(engine, "direct")
    await engine.request(Close(pane))
    known = engine.projections.panes[pane]
    await eventually(lambda: not known.alive)
    assert known.closed
    assert known.outcome == "signal 1"


@pytest.mark.parametrize("backend", ["direct", "tmux"])
async def test_kill_ends_a_program_that_ignores_the_hang_up(
    backend: BackendKind, engine: Engine, eventually: Eventually
) -> None:
    pane = await opened(
        engine, backend, ("sh", "-c", "trap '' HUP TERM; printf ready; while :; do sleep 1; done")
    )
    await eventually(lambda: engine.projections.panes[pane].output_bytes == 5)
    await engine.request(Kill(pane))
    known = engine.projections.panes[pane]
    await eventually(lambda: not known.alive)
    assert known.died is not None
    assert known.died.signal == 9


async def test_panes_that_are_made_at_once_get_names_of_their_own(config: Config) -> None:
    async with open_engine(config) as first, open_engine(config) as second:
        making = [opened(engine, "direct") for engine in (first, second) * 4]
        panes = await asyncio.gather(*making)
        for engine in (first, second):
            await engine.catch_up()
            assert len({engine.projections.panes[pane].name for pane in panes}) == len(panes)
        # What was put away runs on, and may come back.
        kept = await opened(first, "tmux", ("sleep", "1000"))
        await first.request(Close(kept))
        other = await opened(first, "tmux", ("sleep", "1000"))
        assert [first.projections.panes[pane].name for pane in (kept, other)] == ["sleep", "sleep-2"]


@pytest.mark.parametrize("backend", ["direct", "tmux"])
async def test_a_relaunch_runs_the_same_again_and_says_of_what(
    backend: BackendKind, engine: Engine, eventually: Eventually, tmp_path: Path
) -> None:
    script, more = ("sh", "-c", "pwd; read line; exit 3"), {"name": "one", "tags": ("ci",)}
    ended = await opened(engine, backend, script, cwd=str(tmp_path), **more)
    with pytest.raises(PaneRefused, match="one runs still"):
        await engine.request(Relaunch(ended))
    engine.send(Write(ended, b"\n"))
    panes = engine.projections.panes
    await eventually(lambda: not panes[ended].alive)
    again = await engine.request(Relaunch(ended, 10, 40))
    assert again is not None
    await eventually(lambda: str(tmp_path)[:40] in engine.projections.screens[again].display[0])
    assert (panes[again].name, panes[again].tags, panes[again].rows) == ("one", ("ci",), 10)
    assert panes[again].relaunches == ended
    assert await kinds(engine, ended) == ["Created", "Died", "Closed"]


async def test_names_and_tags_change_also_after_the_end(engine: Engine, eventually: Eventually) -> None:
    pane = await opened(engine, "direct", ("true",))
    known = engine.projections.panes[pane]
    await eventually(lambda: not known.alive)
    await engine.request(Rename(pane, "  nightly build "))
    await engine.request(Tag(pane, ("ci", "slow")))
    assert (known.name, known.tags) == ("nightly build", ("ci", "slow"))
    with pytest.raises(UsageError, match="empty"):
        await engine.request(Rename(pane, " "))


async def test_what_has_ended_takes_no_keys_and_says_how_it_ended(
    engine: Engine, eventually: Eventually
) -> None:
    pane = await opened(engine, "tmux", ("sh", "-c", "exit 7"))
    await eventually(lambda: not engine.projections.panes[pane].alive)
    assert engine.projections.panes[pane].outcome == "exit 7"
    for command in (Write(pane, b"x"), Kill(pane), Reattach(pane), Reopen(pane)):
        with pytest.raises(PaneRefused, match="exit 7"):
            await engine.request(command)


async def test_a_direct_pane_is_neither_detached_nor_reattached(engine: Engine) -> None:
    pane = await opened(engine, "direct")
    for command in (Detach(pane), Reattach(pane), Reopen(pane)):
        with pytest.raises(PaneRefused, match="direct pane"):
            await engine.request(command)


async def test_anothers_direct_pane_takes_no_input_and_the_message_says_whose_it_is(
    config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as first, open_engine(config) as second:
        pane = await opened(first, "direct")
        await eventually(lambda: pane in second.projections.panes)
        with pytest.raises(PaneRefused, match=f"process id {os.getpid()}"):
            await second.request(Write(pane, b"x"))
        await second.request(Rename(pane, "seen from afar"))
        await eventually(lambda: first.projections.panes[pane].name == "seen from afar")


async def test_a_tmux_pane_is_typed_into_from_each_and_shown_by_each(
    config: Config, eventually: Eventually
) -> None:
    async with open_engine(config) as first, open_engine(config) as second:
        pane = await opened(first, "tmux")
        await eventually(lambda: pane in second.projections.panes)
        await second.request(Reattach(pane))
        second.send(Write(pane, b"from the second\n"))
        for engine in (first, second):
            await eventually(
                lambda engine=engine: "from the second" in "".join(engine.projections.screens[pane].display)
            )
        await eventually(lambda: first.projections.panes[pane].attached == {first.instance, second.instance})


@pytest.mark.parametrize("backend", ["direct", "tmux"])
@pytest.mark.parametrize(
    ("argv", "cwd", "named"),
    [(("no-such-command",), "", "no-such-command"), (("cat",), "/no/such/folder", "/no/such/folder")],
)
async def test_what_cannot_start_is_named_and_leaves_nothing(
    backend: BackendKind, argv: tuple[str, ...], cwd: str, named: str, engine: Engine, config: Config
) -> None:
    with pytest.raises(StartFailed, match=named):
        await opened(engine, backend, argv, cwd=cwd)
    assert len(engine.projections.panes) == 0
    assert list(config.paths.spool.iterdir()) == []


async def test_without_tmux_direct_panes_work_and_tmux_ones_say_why_not(
    config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(tmp_path))
    async with open_engine(config) as engine:
        with pytest.raises(TmuxUnusable, match="tmux"):
            await opened(engine, "tmux", ("/bin/cat",))
        assert engine.projections.panes[await opened(engine, "direct", ("/bin/cat",))].alive


async def test_a_tmux_that_is_too_old_is_refused_with_both_versions(
    config: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tmux").write_text("#!/bin/sh\necho tmux 3.1c\n")
    (tmp_path / "tmux").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    async with open_engine(config) as engine:
        with pytest.raises(TmuxUnusable, match=r"3\.1.*3\.2|3\.2.*3\.1"):
            await opened(engine, "tmux")


async def test_odd_names_reach_the_program_and_the_log_as_they_are(
    config: Config, eventually: Eventually, tmp_path: Path
) -> None:
    odd = os.fsdecode(b"a 'b' \"c\" #{d} ;e\n$(f) \xff")
    folder = tmp_path / odd
    folder.mkdir()
    async with open_engine(config) as engine:
        for backend in ("direct", "tmux"):
            argv = ("sh", "-c", 'printf %s "$1" > "$(printf %s "$0")"', backend, odd)
            pane = await opened(engine, backend, argv, cwd=str(folder), name=odd.strip())
            known = engine.projections.panes[pane]
            await eventually(lambda known=known: not known.alive)
            assert (folder / backend).read_bytes() == os.fsencode(odd), shlex.join(known.argv)
            assert (known.argv[-1], known.cwd) == (odd, str(folder))


async def test_nobody_can_be_asked_of_a_pane_that_is_not_there(engine: Engine) -> None:
    with pytest.raises(ChloeError, match="no pane"):
        await engine.request(Kill("nobody"))


@pytest.mark.parametrize("backend", ["direct", "tmux"])
@pytest.mark.parametrize(
    "error",
    [
        *(OSError(number, os.strerror(number)) for number in (errno.EAGAIN, errno.ENOMEM, errno.EMFILE)),
        OSError("out of pty devices"),
        RuntimeError("can't start new thread"),
        MemoryError(),
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    ],
    ids=repr,
)
async def test_whatever_is_in_the_way_of_a_start_is_a_sentence_and_costs_only_that_pane(
    backend: BackendKind, error: Exception, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(_: object) -> None:
        raise error

    async with open_engine(config) as engine:
        other = await opened(engine, "direct")
        for each in (DirectBackend, TmuxBackend):
            monkeypatch.setattr(each, "start", failing)
        with pytest.raises(StartFailed, match="Can't start 'sh'"):
            await opened(engine, backend)
        assert not [pane for pane in engine.projections.panes.values() if pane.id != other and pane.alive]
        assert engine.projections.panes[other].alive


@pytest.mark.parametrize("backend", ["direct", "tmux"])
@pytest.mark.parametrize(
    "argv",
    [("sh", "-c", "x\0y"), ("s\0h",), ("sh", "-c", "x" * 3_000_000), ("sh", "\ud800")],
    ids=["null", "null in the name", "too long", "surrogate"],
)
async def test_a_command_that_no_program_can_be_given_costs_only_that_pane(
    backend: BackendKind, argv: tuple[str, ...], engine: Engine, eventually: Eventually
) -> None:
    other = await opened(engine, "direct")
    try:
        pane = await opened(engine, backend, argv)
    except (StartFailed, TmuxUnusable):
        pass
    else:
        # A holder finds out by itself.
        await eventually(lambda: not engine.projections.panes[pane].alive)
    assert engine.projections.panes[other].alive


async def test_where_the_folder_is_gone_a_pane_starts_in_the_home(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, home = tmp_path / "gone", tmp_path / "own"
    gone.mkdir()
    home.mkdir()
    monkeypatch.chdir(gone)
    monkeypatch.setenv("HOME", str(home))
    gone.rmdir()
    async with open_engine(config) as engine:
        for backend in ("direct", "tmux"):
            pane = await opened(engine, backend)
            assert engine.projections.panes[pane].cwd == str(home)
        home.rmdir()
        pane = await opened(engine, "direct")
        assert engine.projections.panes[pane].cwd == "/"
    monkeypatch.chdir(tmp_path)
