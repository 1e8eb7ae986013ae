"""Looking at tmux servers and spools from outside, without being in anybody's way.

Owns what can be known of them without recording or typing: whose a socket is, what a spool holds and
who looks after it. Must not know the log, but for how far it has taken a spool in.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chloe.backends.tmux import leases, locks
from chloe.backends.tmux.leases import Lease
from chloe.backends.tmux.liveness import read_failure
from chloe.backends.tmux.removal import is_spool, list_unknown_files, remove_spool
from chloe.backends.tmux.spool import START, SpoolReader, list_segments
from chloe.errors import SpoolBroken, SpoolTooNew
from chloe.events.facts import SpoolPosition
from chloe.events.ids import is_id

#: How much of a spool is read in one go.
_PIECE = 64 * 1024

#: struct ucred of unix(7): process, user, group.
_CREDENTIALS = struct.Struct("3i")


def socket_path(name: str) -> Path:
    """Return where the socket of a server is (``tmux -L name``), as tmux(1) says; "" is the default one."""
    folder = os.environ.get("TMUX_TMPDIR", "") or "/tmp"  # noqa: S108 - tmux's own choice.
    return Path(folder, f"tmux-{os.getuid()}", name or "default")


def find_listener(path: Path) -> int:
    """Return the process that serves the socket ``path``, even if it hangs; 0 where none is known."""
    if not hasattr(socket, "SO_PEERCRED"):
        return 0
    with socket.socket(socket.AF_UNIX) as client:
        client.setblocking(False)
        try:
            client.connect(os.fspath(path))
            credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        except OSError:
            return 0
    pid: int = _CREDENTIALS.unpack(credentials)[0]
    return pid


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolInfo:
    """One spool as it lies on the disk. Process ids: 0 for nobody, None for one that can't be named."""

    folder: Path
    #: Bytes in its segments.
    size: int
    holder: int | None
    #: Who has the lease, that is, records it: the process id, 0 nobody, None where it can't be named.
    recorder: int | None
    #: A holder was there at some time.
    began: bool
    #: Why the holder couldn't go on, in its own words.
    failure: str
    #: When the folder last changed, nanoseconds since 1970.
    changed_at: int
    #: What lies in it and isn't Chloe's.
    unknown_files: tuple[str, ...] = ()
    #: Why it couldn't be looked at.
    trouble: str = ""

    @property
    def pane(self) -> str:
        """Return the pane's id."""
        return self.folder.name

    @property
    def alive(self) -> bool:
        """Return whether a holder looks after the program."""
        return self.holder != 0


def inspect_spools(folder: Path, leases_file: Path, processes: Iterable[int] = ()) -> list[SpoolInfo]:
    """Return all spools in ``folder``, by the ids they are named by. Raises ``OSError``.

    None without a folder. ``processes`` are those that may record them.
    """
    if not folder.exists():
        return []
    paths = [path for path in sorted(folder.iterdir()) if is_id(path.name) and is_spool(path)]
    taken = leases.leased_panes(leases_file, [path.name for path in paths])
    owners = leases.find_recorders(leases_file, processes) if taken else {}
    return [
        _inspect(path, owners.get(leases.lease_offset(path.name)) if path.name in taken else 0)
        for path in paths
    ]


def has_unrecorded(folder: Path, position: SpoolPosition | None) -> bool:
    """Return whether the spool holds more than the log has, which came to ``position``.

    Raises ``SpoolTooNew``, or ``OSError`` where it can't be read for the moment.
    """
    reader = SpoolReader(folder, position or START)
    try:
        while not reader.read(_PIECE):
            if not reader.unfinished:
                return False
        return True
    except SpoolTooNew:
        raise
    except SpoolBroken:
        return True  # What is damaged is more as well.
    finally:
        reader.close()


def count_skipped(folder: Path, most: int) -> dict[str, int]:
    """Return what of a spool a reader passes over, and how often, in about the first ``most`` bytes."""
    reader = SpoolReader(folder)
    try:
        for _ in range(0, most, _PIECE):
            if not reader.read(_PIECE) and not reader.unfinished:
                break
    except (SpoolBroken, OSError):
        pass  # Other checks report that.
    finally:
        reader.close()
    return reader.skipped


def remove_recorded(
    folder: Path, lease: Lease, position: SpoolPosition | None, *, ended: bool = False
) -> bool:
    """Remove the spool of a program that has ended, if the log has all of it; whether that was done.

    ``lease`` is the pane's and held. ``ended``: the log has the end as the holder recorded it; the holder may
    be there for an instant more.
    """
    # Whether a holder is there is asked first: one that ends meanwhile has written its last words before.
    if lease.held and (ended or not locks.is_held(folder / "lock")):
        with contextlib.suppress(SpoolTooNew):
            return not has_unrecorded(folder, position) and remove_spool(folder)
    return False


def _inspect(folder: Path, recorder: int | None) -> SpoolInfo:
    size = 0
    others: list[str] = []
    holder: int | None = None
    began, changed_at, trouble = False, 0, ""
    try:
        for number in list_segments(folder):
            with contextlib.suppress(FileNotFoundError):  # It has just been ingested.
                size += (folder / f"{number}.seg").lstat().st_size
        others = list_unknown_files(folder)
        holder = locks.find_owner(folder / "lock")
        began = (folder / "lock").exists()
        changed_at = folder.stat().st_mtime_ns
    except FileNotFoundError:
        holder = holder or 0
    except OSError as error:
        trouble = error.strerror or str(error)
    return SpoolInfo(
        folder=folder,
        size=size,
        holder=holder,
        recorder=recorder,
        began=began,
        failure=read_failure(folder),
        changed_at=changed_at,
        unknown_files=tuple(others),
        trouble=trouble,
    )
