"""The holder, on a terminal of the test's own: what it passes on, what it records, how it ends."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chloe.backends.backend import BackendEvent, BytesLost, Exited, OutputRead, SizeChanged
from chloe.backends.tmux import SpoolReader, locks
from chloe.backends.tmux import holder as room
from chloe.backends.tmux.spool_status import has_holder

if TYPE_CHECKING:
    from tests.backends.tmux.conftest import MakeHolder, Soon


def printed(events: Sequence[BackendEvent]) -> bytes:
    return b"".join(each.data for each in events if isinstance(each, OutputRead))


def has(wanted: bytes) -> Callable[[list[BackendEvent]], bool]:
    return lambda events: wanted in printed(events)


def ending(events: Sequence[BackendEvent]) -> Exited:
    last = events[-1]
    assert isinstance(last, Exited)
    return last


def numbered(last: int) -> bytes:
    return b"".join(b"%d\r\n" % number for number in range(1, last + 1))


def resident(pid: int) -> int:
    """Bytes of memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def test_it_removes_its_instructions_and_shows_as_long_as_it_lives(holder: MakeHolder, soon: Soon) -> None:
    made = holder("cat")
    soon(lambda: has_holder(made.folder))
    assert not (made.folder / "spec.json").exists()
    assert (made.folder / "lock").read_bytes() == b"%d\n" % made.pid
    made.type(b"\x04")
    made.wait()
    assert locks.is_held(made.folder / "lock") is False


def test_its_files_are_the_users_alone(holder: MakeHolder) -> None:
    made = holder("echo")
    made.run(SpoolReader(made.folder))
    assert {path.name: path.stat().st_mode & 0o777 for path in made.folder.iterdir()} == {
        "keys": 0o600,
        "modes": 0o600,
        "lock": 0o600,
        "0.seg": 0o600,
    }


def test_keys_from_tmux_and_from_the_fifo_both_arrive(holder: MakeHolder) -> None:
    made = holder("sh", "-c", 'stty -echo; echo ready; read a; echo "<$a>"; read b; echo "<$b>"')
    reader = SpoolReader(made.folder)
    made.read(reader, has(b"ready"))
    os.write(made.terminal, b"by tmux\r")
    made.read(reader, has(b"<by tmux>"))
    made.type(b"by fifo\r")
    made.read(reader, has(b"<by fifo>"))


def test_tmux_gets_what_is_recorded(holder: MakeHolder, soon: Soon) -> None:
    made = holder("sh", "-c", "seq 1 20000; read wait")
    reader = SpoolReader(made.folder)
    events = made.read(reader, has(b"\r\n20000\r\n"))
    # A tmux that lags is waited for while the program runs, not at its end.
    soon(lambda: made.shown.startswith(numbered(20_000)))
    made.type(b"\r")
    events += made.run(reader)
    made.wait()
    assert printed(events).startswith(numbered(20_000))
    assert made.shown.startswith(numbered(20_000))


def test_a_stream_goes_on_across_segments(holder: MakeHolder) -> None:
    made = holder("seq", "1", "100000", segment_size=50_000)
    events = made.run(SpoolReader(made.folder))
    assert printed(events) == numbered(100_000)
    assert len(list(made.folder.glob("*.seg"))) > 5
    assert not any(isinstance(each, BytesLost) for each in events)


def test_a_size_is_recorded_and_passed_on_and_the_first_one_is_not(holder: MakeHolder) -> None:
    made = holder("sh", "-c", "stty size; read x; stty size")
    reader = SpoolReader(made.folder)
    before = made.read(reader, has(b"24 80\r\n"))
    made.resize(51, 133)
    before += made.read(reader, lambda all: any(isinstance(each, SizeChanged) for each in all))
    made.type(b"\r")
    after = made.run(reader)
    sizes = [(each.rows, each.columns) for each in before + after if isinstance(each, SizeChanged)]
    assert sizes == [(51, 133)]
    assert b"51 133\r\n" in printed(after)


def test_a_tmux_that_does_not_read_slows_the_program_and_grows_no_memory(
    holder: MakeHolder, soon: Soon
) -> None:
    made = holder("sh", "-c", "yes 0123456789 | head -c 20000000", drain=False)
    reader = SpoolReader(made.folder)
    events = made.read(reader, lambda all: len(printed(all)) > 60_000)
    soon(lambda: made.sleeps_without(lambda: events.extend(reader.read())))
    assert len(printed(events)) < 1_000_000
    assert resident(made.pid) < 20_000_000
    made.drain()
    events += made.run(reader)
    assert len(printed(events)) == 20_000_000 + 20_000_000 // 11
    assert not any(isinstance(each, BytesLost) for each in events)


def test_a_paste_that_the_program_does_not_read_is_taken_only_so_far(holder: MakeHolder, soon: Soon) -> None:
    made = holder("sh", "-c", "stty raw -echo; echo ready; exec sleep 60")
    made.read(SpoolReader(made.folder), has(b"ready"))
    taken = 0
    fifo = os.open(made.folder / "keys", os.O_WRONLY | os.O_NONBLOCK)

    def type_on() -> None:
        nonlocal taken
        try:
            while True:
                taken += os.write(fifo, b"x" * 65536)
        except BlockingIOError:
            return

    soon(lambda: made.sleeps_without(type_on))
    os.close(fifo)
    assert taken < 1_000_000
    assert resident(made.pid) < 20_000_000


