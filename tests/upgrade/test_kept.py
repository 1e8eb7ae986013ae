"""What was kept of each version before: its home is opened, its facts are read, its holder is taken over."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from hashlib import sha256
from pathlib import Path

import pytest

from chloe.backends.tmux import TmuxServer
from chloe.backends.tmux.spool_status import has_holder
from chloe.config import Config, load
from chloe.engine import open_engine
from chloe.events.codec import decode, encode
from chloe.events.commands import Reattach, Resize, Write
from chloe.events.facts import Unknown
from chloe.events.ids import session_of
from tests.upgrade import reader
from tests.upgrade.conftest import VERSIONS, KeptHome
from tests.upgrade.make_home import KEPT

Eventually = Callable[..., Awaitable[None]]
Keeper = Callable[[str], KeptHome]

pytestmark = pytest.mark.parametrize("version", VERSIONS)


def _chloe(config: Config, *words: str) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "chloe", *words],
        env=os.environ | {"CHLOE_HOME": str(config.paths.home), "CHLOE_TMUX_SOCKET": config.tmux.socket_name},
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()
    return done.stdout


def test_the_page_holds_of_it(kept: Keeper, version: str) -> None:
    it = kept(version)
    records = list(reader.read_log(it.home))
    seq, hashed = it.expected["head"].split()
    assert (records[-1].seq, records[-1].hash.hex()) == (int(seq), hashed)
    assert {record.kind for record in records} >= set(it.expected.get("kinds", ()))
    frames = list(reader.read_spool(it.home / "spool" / it.pane("left")))
    assert frames[-1].kind == "x"


def test_it_is_opened_exported_and_verified(kept: Keeper, config: Config, version: str) -> None:
    it = kept(version)
    listed = {pane["name"]: pane for pane in json.loads(_chloe(config, "ls", "--json", "--all"))}
    assert listed.keys() == it.expected["panes"].keys()
    assert all(pane["id"] == it.pane(name) for name, pane in listed.items())
    for name in ("the direct one", "the ended one", "left"):
        exported = _chloe(config, "export-log", it.pane(name))
        assert sha256(exported).hexdigest() == it.expected["printed"][name], name
    for pane, screen in it.expected.get("screens", {}).items():
        assert _chloe(config, "peek", pane).decode().split("\n")[: len(screen)] == screen
    told = [json.loads(line) for line in _chloe(config, "replay", "left", "--json").splitlines()]
    assert [each["fact"]["status"] for each in told if each["kind"] == "Died"] == [3]
    assert not list((it.home / "spool").iterdir()), "all that was left was taken in"
    _chloe(config, "verify")
    _chloe(config, "verify", "--since", it.expected["head"])
    _chloe(config, "config")
    assert load(environment={"CHLOE_HOME": str(it.home)}).paths.home == it.home


def test_its_facts_are_read_and_written_as_they_were(version: str) -> None:
    rows = json.loads((KEPT / version / "facts.json").read_text())
    assert rows
    for row in rows:
        body = None if row["body"] is None else base64.b64decode(row["body"])
        fact = decode(row["kind"], row["version"], row["head"], body)
        assert not isinstance(fact, Unknown), row
        assert encode(fact) == (row["kind"], row["version"], row["head"], body)


async def test_its_holder_is_taken_over_typed_into_resized_and_ended(
    kept: Keeper, config: Config, version: str, tmp_path: Path, eventually: Eventually
) -> None:
    it = kept(version)
    pane = it.pane("living")
    shutil.copytree(KEPT / version / "holder", tmp_path / "holder")
    for path in (tmp_path / "holder").iterdir():
        path.rename(path.with_suffix(""))
    spool = it.home / "spool" / pane
    spool.mkdir(0o700)
    spec = json.loads((KEPT / version / "spec.json").read_text())
    # These are the machine's, not the version's.
    spec |= {
        "program": shutil.which(spec["argv"][0]),
        "limits": [],
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
    }
    (spool / "spec.json").write_text(json.dumps(spec))
    os.mkfifo(spool / "keys", 0o600)
    server = TmuxServer(config.tmux.socket_name)
    holder = [sys.executable, "-I", "-S", "-E", str(tmp_path / "holder" / "holder.py"), str(spool)]
    await server.new_session(session_of(pane), holder, rows=24, columns=80)
    await eventually(lambda: has_holder(spool))

    async with open_engine(config) as engine:
        found = engine.projections.panes[pane]
        assert found.alive
        await engine.request(Reattach(pane))
        screen = await engine.screen(pane)
        await eventually(lambda: "begun" in screen.display[0], "what it printed before")
        await engine.request(Write(pane, b"keys\n"))
        await eventually(lambda: "got keys" in screen.display[1], "it is typed into")
        await engine.request(Resize(pane, 30, 100))
        await eventually(lambda: (found.rows, found.columns) == (30, 100), "the size is recorded")
        await engine.request(Write(pane, b"size\n"))
        await eventually(lambda: "30 100" in screen.display[2], "the program is told")

    _chloe(config, "send", "living", "again")
    _chloe(config, "kill", "living")
    printed = _chloe(config, "export-log", "living")
    assert printed == b"begun\r\ngot keys\r\n30 100\r\ngot again\r\n"
    assert not spool.exists()
    _chloe(config, "verify")
    server.close()
