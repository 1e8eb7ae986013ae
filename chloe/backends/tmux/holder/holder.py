"""The holder: the process in a tmux session that owns a program's terminal and records it.

Owns the inner PTY, the relay between it and tmux, and the order of what the spool records. Must not
know Chloe: it is run alone as ``python -I -S -E holder.py FOLDER`` and outlives every Chloe. In the
folder, which it makes again if somebody removes it, lie, beside the segments,

- ``spec.json``: what to run; read and removed.
- ``keys``: a FIFO; what comes in is typed.
- ``lock``: locked (flock) as long as the holder lives. It appears only once it is locked and
  ``keys`` is open, so a lock that is found free means that the holder is gone.

It starts some hundred times a day beside a waiting user, so it imports little: ``json`` and ``signal``
alone would double its 10 ms, ``os`` adds 1.5 to ``posix``, which has all that is needed. Flow is bounded
everywhere by not reading the source while the sink is full, so that the kernel slows the writer.
"""

from __future__ import annotations

import fcntl
import posix as os
import select
import sys
import termios
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal

    from chloe.backends.tmux.holder.child import parse_json, process_identity, raise_limits, spawn
    from chloe.backends.tmux.holder.descriptors import NO_SIZE, make_raw, size_of, write_some
    from chloe.backends.tmux.holder.holder_files import HolderFiles
    from chloe.backends.tmux.holder.modes_file import ModesFile
    from chloe.backends.tmux.holder.questions import Questions
    from chloe.backends.tmux.holder.segments import SIZE_FIELDS, UNKNOWN, SpoolWriter, encode_fields, strerror
else:
    import _signal as signal  # The module around it costs 4 ms, for its enums.

    # Isolated mode leaves the script's own folder out; a compiled script lies one deeper.
    sys.path.insert(0, __file__.rpartition("/")[0].removesuffix("/__pycache__"))
    from child import parse_json, process_identity, raise_limits, spawn
    from descriptors import NO_SIZE, make_raw, size_of, write_some
    from holder_files import HolderFiles
    from modes_file import ModesFile
    from segments import SIZE_FIELDS, UNKNOWN, SpoolWriter, encode_fields, strerror

#: The most bytes of output in a frame, and about the most that is kept for a tmux that doesn't read.
BATCH = 64 * 1024
#: A read that returns less has probably emptied the terminal.
_PROBABLY_MORE = 2048
#: How often what may change unannounced is looked at again, in milliseconds.
_RECHECK_MS = 200
#: How often it is looked whether there is room for a program that waits, in milliseconds.
_ROOM_CHECK_MS = 60
#: Seconds between two looks at the folder: unasked, and after something was removed, since more may follow.
_FOLDER_CHECK, _FOLDER_CHECK_SOON = 10.0, 0.2
_FOR_EVER = 3_600_000
#: How long background children may go on printing after the program's end: seconds in all, ms of silence.
_LINGER, _QUIET_MS = 2.0, 100
#: Seconds until a program that ignores the hang-up of its terminal is left alone, or killed.
_HANGUP_GRACE, _KILL_GRACE = 2.0, 1.0
#: Seconds for which room is waited for where a limit of this process leaves none: nobody can make any.
_LIMIT_GRACE = 30.0


