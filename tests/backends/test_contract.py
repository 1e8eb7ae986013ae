"""What every backend promises, the fake one among them; and what a plain terminal does, by the real ones."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chloe.backends.backend import Backend, Exited, OutputRead, PersistentBackend, SizeChanged, Spec
from chloe.backends.kinds import EPHEMERAL, PERSISTENT, TRAITS
from chloe.errors import StartFailed
from tests.backends.conftest import Session, spec

if TYPE_CHECKING:
    from tests.backends.conftest import Start
    from tests.conftest import Eventually

every = pytest.mark.parametrize("kind", ["fake", "persistent fake", "direct", "forked", "tmux"])
real = pytest.mark.parametrize("kind", ["direct", "forked", "tmux"])


def numbered(last: int) -> bytes:
    """What a terminal makes of ``seq 1 last``."""
    return b"".join(b"%d\r\n" % number for number in range(1, last + 1))


# What each promises.


@every
async def test_a_program_starts_and_prints(start: Start) -> None:
    session = await start()
    await session.until(b"$ ")


@every
async def test_a_program_that_was_prepared_starts_like_any(make: Callable[[Spec], Backend]) -> None:
    backend = make(spec())
    await backend.prepare()
    await backend.start()
    session = Session(backend)
    await session.until(b"$ ")
    session.type("exit 3\n")
    assert (await session.end()).status == 3
    await backend.close()


@every
async def test_it_is_persistent_where_its_traits_say_so(kind: str, make: Callable[[Spec], Backend]) -> None:
    traits = {"persistent fake": TRAITS[PERSISTENT]}.get(kind, TRAITS.get(kind, TRAITS[EPHEMERAL]))
    backend = make(spec("/bin/sh"))
    assert isinstance(backend, PersistentBackend) is traits.outlives_chloe


@every
async def test_what_is_typed_reaches_the_program_in_order(start: Start) -> None:
    session = await start()
    for number in range(200):
        session.type(f'echo li""ne {number}\n')
    for number in range(200):
        await session.until(b"line %d\r\n" % number)


@every
async def test_output_comes_whole_and_in_order(start: Start) -> None:
    session = await start()
    await session.until(b"$ ")
    session.type('seq 1 100000; echo do""ne\n')
    await session.until(b"\r\n")
    assert await session.until(b"done\r\n") == numbered(100_000)


@every
async def test_a_burst_before_the_exit_is_whole(start: Start) -> None:
    session = await start()
    session.type("seq 1 50000; exit 3\n")
    exited = await session.end()
    assert session.output.endswith(numbered(50_000))
    assert (exited.status, exited.signal) == (3, None)


@every
async def test_events_are_in_the_order_of_their_time(start: Start) -> None:
    session = await start()
    session.type("seq 1 50000; exit 0\n")
    await session.end()
    times = [event.occurred_at for event in session.events]
    assert times == sorted(times)


@every
@pytest.mark.parametrize("status", [0, 1, 255])
async def test_the_exit_status_is_told(start: Start, status: int) -> None:
    session = await start()
    session.type(f"exit {status}\n")
    exited = await session.end()
    assert (exited.status, exited.signal) == (status, None)
    assert exited.reason == ""


@every
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGHUP])
async def test_the_signal_that_ended_it_is_told(start: Start, by: signal.Signals) -> None:
    session = await start()
    session.type(f"kill -{by} $$\n")
    exited = await session.end()
    assert (exited.status, exited.signal) == (None, by)
    assert exited.reason == ""


@every
async def test_it_starts_with_the_size_it_was_given(start: Start) -> None:
    session = await start(rows=31, columns=97)
    session.type("stty size\n")
    await session.until(b"31 97\r\n")


@every
async def test_a_resize_reaches_the_program_and_stands_in_the_stream(start: Start) -> None:
    session = await start()
    session.type('echo be""fore\n')
    await session.until(b"before\r\n")
    session.backend.resize(40, 132)
    while not session.sizes:
        await session.read()
    session.type("stty size\n")
    await session.until(b"40 132\r\n")
    assert session.sizes[-1] == (40, 132)
    at = next(i for i, each in enumerate(session.events) if isinstance(each, SizeChanged))
    earlier = b"".join(each.data for each in session.events[:at] if isinstance(each, OutputRead))
    assert b"before" in earlier
    assert b"40 132" not in earlier


@every
async def test_a_megabyte_is_pasted_in_order_into_a_slow_reader(start: Start) -> None:
    data = bytes(value % 251 for value in range(1_000_000))
    session = await start()
    session.type('stty raw -echo; echo rea""dy; head -c 1000000 | sha256sum\n')
    await session.until(b"ready")
    session.backend.write(data)
    await session.until(hashlib.sha256(data).hexdigest().encode())


@every
async def test_a_read_may_be_cancelled_without_loss(start: Start) -> None:
    session = await start()
    session.type("seq 1 20000; exit 0\n")
    while not any(isinstance(each, Exited) for each in session.events):
        reading = asyncio.Task(session.backend.read())
        await asyncio.sleep(0)
        reading.cancel()
        try:
            session.events += await reading
        except asyncio.CancelledError:
            await session.read()
    assert session.output.endswith(numbered(20_000))


@every
async def test_a_reader_that_comes_late_misses_nothing(start: Start) -> None:
    session = await start()
    await session.until(b"$ ")
    session.type("seq 1 200000; exit 0\n")
    other = await start()
    other.type("seq 1 1000; exit 0\n")
    await other.end()
    await session.end()
    assert session.output.endswith(numbered(200_000))


@every
async def test_a_killed_program_is_gone(start: Start) -> None:
    session = await start()
    await session.until(b"$ ")
    await session.backend.kill()
    exited = await session.end()
    assert exited.signal in (signal.SIGHUP, signal.SIGKILL)


@every
async def test_closing_twice_is_as_good_as_once(start: Start) -> None:
    session = await start()
    await session.until(b"$ ")
    await session.backend.close()
    await session.backend.close()
    session.type("echo nobody\n")
    session.backend.resize(10, 10)


@every
async def test_closing_before_the_start_is_harmless(make: Callable[[Spec], Backend]) -> None:
    nothing = Spec(pane=str(uuid.uuid4()), argv=("/bin/sh",), cwd="/", environment={}, rows=24, columns=80)
    await make(nothing).close()


@every
async def test_a_folder_that_is_not_there_is_named(start: Start, tmp_path: Path) -> None:
    with pytest.raises(StartFailed, match="no-such-folder"):
        await start(cwd=str(tmp_path / "no-such-folder"))


@every
@pytest.mark.parametrize("command", ["no-such-command", "./no-such-command", "/", ""])
async def test_a_command_that_is_not_there_is_named(start: Start, command: str) -> None:
    with pytest.raises(StartFailed, match=f"{command!r}" if command else "no command"):
        await start(command)


# What a plain terminal does.

ODD = [
    "with space",
    "quo'te\"s",
    "#{pane_id}#(id)",
    "new\nline",
    "$HOME;`id`",
    "-x",
    "",
    "ü€",
    os.fsdecode(b"\xff\xfe"),
]


@real
async def test_odd_arguments_arrive_as_they_are(start: Start) -> None:
    session = await start("/bin/sh", "-c", r'for a; do printf "<%s>" "$a"; done', "sh", *ODD)
    await session.end()
    wanted = "".join(f"<{argument}>" for argument in ODD)
    assert session.output == os.fsencode(wanted).replace(b"\n", b"\r\n")


@real
@pytest.mark.parametrize("name", [name for name in ODD if name])
async def test_an_odd_folder_is_the_programs(start: Start, tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    session = await start("/bin/sh", "-c", "pwd -P", cwd=str(folder))
    await session.end()
    assert session.output == os.fsencode(folder).replace(b"\n", b"\r\n") + b"\r\n"


@real
async def test_a_command_in_the_folder_is_found_there(start: Start, tmp_path: Path) -> None:
    script = tmp_path / "a tool"
    script.write_text("echo from $0 with $1\n")  # No first line that names a shell, as execvp allows.
    script.chmod(0o755)
    session = await start("./a tool", "this", cwd=str(tmp_path))
    await session.end()
    assert session.output.startswith(b"from ")
    assert session.output.endswith(b"a tool with this\r\n")


@real
async def test_an_environment_of_40_kb_arrives(start: Start) -> None:
    extra = {f"CHLOE_TEST_{number}": os.fsdecode(bytes([200 + number]) * 1000) for number in range(40)}
    session = await start(
        "/bin/sh", "-c", "env | grep -a ^CHLOE_TEST_ | LC_ALL=C sort | sha256sum", extra=extra
    )
    await session.end()
    lines = sorted(os.fsencode(f"{name}={value}\n") for name, value in extra.items())
    assert session.output.split()[0].decode() == hashlib.sha256(b"".join(lines)).hexdigest()


@real
async def test_the_environment_is_what_it_was_given_and_no_more(start: Start) -> None:
    session = await start("/usr/bin/env")
    await session.end()
    names = {line.partition("=")[0] for line in session.output.decode().splitlines()}
    of_chloe = {"TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "CHLOE_PANE"}
    assert names == {"PATH", "HOME", "LANG", "PS1", *of_chloe}


@real
@pytest.mark.parametrize(("key", "by"), [("\x03", signal.SIGINT), ("\x1c", signal.SIGQUIT)])
async def test_a_key_sends_its_signal_to_the_foreground(start: Start, key: str, by: signal.Signals) -> None:
    session = await start("/bin/sh", "-c", "echo ready; exec sleep 60")
    await session.until(b"ready")
    session.type(key)
    assert (await session.end()).signal == by


@real
async def test_ctrl_z_stops_and_fg_goes_on(start: Start) -> None:
    session = await start("bash", "--norc", "-i")
    await session.until(b"$ ")
    session.type('sh -c \'echo run""ning; read line; echo "got $line"\'\n')
    await session.until(b"running\r\n")
    session.type("\x1a")
    await session.until(b"Stopped")
    await session.until(b"$ ")
    session.type("fg\n")
    await session.until(b"got $line")  # What goes on, said by bash once it has left its line editor.
    session.type("this\n")
    await session.until(b"got this")


@real
async def test_a_resize_interrupts_the_program(start: Start) -> None:
    script = "trap 'stty size; exit 7' WINCH; echo ready; while :; do sleep 0.01; done"
    session = await start("/bin/sh", "-c", script)
    await session.until(b"ready")
    session.backend.resize(50, 150)
    await session.until(b"50 150\r\n")
    assert (await session.end()).status == 7


@real
async def test_a_size_stands_where_it_changed_amid_output(start: Start) -> None:
    # Each line says the size that its terminal had; so the stream can be held against itself.
    script = r"""
