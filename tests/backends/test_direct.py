"""What a direct pane's program finds, and what is left of it afterwards: nothing."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import resource
import signal
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chloe.backends import spawn
from chloe.backends.backend import READ_LIMIT, Backend, Spec
from chloe.backends.direct import KERNEL_BUFFER, DirectBackend
from chloe.errors import StartFailed

if TYPE_CHECKING:
    from tests.backends.conftest import Start

pytestmark = pytest.mark.parametrize("kind", ["direct", "forked"])

#: glibc's posix_spawn ignores the two signals that it keeps for itself; no program can tell.
GLIBCS_OWN = 1 << 31 | 1 << 32

PYTHON = (sys.executable, "-I", "-S", "-c")


def descriptors() -> set[str]:
    """What this process has open, but for the folder that is being listed."""
    return {f"{fd} {_target(fd)}" for fd in os.listdir("/proc/self/fd") if _target(fd)}


def _target(fd: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except FileNotFoundError:
        return ""


def children() -> set[str]:
    """The process ids of this process's children, zombies among them."""
    tasks = Path("/proc/self/task").iterdir()
    return {pid for task in tasks for pid in (task / "children").read_text().split()}


@pytest.fixture
def inherited() -> Iterator[int]:
    """A descriptor that an exec hands on."""
    with tempfile.TemporaryFile() as file:
        os.set_inheritable(file.fileno(), True)
        yield file.fileno()


@pytest.fixture
def sullen() -> Iterator[None]:
    """This process ignores two signals and blocks a third."""
    ignored = signal.SIGUSR1, signal.SIGINT
    before = [signal.signal(number, signal.SIG_IGN) for number in ignored]
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    yield
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR2})
    for number, handler in zip(ignored, before, strict=True):
        signal.signal(number, handler)


# What the program finds.


async def test_no_descriptor_of_chloe_reaches_the_program(start: Start, inherited: int) -> None:
    session = await start(*PYTHON, "import os; print(sorted(map(int, os.listdir('/proc/self/fd'))))")
    await session.end()
    assert session.output == b"[0, 1, 2, 3]\r\n"  # The last is the folder that was listed.


async def test_signals_are_at_their_defaults(start: Start, sullen: None) -> None:
    session = await start("/bin/cat", "/proc/self/status")
    await session.end()
    status = dict(line.split(":\t", 1) for line in session.output.decode().splitlines())
    assert int(status["SigIgn"], 16) & ~GLIBCS_OWN == 0
    assert int(status["SigBlk"], 16) == 0


async def test_a_broken_pipe_ends_a_program_quietly(start: Start) -> None:
    session = await start("/bin/sh", "-c", "yes | head -n 1")
    await session.end()
    assert session.output == b"y\r\n"


async def test_the_terminal_controls_the_programs_session(start: Start) -> None:
    asks = "import os; t = os.open('/dev/tty', os.O_RDWR)"
    tells = "print(os.getsid(0) == os.getpgrp() == os.tcgetpgrp(t) == os.getpid(), os.ttyname(0))"
    session = await start(*PYTHON, f"{asks}; {tells}")
    await session.end()
    assert session.output.startswith(b"True /dev/pts/")


async def test_the_shell_has_job_control(start: Start) -> None:
    session = await start("bash", "--norc", "-i")
    assert b"job control" not in await session.until(b"$ ")
    session.type("sleep 60 & jobs; kill %1; echo ki''lled\n")
    assert b"Running" in await session.until(b"killed")


async def test_the_erase_key_takes_a_whole_character(start: Start) -> None:
    session = await start("/bin/sh", "-c", 'echo ready; read line; echo "<$line>"')
    await session.until(b"ready")
    session.type("aü\x7fb\n")
    await session.until(b"<ab>")


