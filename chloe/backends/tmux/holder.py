"""The holder: the process in a tmux session that owns a program's terminal and records it.

Owns the inner PTY, the relay between it and tmux, and the order of what the spool records. Must not
know Chloe: it is run alone as ``python -I -S -E holder.py FOLDER`` and outlives every Chloe. In the
folder lie, beside the segments,

- ``spec.json``: what to run; read and removed.
- ``keys``: a FIFO; what comes in is typed.
- ``lock``: locked (flock) as long as the holder lives. It appears only once it is locked and
  ``keys`` is open, so whoever finds it unlocked knows that the holder is gone.

It starts some hundred times a day beside a waiting user, so it imports little: ``json`` and
``signal`` alone would double its 10 ms. Flow is bounded everywhere by not reading the source while
the sink is full, so that the kernel slows whoever writes.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import sys
import termios
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from typing import Any, NoReturn

    from chloe.backends.tmux.segments import SIZE_FIELDS, UNKNOWN, Spool
else:
    import _signal as signal  # The module around it costs 4 ms, for its enums.

    # Isolated mode leaves the script's own folder out; a compiled script lies one deeper.
    sys.path.insert(0, __file__.rpartition("/")[0].removesuffix("/__pycache__"))
    from segments import SIZE_FIELDS, UNKNOWN, Spool

NO_SIZE = bytes(SIZE_FIELDS.size)
#: The most bytes of output in a frame, and about the most that is kept for a tmux that doesn't read.
BATCH = 64 * 1024
#: A read that returns less has probably emptied the terminal.
_PROBABLY_MORE = 2048
#: Input flag of termios(3) that Python's module doesn't name; the same on Linux and macOS.
_IUTF8 = 0x4000
#: How often what may change unannounced is looked at again, in milliseconds.
_LOOK_AGAIN_MS = 200
#: How long background children may go on printing after the program's end: seconds in all, ms of silence.
_LINGER, _QUIET_MS = 2.0, 100
#: Seconds until a program that ignores the hang-up of its terminal is left alone, or killed.
_HANGUP_GRACE, _KILL_GRACE = 2.0, 1.0


class Relay:
    """Moves bytes between tmux (descriptors 0 and 1), ``keys`` and the program's terminal."""

    def __init__(self, spool: Spool, *, program: int, inner: int, keys: int, size: bytes) -> None:
        self._spool = spool
        self._program = program
        self._inner = inner
        self._keys = keys
        self._size = size
        self._status = UNKNOWN
        #: The program is gone; nobody has its terminal open; tmux is gone; the pane is to be killed.
        self._ended = self._inner_closed = self._hung_up = self._terminated = False
        self._to_program = bytearray()
        self._to_tmux = bytearray()
        self._asked: dict[int, int] = {}
        self._poll = select.poll()
        self._signals, wake = os.pipe()
        os.set_blocking(self._signals, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (signal.SIGWINCH, signal.SIGCHLD, signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, _noted)
        # What happened before anyone listened.
        self._resized = True
        self._reap()

    def run(self) -> None:
        """Relay until the program is gone or its terminal is hung up, and record the end."""
        while not (self._ended or self._hung_up or self._terminated):
            if self._resized:
                self._resize()
            self._ask()
            # Only time tells that a closed terminal is open again, that a disk has room, and that a
            # full terminal has too where the kernel forgot to say so.
            uncertain = self._to_program or self._inner_closed or self._spool.unsettled
            events = self._poll.poll(_LOOK_AGAIN_MS if uncertain else None)
            if not events:
                self._spool.settle()
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

    def _ask(self) -> None:
        """Ask the kernel only for what can be moved on: no source is read while its sink is full."""
        room = 0 if self._to_program else select.POLLIN
        output = select.POLLIN if len(self._to_tmux) < BATCH else 0
        wanted = {
            self._signals: select.POLLIN,
            self._inner: 0 if self._inner_closed else output | (select.POLLOUT if self._to_program else 0),
            1: select.POLLOUT if self._to_tmux else 0,
            0: room,
            self._keys: room,
        }
        if wanted != self._asked:
            for fd, events in wanted.items():
                if events:
                    self._poll.register(fd, events)
                elif self._asked.get(fd):
                    # Asking for nothing would still report a hang-up, over and over.
                    self._poll.unregister(fd)
            self._asked = wanted

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
        self._spool.output(data)
        self._to_tmux += data
        self._write_to_tmux()
        return True

    def _take_all_output(self, at_most: int) -> None:
        taken = 0
        while taken < at_most and self._take_output():
            taken += BATCH

    def _take_keys(self, fd: int) -> None:
        try:
            data = os.read(fd, BATCH)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._hung_up |= not data
        self._to_program += data
        self._write_to_program()

    def _write_to_program(self) -> None:
        _write(self._inner, self._to_program)

    def _write_to_tmux(self) -> None:
        _write(1, self._to_tmux)

    def _take_signals(self) -> None:
        numbers = os.read(self._signals, 512)
        self._resized |= signal.SIGWINCH in numbers
        self._hung_up |= signal.SIGHUP in numbers
        self._terminated |= signal.SIGTERM in numbers
        if signal.SIGCHLD in numbers:
            self._reap()

    def _reap(self) -> None:
        if not self._ended:
            pid, status = os.waitpid(self._program, os.WNOHANG)
            if pid:
                self._ended, self._status = True, status

    def _resize(self) -> None:
        """Record tmux's size behind all that was written under the old one, then pass it on."""
        self._resized = False
        size = _size_of(0)
        if size in (self._size, NO_SIZE):
            return
        cells = SIZE_FIELDS.unpack(size)[:2]
        if cells != SIZE_FIELDS.unpack(self._size)[:2]:
            self._take_all_output(4 * BATCH)
            self._spool.size(size)
        self._size = size
        fcntl.ioctl(self._inner, termios.TIOCSWINSZ, size)

    def _linger(self) -> None:
        """Take all that the program wrote, and what background children soon add to it.

        An empty read is exact for the program's own output: the kernel flushes what is under way first.
        """
        poll = select.poll()
        poll.register(self._inner, select.POLLIN)
        deadline = time.monotonic() + _LINGER
        while time.monotonic() < deadline:
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
            return f"its terminal was hung up; process {self._program} runs on without one"
        os.killpg(self._program, signal.SIGKILL)
        deadline = time.monotonic() + _KILL_GRACE
        while not self._ended and time.monotonic() < deadline:
            self._wait_for_signals()
        return "killed by force" if self._ended else f"killed, but process {self._program} doesn't end"

    def _record_end(self, reason: str) -> None:
        """Wait for room on the disk if need be: nobody else knows the end. "" where it came by itself."""
        self._terminated = False
        while self._spool.end(self._status, reason) and not (self._spool.gone or self._terminated):
            self._wait_for_signals()

    def _wait_for_signals(self) -> None:
        poll = select.poll()
        poll.register(self._signals, select.POLLIN)
        if poll.poll(_LOOK_AGAIN_MS):
            self._take_signals()


def start(spec: dict[str, Any], size: bytes) -> tuple[int, int]:
    """Start the program on a terminal of its own; its process id and the terminal's master."""
    inner, outer = os.openpty()
    modes = termios.tcgetattr(outer)
    modes[0] |= _IUTF8
    termios.tcsetattr(outer, termios.TCSANOW, modes)
    fcntl.ioctl(outer, termios.TIOCSWINSZ, size)
    os.set_blocking(inner, False)
    pid = os.fork()
    if not pid:
        _become(spec, outer)
    os.close(outer)
    return pid, inner


def _become(spec: dict[str, Any], terminal: int) -> NoReturn:
    """In the child: turn into the program, or say on the terminal why not, with a shell's exit status."""
    program, cwd = _bytes(spec["program"]), _bytes(spec["cwd"])
    argv = [_bytes(argument) for argument in spec["argv"]]
    environment = {_bytes(name): _bytes(value) for name, value in spec["environment"].items()}
    status = 126
    try:
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        for fd in range(3):
            os.dup2(terminal, fd)
        # Ours close by themselves and tmux closes its own: this is for what neither knows of.
        os.closerange(3, min(os.sysconf("SC_OPEN_MAX"), 4096))
        for number in range(1, signal.NSIG):
            # The C library keeps two for itself, and two can't be changed.
            try:
                signal.signal(number, signal.SIG_DFL)
            except (OSError, ValueError):
                continue
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.umask(spec["umask"])
        os.chdir(cwd)
        try:
            os.execve(program, argv, environment)
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            # A script without a first line that names its shell: execvp(3) gives it to sh, so do we.
            os.execve("/bin/sh", [b"sh", program, *argv[1:]], environment)
    except OSError as error:
        status = 127 if error.errno in (errno.ENOENT, errno.ENOTDIR) else 126
        reason = os.strerror(error.errno or errno.EIO).encode()
        os.write(2, b"chloe: can't run " + program + b" in " + cwd + b": " + reason + b"\n")
    finally:
        os._exit(status)


def main(folder: str) -> None:
    """Run what ``spec.json`` in ``folder`` says to its end."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        signal.signal(number, signal.SIG_IGN)
    # Inherited, either of these would hide the program's end.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    # Whoever finds the lock may rely on it: the keys are open, and it is free only after the end.
    keys = os.open(f"{folder}/keys", os.O_RDWR | os.O_NONBLOCK)
    lock = os.open(f"{folder}/lock.new", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.write(lock, b"%d\n" % os.getpid())
    # Rings for watchers when it is closed, after the lock is free: the kernel closes in this order.
    os.open(f"{folder}/lock.new", os.O_WRONLY)
    with open(f"{folder}/spec.json", encoding="ascii") as file:
        spec = _loads(file.read())
    os.unlink(f"{folder}/spec.json")
    os.link(f"{folder}/lock.new", f"{folder}/lock")  # Unlike a rename, never takes another one's place.
    os.unlink(f"{folder}/lock.new")
    _make_raw(0)
    for fd in (0, 1):
        os.set_blocking(fd, False)
    size = SIZE_FIELDS.pack(spec["rows"], spec["columns"], 0, 0)
    spool = Spool(folder, segment_size=spec["segment_size"], cap=spec["cap"], share=spec["share"])
    program, inner = start(spec, size)
    Relay(spool, program=program, inner=inner, keys=keys, size=size).run()


def _write(fd: int, data: bytearray) -> None:
    """Write what fits now and take it off ``data``; what nobody can take any more is dropped."""
    try:
        while data:
            del data[: os.write(fd, data)]
    except BlockingIOError:
        return
    except OSError:
        data.clear()


def _size_of(fd: int) -> bytes:
    try:
        return fcntl.ioctl(fd, termios.TIOCGWINSZ, NO_SIZE)
    except OSError:
        return NO_SIZE


def _make_raw(fd: int) -> None:
    modes = termios.tcgetattr(fd)
    modes[0] = modes[1] = modes[3] = 0
    modes[2] = modes[2] & ~(termios.CSIZE | termios.PARENB) | termios.CS8
    modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
    termios.tcsetattr(fd, termios.TCSANOW, modes)


def _noted(number: int, frame: object) -> None:
    """Handle nothing: the number has been written to the wake-up descriptor."""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _loads(text: str) -> Any:
    """Read JSON by the scanner that ``json`` itself uses, without the 5 ms of importing what is around it."""
    try:
        from _json import make_scanner
    except ImportError:
        import json

        return json.loads(text)

    context: dict[str, Any] = {
        "strict": True,
        "object_hook": None,
        "object_pairs_hook": None,
        "parse_float": float,
        "parse_int": int,
        "parse_constant": float,
        "memo": {},
    }
    scan: Any = make_scanner(type("Context", (), context))  # type: ignore[arg-type]
    return scan(text, 0)[0]


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Exception as failure:
        # Nobody sees this terminal: the reader shows it as the reason of the end.
        with open(f"{sys.argv[1]}/failure", "a", encoding="utf-8") as file:
            print(f"{type(failure).__name__}: {failure}", file=file)
        raise
