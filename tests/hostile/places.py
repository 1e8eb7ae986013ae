"""Files of a home in which something else stands: other bytes, or no file at all.

Owns what is done to files whatever they hold, and the settings. Must not know what comes of it.
"""

from __future__ import annotations

import os
import random
import shutil
import socket
import stat
from pathlib import Path

from tests.hostile import streams
from tests.hostile.homes import Case, fresh_id

#: Names that Chloe looks for in its home, there or not, and in a spool.
_IN_HOME = ("config.toml", "head", "heads", "log.lock", "chloe.log", "log.db-wal", "log.db-shm", "log.db")
_FOLDERS = ("spool", "instances", "damaged")
_IN_SPOOL = ("0.seg", "1.seg", "lock", "lease", "spec.json", "keys", "lock.new", "holder.log", "failed")
#: What a link out of the home may lead to.
_OUTSIDE = ("kept", "kept/file", "file", "missing")


def files(case: Case) -> list[Path]:
    """The regular files of the home."""
    return sorted(path for path in case.home.rglob("*") if stat.S_ISREG(path.lstat().st_mode))


def flip(case: Case, chance: random.Random) -> str:
    """Bytes of one file are flipped, cut, put in, repeated, or all of them are others."""
    path = chance.choice(files(case))
    data = bytearray(path.read_bytes())
    at = chance.randrange(len(data) + 1)
    length = chance.choice((1, 4, 64, 4096))
    manner = chance.choice(
        ("flipped", "cut out", "cut off", "put in", "repeated", "zeroed", "replaced", "texted")
    )
    if manner == "flipped" and data:
        for _ in range(chance.choice((1, 1, 3, 50))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif manner == "cut out":
        del data[at : at + length]
    elif manner == "cut off":
        del data[at:]
    elif manner == "put in":
        data[at:at] = chance.randbytes(length)
    elif manner == "repeated":
        data[at:at] = data[max(0, at - length) : at] * chance.choice((1, 10))
    elif manner == "zeroed":
        data[at : at + length] = bytes(len(data[at : at + length]))
    elif manner == "replaced":
        data[:] = chance.randbytes(chance.choice((0, 1, 100, 70_000)))
    elif manner == "texted":
        data[at:at] = streams.a_text(chance).encode("utf-8", "surrogatepass")
    path.write_bytes(data)
    named = path.relative_to(case.home)
    case.honest = case.honest and named.name in ("head", "chloe.log", "config.toml", "heads")
    return f"{named}: {manner} at {at}"


def a_place(case: Case, chance: random.Random) -> Path:
    """Where Chloe looks for something."""
    kind = chance.random()
    if kind < 0.45:
        return case.home / chance.choice(_IN_HOME)
    if kind < 0.8:
        spool = case.spool(chance.choice(("unread", "orphan", "ended")))
        spool.mkdir(mode=0o700, exist_ok=True)
        return spool / chance.choice(_IN_SPOOL)
    if kind < 0.9:
        name = chance.choice((f"{fresh_id()}.lock", "x.lock", "\x1bc.lock", "../x.lock"[3:], ".lock"))
        return case.home / "instances" / name
    if kind < 0.95:
        return case.home / "spool" / chance.choice((fresh_id(), case.panes["unread"]))
    return case.home / chance.choice(_FOLDERS)


#: What may stand in the place of a file.
KINDS = (
    "fifo",
    "zero",
    "folder",
    "outside",
    "dangling",
    "loop",
    "huge",
    "empty",
    "socket",
    "full",
    "terminal",
    "gone",
)


def replace(case: Case, chance: random.Random, path: Path | None = None, kind: str = "") -> str:
    """Something else stands in the place of a file."""
    path = path or a_place(case, chance)
    kind = kind or chance.choice(KINDS)
    remove(path)
    if not path.parent.is_dir() or path.parent.is_symlink():
        return f"nothing at {path.name}"
    if kind == "fifo":
        os.mkfifo(path, 0o600)
    elif kind in ("zero", "full", "terminal"):
        path.symlink_to({"zero": "/dev/zero", "full": "/dev/full", "terminal": "/dev/tty"}[kind])
    elif kind == "folder":
        path.mkdir(mode=0o700)
        (path / "somebody's").touch(mode=0o600)
    elif kind == "outside":
        path.symlink_to(case.outside / chance.choice(_OUTSIDE))
    elif kind == "dangling":
        path.symlink_to("nowhere/at/all")
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "huge":
        path.touch(mode=0o600)
        os.truncate(path, 50_000_000_000)
    elif kind == "empty":
        path.touch(mode=0o600)
    elif kind == "socket":
        _bind(path)
    named = str(path.relative_to(case.home))
    case.placed.add(named)
    case.honest = case.honest and named in ("config.toml", "head", "heads", "chloe.log")
    return f"{named}: {kind}"


def _bind(path: Path) -> None:
    """A socket, made by its bare name since a whole path may be too long for one."""
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name[-80:])
    finally:
        os.chdir(before)


