"""The holder's program: reading what is to run, and starting it on a terminal of its own.

Owns what a program finds when it starts: session, terminal, signals, folder, environment, limits. Must not
know what becomes of its output. Loaded by the holder, which runs alone: only the standard library, and little
of it.
"""

from __future__ import annotations

import errno
import fcntl
import posix as os
import resource
import termios

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from typing import Any, NoReturn
else:
    import _signal as signal  # The module around it costs 4 ms, for its enums.

#: Limits of the process that started the tmux server that would be in a holder's way.
_RAISED = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_NPROC")

#: Input flag of termios(3) that Python's module doesn't name; the same on Linux and macOS.
_IUTF8 = 0x4000


def raise_limits() -> None:
    """Give this process as much as it may have; programs get their caller's limits, see ``spawn``."""
    for name in _RAISED:
        kind = getattr(resource, name, None)
        if kind is not None:
            _, hard = resource.getrlimit(kind)
            _limit(kind, hard, hard)


def process_identity(pid: int) -> str:
    """Return a process's id, its start (field 22 of proc_pid_stat(5)) and the boot that this was in.

    Only the id where there is no /proc.
    """
    try:
        stat = _content(f"/proc/{pid}/stat").rpartition(b")")[2].split()
        boot = _content("/proc/sys/kernel/random/boot_id").strip()
        return f"{pid} {int(stat[19])} {boot.decode('ascii')}"
    except (OSError, ValueError, IndexError):
        return f"{pid}"


def spawn(spec: dict[str, Any], size: bytes) -> tuple[int, int]:
    """Start the program on a terminal of its own; its process id and the terminal's master."""
    inner, outer = os.openpty()
    modes = termios.tcgetattr(outer)
    modes[0] |= _IUTF8
    termios.tcsetattr(outer, termios.TCSANOW, modes)
    fcntl.ioctl(outer, termios.TIOCSWINSZ, size)
    os.set_blocking(inner, False)
    pid = os.fork()
    if not pid:
        _exec(spec, outer)
    os.close(outer)
    return pid, inner


def _exec(spec: dict[str, Any], terminal: int) -> NoReturn:
    """Turn the child into the program, or say on the terminal why not, with a shell's exit status."""
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
        _restore_caller(spec)
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


def _restore_caller(spec: dict[str, Any]) -> None:
    """Take on the niceness and the limits of the program's caller, as far as that is allowed."""
    for kind, soft, hard in spec["limits"]:
        _limit(kind, soft, hard)
    try:
        os.setpriority(os.PRIO_PROCESS, 0, spec["nice"])
    except OSError:
        return  # It was asked for by one who may do more than the tmux server.


def _limit(kind: int, soft: int, hard: int) -> None:
    """Set a limit, or what comes nearest to it and is allowed."""
    most = resource.getrlimit(kind)[1]
    for limits in ((soft, hard), (_min_limit(soft, most), _min_limit(hard, most))):
        try:
            resource.setrlimit(kind, limits)
            return
        except (OSError, ValueError):
            continue


def _min_limit(one: int, other: int) -> int:
    if resource.RLIM_INFINITY in (one, other):
        return other if one == resource.RLIM_INFINITY else one
    return min(one, other)


def _content(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def parse_json(text: str) -> Any:
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
