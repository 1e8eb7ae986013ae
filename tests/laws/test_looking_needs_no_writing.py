"""Law 13: looking needs no writing, and the way out works where nothing else does.

On a disk that is full to the last byte, and on one that is read-only, each command that only looks answers as
it would with room, and no byte in the home is changed. What a program printed is shown from its spool, since
nobody can take it in. ``send`` types, ``kill`` ends, ``prune`` makes room; what has to be recorded says why
it can't be.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from chloe.backends.tmux.spool_status import has_holder
from chloe.cli.root import COMMANDS
from tests.app_in_terminal import AppInTerminal
from tests.conftest import StartApp
from tests.disks import ReadOnlyView, SmallDisk, contents, fill
from tests.hostile.forks import Asked, Came, Forks
from tests.hostile.homes import outer, wait
from tests.hostile.judging import judge

PRINTS = "seq 1 60000"
#: The bytes that a terminal makes of that.
PRINTED = 408_894
#: What can't be made smaller, so that the log has to grow.
NOISE = "head -c 300000 /dev/urandom | base64 -w 76"
NOISE_PRINTED = 410_528

#: What only looks, by what it has to say; the commands that write are in the tests of what they say.
LOOKS: tuple[tuple[Sequence[str], int, bytes], ...] = (
    (("ls",), 0, b"runs"),
    (("ls", "--all", "--json"), 0, f'"printed": {PRINTED}'.encode()),
    (("replay",), 0, b"created (tmux"),
    (("replay", "--json", "--data", "runs"), 0, b'"kind": "Output"'),
    (("export-log", "runs"), 0, b"\r\n59999\r\n60000\r\n"),
    (("export-log", "runs", "--format", "text"), 0, b"\n59999\n60000\n"),
    (("peek", "runs"), 0, b"\n59999\n60000\n"),
    (("wait", "runs", "--for", "quiet", "--timeout", "30"), 0, b""),
    (("verify",), 0, b"the chain holds"),
    (("verify", "--print-head"), 0, b" "),
    (("doctor",), 1, b"bad "),
    (("doctor", "--json", "--full"), 1, b'"check": "chain"'),
    (("config",), 0, b"scrollback"),
    (("prune", "--pane", "runs", "--dry-run"), 0, b"would go"),
    (("--version",), 0, b"chloe "),
)
WRITES: tuple[Sequence[str], ...] = (
    ("rename", "runs", "other"),
    ("reset", "runs"),
    ("tag", "runs", "one"),
    ("group", "runs", "work"),
    ("relaunch", "runs"),
    ("new", "true"),
    ("recover",),
)


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    with Forks() as warm:
        yield warm


class Chloe:
    """Commands on a home of its own, as real processes."""

    def __init__(self, forks: Forks, folder: Path, socket: str) -> None:
        self.forks = forks
        self.folder = folder
        self.home = folder / "home"
        self.environment = outer() | {"CHLOE_TMUX_SOCKET": socket, "SHELL": "/bin/sh", "LC_ALL": "C.UTF-8"}
        self.typed = folder / "typed"
        self.said = b""

    def run(self, *words: str, home: Path | None = None) -> tuple[Came, bytes]:
        """Run one; what came of it, and what it printed."""
        out, err = self.folder / "out", self.folder / "err"
        came = self.forks.run(
            Asked(
                words=list(words),
                environment=self.environment | {"CHLOE_HOME": str(home or self.home)},
                folder=str(self.folder),
                stdout=str(out),
                stderr=str(err),
            )
        )
        self.said = err.read_bytes()
        assert list(judge(list(words), came, out.read_bytes(), self.said)) == [], words
        return came, out.read_bytes()

    def must(self, *words: str, home: Path | None = None, status: int = 0) -> bytes:
        """Run one that ends with ``status``."""
        came, printed = self.run(*words, home=home)
        assert came.status == status, (words, came.status, self.said)
        return printed

    def spool(self) -> Path:
        """The only pane's."""
        (folder,) = (self.home / "spool").iterdir()
        return folder

    def printed_in_spool(self) -> int:
        return sum(path.stat().st_size for path in self.spool().glob("*.seg"))