class Relay:
    """Moves bytes between tmux (descriptors 0 and 1), ``keys`` and the program's terminal."""

    def __init__(
        self,
        files: HolderFiles,
        spool: SpoolWriter,
        questions: Questions,
        *,
        program: int,
        inner: int,
        size: bytes,
    ) -> None:
        self._files = files
        self._spool = spool
        self._questions = questions
        self._modes = ModesFile(files.path)
        self._modes.publish(questions.tell_typing())
        self._program = program
        self._inner = inner
        self._size = size
        self._status = UNKNOWN
        #: The program is gone; nobody has its terminal open; tmux is gone; the pane is to be killed.
        self._ended = self._inner_closed = self._hung_up = self._terminated = False
        self._to_program = bytearray()
        self._to_tmux = bytearray()
        self._registered: dict[int, int] = {}
        self._poll = select.poll()
        self._signals, wake = os.pipe()
        os.set_blocking(self._signals, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (signal.SIGWINCH, signal.SIGCHLD, signal.SIGHUP, signal.SIGTERM, signal.SIGIO):
            signal.signal(number, _ignore)
        signal.signal(signal.SIGUSR1, _ignore)
        files.watch()
        self._check_at = time.monotonic() + _FOLDER_CHECK
        # What happened before anyone listened.
        self._resized = True
        self._reap()

    def run(self) -> None:
        """Relay until the program is gone or its terminal is hung up, and record the end."""
        while not (self._ended or self._hung_up or self._terminated):
            if self._resized:
                self._resize()
                self._write_to_program()
            self._register()
            # Only time tells that a closed terminal is open again, that a disk has room, and that a
            # full terminal has too where the kernel forgot to say so.
            uncertain = self._to_program or self._inner_closed or self._spool.has_pending
            again = _RECHECK_MS if uncertain else _FOR_EVER
            left = self._check_at - time.monotonic()
            if left <= 0:
                self._check_folder()
                self._questions.look_at_colours()
                self._write_to_program()
                continue
            if self._spool.blocked:
                again = _ROOM_CHECK_MS
            if due := self._questions.answers.due:
                left = min(left, max(due - time.monotonic(), 0))
            events = self._poll.poll(min(again, left * 1000 + 1))
            if due and time.monotonic() >= due:
                self._write_to_program()
            if not events:
                self._spool.flush_pending()
                self._inner_closed = False
            for fd, _ in events:
                if fd == self._inner:
                    self._take_output()
                    self._write_to_program()
                elif fd == 1:
                    self._write_to_tmux()
                elif fd == self._signals:
                    self._take_signals()
                else:
                    self._take_keys(fd)
        if self._ended:
            self._linger()
            self._record_end("")
        else:
            self._record_end(self._hang_up())

    def _register(self) -> None:
        """Ask the kernel only for what can be moved on: no source is read while its sink is full."""
        if self._spool.blocked:
            self._spool.check_room()
        room = 0 if self._to_program else select.POLLIN
        output = select.POLLIN if len(self._to_tmux) < BATCH and not self._spool.blocked else 0
        wanted = {
            self._signals: select.POLLIN,
            self._inner: 0 if self._inner_closed else output | (select.POLLOUT if self._to_program else 0),
            1: select.POLLOUT if self._to_tmux else 0,
            0: room,
            self._files.keys: room,
        }
        if wanted != self._registered:
            for fd, events in wanted.items():
                if events:
                    self._poll.register(fd, events)
                elif self._registered.get(fd):
                    # Asking for nothing would still report a hang-up, over and over.
                    self._poll.unregister(fd)
            self._registered = wanted

    def _check_folder(self) -> str:
        """Have all back that was removed from the folder; "" or why that can't be done."""
        failure = ""
        if not self._files.is_complete:
            if self._registered.pop(self._files.keys, 0):
                self._poll.unregister(self._files.keys)
            try:
                self._to_program += self._files.restore()
            except OSError as error:
                failure = strerror(error)
        self._spool.replace_removed()
        self._check_at = time.monotonic() + (_FOLDER_CHECK_SOON if failure else _FOLDER_CHECK)
        return failure

    def _take_output(self) -> bool:
        """Record and pass on what the program wrote, a batch at the most; False if there was nothing."""
        chunks: list[bytes] = []
        length = 0
        try:
            while length < BATCH:
                chunk = os.read(self._inner, BATCH)
                chunks.append(chunk)
                length += len(chunk)
                if len(chunk) < _PROBABLY_MORE:
                    break
                # Terminals hold 8 KB on the way: a tmux that waits for the whole batch stands idle.
                self._write_to_tmux()
        except BlockingIOError:
            pass
        except OSError:
            self._inner_closed = True  # EIO: nobody has the other end open.
        if not length:
            return False
        data = b"".join(chunks)
        for_tmux = self._questions.take(data)
        # A Chloe that has read the output finds what it asked for.
        self._modes.publish(self._questions.tell_typing())
        self._spool.output(data)
        self._to_tmux += for_tmux
        self._files.watch_home(on=self._questions.watches_colours)
        self._write_to_tmux()
        return True

    def _take_all_output(self, at_most: int) -> None:
        taken = 0
        while taken < at_most and self._take_output():
            taken += BATCH

    def _take_keys(self, fd: int) -> None:
        if self._resized:  # They were typed under the new size.
            self._resize()
        try:
            data = os.read(fd, BATCH)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._hung_up |= not data
        self._to_program += self._questions.take_typed(data, by_tmux=fd == 0)
        self._write_to_program()

    def _write_to_program(self) -> None:
        """Write what was typed and what is answered: as much of it as the program takes."""
        if len(self._to_program) < BATCH:
            self._to_program += self._questions.answers.take()
        write_some(self._inner, self._to_program)

    def _write_to_tmux(self) -> None:
        write_some(1, self._to_tmux)

    def _take_signals(self) -> None:
        numbers = os.read(self._signals, 512)
        self._resized |= signal.SIGWINCH in numbers
        self._hung_up |= signal.SIGHUP in numbers
        self._terminated |= signal.SIGTERM in numbers
        if signal.SIGCHLD in numbers:
            self._reap()
        if signal.SIGUSR1 in numbers:
            self._to_tmux += self._questions.end_left_behind()
            self._modes.publish(self._questions.tell_typing())
            self._write_to_tmux()
        if signal.SIGIO in numbers:
            self._check_at = min(self._check_at, time.monotonic() + _FOLDER_CHECK_SOON)

    def _reap(self) -> None:
        if not self._ended:
            pid, status = os.waitpid(self._program, os.WNOHANG)
            if pid:
                self._ended, self._status = True, status

    def _resize(self) -> None:
        """Record tmux's size behind all that was written under the old one, then pass it on."""
        self._resized = False
        size = size_of(0)
        if size in (self._size, NO_SIZE):
            return
        cells = SIZE_FIELDS.unpack(size)[:2]
        if cells != SIZE_FIELDS.unpack(self._size)[:2]:
            self._take_all_output(4 * BATCH)
            self._spool.size(size)
            self._questions.resize(*cells)
        self._size = size
        fcntl.ioctl(self._inner, termios.TIOCSWINSZ, size)

    def _linger(self) -> None:
        """Take all that the program wrote, and what background children soon add to it.

        An empty read is exact for the program's own output: the kernel flushes what is under way first.
        """
        poll = select.poll()
        poll.register(self._inner, select.POLLIN)
        self._take_all_output(4 * BATCH)
        deadline = time.monotonic() + _LINGER
        while time.monotonic() < deadline:
            if self._spool.blocked:
                self._wait_for_signals()
                self._spool.check_room()
                continue
            if not self._take_output() and (self._inner_closed or not poll.poll(_QUIET_MS)):
                return
            if len(self._to_tmux) > BATCH:
                self._to_tmux.clear()  # The session ends anyway: a tmux that doesn't read isn't waited for.

    def _hang_up(self) -> str:
        """End the inner terminal as a real one ends and wait for the program; says what came of it."""
        self._take_all_output(16 * BATCH)
        os.close(self._inner)
        killing = self._terminated
        deadline = time.monotonic() + (_KILL_GRACE if killing else _HANGUP_GRACE)
        while not self._ended and time.monotonic() < deadline:
            self._wait_for_signals()
            if self._terminated and not killing:
                killing, deadline = True, time.monotonic() + _KILL_GRACE
        if self._ended:
            return "killed" if killing else "its terminal was hung up"
        if not killing:
            return f"its terminal was hung up; process {self._program} ran on without one"
        os.killpg(self._program, signal.SIGKILL)
        deadline = time.monotonic() + _KILL_GRACE
        while not self._ended and time.monotonic() < deadline:
            self._wait_for_signals()
        return "killed by force" if self._ended else f"killed, but process {self._program} doesn't end"

    def _record_end(self, reason: str) -> None:
        """Wait for room on the disk if need be: nobody else knows the end. "" where it came by itself.

        Who asked for the end may have removed the folder as well: then it stays gone.
        """
        asked, self._terminated = self._terminated, False
        deadline = time.monotonic() + _LIMIT_GRACE
        while not self._terminated:
            if not asked:
                self._check_folder()
            if not self._spool.end(self._status, reason) or self._spool.is_gone:
                return
            if self._spool.limited and time.monotonic() >= deadline:
                return
            self._pause()

    def _pause(self) -> None:
        """Wait until it is time to look again, or the pane is to be killed; other signals don't matter."""
        again = time.monotonic() + _RECHECK_MS / 1000
        while not self._terminated and (left := again - time.monotonic()) > 0:
            self._wait_for_signals(left * 1000 + 1)

    def _wait_for_signals(self, milliseconds: float = _RECHECK_MS) -> None:
        poll = select.poll()
        poll.register(self._signals, select.POLLIN)
        if poll.poll(milliseconds):
            self._take_signals()


def main(folder: str) -> None:
    """Run what ``spec.json`` in ``folder`` says to its end."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        signal.signal(number, signal.SIG_IGN)
    # It may come before it is waited for.
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    # Inherited, either of these would hide the program's end.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    raise_limits()
    files = HolderFiles(folder)
    with open(f"{folder}/spec.json", encoding="ascii") as file:
        spec = parse_json(file.read())
    os.unlink(f"{folder}/spec.json")
    files.publish_lock()
    make_raw(0)
    for fd in (0, 1):
        os.set_blocking(fd, False)
    size = SIZE_FIELDS.pack(spec["rows"], spec["columns"], 0, 0)
    pid, inner = spawn(spec, size)
    if not TYPE_CHECKING:
        # Read while the program starts, which then comes as soon as without it.
        from questions import Questions
    spool = SpoolWriter(
        folder,
        segment_size=spec["segment_size"],
        cap=spec["cap"],
        share=spec["share"],
        about=encode_fields(
            holder=spec["version"],
            program=process_identity(pid),
            term=spec["environment"].get("TERM", ""),
            answers=Questions.ANSWERS,
            watches=Questions.WATCHES,
        ),
        is_leased=files.is_leased,
    )
    spool.begin()
    questions = Questions(spec["answers"], files.home, spec["rows"], spec["columns"])
    Relay(files, spool, questions, program=pid, inner=inner, size=size).run()


def _ignore(number: int, frame: object) -> None:
    """Handle nothing: the number has been written to the wake-up descriptor."""


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Exception as failure:
        # Nobody sees this terminal: the reader shows it as the reason of the end.
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
        file = os.open(f"{sys.argv[1]}/failure", flags, 0o600)
        os.write(file, f"{type(failure).__name__}: {failure}\n".encode("utf-8", "replace"))
        raise