def remove(path: Path) -> None:
    """Whatever stands there is gone."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


#: Last known heads that a log can't have.
_HEADS = (
    "",
    "\x00",
    "1",
    "2026-01-01T00:00:00Z 5 " + "00" * 32,
    f"2026-01-01T00:00:00Z {2**63} " + "ab" * 32,
    f"2026-01-01T00:00:00Z {2**64} " + "ab" * 32,
    f"2026-01-01T00:00:00Z {'9' * 5000} " + "ab" * 32,
    "2026-01-01T00:00:00Z 99999999 " + "ab" * 32,
    "2026-01-01T00:00:00Z -1 " + "ab" * 32,
    "2026-01-01T00:00:00Z ٣٤ " + "ab" * 32,
    "x " * 1_000_000,
    "\x1bc\u202e 7 " + "ab" * 32,
    "7 " + "zz" * 32,
    "7 " + "ab" * 3_000_000,
)


def heads(case: Case, chance: random.Random) -> str:
    """``head`` or the file of heads says what can't be."""
    name = chance.choice(("head", "heads"))
    lines = chance.sample(_HEADS, chance.choice((1, 1, 5)))
    path = case.home / name
    remove(path)
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + chance.choice(("", "\n")), encoding="utf-8")
    return f"{name}: {[line[:40] for line in lines]}"


#: Settings that are wrong, or strange.
_SETTINGS = (
    "\x00",
    "[log",
    "x = 1",
    "log = 5",
    "[log]\nlog = 5",
    "[log]\nprune_older_than = 7",
    "[log]\nprune_over = 99999999999999999999999999",
    "[log]\nheads_file = 5",
    '[log]\nheads_file = "relative/heads"',
    '[log]\nheads_file = "/dev/full"',
    '[log]\nheads_file = "\\u0000"',
    "[ui]\nlist_width = 99999999999999999999",
    "[ui]\nlist_width = -1",
    "[ui]\nlist_width = nan",
    "[terminal]\nscrollback = 1e400",
    "[terminal]\nscrollback = 9223372036854775808",
    "[terminal]\nscrollback = " + "9" * 5000,
    "[spool]\ndisk_share = nan",
    "[spool]\ndisk_share = inf",
    "[spool]\npane_cap = -1",
    '[spool]\npane_cap = "' + "9" * 5000 + 'GB"',
    '[tmux]\nsocket_name = "../../../tmp/x"',
    '[tmux]\nsocket_name = "\\u001bc"',
    '[keys]\nrelease = "\\u001b[2J"',
    "[shell]\ncommand = []",
    '[shell]\ncommand = ["\\u0000"]',
    '[shell]\ncommand = [["a"], 5]',
    "a = " + "[" * 100_000,
    "a = " + "{b=" * 20_000,
    "a" + ".a" * 50_000 + " = 1",
    '["\\u001b]2;x\\u0007"]\nx = 1',
    '[ui]\n"\\u202e\\U000e0041" = 1',
    "[ui]\nascii = 1979-05-27T07:32:00Z",
    "# " + "x" * 3_000_000,
    "[ui]\nascii = true\n" * 2,
)


def settings(case: Case, chance: random.Random) -> str:
    """The configuration is wrong."""
    text = chance.choice(_SETTINGS)
    (case.home / "config.toml").write_text(text, encoding="utf-8")
    return f"config.toml: {text[:60]!r}"


def an_instance(case: Case, chance: random.Random) -> str:
    """Somebody left a strange sign of a running Chloe."""
    name = chance.choice((fresh_id(), "x", "\x1b]2;x\x07", "\u202e", "a" * 200))
    said = chance.choice(
        (
            "",
            "{",
            "[" * 100_000,
            '{"pid":-1}',
            '{"pid":0}',
            '{"pid":1}',
            '{"pid":99999999999999999999}',
            '{"pid":true,"terminal":{}}',
            '{"pid":7,"terminal":"\\u001bc\\u202e"}',
            "x" * 3_000_000,
        )
    )
    path = case.home / "instances" / f"{name}.lock"
    path.touch(mode=0o600)
    path.write_text(said)
    return f"instances/{name!r}: {said[:40]}"


def a_holder(case: Case, chance: random.Random) -> str:
    """What lies beside the segments of a spool says what can't be."""
    spool = case.spool(chance.choice(("unread", "orphan")))
    name = chance.choice(("lock", "lock", "spec.json", "lease"))
    said = chance.choice(
        ("", "-1", "0", "1", str(os.getpid()), str(2**31), "9" * 5000, "\x1bc", "{" * 100_000)
    )
    path = spool / name
    path.touch(mode=0o600)
    path.write_text(said)
    return f"{name}: {said[:40]!r}"
