"""The folders: where they are, and that nobody but the user gets into them.

Owns the names of Chloe's files and folders, their permissions, and what is said when a folder can't
be used. Must not know what is written into them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from chloe.errors import HomeUnusable
from chloe.quick import dataclass

_PRIVATE = 0o700
_WAY_OUT = "set CHLOE_HOME to a folder of your own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where Chloe keeps things. All paths are absolute; nothing is made before ``prepare``."""

    #: Holds all the others, unless the platform keeps configuration and log files elsewhere.
    home: Path
    #: The log: ``log.db``.
    database: Path
    #: One folder a tmux-backed pane.
    spool: Path
    #: Who records which of them: a byte of it is locked for each.
    leases: Path
    #: One lock a running Chloe.
    instances: Path
    #: Where errors go: ``chloe.log``.
    log_file: Path
    #: The user's settings: ``config.toml``. Chloe only reads it.
    config_file: Path

    @classmethod
    def under(cls, home: Path) -> Paths:
        """Return paths inside one folder, as ``CHLOE_HOME`` asks for."""
        return cls._at(home, logs=home, settings=home)

    @classmethod
    def find(cls, environment: Mapping[str, str]) -> Paths:
        """Return paths in ``CHLOE_HOME`` where it is set and not empty, else where the platform wants them.

        Raises ``HomeUnusable`` where that can't be told.
        """
        chosen = environment.get("CHLOE_HOME", "")
        try:
            if chosen:
                home = os.path.abspath(Path(chosen).expanduser())  # noqa: PTH100 - also takes `..` away.
                return cls.under(Path(home))
            import platformdirs

            return cls._at(
                platformdirs.user_data_path("chloe", appauthor=False),
                logs=platformdirs.user_log_path("chloe", appauthor=False),
                settings=platformdirs.user_config_path("chloe", appauthor=False),
            )
        except (OSError, RuntimeError, KeyError) as error:
            # No HOME and no entry in the password file; or a relative path, and the folder is gone.
            raise HomeUnusable(f"Chloe's folder can't be told ({error}): {_WAY_OUT}") from error

    @classmethod
    def _at(cls, home: Path, *, logs: Path, settings: Path) -> Paths:
        return cls(
            home=home,
            database=home / "log.db",
            spool=home / "spool",
            leases=home / "leases",
            instances=home / "instances",
            log_file=logs / "chloe.log",
            config_file=settings / "config.toml",
        )

    def prepare(self, *, must_be_writable: bool = True) -> None:
        """Make the folders that are missing, 0700, and see that they are the user's alone.

        A folder of ours that others may enter is narrowed to 0700. A home that they may enter and
        that holds other things than Chloe's (``CHLOE_HOME=/tmp``) is refused instead: narrowing it
        would lock others out of what isn't Chloe's. So is a link in the place of a folder in it: spools of
        another home would be taken for ours, and be removed. Unless it ``must_be_writable``, a home that is
        there and can't be written is left as it is, for who only looks. Raises ``HomeUnusable``.
        """
        if not must_be_writable and self._is_only_to_be_read():
            self._check_links()
            check_not_replaceable(self.home)
            return
        _make(self.home)
        if _open_to_others(self.home) and not self.holds_only_own_files():
            raise HomeUnusable(
                f"{self.home} holds other things than Chloe's, and others may enter it: {_WAY_OUT}"
            )
        folders = dict.fromkeys((self.home, self.spool, self.instances, self.log_file.parent))
        for folder in folders:
            if folder in (self.spool, self.instances):
                make_own_folder(folder)
            else:
                _make(folder)
                _narrow(folder)
        check_not_replaceable(self.home)

    def _is_only_to_be_read(self) -> bool:
        """Return whether the home is there, the user's, and can't be written."""
        try:
            status = self.home.stat()
        except OSError:
            return False
        readable = os.access(self.home, os.R_OK | os.X_OK, effective_ids=_EFFECTIVE)
        is_own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and readable
        return is_own and not os.access(self.home, os.W_OK, effective_ids=_EFFECTIVE)

    def _check_links(self) -> None:
        for folder in (self.spool, self.instances):
            _refuse_link(folder)

    def is_own_file(self, file: str) -> bool:
        """Return whether Chloe keeps something of its own under this name: nothing else may be written."""
        path = Path(os.path.realpath(file))
        beside = ("-wal", "-shm", "-journal")
        own = (
            self.database,
            *(self.database.with_name(self.database.name + suffix) for suffix in beside),
            *(self.database.with_name(name) for name in ("head", "log.lock", "reserve", "colours")),
            *(self.leases, self.spool, self.instances, self.log_file, self.config_file),
            *(self.database.with_name(name) for name in ("selected", "layout")),
        )
        places = {Path(os.path.realpath(each)) for each in own}
        return not places.isdisjoint((path, *path.parents))

    def holds_only_own_files(self) -> bool:
        """Return whether the home, which must exist, holds only Chloe's things. Raises ``HomeUnusable``."""
        try:
            names = {entry.name for entry in self.home.iterdir()}
        except OSError as error:
            raise _refused(self.home, "can't be read", error) from error
        return self.database.name in names or names <= {
            path.name for path in (self.spool, self.leases, self.instances, self.log_file, self.config_file)
        }


