"""What can be told of servers and spools from outside."""

from __future__ import annotations

import operator
import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chloe.backends import tmux
from chloe.backends.tmux import Leases, SpoolReader, TmuxServer, inspection, leases
from chloe.errors import TmuxUnusable
from tests.ids import id_of


@pytest.fixture
def server(tmux_socket: str) -> Iterator[TmuxServer]:
    made = TmuxServer(tmux_socket, deadline=0.5)
    yield made
    made.close()


async def test_a_server_tells_who_it_is_and_which_sessions_are_chloes(server: TmuxServer) -> None:
    assert await server.get_info() is None
    assert (await server.get_version()).startswith("tmux ")
    await server.new_session(f"chloe-{id_of('one')}", ["sleep", "60"], rows=24, columns=80)
    await server.new_session("theirs", ["sleep", "60"], rows=24, columns=80)

    running = await server.get_info()

    assert running is not None
    assert running.sessions == {f"chloe-{id_of('one')}"}
    assert await server.get_version() == f"tmux {running.version}"
    assert inspection.find_listener(inspection.socket_path(server.socket_name)) == running.pid


async def test_a_stopped_server_is_found_by_its_socket(server: TmuxServer) -> None:
    await server.new_session(f"chloe-{id_of('one')}", ["sleep", "60"], rows=24, columns=80)
    running = await server.get_info()
    assert running is not None
    os.kill(running.pid, signal.SIGSTOP)
    try:
        with pytest.raises(TmuxUnusable, match="doesn't answer"):
            await server.get_info()
        assert inspection.find_listener(inspection.socket_path(server.socket_name)) == running.pid
    finally:
        os.kill(running.pid, signal.SIGCONT)


def test_nobody_listens_where_there_is_no_server(tmp_path: Path) -> None:
    assert inspection.find_listener(tmp_path / "socket") == 0


def test_the_kernel_tells_who_has_a_lease_and_the_file_stays_free_for_others(tmp_path: Path) -> None:
    path, panes = tmp_path / "leases", [str(uuid.uuid4()) for _ in range(3)]
    assert leases.leased_panes(path, panes) == set(), "there is no such file"
    ours = Leases(path)
    kept = [ours.lease(pane) for pane in panes[:2]]
    assert all(lease.take() for lease in kept)
    assert leases.leased_panes(path, panes) == set(panes[:2])
    assert leases.find_recorders(path, [os.getpid()]) == {lease.offset: os.getpid() for lease in kept}
    kept[0].release()
    assert leases.leased_panes(path, panes) == {panes[1]}
    ours.close()
    assert leases.leased_panes(path, panes) == set()
    assert leases.find_recorders(path, [os.getpid()]) == {}


def test_a_spool_tells_its_holder_and_is_removed_only_once_all_of_it_is_recorded(
    holder: Any, home: Path, soon: Any
) -> None:
    assert inspection.inspect_spools(home / "spool", home / "leases") == []
    made = holder("sh", "-c", "printf here; read x")
    folder = made.folder
    soon(lambda: (folder / "lock").exists())
    (seen,) = inspection.inspect_spools(home / "spool", home / "leases")
    assert (seen.pane, seen.holder, seen.recorder, seen.alive) == (folder.name, made.pid, 0, True)
    made.type(b"\n")
    made.wait()
    (seen,) = inspection.inspect_spools(home / "spool", home / "leases")
    assert not seen.alive
    assert seen.began
    assert seen.size == sum(each.stat().st_size for each in folder.glob("*.seg"))
    reader = SpoolReader(folder)
    assert inspection.has_unrecorded(folder, None)
    ours = Leases(home / "leases")
    lease = ours.lease(folder.name)
    assert not inspection.remove_recorded(folder, lease, None), "it isn't ours"
    assert lease.take()
    assert not inspection.remove_recorded(folder, lease, None), "the log has nothing of it"
    made.run(reader)
    assert not inspection.has_unrecorded(folder, reader.position)
    with sorted(folder.glob("*.seg"))[-1].open("ab") as file:
        file.write(b"o" * 9)  # What fitted of a frame when the disk was full.
    assert not inspection.has_unrecorded(folder, reader.position), "nothing is told by a part of a frame"

    assert inspection.remove_recorded(folder, lease, reader.position)

    assert not folder.exists()
    ours.close()


@pytest.mark.parametrize("question", ["inspection.has_unrecorded", "locks.is_held"])
def test_what_a_holder_writes_and_ends_while_its_spool_is_looked_at_is_kept(
    holder: Any, home: Path, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    made = holder("sh", "-c", "printf here; read x; printf more")
    reader = SpoolReader(made.folder)
    made.read(reader, bool)
    ours = Leases(home / "leases")
    lease = ours.lease(made.folder.name)
    assert lease.take()
    ask = operator.attrgetter(question)(tmux)

    def ask_and_let_it_end(*arguments: Any) -> Any:
        answer = ask(*arguments)
        made.type(b"\n")
        made.wait()
        return answer

    monkeypatch.setattr(f"chloe.backends.tmux.{question}", ask_and_let_it_end)

    assert not inspection.remove_recorded(made.folder, lease, reader.position)

    assert (made.folder / "0.seg").exists()
    ours.close()