@pytest.fixture
def chloe(forks: Forks, tmp_path: Path, tmux_socket: str) -> Chloe:
    return Chloe(forks, tmp_path, tmux_socket)


def begin(chloe: Chloe, prints: str = PRINTS, printed: int = PRINTED) -> None:
    """Start a program, and wait until it has printed all, which nobody takes in.

    It then keeps a line that is typed, in a file outside the home.
    """
    program = f"{prints}; read x; echo $x > {chloe.typed}; echo got $x; exec sleep 1000"
    chloe.must("new", "--name", "runs", "sh", "-c", program)
    wait(lambda: chloe.printed_in_spool() > printed, "the program has printed all")


def protect(view: Path, file: Path) -> None:
    """Put a file that can't be written in the place of another."""
    if subprocess.run(["mount", "--bind", str(view), str(file)], capture_output=True).returncode:
        pytest.skip("no file systems may be mounted here")


def look(chloe: Chloe, home: Path, *, healthy: bool = False) -> None:
    """Run all that looks, and see that nothing has changed. ``healthy``: doctor finds nothing."""
    before = contents(home)
    for words, status, shown in LOOKS:
        if words[0] == "doctor" and healthy:
            continue
        printed = chloe.must(*words, home=home, status=status)
        assert shown in printed, (words, printed[-500:], chloe.said)
        assert contents(home) == before, words


def test_on_a_full_disk_all_that_looks_looks_and_the_way_out_works(
    chloe: Chloe, small_disk: SmallDisk
) -> None:
    ballast = small_disk(chloe.home, "32m")
    chloe.must("new", "--name", "over", "sh", "-c", PRINTS)
    wait(lambda: json.loads(chloe.must("ls", "--json"))[0]["state"] == "ended", "it is in the log")
    chloe.must("rename", "over", "past")
    begin(chloe)
    fill(ballast)
    look(chloe, chloe.home)
    for words in WRITES:
        chloe.must(*words, status=74)
        assert b"is full" in chloe.said, words
    chloe.must("send", "runs", "hello")
    wait(chloe.typed.exists, "what was typed has arrived")
    spool = chloe.spool()
    chloe.must("kill", "runs")
    assert not has_holder(spool)
    assert b"records went" in chloe.must("prune", "--pane", "past")
    chloe.must("rename", "past", "other")
    (runs, other) = sorted(
        json.loads(chloe.must("ls", "--json")), key=lambda pane: pane["name"], reverse=True
    )
    assert (runs["name"], runs["state"], other["name"]) == ("runs", "ended", "other")
    assert runs["printed"] >= PRINTED
    chloe.must("verify")


def test_even_a_small_log_is_pruned_on_a_full_disk(chloe: Chloe, small_disk: SmallDisk) -> None:
    ballast = small_disk(chloe.home, "8m")
    chloe.must("new", "--name", "over", "seq", "1000")
    wait(lambda: json.loads(chloe.must("ls", "--json"))[0]["state"] == "ended", "it is in the log")
    fill(ballast)
    chloe.must("prune", "--pane", "over")
    assert b"bodies pruned" in chloe.must("verify")


def test_on_a_read_only_disk_all_that_looks_looks_and_programs_are_reached(
    chloe: Chloe, read_only_view: ReadOnlyView
) -> None:
    begin(chloe)
    view = read_only_view(chloe.home)
    look(chloe, view)
    for words in WRITES:
        chloe.must(*words, home=view, status=77)
        assert b"read-only" in chloe.said, words
    chloe.must("send", "runs", "hello", home=view)
    wait(chloe.typed.exists, "what was typed has arrived")
    chloe.must("kill", "runs", home=view)
    assert not has_holder(chloe.spool())


