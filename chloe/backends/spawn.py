"""A program on a pseudo-terminal of its own, started as a terminal starts it.

Owns the spawn: a new session with the terminal as its controlling one, default signals, an empty
mask, IUTF8, and no descriptor of Chloe's. ``os.posix_spawn`` does it where the platform lets it,
since a fork copies the page tables of the whole process (ten times as slow from a process of 80 MB);
ptyprocess's own fork is the fall-back. Must not know who reads the terminal or waits for the program.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import functools
import os
import signal
import struct
import sys
import termios
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ptyprocess import PtyProcess, PtyProcessError

from chloe.backends import descriptors, environment
from chloe.backends.backend import Spec
from chloe.errors import StartFailed

#: The line discipline erases whole UTF-8 characters (termios(3)); Python names it only from 3.14 on.
IUTF8 = 0x4000

#: unshare(2): a thread gets a current folder of its own.
CLONE_FS = 0x200

#: Every signal whose disposition can be set, as plain numbers: looking up their names takes 0.1 ms a spawn.
_SETTABLE = sorted(int(number) for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP})


class Spawned(NamedTuple):
    """A running program: the handle, and the file of its terminal."""

    process: Any  # ptyprocess has no types.
    device: str


def spawn(spec: Spec) -> Spawned:
    """Start the program of ``spec``. Raises ``StartFailed``, and then leaves nothing behind."""
    path = environment.find_program(spec.argv, cwd=spec.cwd, environment=spec.environment)
    if any("=" in name or not name for name in spec.environment):
        raise StartFailed(f"Can't start {spec.argv[0]!r}: a name in its environment is empty or has a '='.")
    try:
        try:
            return _start(spec, path, spec.argv)
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            # A script without a first line that names its shell: execvp(3) gives it to sh, so do we.
            return _start(spec, "/bin/sh", ("sh", path, *spec.argv[1:]))
    except (OSError, ValueError, PtyProcessError) as error:
        raise StartFailed(f"Can't start {spec.argv[0]!r} in {spec.cwd!r}: {_explain(error)}") from error


def close_terminal(process: Any) -> None:
    """Close the terminal, once: nothing but the handle's own file closes its number, which is soon reused."""
    process.fileobj.close()
    process.fd = -1
    process.closed = True


def set_size(fd: int, rows: int, columns: int) -> None:
    """Give the terminal this size; its foreground program is told by SIGWINCH (tty_ioctl(4))."""
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _start(spec: Spec, path: str, argv: tuple[str, ...]) -> Spawned:
    if _opening_makes_controlling():
        try:
            return _posix_spawn(spec, path, argv)
        except _FolderRefused:
            pass
    return _fork(spec, path, argv)


def _posix_spawn(spec: Spec, path: str, argv: tuple[str, ...]) -> Spawned:
    master, slave = os.openpty()
    try:
        device = os.ttyname(slave)
        set_size(slave, spec.rows, spec.columns)
        _set_utf8_erase(slave)
        with contextlib.nullcontext() if spec.cwd == _current_folder() else _in_folder(spec.cwd):
            pid = _spawn_on(device, path, argv, dict(spec.environment))
    except BaseException:
        os.close(master)
        raise
    finally:
        os.close(slave)
    return Spawned(_make_handle(PtyProcess(pid, master)), device)


def _spawn_on(device: str, path: str, argv: tuple[str, ...], env: dict[str, str]) -> int:
    """Start a session leader that opens ``device``, its controlling terminal then. Return its process id."""
    actions: list[tuple[Any, ...]] = [
        (os.POSIX_SPAWN_OPEN, 0, device, os.O_RDWR, 0),
        (os.POSIX_SPAWN_DUP2, 0, 1),
        (os.POSIX_SPAWN_DUP2, 0, 2),
        *((os.POSIX_SPAWN_CLOSE, fd) for fd in _inheritable()),
    ]
    with descriptors.with_callers_limit():
        return os.posix_spawn(
            path,
            argv,
            env,
            file_actions=actions,
            setsid=True,
            setsigdef=_SETTABLE,
            setsigmask=(),
        )


def _inheritable() -> list[int]:
    """Return the descriptors above 2 that an exec would hand on: the caller's, and those of C libraries."""
    return [fd for fd in _open_descriptors() if fd > 2 and _is_inheritable(fd)]


def _is_inheritable(fd: int) -> bool:
    try:
        return os.get_inheritable(fd)
    except OSError:  # The one that listed them is closed by now.
        return False


