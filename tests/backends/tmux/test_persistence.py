"""Panes on a real tmux server: they outlive whoever started them, and end as they should."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chloe.backends.backend import BytesLost, Exited, OutputRead, SizeChanged
from chloe.backends.tmux import TmuxServer
from chloe.backends.tmux.spool_status import has_holder
from chloe.errors import StartFailed, TmuxUnusable

if TYPE_CHECKING:
    from tests.backends.tmux.conftest import Panes
    from tests.conftest import Eventually


def tmux(socket: str, *words: str) -> str:
    answer = subprocess.run(["tmux", "-L", socket, *words], capture_output=True, text=True, check=True)
    return answer.stdout


async def test_a_hundred_panes_burst_and_exit_at_once_and_all_is_there(panes: Panes) -> None:
    def burst(number: int) -> str:
        return f"seq {number}000 {number}999; exit {number}"

    made = [panes.make("sh", "-c", burst(number)) for number in range(100, 200)]
    await asyncio.gather(*(pane.backend.start() for pane in made))
    exits = await asyncio.gather(*(pane.end() for pane in made))
    for number, pane, exited in zip(range(100, 200), made, exits, strict=True):
        wanted = "".join(f"{line}\r\n" for line in range(number * 1000, number * 1000 + 1000))
        assert pane.output == wanted.encode()
        assert (exited.status, exited.signal) == (number, None)
        assert not any(isinstance(each, BytesLost) for each in pane.events)


async def test_after_the_end_nothing_is_left(panes: Panes, eventually: Eventually) -> None:
    pane = await panes.start("true")
    exited = await pane.end()
    assert exited.position is not None
    await pane.backend.acknowledge(exited.position)
    assert not pane.folder.exists()
    while pane.backend.session in await panes.server.list_sessions():
        await asyncio.sleep(0.01)


async def test_a_start_that_fails_leaves_nothing(panes: Panes) -> None:
    pane = panes.make("no-such-command")
    with pytest.raises(StartFailed):
        await pane.backend.start()
    assert not pane.folder.exists()
    assert await panes.server.list_sessions() == frozenset()


async def test_a_spool_that_is_there_already_is_not_touched(panes: Panes) -> None:
    pane = panes.make("true")
    pane.folder.mkdir(parents=True)
    (pane.folder / "0.seg").write_bytes(b"precious")
    with pytest.raises(StartFailed):
        await pane.backend.start()
    assert (pane.folder / "0.seg").read_bytes() == b"precious"


async def test_a_pane_whose_backend_is_closed_runs_on_and_is_taken_up_where_it_was_left(panes: Panes) -> None:
    first = await panes.start("sh", "-c", "echo one; read x; echo two; read x; echo three; exit 6")
    await first.until(b"one\r\n")
    position = first.events[-1].position
    first.backend.write(b"\r")
    await first.backend.close()
    second = panes.adopt(first.folder)
    assert second.backend.try_to_lease()
    second.backend.seek(position)
    await second.until(b"two\r\n")
    assert b"one" not in second.output
    second.backend.write(b"\r")
    assert (await second.end()).status == 6
    assert b"three" in second.output


async def test_only_one_has_the_lease_and_the_next_gets_it_when_it_is_given_back(panes: Panes) -> None:
    first = await panes.start("cat")
    second = panes.adopt(first.folder)
    assert not second.backend.try_to_lease()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        waiting = group.create_task(second.backend.wait_for_lease())
        await asyncio.sleep(0)
        assert not waiting.done()
        await first.backend.close()
    assert second.backend.try_to_lease()


async def test_the_lease_of_a_killed_process_is_taken_over_and_nothing_is_read_twice(panes: Panes) -> None:
    first = await panes.start("sh", "-c", "echo one; read x; echo two")
    await first.until(b"one\r\n")
    await first.backend.close()
    take = """
import sys; from pathlib import Path
from chloe.backends.tmux import Leases
lease = Leases(Path(sys.argv[1])).lease(sys.argv[2]); assert lease.take()
print("taken", flush=True); sys.stdin.read()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", take, panes.home / "leases", first.folder.name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"taken\n"
        second = panes.adopt(first.folder)
        assert not second.backend.try_to_lease()
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            group.create_task(second.backend.wait_for_lease())
            await asyncio.sleep(0)
            process.kill()
    second.backend.seek(first.events[-1].position)
    second.backend.write(b"\r")
    await second.end()
    assert second.output == b"\r\ntwo\r\n"


async def test_what_was_printed_before_a_recorder_came_has_its_times(panes: Panes) -> None:
    pane = await panes.start("sh", "-c", "echo one; sleep 0.3; echo two")
    while has_holder(pane.folder) or not (pane.folder / "lock").exists():
        await asyncio.sleep(0.01)
    await pane.end()
    one, two = (each for each in pane.events if isinstance(each, OutputRead))
    assert two.occurred_at - one.occurred_at > 250_000_000