def test_a_log_that_alone_is_read_only_is_read(chloe: Chloe, read_only_view: ReadOnlyView) -> None:
    begin(chloe)
    alone = chloe.folder / "alone"
    alone.mkdir()
    shutil.copy(chloe.home / "log.db", alone / "log.db")
    protect(read_only_view(alone) / "log.db", chloe.home / "log.db")
    try:
        look(chloe, chloe.home, healthy=True)
        for words in WRITES:
            chloe.must(*words, status=74)
            assert b"read-only" in chloe.said, words
        chloe.must("kill", "runs")
    finally:
        subprocess.run(["umount", "-l", str(chloe.home / "log.db")], check=True)


def test_a_copy_of_a_log_whose_chloe_was_killed_is_read_where_nothing_can_be_written(
    chloe: Chloe, read_only_view: ReadOnlyView, tmp_path: Path
) -> None:
    chloe.must("new", "--name", "one", "true")
    wait(lambda: json.loads(chloe.must("ls", "--json"))[0]["state"] == "ended", "it is in the log")
    killed = tmp_path / "killed"
    killed.mkdir(mode=0o700)
    # As long as it is open, what was committed last is in the -wal file.
    script = (
        "import asyncio, os, shutil, sys\n"
        "from pathlib import Path\n"
        "from chloe.events.facts import Entry, Renamed\n"
        "from chloe.store import Store\n"
        "async def main():\n"
        "    home, killed, pane = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]\n"
        "    store = await Store.open(home / 'log.db', instance=pane)\n"
        "    await store.append([Entry(pane, Renamed(name='in the wal'), 5)])\n"
        "    for name in ('log.db', 'log.db-wal', 'head'):\n"
        "        shutil.copy(home / name, killed / name)\n"
        "    os._exit(0)\n"
        "asyncio.run(main())\n"
    )
    (pane,) = json.loads(chloe.must("ls", "--json"))
    python(script, str(chloe.home), str(killed), pane["id"])
    assert (killed / "log.db-wal").stat().st_size
    view = read_only_view(killed)
    before = contents(killed)
    assert b"in the wal" in chloe.must("ls", home=view)
    assert b"the chain holds: 3 records" in chloe.must("verify", home=view)
    assert b"renamed" in chloe.must("replay", home=view)
    assert contents(killed) == before


def python(script: str, *words: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", script, *words], env=environment, check=True)


def test_room_for_opening_the_log_and_none_for_what_was_printed_keeps_nobody_from_looking(
    chloe: Chloe, small_disk: SmallDisk
) -> None:
    ballast = small_disk(chloe.home, "8m")
    begin(chloe, NOISE, NOISE_PRINTED)
    fill(ballast)
    os.truncate(ballast, ballast.stat().st_size - 200_000)
    (pane,) = json.loads(chloe.must("ls", "--json"))
    assert pane["printed"] == NOISE_PRINTED
    assert b"is full" in chloe.said
    assert len(chloe.must("export-log", "runs")) == NOISE_PRINTED
    chloe.must("kill", "runs")


def unwrapped(app: AppInTerminal) -> str:
    """What the app shows, with blanks for the ends of lines: where they are depends on paths."""
    return " ".join(app.text.split())


def test_the_app_starts_on_a_full_disk_says_so_and_goes_on_by_itself(
    chloe: Chloe, small_disk: SmallDisk, start_app: StartApp
) -> None:
    ballast = small_disk(chloe.home, "8m")
    begin(chloe)
    fill(ballast)
    before = contents(chloe.home)
    said = ("is full", "`chloe prune` gives space back", "`chloe kill` ends a program")
    app = start_app()
    app.wait_for(lambda shown: "runs" in shown.text and all(words in unwrapped(shown) for words in said))
    assert contents(chloe.home) == before
    ballast.unlink()
    app.wait_for(lambda shown: "runs" in shown.text and "is full" not in unwrapped(shown))
    chloe.must("kill", "runs")
    app.wait_for("ended")
    assert app.quit() == 0
    assert b"60000" in chloe.must("export-log", "runs")


def test_every_command_is_tried() -> None:
    tried = {words[0] for words, _, _ in LOOKS} | {words[0] for words in WRITES}
    assert set(COMMANDS) <= tried | {"send", "kill"}