import os, signal
size = lambda *_: globals().update(now="%dx%d" % os.get_terminal_size()[::-1])
signal.signal(signal.SIGWINCH, size); size()
for number in range(30000): os.write(1, b"%d %s\n" % (number, now.encode()))
"""
    session = await start("python3", "-I", "-S", "-c", script)
    for rows in range(30, 40):
        await session.read()
        session.backend.resize(rows, 100)
    await session.end()
    size = (24, 80)
    seen = b""
    for event in session.events:
        if isinstance(event, SizeChanged):
            size = (event.rows, event.columns)
        elif isinstance(event, OutputRead):
            seen += event.data
            *lines, seen = seen.split(b"\r\n")
            for line in lines:
                rows_said = int(line.split()[1].partition(b"x")[0])
                assert rows_said <= size[0], f"{line!r} was printed before the size became {size}"
    # While one is under way, a newer one may take the place of one that waits.
    assert session.sizes == [asked for rows in range(30, 40) if (asked := (rows, 100)) in session.sizes]


@real
async def test_a_background_child_keeps_the_terminal_open_until_it_is_silent(start: Start) -> None:
    # The child prints on without a pause after its parent has gone, and ends when the terminal closes.
    script = "trap '' HUP; exec 3<&0; (seq 1 100000; exec cat <&3) & exit 5"
    session = await start("/bin/sh", "-c", script)
    exited = await session.end()
    assert exited.status == 5
    assert session.output == numbered(100_000)


@real
async def test_a_program_that_ignores_hanging_up_is_ended_by_force(start: Start) -> None:
    session = await start("/bin/sh", "-c", "trap '' HUP; echo ready; while :; do sleep 1; done")
    await session.until(b"ready")
    await session.backend.kill()
    assert (await session.end()).signal == signal.SIGKILL


@real
async def test_killing_reaches_the_shells_foreground_too(start: Start, eventually: Eventually) -> None:
    session = await start("bash", "--norc", "-i")
    await session.until(b"$ ")
    session.type("sh -c 'echo \"pid <$$>\"; exec sleep 60'\n")
    await session.until(b"pid <")
    while b"<$$>" in session.output[-30:] or not session.output.rstrip().endswith(b">"):
        await session.read()
    pid = int(session.output.rpartition(b"<")[2].partition(b">")[0])
    await session.backend.kill()
    await session.end()
    await eventually(lambda: ended(pid), f"process {pid} ended")


def ended(pid: int) -> bool:
    """Whether a process is gone, or only waits for init to take its status."""
    try:
        return "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except (FileNotFoundError, ProcessLookupError):
        return True