async def test_killing_the_session_by_hand_hangs_the_program_up(panes: Panes, tmux_socket: str) -> None:
    pane = await panes.start("sh", "-c", "trap 'exit 17' HUP; echo ready; while :; do sleep 0.01; done")
    await pane.until(b"ready")
    tmux(tmux_socket, "kill-session", "-t", pane.backend.session)
    exited = await pane.end()
    assert exited.status == 17
    assert "hung up" in exited.reason


async def test_a_killed_tmux_server_ends_its_panes(panes: Panes, tmux_socket: str) -> None:
    pane = await panes.start("sh", "-c", "echo ready; exec sleep 60")
    await pane.until(b"ready")
    os.kill(int(tmux(tmux_socket, "display-message", "-p", "#{pid}")), signal.SIGKILL)
    assert (await pane.end()).signal == signal.SIGHUP
    after = await panes.start("echo", "again")
    await after.end()
    assert after.output == b"again\r\n"


async def test_a_killed_program_says_so(panes: Panes) -> None:
    pane = await panes.start("sh", "-c", 'echo "pid $$"; exec sleep 60')
    await pane.until(b"\r\n")
    os.kill(int(pane.output.split()[1]), signal.SIGKILL)
    exited = await pane.end()
    assert (exited.status, exited.signal, exited.reason) == (None, signal.SIGKILL, "")


async def test_a_killed_holder_takes_its_program_along_and_loses_nothing(
    panes: Panes, eventually: Eventually
) -> None:
    pane = await panes.start("sh", "-c", 'echo "pid $$"; seq 1 1000; echo ready; exec sleep 60')
    while b"ready" not in pane.output:
        await pane.read()
    program = int(pane.output.split()[1])
    os.kill(pane.holder, signal.SIGKILL)
    exited = await pane.end()
    assert (exited.status, exited.signal) == (None, None)
    assert "killed" in exited.reason
    assert b"\r\n1000\r\nready" in pane.output
    await eventually(lambda: ended(program))


