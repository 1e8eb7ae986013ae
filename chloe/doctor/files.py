"""Checks of Chloe's files and folders: where they are, whose they are, what lies about.

Owns which files there are and who may read them. Must not know what is in them.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from chloe.config import Paths
from chloe.config.paths import find_open_parent
from chloe.doctor.evidence import Evidence
from chloe.doctor.findings import Finding, RestrictPermissions, bad, note, ok
from chloe.formatting.sizes import format_size

_FOR_OTHERS = 0o077
_WRITABLE_BY_OTHERS = 0o022

#: Names of what was put aside, and of what was being written when something was interrupted.
_PUT_ASIDE = re.compile(r".*(damaged|corrupt|broken|aside|\.bad\b|\.bak\b).*", re.IGNORECASE)
_INTERRUPTED = re.compile(r".*(\.tmp|\.part|\.new|~|-journal)|\.head\..*|.*\.healing-.*")

#: For this long such a file may be one that is just being written, in nanoseconds.
_WRITE_TIME = 60_000_000_000


def check_paths(evidence: Evidence) -> Iterator[Finding]:
    """Report where things are, and why there."""
    places = evidence.paths
    chosen = evidence.environment.get("CHLOE_HOME", "")
    why = "as CHLOE_HOME says" if chosen else "where this platform keeps such things"
    home = places.home
    if not home.exists():
        yield note(str(home), f"the home, {why}: isn't there yet, nothing has been recorded")
    elif not home.is_dir():
        yield bad(str(home), f"the home, {why}: is no folder", "set CHLOE_HOME to a folder of your own")
    elif os.statvfs(home).f_flag & os.ST_RDONLY:
        yield bad(
            str(home),
            f"the home, {why}: its file system is read-only, so Chloe can only look",
            "mount it for writing, or set CHLOE_HOME to a folder that may be written",
        )
    elif not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield bad(str(home), f"the home, {why}: is not writable", f"chmod 700 {_quote(home)}")
    elif (folder := find_open_parent(home)) is not None:
        yield bad(
            str(home),
            f"the home, {why}: others can put a folder of theirs in its place, since {folder} may be written"
            " by everybody, so Chloe refuses it",
            f"chmod o-w {_quote(folder)}",
        )
    else:
        yield ok(str(home), f"the home, {why}")
    if places.config_file.parent != home:
        yield ok(str(places.config_file), "the configuration")
    if places.log_file.parent != home:
        yield ok(str(places.log_file), "where errors go")


def check_configuration(evidence: Evidence) -> Iterator[Finding]:
    """Check whether the settings can be used."""
    file = evidence.paths.config_file
    if evidence.config.error is not None:
        problem = str(evidence.config.error).removeprefix(f"{file}, ").removeprefix(f"{file}: ")
        yield bad(str(file), f"{problem}. Checked with the defaults from here on.", f"edit {_quote(file)}")
    elif file.exists():
        yield ok(str(file), "can be read, and every key in it is known")
    else:
        yield ok(str(file), "isn't there: the defaults hold")


def check_permissions(evidence: Evidence) -> Iterator[Finding]:
    """Check whether everything is the user's alone: folders 0700, files 0600."""
    looked_at, wrong = 0, 0
    for subject, files in _group_files(evidence.paths):
        looked_at += len(files)
        for finding in _judge_permissions(subject, files, evidence.paths):
            wrong += 1
            yield finding
    yield from _judge_configuration(evidence.paths.config_file)
    if looked_at and not wrong:
        yield ok(str(evidence.paths.home), f"its {looked_at} files and folders are yours alone")


def check_leftovers(evidence: Evidence) -> Iterator[Finding]:
    """Report what was put aside, and what an interruption left."""
    home = evidence.paths.home
    if not home.is_dir():
        return
    spool = evidence.paths.spool
    there = [*home.iterdir(), *(spool.iterdir() if spool.is_dir() else ())]
    reported = 0
    for path in sorted(there):
        name = path.name
        aside, interrupted = _PUT_ASIDE.fullmatch(name), _INTERRUPTED.fullmatch(name)
        if not aside and not (interrupted and evidence.now - path.lstat().st_mtime_ns > _WRITE_TIME):
            continue
        reported += 1
        what = "was kept aside" if aside else "was left by something that was interrupted"
        yield note(
            str(path),
            f"{what} ({format_size(_measure(path))}); Chloe doesn't use it",
            f"once nobody wants it: rm -r {_quote(path)}",
        )
    if not reported:
        yield ok(str(home), "nothing lies about")


