"""The tmux server: what is said when it can't be used."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chloe.backends.tmux import TmuxServer
from chloe.errors import TmuxUnusable

ONE, OTHER = f"chloe-{uuid.uuid4()}", f"chloe-{uuid.uuid4()}"


@pytest.fixture
async def server(tmux_socket: str) -> AsyncIterator[TmuxServer]:
    made = TmuxServer(tmux_socket)
    yield made
    made.close()


def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """Put a tmux of this version in front of the real one."""
    tmux = tmp_path / "tmux"
    tmux.write_text(f"#!/bin/sh\necho '{version}'\n")
    tmux.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


async def test_no_server_has_no_sessions(server: TmuxServer) -> None:
    assert await server.list_sessions() == frozenset()


async def test_what_is_gone_may_be_killed_and_resized(server: TmuxServer) -> None:
    await server.kill(OTHER)
    await server.resize(OTHER, 24, 80)
    await server.new_session(ONE, ["sleep", "60"], rows=24, columns=80)
    await server.kill(OTHER)
    await server.resize(OTHER, 24, 80)
    assert await server.list_sessions() == {ONE}


async def test_a_name_that_is_the_start_of_another_is_not_mistaken_for_it(server: TmuxServer) -> None:
    await server.new_session(ONE, ["sleep", "60"], rows=24, columns=80)
    await server.kill(ONE[:-1])
    assert await server.list_sessions() == {ONE}


async def test_sessions_that_are_not_chloes_are_not_listed(server: TmuxServer) -> None:
    await server.new_session("mine", ["sleep", "60"], rows=24, columns=80)
    assert await server.list_sessions() == frozenset()


async def test_a_tmux_that_is_not_installed_is_told_with_the_way_out(
    server: TmuxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(TmuxUnusable, match=r"not installed.*install"):
        await server.list_sessions()


@pytest.mark.parametrize("version", ["tmux 3.1c", "tmux 2.9", "tmux 1.8"])
async def test_a_tmux_that_is_too_old_is_told(
    server: TmuxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    pretend(tmp_path, monkeypatch, version)
    with pytest.raises(TmuxUnusable, match=f"{version} is too old.*3.2"):
        await server.require_usable()


@pytest.mark.parametrize("version", ["tmux 3.2", "tmux 3.3a", "tmux next-3.6", "tmux master", "tmux 4.0"])
async def test_a_tmux_that_is_new_enough_is_fine(
    server: TmuxServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    pretend(tmp_path, monkeypatch, version)
    await server.require_usable()


async def test_a_refusal_is_told_in_tmux_s_words(server: TmuxServer) -> None:
    await server.new_session("chloe-twice", ["sleep", "60"], rows=24, columns=80)
    with pytest.raises(TmuxUnusable, match="duplicate session"):
        await server.new_session("chloe-twice", ["sleep", "60"], rows=24, columns=80)


def window_names(socket: str, session: str) -> list[str]:
    listed = subprocess.run(
        ["tmux", "-L", socket, "list-windows", "-t", f"={session}", "-F", "#{window_name}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout.splitlines()


async def test_a_window_is_called_as_its_pane_and_no_name_runs_anything(
    server: TmuxServer, tmux_socket: str, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    hostile = f"#(touch {trap})#[fg=red]-x:\x1b"
    await server.new_session(ONE, ["sleep", "60"], rows=24, columns=80, window="build")
    assert window_names(tmux_socket, ONE) == ["build"]
    for name in ("-t", "", hostile, "über 日本"):
        await server.name_window(ONE, name)
    assert window_names(tmux_socket, ONE) == ["über 日本"]
    await server.name_window(ONE, hostile)
    (shown,) = window_names(tmux_socket, ONE)
    assert shown == f"(touch {trap})[fg=red]-x:"[:60]
    assert not trap.exists()
    # One that is gone is none of its business.
    await server.name_window(OTHER, "name")