def make_own_folder(folder: Path) -> None:
    """Make a folder in the home where it is missing, 0700; see that it is no link and the user's alone.

    To be asked each time before something is made in it: what stands at a name may change while Chloe runs.
    Raises ``HomeUnusable``.
    """
    _refuse_link(folder)
    _make(folder)
    _narrow(folder)


def check_not_replaceable(home: Path) -> None:
    """See that ``home`` is the user's, and that nobody else can put another folder in its place.

    Raises ``HomeUnusable``, or ``OSError`` where it isn't there.
    """
    status = home.stat()
    if status.st_uid != os.geteuid():
        raise HomeUnusable(f"{home} belongs to another user (uid {status.st_uid}): {_WAY_OUT}")
    folder = find_open_parent(home)
    if folder is not None:
        raise HomeUnusable(
            f"{folder} may be written by everybody, so that others can put a folder of theirs in the "
            f"place of {home}: chmod o-w '{folder}', or {_WAY_OUT}"
        )


def find_open_parent(home: Path) -> Path | None:
    """Return the folder in which everybody may put another in the place of ``home`` or a parent of it.

    Raises ``OSError``.
    """
    for folder in dict.fromkeys((*home.parents, *Path(os.path.realpath(home)).parents)):
        mode = folder.stat().st_mode
        # In a sticky folder, as /tmp is, others can't rename what isn't theirs.
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            return folder
    return None


def user_home() -> Path:
    """Return the user's home folder; ``/`` where there is none, for a uid without a password entry."""
    try:
        home = Path.home()
    except (RuntimeError, KeyError):
        return Path("/")
    return home if home.is_absolute() else Path("/")


def _refuse_link(folder: Path) -> None:
    if folder.is_symlink():
        raise HomeUnusable(f"{folder} is a link, where a folder of Chloe's belongs: remove the link")


def _make(folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=_PRIVATE, exist_ok=True)
        status = folder.stat()
    except FileExistsError as error:
        raise HomeUnusable(f"{error.filename} is in the way, it is not a folder: {_WAY_OUT}") from error
    except OSError as error:
        raise _refused(folder, "can't be made", error) from error
    if status.st_uid != os.geteuid():
        raise HomeUnusable(f"{folder} belongs to another user (uid {status.st_uid}): {_WAY_OUT}")
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        raise HomeUnusable(
            f"{folder} is on a read-only file system, where Chloe can only look (ls, replay, export-log, "
            f"verify): make it writable, or {_WAY_OUT}"
        )
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK, effective_ids=_EFFECTIVE):
        raise HomeUnusable(
            f"{folder} is not writable: {_WAY_OUT}, or make this one writable: chmod 700 '{folder}'"
        )


#: ``os.access`` asks about the real user where the platform can't ask about the effective one.
_EFFECTIVE = os.access in os.supports_effective_ids


def _open_to_others(folder: Path) -> bool:
    return bool(stat.S_IMODE(folder.stat().st_mode) & 0o077)


def _narrow(folder: Path) -> None:
    if _open_to_others(folder):
        try:
            folder.chmod(_PRIVATE)
        except OSError as error:
            raise _refused(folder, "is open to others and can't be narrowed", error) from error


def _refused(folder: Path, what: str, error: OSError) -> HomeUnusable:
    return HomeUnusable(f"{folder} {what} ({error.strerror}): {_WAY_OUT}")