def _group_files(places: Paths) -> Iterator[tuple[str, list[Path]]]:
    """Yield Chloe's files and folders that exist, those of a spool together."""
    database, log_file = places.database, places.log_file
    alone = [
        places.home,
        places.spool,
        places.instances,
        log_file.parent,
        database,
        *(database.with_name(database.name + suffix) for suffix in ("-wal", "-shm")),
        database.with_name("head"),
        database.with_name("reserve"),
        log_file,
        *log_file.parent.glob(f"{log_file.name}.*"),
        *places.instances.glob("*.lock"),
    ]
    for path in dict.fromkeys(alone):
        if path.exists():
            yield str(path), [path]
    for folder in sorted([*places.spool.glob("*/"), *places.home.glob("damaged/")]):
        yield str(folder), [folder, *sorted(folder.iterdir())]


def _judge_permissions(subject: str, files: Iterable[Path], places: Paths) -> Iterator[Finding]:
    wide, foreign = [], []
    mode = 0
    folders = {places.home, places.spool, places.instances, places.log_file.parent}
    for path in files:
        try:
            # A user may link a folder to elsewhere; a link in a file's place is judged itself.
            seen = path.stat(follow_symlinks=path in folders)
        except FileNotFoundError:
            continue  # A holder or an instance has just removed it.
        if seen.st_uid != os.geteuid():
            foreign.append((path, seen.st_uid))
        elif not stat.S_ISLNK(seen.st_mode) and stat.S_IMODE(seen.st_mode) & _FOR_OTHERS:
            wide.append(path)
            mode = mode or stat.S_IMODE(seen.st_mode)
    if foreign:
        path, uid = foreign[0]
        name = path if len(foreign) == 1 else f"{path} and {len(foreign) - 1} more"
        yield bad(
            subject,
            f"{name} belong{'s' if len(foreign) == 1 else ''} to another user (uid {uid})",
            f"as root: chown -R {os.geteuid()} {_quote(Path(subject))}",
        )
    if not wide:
        return
    what = "others may get at it" if len(wide) == 1 else f"others may get at {len(wide)} of its files"
    command = f"chmod {'-R ' if len(wide) > 1 else ''}go-rwx {_quote(Path(subject))}"
    if wide == [places.home] and not places.holds_only_own_files():
        yield bad(
            subject,
            f"{what} ({mode:04o}), and it holds other things than Chloe's: Chloe refuses it",
            "set CHLOE_HOME to a folder of your own",
        )
    else:
        yield bad(subject, f"{what} ({mode:04o})", command, RestrictPermissions(tuple(wide)))


def _judge_configuration(file: Path) -> Iterator[Finding]:
    """Check that only the user may write the configuration: it holds no secrets, but it names programs."""
    if not file.exists():
        return
    seen = file.stat()
    mode = stat.S_IMODE(seen.st_mode)
    if seen.st_uid not in (os.geteuid(), 0):
        yield bad(str(file), f"belongs to another user (uid {seen.st_uid})", f"as root: chown {_quote(file)}")
    elif mode & _WRITABLE_BY_OTHERS:
        command = f"chmod go-w {_quote(file)}"
        yield bad(
            str(file),
            f"others may write it ({mode:04o}), and it names a program",
            command,
            # A link may lead to somebody else's file.
            None if file.is_symlink() else RestrictPermissions((file,)),
        )


def _measure(path: Path) -> int:
    if not path.is_dir():
        return path.lstat().st_size
    return sum(file.lstat().st_size for file in path.rglob("*") if file.is_file())


def _quote(path: Path) -> str:
    return shlex.quote(str(path))
