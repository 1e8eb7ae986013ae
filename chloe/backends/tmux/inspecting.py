"""Looking at tmux servers and spools from outside, without being in anybody's way.

Owns what can be told of them by one who neither records nor types: whose a socket is, what a spool holds and
who looks after it. Must not know the log, but for how far it has taken a spool in.
"""

from __future__ import annotations

import os
import shutil
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from chloe.backends.tmux import locks
from chloe.backends.tmux.locks import Lease
from chloe.backends.tmux.spool import START, SpoolReader
from chloe.errors import SpoolBroken
from chloe.events.facts import SpoolPosition
from chloe.events.ids import is_id

#: struct ucred of unix(7): process, user, group.
_CREDENTIALS = struct.Struct("3i")


def socket_path(name: str) -> Path:
    """Where the socket of a server is (``tmux -L name``), as tmux(1) says; "" is the default one."""
    folder = os.environ.get("TMUX_TMPDIR", "") or "/tmp"  # noqa: S108 - tmux's own choice.
    return Path(folder, f"tmux-{os.getuid()}", name or "default")


def listener(path: Path) -> int:
    """The process that serves the socket ``path``, even if it hangs; 0 if none does or it can't be told."""
    if not hasattr(socket, "SO_PEERCRED"):
        return 0
    with socket.socket(socket.AF_UNIX) as client:
        client.setblocking(False)
        try:
            client.connect(os.fspath(path))
            said = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        except OSError:
            return 0
    pid: int = _CREDENTIALS.unpack(said)[0]
    return pid


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolSeen:
    """One spool as it lies on the disk. Process ids as ``locks.owner`` gives them: 0 nobody, None unknown."""

    folder: Path
    #: Bytes in its segments.
    size: int
    holder: int | None
    #: Who has the lease, that is, records it.
    recorder: int | None
    #: A holder was there at some time.
    began: bool
    #: Why the holder couldn't go on, in its own words.
    failure: str
    #: When the folder last changed, nanoseconds since 1970.
    changed_at: int

    @property
    def pane(self) -> str:
        """The pane's id."""
        return self.folder.name

    @property
    def alive(self) -> bool:
        """A holder looks after the program."""
        return self.holder != 0


def spools(folder: Path) -> list[SpoolSeen]:
    """Return all spools in ``folder``, by their ids; none where it isn't there. Raises ``OSError``."""
    if not folder.exists():
        return []
    return [
        _seen(each)
        for each in sorted(folder.iterdir())
        if is_id(each.name) and not each.is_symlink() and each.is_dir()
    ]


def unrecorded(folder: Path, position: SpoolPosition | None) -> bool:
    """Whether the spool holds more than the log has, which came as far as ``position``."""
    reader = SpoolReader(folder, position or START)
    try:
        return bool(reader.read(1))
    except SpoolBroken:
        return True
    finally:
        reader.close()


def quiet(folder: Path, position: SpoolPosition | None) -> bool:
    """Whether a holder is there and has written nothing after ``position``. Costs a few system calls."""
    if position is None:
        return False
    try:
        names = [name.removesuffix(".seg") for name in os.listdir(folder) if name.endswith(".seg")]  # noqa: PTH208
        newest = max((int(name) for name in names if name.isdecimal()), default=-1)
        at_end = newest == position.segment and (folder / f"{newest}.seg").stat().st_size == position.position
        return at_end and locks.held(folder / "lock") is True
    except OSError:
        return False


def remove_recorded(folder: Path, position: SpoolPosition | None, *, ended: bool = False) -> bool:
    """Remove the spool of a program that has ended, if the log has all of it; whether that was done.

    ``ended``: the log has the end as the holder told it, which may be there for an instant more.
    """
    lease = Lease(folder / "lease")
    if not lease.take():
        return False
    try:
        if unrecorded(folder, position) or (not ended and locks.held(folder / "lock")):
            return False
        shutil.rmtree(folder)
        return True
    finally:
        lease.give_back()


def _seen(folder: Path) -> SpoolSeen:
    size = 0
    for segment in folder.glob("*.seg"):
        try:
            size += segment.stat().st_size
        except FileNotFoundError:
            continue  # It has just been taken in.
    try:
        failure = (folder / "failure").read_text("utf-8", "replace").strip()
    except OSError:
        failure = ""
    return SpoolSeen(
        folder=folder,
        size=size,
        holder=locks.owner(folder / "lock"),
        recorder=locks.owner(folder / "lease"),
        began=(folder / "lock").exists(),
        failure=failure,
        changed_at=folder.stat().st_mtime_ns if folder.exists() else 0,
    )