def test_all_of_a_paste_arrives_once_the_program_reads(holder: MakeHolder) -> None:
    made = holder("sh", "-c", "stty raw -echo; echo ready; head -c 300000 | sha256sum")
    reader = SpoolReader(made.folder)
    made.read(reader, has(b"ready"))
    paste = b"0123456789" * 30_000
    made.type(paste)
    assert hashlib.sha256(paste).hexdigest().encode() in printed(made.run(reader))


def test_signals_are_as_a_login_shell_has_them(holder: MakeHolder) -> None:
    made = holder("grep", "-E", "^Sig(Ign|Blk)", "/proc/self/status")
    _, blocked, _, ignored = printed(made.run(SpoolReader(made.folder))).split()
    assert int(blocked, 16) == 0
    # 32 and 33 are the C library's own: a run may be started with them ignored, and no call resets them.
    assert int(ignored, 16) & ~(0b11 << 31) == 0


def test_the_program_leads_a_session_on_a_terminal_of_its_own(holder: MakeHolder) -> None:
    made = holder("sh", "-c", "ps -o pid=,pgid=,sid=,tpgid= -p $$; stty -a; ls /proc/$$/fd")
    out = printed(made.run(SpoolReader(made.folder)))
    pid, group, session, foreground = (int(word) for word in out.split(b"\r\n")[0].split())
    assert pid == group == session == foreground
    assert b" iutf8" in out
    assert set(out.split(b"\r\n")[-2].split()) <= {b"0", b"1", b"2", b"10", b"255"}


def test_a_program_that_closes_its_terminal_is_waited_for(holder: MakeHolder, soon: Soon) -> None:
    made = holder("sh", "-c", "echo ready; exec 0<&- 1>&- 2>&-; sleep 0.3; echo back > /dev/tty; exit 4")
    events = made.run(SpoolReader(made.folder))
    assert b"back" in printed(events)
    assert ending(events).status == 4


def test_a_program_that_vanished_says_so_with_a_shells_status(holder: MakeHolder, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)
    events = made_run(holder, str(program))
    assert ending(events).status == 127
    assert b"can't run " + os.fsencode(program) in printed(events)


def made_run(holder: MakeHolder, *argv: str) -> list[BackendEvent]:
    made = holder(*argv)
    return made.run(SpoolReader(made.folder))


def test_a_folder_that_is_gone_says_so(holder: MakeHolder, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    made = holder("true", cwd=str(folder / ".." / "gone"))
    events = made.run(SpoolReader(made.folder))
    assert ending(events).status == 127
    assert b"gone" in printed(events)


def test_hanging_up_tmux_hangs_up_the_program(holder: MakeHolder) -> None:
    made = holder("sh", "-c", "echo ready; exec sleep 60")
    reader = SpoolReader(made.folder)
    made.read(reader, has(b"ready"))
    made.hang_up()
    exited = ending(made.run(reader))
    assert exited.signal == signal.SIGHUP
    assert "hung up" in exited.reason


def test_what_was_written_before_a_hang_up_is_kept(holder: MakeHolder) -> None:
    made = holder("sh", "-c", "seq 1 300; echo ready; exec sleep 60", drain=False)
    reader = SpoolReader(made.folder)
    events = made.read(reader, has(b"300\r\nready"))
    made.hang_up()
    made.run(reader)
    assert printed(events).startswith(numbered(300))


def test_a_program_that_survives_a_hang_up_is_left_alone(holder: MakeHolder) -> None:
    made = holder("sh", "-c", "trap '' HUP; echo \"pid $$\"; while :; do sleep 0.05; done")
    reader = SpoolReader(made.folder)
    events = made.read(reader, has(b"\r\n"))
    pid = int(printed(events).split()[1])
    made.hang_up()
    exited = ending(made.run(reader))
    os.kill(pid, signal.SIGKILL)
    assert (exited.status, exited.signal) == (None, None)
    assert f"{pid} ran on" in exited.reason


def test_the_last_output_of_a_program_is_whole_though_children_keep_the_terminal(holder: MakeHolder) -> None:
    events = made_run(holder, "sh", "-c", "trap '' HUP; sleep 60 & seq 1 30000; exit 9")
    assert printed(events) == numbered(30_000)
    assert ending(events).status == 9


def test_a_child_that_prints_for_ever_does_not_keep_the_pane(holder: MakeHolder) -> None:
    events = made_run(holder, "sh", "-c", "trap '' HUP; yes & exit 9")
    assert ending(events).status == 9


def test_a_second_holder_in_the_same_spool_gives_up(holder: MakeHolder, soon: Soon) -> None:
    made = holder("cat")
    soon(lambda: has_holder(made.folder))
    second = holder.again(made)
    second.wait()
    assert has_holder(made.folder)
    made.type(b"still\r")
    made.read(SpoolReader(made.folder), has(b"still\r\nstill"))


def test_it_imports_little_of_the_standard_library() -> None:
    folder = str(Path(room.__file__).parent)
    seen = f"import sys; sys.path.insert(0, {folder!r}); import holder, questions; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-I", "-S", "-E", "-c", seen], text=True).split()
    assert "questions" in loaded
    assert not {"os", "re", "json", "signal", "struct", "stat", "enum", "typing", "collections"} & {*loaded}
