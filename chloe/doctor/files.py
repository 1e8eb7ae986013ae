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
from chloe.doctor.examined import Examined
from chloe.doctor.findings import Finding, Narrow, bad, note, ok
from chloe.formatting.sizes import format_size

_FOR_OTHERS = 0o077
_WRITABLE_BY_OTHERS = 0o022

#: Names of what was put aside, and of what was being written when something was interrupted.
_ASIDE = re.compile(r".*(damaged|corrupt|broken|aside|\.bad\b|\.bak\b).*", re.IGNORECASE)
_INTERRUPTED = re.compile(r".*(\.tmp|\.part|\.new|~|-journal)|\.head\..*|.*\.healing-.*")

#: For this long such a file may be one that is just being written, in nanoseconds.
_BEING_WRITTEN = 60_000_000_000


def paths(examined: Examined) -> Iterator[Finding]:
    """Where things are, and why there."""
    places = examined.paths
    chosen = examined.environment.get("CHLOE_HOME", "")
    why = "as CHLOE_HOME says" if chosen else "where this platform keeps such things"
    home = places.home
    if not home.exists():
        yield note(str(home), f"the home, {why}: isn't there yet, nothing has been recorded")
    elif not home.is_dir():
        yield bad(str(home), f"the home, {why}: is no folder", "set CHLOE_HOME to a folder of your own")
    elif not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield bad(str(home), f"the home, {why}: is not writable", f"chmod 700 {_quoted(home)}")
    elif (folder := find_open_parent(home)) is not None:
        yield bad(
            str(home),
            f"the home, {why}: others can put a folder of theirs in its place, since {folder} may be written"
            " by everybody, so Chloe refuses it",
            f"chmod o-w {_quoted(folder)}",
        )
    else:
        yield ok(str(home), f"the home, {why}")
    if places.config_file.parent != home:
        yield ok(str(places.config_file), "the configuration")
    if places.log_file.parent != home:
        yield ok(str(places.log_file), "where errors go")


def configuration(examined: Examined) -> Iterator[Finding]:
    """Whether the settings can be used."""
    file = examined.paths.config_file
    if examined.config.trouble is not None:
        said = str(examined.config.trouble).removeprefix(f"{file}, ").removeprefix(f"{file}: ")
        yield bad(str(file), f"{said}. Checked with the defaults from here on.", f"edit {_quoted(file)}")
    elif file.exists():
        yield ok(str(file), "can be read, and every key in it is known")
    else:
        yield ok(str(file), "isn't there: the defaults hold")


def permissions(examined: Examined) -> Iterator[Finding]:
    """Whether everything is the user's alone: folders 0700, files 0600."""
    looked_at, wrong = 0, 0
    for subject, found in _groups(examined.paths):
        looked_at += len(found)
        for finding in _judged(subject, found, examined.paths):
            wrong += 1
            yield finding
    yield from _of_configuration(examined.paths.config_file)
    if looked_at and not wrong:
        yield ok(str(examined.paths.home), f"its {looked_at} files and folders are yours alone")


def left_overs(examined: Examined) -> Iterator[Finding]:
    """What was put aside, and what an interruption left."""
    home = examined.paths.home
    if not home.is_dir():
        return
    spool = examined.paths.spool
    there = [*home.iterdir(), *(spool.iterdir() if spool.is_dir() else ())]
    found = 0
    for path in sorted(there):
        name = path.name
        aside, interrupted = _ASIDE.fullmatch(name), _INTERRUPTED.fullmatch(name)
        if not aside and not (interrupted and examined.now - path.lstat().st_mtime_ns > _BEING_WRITTEN):
            continue
        found += 1
        what = "was kept aside" if aside else "was left by something that was interrupted"
        yield note(
            str(path),
            f"{what} ({format_size(_bytes(path))}); Chloe doesn't use it",
            f"once nobody wants it: rm -r {_quoted(path)}",
        )
    if not found:
        yield ok(str(home), "nothing lies about")


def _groups(places: Paths) -> Iterator[tuple[str, list[Path]]]:
    """Chloe's files and folders, those of a spool together. What isn't there is left out."""
    database, log_file = places.database, places.log_file
    alone = [
        places.home,
        places.spool,
        places.instances,
        log_file.parent,
        database,
        *(database.with_name(database.name + suffix) for suffix in ("-wal", "-shm")),
        database.with_name("head"),
        log_file,
        *log_file.parent.glob(f"{log_file.name}.*"),
        *places.instances.glob("*.lock"),
    ]
    for path in dict.fromkeys(alone):
        if path.exists():
            yield str(path), [path]
    for folder in sorted([*places.spool.glob("*/"), *places.home.glob("damaged/")]):
        yield str(folder), [folder, *sorted(folder.iterdir())]


def _judged(subject: str, found: Iterable[Path], places: Paths) -> Iterator[Finding]:
    wide, foreign = [], []
    mode = 0
    folders = {places.home, places.spool, places.instances, places.log_file.parent}
    for path in found:
        try:
            # A link to a folder elsewhere is the user's own doing; one in a file's place is nobody's.
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
            f"as root: chown -R {os.geteuid()} {_quoted(Path(subject))}",
        )
    if not wide:
        return
    what = "others may get at it" if len(wide) == 1 else f"others may get at {len(wide)} of its files"
    command = f"chmod {'-R ' if len(wide) > 1 else ''}go-rwx {_quoted(Path(subject))}"
    if wide == [places.home] and not places.is_chloes():
        yield bad(
            subject,
            f"{what} ({mode:04o}), and it holds other things than Chloe's: Chloe refuses it",
            "set CHLOE_HOME to a folder of your own",
        )
    else:
        yield bad(subject, f"{what} ({mode:04o})", command, Narrow(tuple(wide)))


def _of_configuration(file: Path) -> Iterator[Finding]:
    """The configuration holds no secrets, but it names programs that are run."""
    if not file.exists():
        return
    seen = file.stat()
    mode = stat.S_IMODE(seen.st_mode)
    if seen.st_uid not in (os.geteuid(), 0):
        yield bad(
            str(file), f"belongs to another user (uid {seen.st_uid})", f"as root: chown {_quoted(file)}"
        )
    elif mode & _WRITABLE_BY_OTHERS:
        command = f"chmod go-w {_quoted(file)}"
        yield bad(
            str(file),
            f"others may write it ({mode:04o}), and it names a program",
            command,
            # What a link leads to may be anybody's.
            None if file.is_symlink() else Narrow((file,)),
        )


def _bytes(path: Path) -> int:
    if not path.is_dir():
        return path.lstat().st_size
    return sum(each.lstat().st_size for each in path.rglob("*") if each.is_file())


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
