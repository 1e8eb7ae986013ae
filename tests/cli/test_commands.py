"""The commands on real panes: a real tmux server, a real log, each command a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Chloe = Callable[..., subprocess.CompletedProcess[bytes]]
Until = Callable[[Callable[[], object]], None]


@pytest.fixture
def panes(chloe: Chloe) -> Callable[[], list[dict[str, Any]]]:
    """The panes as ``ls --all --json`` has them."""

    def listed() -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = json.loads(chloe("ls", "--all", "--json").stdout)
        return answer

    return listed


def test_a_pane_lives_from_new_to_kill(
    chloe: Chloe, panes: Callable[[], list[dict[str, Any]]], tmp_path: Path, until: Until
) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    words = ("--name", "work", "--cwd", str(folder), "--tag", "one", "--tag", "two", "--", "/bin/sh")
    pane = chloe("new", *words).stdout.decode().strip()

    (found,) = panes()
    assert found["id"] == pane
    assert (found["name"], found["cwd"], found["tags"]) == ("work", str(folder), ["one", "two"])
    assert (found["argv"], found["backend"], found["state"]) == (["/bin/sh"], "tmux", "detached")
    assert found["session"] == f"chloe-{pane}"

    chloe("send", "work", "echo first >done; pwd")
    until((folder / "done").exists)
    chloe("rename", "work", "play")
    chloe("tag", "play", "three")
    assert chloe("tag", pane[:8]).stdout == b"three\n"
    chloe("tag", "play", "--add", "env=dev", "--remove", "gone")
    chloe("group", "play", "back end")
    assert chloe("group", "play").stdout == b"back end\n"
    assert panes()[0]["group"] == "back end"
    chloe("tag", "play", "--add", "env=test", "--remove", "group")
    assert chloe("tag", "play").stdout == b"three\nenv=test\n"
    chloe("kill", "play")

    (found,) = panes()
    assert (found["name"], found["tags"], found["state"]) == ("play", ["three", "env=test"], "ended")
    exported = chloe("export-log", pane).stdout
    assert f"\n{folder}\r\n".encode() in exported
    assert len(exported) == found["printed"]
    told = chloe("replay", "play").stdout.decode()
    for turn in ("created", "printed", "renamed to play", "tagged three", "died"):
        assert turn in told
    assert b"the chain holds" in chloe("verify").stdout


def test_export_gives_what_the_program_printed_after_it_ended(
    chloe: Chloe, panes: Callable[[], list[dict[str, Any]]], tmp_path: Path, until: Until
) -> None:
    pane = chloe(
        "new", "--", "sh", "-c", "printf 'a\\303\\251\\033[31mred\\033[m\\n'; seq 1 2000; exit 3"
    ).stdout
    name = pane.decode().strip()
    until(lambda: panes()[0]["state"] == "ended")

    expected = b"a\xc3\xa9\x1b[31mred\x1b[m\r\n" + b"".join(b"%d\r\n" % n for n in range(1, 2001))
    assert chloe("export-log", name).stdout == expected
    text = chloe("export-log", name[:6], "--format", "text").stdout.decode()
    assert text.split("\n")[:3] == ["aéred", "1", "2"]
    assert text.rstrip("\n").split("\n")[-1] == "2000"
    assert panes()[0]["status"] == 3

    file = tmp_path / "out.log"
    chloe("export-log", name, "-o", str(file))
    assert file.read_bytes() == expected
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"--force" in chloe("export-log", name, "-o", str(file), status=2).stderr
    chloe("export-log", name, "-o", str(file), "--force")
    assert sorted(tmp_path.glob("out.log*")) == [file]


def test_send_types_text_keys_and_bytes_as_they_are(
    chloe: Chloe, panes: Callable[[], list[dict[str, Any]]], tmp_path: Path, until: Until
) -> None:
    got = tmp_path / "got"
    script = f"stty raw -echo; touch '{got}.ready'; head -c 21 >'{got}.part'; mv '{got}.part' '{got}'"
    pane = chloe("new", "--", "sh", "-c", script).stdout.decode().strip()
    until(Path(f"{got}.ready").exists)

    chloe("send", pane, "--no-enter", "two", "words")
    chloe("send", pane, "--key", "up", "--key", "ctrl+c")
    chloe("send", pane, "é")
    chloe("send", pane, "--stdin", stdin=b"\x00\xff\n\x1bx")

    until(got.exists)
    assert got.read_bytes() == b"two words\x1b[A\x03\xc3\xa9\r\x00\xff\n\x1bx"


def test_a_large_standard_input_arrives_whole(chloe: Chloe, tmp_path: Path, until: Until) -> None:
    got = tmp_path / "got"
    size = 300_000
    script = f"stty raw -echo; touch '{got}.ready'; head -c {size} >'{got}.part'; mv '{got}.part' '{got}'"
    pane = chloe("new", "--", "sh", "-c", script).stdout.decode().strip()
    until(Path(f"{got}.ready").exists)
    data = os.urandom(size)

    chloe("send", pane, "--stdin", stdin=data)

    until(got.exists)
    assert got.read_bytes() == data


def test_replay_chooses_by_pane_kind_and_time_and_speaks_json(chloe: Chloe) -> None:
    first = chloe("new", "--name", "first", "--", "sleep", "1000").stdout.decode().strip()
    chloe("new", "--name", "second", "--", "sleep", "1000")
    chloe("rename", "first", "third")

    def replayed(*words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in chloe("replay", "--json", *words).stdout.splitlines()]

    everything = replayed()
    assert [each["seq"] for each in everything] == sorted(each["seq"] for each in everything)
    assert {each["pane"] for each in replayed("third")} == {first}
    assert [each["kind"] for each in replayed("--kind", "created", "--kind", "Renamed")] == [
        "Created",
        "Created",
        "Renamed",
    ]
    assert replayed("--until", "1h") == []
    assert replayed("--since", "1h") == everything
    told = chloe("replay", "--kind", "created").stdout.decode().splitlines()
    assert [line.split("  ")[1].split()[1] for line in told] == ["first", "second"]


def test_replay_follows_what_happens_until_it_is_interrupted(
    chloe: Chloe, environment: dict[str, str]
) -> None:
    chloe("new", "--name", "first", "--", "sleep", "1000")
    command = [sys.executable, "-m", "chloe", "replay", "--follow", "--kind", "created", "--kind", "renamed"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as told:
        assert told.stdout
        assert told.stderr
        assert b"created" in told.stdout.readline()
        chloe("rename", "first", "second")
        assert b"renamed to second" in told.stdout.readline()
        told.send_signal(2)
        assert told.stderr.read() == b""
    assert told.returncode == 130


def test_what_a_program_made_up_is_spelled_out(chloe: Chloe, tmp_path: Path) -> None:
    folder = tmp_path / "a\x1b[2Jb\nc"
    folder.mkdir()
    chloe(
        "new",
        "--name",
        "na\x1b]0;me\x07",
        "--cwd",
        str(folder),
        "--tag",
        "t\x9b",
        "--",
        "sh",
        "-c",
        "exec sleep 1000 #\x1b",
    )

    for words in (("ls",), ("ls", "--json"), ("replay",), ("replay", "--json"), ("tag", "na")):
        said = chloe(*words).stdout
        assert b"\x1b" not in said, words
        assert b"\x07" not in said
        assert "\x9b" not in said.decode()
    assert len(chloe("ls").stdout.splitlines()) == 2
    assert b"\x1b" not in chloe("send", "na\x1b", "x", "--key", "no-such-key", status=2).stderr


def test_a_pane_that_is_not_there_or_could_be_several_is_told(chloe: Chloe) -> None:
    chloe("new", "--name", "build-one", "--", "sleep", "1000")
    chloe("new", "--name", "build-two", "--", "sleep", "1000")

    assert b"nothing" in chloe("send", "nothing", "x", status=3).stderr
    ambiguous = chloe("kill", "build", status=3).stderr
    assert b"build-one" in ambiguous
    assert b"build-two" in ambiguous


def test_a_pane_that_has_ended_takes_no_input(chloe: Chloe) -> None:
    pane = chloe("new", "--", "sleep", "1000").stdout.decode().strip()
    chloe("kill", pane)

    assert b"has ended" in chloe("send", pane, "x", status=4).stderr
    assert b"has ended" in chloe("kill", pane, status=4).stderr


def test_a_folder_or_a_command_that_is_not_there_is_told(chloe: Chloe, tmp_path: Path) -> None:
    assert b"nowhere" in chloe("new", "--cwd", str(tmp_path / "nowhere"), "--", "true", status=5).stderr
    assert b"no-such-program" in chloe("new", "--", "no-such-program", status=5).stderr


def test_without_tmux_new_says_what_is_missing_and_the_rest_works(chloe: Chloe, tmp_path: Path) -> None:
    assert b"tmux" in chloe("new", "--", "/bin/true", status=6, PATH=str(tmp_path)).stderr
    assert chloe("ls", PATH=str(tmp_path)).stdout == b""
    assert b"the chain holds" in chloe("verify", PATH=str(tmp_path)).stdout


def test_a_log_that_was_edited_is_found(chloe: Chloe, home: Path) -> None:
    chloe("new", "--name", "first", "--", "sleep", "1000")
    chloe("rename", "first", "second")
    before = chloe("verify", "--print-head").stdout.decode().split()
    assert len(before) == 2
    assert len(before[1]) == 64

    edit = (
        "import sqlite3, sys; log = sqlite3.connect(sys.argv[1]); "
        "[log.execute(f'DROP TRIGGER {name}') for (name,) in "
        "log.execute(\"SELECT name FROM sqlite_master WHERE type = 'trigger'\").fetchall()]; "
        "log.execute(\"UPDATE record SET head = replace(head, 'second', 'third') WHERE kind = 'Renamed'\"); "
        "log.commit()"
    )
    subprocess.run([sys.executable, "-c", edit, str(home / "log.db")], check=True)

    said = chloe("verify", status=1).stderr.decode()
    assert "record 2" in said or "record 3" in said


def test_heads_are_kept_in_a_file_of_the_users(chloe: Chloe, tmp_path: Path) -> None:
    chloe("new", "--name", "first", "--", "sleep", "1000")
    file = tmp_path / "heads"
    chloe("verify", "--head", str(file))
    chloe("rename", "first", "second")
    head = chloe("verify", "--print-head", "--head", str(file)).stdout.decode().strip()

    lines = file.read_text().splitlines()
    assert len(lines) == 2
    assert lines[1].split(" ", 1)[1] == head
    number, digits = head.split()
    for since in (str(file), digits, digits[:16], f"{number}:{digits}", lines[0]):
        assert b"the chain holds" in chloe("verify", "--since", since).stdout
    told = json.loads(chloe("verify", "--json").stdout)
    assert (told["whole"], told["hash"]) == (True, digits)


def test_a_head_that_is_no_longer_part_of_the_log_is_told(chloe: Chloe) -> None:
    chloe("new", "--name", "first", "--", "sleep", "1000")
    for since in ("ab" * 32, "1:" + "ab" * 8, "99:" + "00" * 32):
        assert b"no longer has" in chloe("verify", "--since", since, status=1).stderr
    assert b"neither a hash" in chloe("verify", "--since", "abc", status=2).stderr


def test_a_damaged_log_is_recovered(chloe: Chloe, home: Path) -> None:
    chloe("new", "--name", "first", "--", "sleep", "1000")
    assert b"nothing to recover" in chloe("recover").stdout
    raw = (home / "log.db").read_bytes()
    (home / "log.db").write_bytes(b"\xa5" * 2048 + raw[2048:])
    assert b"log.damaged-" in chloe("recover").stdout
    assert b"first" in chloe("ls").stdout
    assert b"salvaged from damage" in chloe("replay").stdout


def test_verify_without_a_log_says_so(chloe: Chloe) -> None:
    assert b"there is no log" in chloe("verify", status=74).stderr


def test_a_log_of_a_newer_chloe_is_refused_by_every_command(chloe: Chloe, home: Path) -> None:
    chloe("ls")
    edit = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version = 999')"
    subprocess.run([sys.executable, "-c", edit, str(home / "log.db")], check=True)

    for words in (("ls",), ("replay",), ("verify",), ("new",)):
        assert b"newer" in chloe(*words, status=74).stderr


#: Another Chloe, headless: opens a direct pane, says which, and runs until its standard input ends.
OTHER = """
import asyncio, sys
from chloe.config import load
from chloe.engine import open_engine
from chloe.events.commands import Open
async def main():
    async with open_engine(load()) as engine:
        print(await engine.request(Open(backend="direct", argv=("sleep", "1000"), name="theirs")), flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


def test_a_direct_pane_of_another_chloe_takes_no_input_and_its_owner_is_named(
    chloe: Chloe, panes: Callable[[], list[dict[str, Any]]], environment: dict[str, str]
) -> None:
    command = [sys.executable, "-c", OTHER]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        pane = other.stdout.readline().decode().strip()
        (found,) = panes()
        assert (found["id"], found["state"]) == (pane, "direct")

        for words in (("send", "theirs", "x"), ("kill", "theirs")):
            assert f"process id {other.pid}".encode() in chloe(*words, status=4).stderr
        said = chloe("wait", "theirs", "--for", "prompt", status=4).stderr.decode()
        assert "theirs: only the Chloe that it runs in sees what its program does" in said
        chloe("rename", "theirs", "yours")
        other.kill()

    (found,) = panes()
    assert (found["name"], found["state"], found["reason"]) == ("yours", "ended", "chloe ended")


def test_an_ended_pane_runs_once_more(
    chloe: Chloe, panes: Callable[[], list[dict[str, Any]]], until: Until
) -> None:
    words = ("--name", "work", "--cwd", "/", "--tag", "ci", "--", "sh", "-c", "pwd; exit 3")
    ended = chloe("new", *words).stdout.decode().strip()
    until(lambda: panes()[0]["state"] == "ended")
    again = json.loads(chloe("relaunch", "work", "--json").stdout)
    assert (again["name"], again["cwd"], again["tags"]) == ("work", "/", ["ci"])
    assert (again["backend"], again["argv"][-1]) == ("tmux", "pwd; exit 3")
    # It has taken the place of the ended one.
    assert [pane["id"] for pane in panes()] == [ended, again["id"]]
    assert [pane["id"] for pane in json.loads(chloe("ls", "--json").stdout)] == [again["id"]]
    until(lambda: panes()[1]["status"] == 3)
    third = chloe("relaunch", again["id"]).stdout.decode().strip()
    assert panes()[2]["id"] == third
    assert b"no pane is called" in chloe("relaunch", "none", status=3).stderr
    chloe("new", "--name", "sleeper", "sleep", "1000")
    assert b"sleeper runs still" in chloe("relaunch", "sleeper", status=4).stderr
    chloe("kill", "sleeper")