async def test_a_link_to_the_folder_keeps_its_name(start: Start, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    link = str(tmp_path / "link")
    session = await start("/bin/sh", "-c", "pwd; pwd -P", cwd=link, extra={"PWD": link})
    await session.end()
    assert session.output.decode().split() == [link, str(tmp_path / "real")]


async def test_exported_shell_functions_survive_another_folder(start: Start, tmp_path: Path) -> None:
    extra = {"BASH_FUNC_greet%%": "() { echo hello; }"}
    session = await start("bash", "-c", "greet", cwd=str(tmp_path), extra=extra)
    await session.end()
    assert session.output == b"hello\r\n"


async def test_no_other_thread_ever_moves_to_the_programs_folder(start: Start, tmp_path: Path) -> None:
    home, seen, end = os.getcwd(), set(), threading.Event()

    def look() -> None:
        while not end.is_set():
            seen.add(os.getcwd())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for _ in range(20):
            session = await start("/bin/pwd", cwd=str(tmp_path))
            await session.end()
            assert session.output.decode().strip() == str(tmp_path)
            assert os.getcwd() == home
    finally:
        end.set()
        thread.join()
    assert seen == {home}


async def test_where_a_thread_gets_no_folder_of_its_own_the_program_does(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "other")
    session = await start("/bin/pwd", cwd=str(tmp_path))
    await session.end()
    assert session.output.decode().strip() == str(tmp_path)


# While it runs.


async def test_what_is_typed_before_the_start_waits_for_it(make: Callable[[Spec], Backend]) -> None:
    backend = make(
        Spec(pane="p", argv=("/bin/sh", "-c", "read a; exit $a"), cwd="/", environment={}, rows=9, columns=9)
    )
    backend.write(b"7\r")
    await backend.start()
    while not hasattr(last := (await backend.read())[-1], "status"):
        pass
    assert last.status == 7


async def test_a_program_nobody_reads_has_to_wait(start: Start, tmp_path: Path) -> None:
    progress = tmp_path / "progress"
    script = """
import os, sys
for number in range(2000):
    os.write(1, b"%07d" % number * 1000)
    open(sys.argv[1], "w").write(str(number))
"""
    session = await start(*PYTHON, script, str(progress))
    busy = await start(*PYTHON, "import os; [os.write(1, b'x' * 4000) for _ in range(1000)]")
    await busy.end()
    assert int(progress.read_text() or 0) * 7000 < READ_LIMIT + 2 * KERNEL_BUFFER
    await session.end()
    assert session.output == b"".join(b"%07d" % number * 1000 for number in range(2000))


async def test_a_terminal_that_the_program_closed_may_be_opened_again(start: Start) -> None:
    script = "exec </dev/null >/dev/null 2>&1; sleep 0.1; echo back >/dev/tty; exit 4"
    session = await start("/bin/sh", "-c", script)
    assert (await session.end()).status == 4
    assert session.output == b"back\r\n"


async def test_a_program_that_closed_its_terminal_still_tells_its_end(start: Start) -> None:
    session = await start("/bin/sh", "-c", "exec </dev/null >/dev/null 2>&1; sleep 0.1; exit 4")
    assert (await session.end()).status == 4


async def test_a_stopped_program_can_be_killed(start: Start) -> None:
    session = await start("/bin/sh", "-c", "echo ready; kill -STOP $$")
    await session.until(b"ready")
    await session.backend.kill()
    assert (await session.end()).signal == signal.SIGHUP


async def test_killing_ends_the_wait_for_background_children(start: Start) -> None:
    session = await start("/bin/sh", "-c", "trap '' HUP; yes & echo started; exit 3")
    await session.until(b"started")
    reading = asyncio.Task(session.end())
    await session.backend.kill()
    assert (await reading).status == 3


async def test_an_exit_status_that_somebody_else_took_is_unknown(start: Start) -> None:
    session = await start("/bin/sh", "-c", "read line")
    assert isinstance(session.backend, DirectBackend)
    pid = session.backend.pid
    os.kill(pid, signal.SIGKILL)
    thread = threading.Thread(target=lambda: _reap(pid))
    thread.start()
    thread.join()
    exited = await session.end()
    assert (exited.status, exited.signal) in ((None, None), (None, signal.SIGKILL))


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


# What is left of it.


async def test_closing_ends_the_program_however_it_clings(start: Start) -> None:
    session = await start("/bin/sh", "-c", "trap '' HUP TERM; echo ready; while :; do sleep 1; done")
    await session.until(b"ready")
    assert isinstance(session.backend, DirectBackend)
    pid = session.backend.pid
    await session.backend.close()
    assert not Path(f"/proc/{pid}").exists()
    assert (await session.end()).signal == signal.SIGKILL


async def test_a_cancelled_close_ends_the_program_at_once(start: Start) -> None:
    session = await start("/bin/sh", "-c", "trap '' HUP; echo ready; while :; do sleep 1; done")
    await session.until(b"ready")
    assert isinstance(session.backend, DirectBackend)
    pid = session.backend.pid
    closing = asyncio.Task(session.backend.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    async with asyncio.timeout(10):
        while Path(f"/proc/{pid}").exists():
            await asyncio.sleep(0.005)


async def test_200_panes_leave_no_descriptor_and_no_zombie(start: Start) -> None:
    await (await start("/bin/true")).end()  # What is made once in a process is there now.
    before = descriptors(), children(), threading.active_count()

    async def one(number: int) -> None:
        session = await start("/bin/sh", "-c", "echo hello; exec cat")
        await session.until(b"hello")
        await (session.backend.kill() if number % 2 else session.backend.close())
        await session.end()

    for batch in range(10):
        async with asyncio.TaskGroup() as group:
            for number in range(20):
                group.create_task(one(batch * 20 + number))
    gc.collect()
    assert (descriptors(), children()) == before[:2]


async def test_a_number_that_was_reused_is_never_closed(start: Start) -> None:
    session = await start("/bin/sh", "-c", "echo ready; exec cat")
    await session.until(b"ready")
    was = {int(fd.split()[0]) for fd in descriptors() if "ptmx" in fd}
    await session.backend.close()
    reused = [os.open("/dev/null", os.O_RDONLY) for _ in range(20)]
    assert was & set(reused)
    await session.backend.close()
    del session
    gc.collect()
    for fd in reused:
        os.close(fd)


def _no_interpreter(folder: Path) -> tuple[str, ...]:
    script = folder / "script"
    script.write_text("#!/no/such/interpreter\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return (str(script),)


@pytest.mark.parametrize(
    "argv",
    [
        pytest.param(_no_interpreter, id="an interpreter that is not there"),
        pytest.param(lambda _: ("/bin/echo", "x" * 3_000_000), id="arguments too long"),
        pytest.param(lambda _: ("/bin/echo", "a\0b"), id="a NUL in an argument"),
        pytest.param(lambda _: ("/bin/echo", "\ud800"), id="what is no text"),
    ],
)
async def test_a_start_that_fails_leaves_nothing(
    start: Start, tmp_path: Path, argv: Callable[[Path], tuple[str, ...]]
) -> None:
    await (await start("/bin/true")).end()
    before = descriptors(), children()
    with pytest.raises(StartFailed) as failed:
        await start(*argv(tmp_path))
    assert repr(argv(tmp_path)[0]) in str(failed.value)
    del failed
    gc.collect()
    assert (descriptors(), children()) == before


async def test_a_name_that_no_environment_can_hold_is_refused(start: Start) -> None:
    with pytest.raises(StartFailed, match="environment"):
        await start("/bin/true", extra={"A=B": "c"})


async def test_a_start_without_a_free_descriptor_says_what_to_do(start: Start) -> None:
    await (await start("/bin/true")).end()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    before = descriptors()
    highest = max(int(fd.split()[0]) for fd in before)
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, limits[1]))
    held = []
    try:
        while True:
            held.append(os.dup(0))
    except OSError:
        with pytest.raises(StartFailed, match="ulimit -n"):
            await start("/bin/true")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for fd in held:
            os.close(fd)
    assert descriptors() == before


async def test_a_process_finds_out_once_what_its_platform_does(kind: str) -> None:
    before = descriptors(), children()
    spawn._opening_makes_controlling.cache_clear()
    assert spawn._opening_makes_controlling() is True
    assert (descriptors(), children()) == before