def ended(pid: int) -> bool:
    """No such process, or one that only waits to be noticed as dead."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


async def test_a_stopped_holder_is_killed_when_the_pane_is(
    panes: Panes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chloe.backends.tmux.backend._KILL_GRACE", 0.1)
    pane = await panes.start("sh", "-c", "echo ready; exec sleep 60")
    await pane.until(b"ready")
    os.kill(pane.holder, signal.SIGSTOP)
    await pane.backend.kill()
    assert "killed" in (await pane.end()).reason


async def test_a_hung_server_is_told_and_neither_typing_reading_nor_killing_hangs(
    panes: Panes, tmux_socket: str
) -> None:
    pane = await panes.start("sh", "-c", "stty -echo; echo ready; read x; echo got $x; exec sleep 60")
    await pane.until(b"ready")
    server = int(tmux(tmux_socket, "display-message", "-p", "#{pid}"))
    impatient = TmuxServer(tmux_socket, deadline=0.3)
    os.kill(server, signal.SIGSTOP)
    try:
        with pytest.raises(TmuxUnusable, match="doesn't answer"):
            await impatient.list_sessions()
        pane.backend.write(b"it\r")
        await pane.until(b"got it")
        await pane.backend.kill()
        assert (await pane.end()).signal == signal.SIGHUP
    finally:
        os.kill(server, signal.SIGCONT)
        impatient.close()


async def test_a_resize_that_a_hung_server_did_not_hear_is_tried_again(
    panes: Panes,
    tmux_socket: str,
    eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("chloe.backends.tmux.session_resizer._RETRY_DELAY", 0.01)
    panes.server = TmuxServer(tmux_socket, deadline=0.2)
    pane = await panes.start("cat")
    server = int(tmux(tmux_socket, "display-message", "-p", "#{pid}"))
    os.kill(server, signal.SIGSTOP)
    pane.backend.resize(30, 90)
    await eventually(lambda: "keeps its size for now" in caplog.text)
    pane.backend.resize(31, 91)
    os.kill(server, signal.SIGCONT)
    while not any(isinstance(each, SizeChanged) and each.rows == 31 for each in pane.events):
        await pane.read()


async def test_what_is_typed_after_a_resize_is_read_under_the_new_size(panes: Panes) -> None:
    pane = await panes.start("sh", "-c", "echo ready; while read x; do stty size; done")
    await pane.until(b"ready")
    for rows in range(30, 35):
        pane.backend.resize(rows, 100)
        pane.backend.write(b"\r")
        await pane.until(b"%d 100" % rows)


async def test_a_hung_server_keeps_no_keys_from_a_program(panes: Panes, tmux_socket: str) -> None:
    pane = await panes.start("sh", "-c", "echo ready; while read x; do stty size; done")
    await pane.until(b"ready")
    server = int(tmux(tmux_socket, "display-message", "-p", "#{pid}"))
    os.kill(server, signal.SIGSTOP)
    try:
        pane.backend.resize(30, 100)
        pane.backend.write(b"\r")
        await pane.until(b"24 80")
    finally:
        os.kill(server, signal.SIGCONT)


async def test_of_many_sizes_the_last_one_stays(panes: Panes) -> None:
    pane = await panes.start("sh", "-c", "echo ready; read x; stty size")
    await pane.until(b"ready")
    for rows in range(25, 60):
        pane.backend.resize(rows, 100)
    while not any(isinstance(each, SizeChanged) and each.rows == 59 for each in pane.events):
        await pane.read()
    pane.backend.write(b"\r")
    await pane.until(b"59 100")


async def test_a_home_with_an_odd_name_is_as_good(panes: Panes) -> None:
    panes.home = panes.home / os.fsdecode(b"a #{pane_id};'\" $HOME \n\xff;")
    pane = await panes.start("echo", "here")
    await pane.end()
    assert pane.output == b"here\r\n"


async def test_an_outer_tmux_is_neither_spoken_to_nor_handed_on(
    panes: Panes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMUX", "/nowhere/socket,1,0")
    monkeypatch.setenv("TMUX_PANE", "%7")
    pane = panes.make("env", inherited={**os.environ, "COLUMNS": "7", "LINES": "7", "TERM": "dumb"})
    await pane.backend.start()
    await pane.end()
    told = dict(line.split("=", 1) for line in pane.output.decode().splitlines() if "=" in line)
    assert not told.keys() & {"TMUX", "TMUX_PANE", "COLUMNS", "LINES"}
    assert told["TERM"] == "xterm-256color"
    assert told["CHLOE_PANE"] == pane.folder.name


async def test_the_user_s_own_server_keeps_its_options(
    panes: Panes, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    home.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("TMUX_TMPDIR", str(home))
    (home / ".tmux.conf").write_text(
        "set -g status on\nset -g destroy-unattached on\nset -g remain-on-exit on\n"
    )
    monkeypatch.setenv("HOME", str(home))
    panes.server = TmuxServer("")
    pane = await panes.start("sh", "-c", "echo ready; stty size; read x")
    try:
        await pane.until(b"24 80\r\n")
        options = subprocess.run(["tmux", "show", "-g", "status"], capture_output=True, text=True)
        assert options.stdout == "status on\n"
        assert pane.backend.session in await panes.server.list_sessions()
        pane.backend.write(b"\r")
        await pane.end()
        while await panes.server.list_sessions():
            await asyncio.sleep(0.01)
    finally:
        subprocess.run(["tmux", "kill-server"], capture_output=True)


async def test_the_screen_is_what_tmux_shows(panes: Panes) -> None:
    script = r"printf '\033[2;5r\033[?1h\033[31mred\033[m plain \342\202\254\033[10;20Hthere'; read x"
    pane = await panes.start("sh", "-c", script)
    await pane.until(b"there")
    screen = b""
    while b"there" not in screen:
        screen = (await pane.backend.screen()).data
    assert b"\x1b[31mred\x1b[39m plain \xe2\x82\xac" in screen
    assert b"\x1b[2;5r" in screen
    assert b"\x1b[?1h" in screen
    assert screen.endswith(b"\x1b[10;25H")


async def test_a_cap_shows_in_what_is_read(panes: Panes) -> None:
    script = "stty -echo; echo ready; read x; seq 1 50000"
    started = await panes.start("sh", "-c", script, pane_cap=50_000)
    await started.until(b"ready\r\n")
    # A pane that is recorded loses nothing, whatever the cap.
    await started.backend.close()
    pane = panes.adopt(started.folder)
    pane.backend.seek(None)
    pane.backend.write(b"\n")
    await pane.end()
    lost = sum(each.length for each in pane.events if isinstance(each, BytesLost))
    assert lost
    numbers = b"".join(b"%d\r\n" % number for number in range(1, 50_001))
    assert len(pane.output) + lost == len(b"ready\r\n" + numbers)


async def test_a_spool_that_nobody_makes_again_ends_the_pane_s_story(
    panes: Panes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chloe.backends.tmux.liveness.RESTORE_GRACE", 0.1)
    monkeypatch.setattr("chloe.backends.tmux.liveness.END_GRACE", 0.1)
    pane = await panes.start("sh", "-c", "echo ready; exec sleep 60")
    await pane.until(b"ready")
    os.kill(pane.holder, signal.SIGKILL)
    await pane.backend.discard()
    reading = panes.adopt(pane.folder)
    reading.backend.seek(None)
    exited = await reading.end()
    assert exited == Exited(None, None, "its spool was removed", exited.occurred_at, exited.position)


async def test_a_pane_killed_before_it_ran_ends_all_the_same(panes: Panes) -> None:
    pane = await panes.start("sleep", "60")
    await pane.backend.kill()
    exited = await pane.end()
    assert exited.status is None
    assert await panes.server.list_sessions() == frozenset()