def _open_descriptors() -> Iterable[int]:
    try:
        return [int(name) for name in os.listdir("/dev/fd")]  # noqa: PTH208 - names alone are wanted
    except OSError:  # No such folder in a bare chroot.
        return range(256)


def _current_folder() -> str:
    """Return the current folder; empty where it was deleted."""
    try:
        return os.getcwd()  # noqa: PTH109 - a Path of it would cost ten times as much
    except OSError:
        return ""


class _FolderRefused(Exception):
    """The platform gives a thread no current folder of its own."""


@contextlib.contextmanager
def _in_folder(folder: str) -> Iterator[None]:
    """Give this thread, and only this thread, the current folder ``folder``: a child inherits it.

    posix_spawn as Python has it can't change the folder. A plain ``chdir`` would move every thread, and
    ``sh -c 'cd …'`` costs another exec (0.6 ms where this takes 0.02) and loses exported functions. From the
    first call on, this thread has its umask for itself as well. Raises ``_FolderRefused``.
    """
    if not sys.platform.startswith("linux"):
        raise _FolderRefused
    # Done anew each time: a thread that was started meanwhile shares our folder.
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_FS) != 0:
        raise _FolderRefused(os.strerror(ctypes.get_errno()))  # A container's filter can forbid it.
    back = os.open(".", os.O_PATH | os.O_DIRECTORY)
    try:
        os.chdir(folder)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # We may not enter it any more. Nothing else relies on it.
                os.fchdir(back)
    finally:
        os.close(back)


@functools.cache
def _opening_makes_controlling() -> bool:
    """Return whether a terminal that a session leader opens, by posix_spawn, becomes its controlling one.

    It does on Linux; POSIX leaves it open. Tried once in a process, on a shell that runs nothing.
    """
    if not hasattr(os, "posix_spawn"):
        return False
    master, slave = os.openpty()
    try:
        pid = _spawn_on(os.ttyname(slave), "/bin/sh", ("sh", "-c", "read line"), {})
    except (FileNotFoundError, NotImplementedError):  # No such shell; no setsid in this posix_spawn.
        return False
    else:
        controlling = os.tcgetpgrp(master) == pid
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return controlling
    finally:
        os.close(slave)
        os.close(master)


def _fork(spec: Spec, path: str, argv: tuple[str, ...]) -> Spawned:
    """Start by ptyprocess: slower, but everywhere. It blocks until the program runs, some 10 ms.

    What can't be encoded is refused before: the forked child would raise it, and live on as a copy of us.
    """
    with descriptors.with_callers_limit():
        process = PtyProcess.spawn(
            [_encode(word) for word in (path, *argv[1:])],
            cwd=_encode(spec.cwd),
            env={_encode(name): _encode(value) for name, value in spec.environment.items()},
            preexec_fn=_reset_child,
            dimensions=(spec.rows, spec.columns),
        )
    return Spawned(_make_handle(process), _device_of(process.fd))


def _device_of(master: int) -> str:
    """Return the file of the other end of a terminal; Python has ptsname(3) only from 3.13 on."""
    ptsname = ctypes.CDLL(None).ptsname
    ptsname.restype = ctypes.c_char_p
    return os.fsdecode(ptsname(master) or b"")


def _encode(text: str) -> bytes:
    """Encode as the kernel takes it. Raises ``ValueError``, as posix_spawn does."""
    data = os.fsencode(text)
    if b"\0" in data:
        raise ValueError("embedded null byte")
    return data


def _reset_child() -> None:
    """Do in the forked child what posix_spawn's attributes do otherwise."""
    for number in _SETTABLE:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    _set_utf8_erase(0)


def _set_utf8_erase(fd: int) -> None:
    """Let the erase key take a whole UTF-8 character off a line."""
    modes = termios.tcgetattr(fd)
    modes[0] |= IUTF8
    termios.tcsetattr(fd, termios.TCSANOW, modes)


def _make_handle(process: Any) -> Any:
    """Return the handle, made never to block: neither its file nor its own clean-up."""
    os.set_blocking(process.fd, False)
    process.delayafterclose = process.delayafterterminate = 0
    return process


def _explain(error: Exception) -> str:
    """Return what the system said, and what to do about it."""
    if not isinstance(error, OSError):
        return f"{error}. Arguments and environment can't hold it."
    text = (error.strerror or str(error)).lower()
    if error.errno == errno.E2BIG:
        return f"{text}. Shorten the arguments or the environment."
    if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EAGAIN, errno.ENOMEM):
        return f"{text}. Close some panes, or raise the limit (ulimit -n, ulimit -u, kernel.pty.max)."
    return f"{text}. Check that the file is a program for this machine."
