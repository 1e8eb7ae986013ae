"""Makes a home as this version of Chloe leaves one, for every later version to open.

``python -m tests.upgrade.make_home [NAME]`` keeps one in ``tests/upgrade/kept/{version}``, or under another
name, with the holder of this version, its specification, and what a reader has to find. That is done once a
version whose formats differ, or that has more kinds of facts; what is kept is never made again.

In the home are a direct pane and a tmux pane that ended, one whose spool was left with more than the log has,
one that the log calls alive and whose holder is yet to be started, two that were pruned, of which one has a
keyframe, and one with a gap. Their records are of every kind but what tells of damage (``OF_DAMAGE``).
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from chloe import __version__
from chloe.actors.scope import NOTHING
from chloe.backends.backend import Spec
from chloe.backends.tmux import holder_spec
from chloe.backends.tmux.spool_status import has_holder
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import Engine, open_engine
from chloe.events import facts
from chloe.events.codec import KINDS, encode
from chloe.events.commands import Detach, Kill, Open, Reattach, Rename, Resize, Tag, Write
from chloe.events.facts import Entry
from chloe.events.keyframe import encode_keyframe
from chloe.events.panes import Pane
from chloe.pruning import RetentionPolicy, execute, plan
from chloe.store import Checkpoint, PruneCut
from chloe.terminal import EMULATOR, Terminal
from tests.conftest import end_server
from tests.upgrade.samples import SAMPLES

KEPT = Path(__file__).with_name("kept")
#: The kinds that a log has only where something was lost.
OF_DAMAGE = {"Truncated", "LossAccepted", "Salvaged"}
DEADLINE = 30.0

#: Repaints its screen, as agents do, then reads a line and ends.
REPAINTS = (
    "i=0; while [ $i -lt 30 ]; do printf '\\033[2J\\033[H'; seq 1 40; printf 'frame %s\\r\\n' $i; i=$((i+1));"
    ' done; read x; echo "got $x"; exit 7'
)
#: Prints on and ends while no Chloe is there.
LEFT = 'stty -echo; echo before; read x; i=0; while [ $i -lt 50 ]; do echo "$x $i"; i=$((i+1)); done; exit 3'
#: What the program of the kept holder is.
LIVING = 'stty -echo; echo begun; while read x; do case $x in size) stty size;; *) echo "got $x";; esac; done'
#: What a pruned pane had printed above its screen, to be shown again once that is higher; and what came last.
_ABOVE, _SHOWN = (b"above one", b"above two"), b"after the cut"
CONFIGURATION = """\
[keys]
release = "auto"
leave = ["ctrl+]"]
escape = []
[tmux]
socket_name = "chloe"
[terminal]
scrollback = 10000
[ui]
ascii = "auto"
list_width = 32
[spool]
pane_cap = "1 GB"
disk_share = 0.1
[log]
prune_older_than = ""
prune_over = ""
heads_file = ""
[shell]
command = []
"""


async def _until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.01)


def _has_painted(pane: Pane) -> bool:
    return pane.output_bytes > 4000


def _is_resized(pane: Pane) -> bool:
    return pane.rows == 30


async def _open(engine: Engine, backend: str, program: str, name: str) -> str:
    pane = await engine.request(Open(backend=backend, argv=("sh", "-c", program), name=name, cwd="/"))
    assert pane is not None
    return pane


async def make_home(home: Path, socket: str) -> dict[str, Any]:
    """Make it in the folder ``home``, which isn't there; return what a reader has to find, as JSON has it."""
    config = Config(paths=Paths.under(home), tmux=TmuxSettings(socket_name=socket))
    async with open_engine(config) as engine:
        panes = engine.projections.panes
        direct = await _open(engine, "direct", REPAINTS, "direct")
        ended = await _open(engine, "tmux", REPAINTS, "ended")
        left = await _open(engine, "tmux", LEFT, "left")
        old = await _open(engine, "direct", "seq 1 200", "old")
        await _until(lambda: not panes[old].alive)
        await _until(lambda: panes[left].output_bytes >= len("before"))
        for each in (panes[direct], panes[ended]):
            await _until(partial(_has_painted, each))
            await engine.request(Rename(each.id, f"the {each.name} one"))
            await engine.request(Tag(each.id, ("kept", "ümläut")))
            await engine.request(Resize(each.id, 30, 100))
            await _until(partial(_is_resized, each))
        await engine.request(Detach(ended, reason="asked"))
        await engine.request(Reattach(ended))
        await _checkpoint(engine, ended)
        await engine.request(Write(direct, b"a line\n"))
        await _until(lambda: not panes[direct].alive)
        await engine.request(Kill(ended))
        await _until(lambda: not (config.paths.spool / ended).exists())
        await _append_by_hand(engine)
        await execute(
            engine.store, await plan(engine.store, panes, RetentionPolicy(pane=old), scrollback=100)
        )
        await _prune_with_keyframe(engine)
        names = {each.name: each.id for each in panes.values()}
        kinds = {type(record.fact).__name__ async for record in engine.store.read()}
    # Nobody records it any more.
    (config.paths.spool / left / "keys").write_bytes(b"more\n")
    await _until(lambda: not has_holder(config.paths.spool / left))
    async with open_engine(config, screens=False, scope=NOTHING) as engine:
        living = names["living"] = await _open(engine, "tmux", LIVING, "living")
        printed: dict[str, bytes] = {}
        async for record in engine.store.read(kinds=["Output"]):
            assert isinstance(record.fact, facts.Output)
            printed[record.pane] = printed.get(record.pane, b"") + record.fact.data
    end_server(socket)
    await _until(lambda: not has_holder(config.paths.spool / living))
    shutil.rmtree(config.paths.spool / living)
    (home / "config.toml").write_text(CONFIGURATION)
    assert kinds == KINDS - OF_DAMAGE, "the home has every kind"
    more = b"".join(b"more %d\r\n" % number for number in range(50))
    return {
        "panes": names,
        "head": (home / "head").read_text().strip(),
        "kinds": sorted(kinds),
        "screens": {names["cut"]: [line.decode() for line in (*_ABOVE, b"one", b"two", _SHOWN)]},
        "printed": {
            name: sha256(b"before\r\n" + more if name == "left" else printed.get(pane, b"")).hexdigest()
            for name, pane in names.items()
        },
    }


async def _checkpoint(engine: Engine, pane: str) -> None:
    terminal = await engine.screen(pane)
    await engine.catch_up()
    found = engine.projections
    checkpoint = Checkpoint(
        pane=pane,
        seq=found.seq,
        offset=found.panes[pane].output_bytes,
        lines=terminal.scrollback.total,
        emulator=EMULATOR,
        state=terminal.dump(),
    )
    await engine.store.save_checkpoint(checkpoint)


async def _append_by_hand(engine: Engine) -> None:
    """Append what can't be had by asking: a pane with a gap and its screen after it, and one run again."""
    pane, now = str(uuid.uuid4()), time.time_ns()
    # Long enough to be compressed.
    screen = b"\x1b[H" + b"".join(b"\x1b[%dCscreen" % column for column in range(1, 100))
    happened: list[facts.Fact] = [
        facts.Created(backend="direct", argv=("odd\udcff",), cwd="/", name="gap", rows=5, columns=20),
        facts.Output(offset=0, length=5, data=b"first"),
        facts.Gap(offset=5, length=100, reason="the spool reached its 1000 bytes"),
        facts.Repainted(rows=5, columns=20, offset=105, length=len(screen), data=screen),
        facts.Output(offset=105, length=4, data=b"last"),
        facts.Died(status=0, signal=None, reason=""),
        facts.Closed(),
    ]
    again: list[facts.Fact] = [
        facts.Created(
            backend="direct", argv=("sh",), cwd="/", name="again", rows=5, columns=20, relaunches=pane
        ),
        facts.EscapeAssigned(to_program=True),
        facts.Output(offset=0, length=5, data=b"ring\a"),
        facts.Notified(offset=5),
        facts.Notified(offset=5, title="a title", text="a text, ümläut"),
        facts.TerminalReset(),
        facts.Died(status=1, signal=None, reason=""),
        facts.Seen(offset=5, ended=True),
        facts.Closed(),
        facts.Reopened(),
        facts.Closed(),
        facts.Restored(),
    ]
    entries = [Entry(pane, fact, now) for fact in happened]
    other = str(uuid.uuid4())
    await engine.store.append([*entries, *(Entry(other, fact, now) for fact in again)])
    await engine.catch_up()


async def _prune_with_keyframe(engine: Engine) -> None:
    """Append a pane that prints, grows and ends, and prune the beginning of it while it lives."""
    pane, now = str(uuid.uuid4()), time.time_ns()
    terminal = Terminal(3, 20)
    printed = b"".join(b"\x1b[32m%s\x1b[m\r\n" % line for line in (b"gone", *_ABOVE, b"one", b"two"))
    terminal.feed(printed)
    created = facts.Created(backend="direct", argv=("sh",), cwd="/", name="cut", rows=3, columns=20)
    happened: list[facts.Fact] = [
        created,
        facts.Output(offset=0, length=len(printed), data=printed),
        facts.Resized(rows=5, columns=20, offset=len(printed)),
    ]
    records = await engine.store.append([Entry(pane, fact, now) for fact in happened])
    kept = Checkpoint(
        pane=pane,
        seq=records[1].seq,
        offset=len(printed),
        lines=terminal.scrollback.total,
        emulator=EMULATOR,
        state=encode_keyframe(terminal, above=2),
    )
    await engine.store.prune(
        [PruneCut(pane=pane, first=records[0].seq, up_to=records[1].seq, reason="a home", kept=kept)]
    )
    rest: list[facts.Fact] = [
        facts.Output(offset=len(printed), length=len(_SHOWN), data=_SHOWN),
        facts.Died(status=0, signal=None, reason=""),
    ]
    await engine.store.append([Entry(pane, fact, now) for fact in rest])
    await engine.catch_up()


def sample_rows() -> list[dict[str, Any]]:
    """Return each kind of fact as a log has it: kind, version, head, and the body in base64."""
    assert {type(fact).__name__ for fact in SAMPLES} == KINDS
    return [
        {
            "kind": row.kind,
            "version": row.version,
            "head": row.head,
            "body": None if row.body is None else base64.b64encode(row.body).decode(),
        }
        for row in map(encode, SAMPLES)
    ]


def keep(folder: Path) -> None:
    """Make a home and keep it in ``folder``, with all that goes with it."""
    home, socket = Path(tempfile.mkdtemp(prefix="chloe-")), f"chloe-kept-{uuid.uuid4().hex[:12]}"
    try:
        expected = asyncio.run(make_home(home / "home", socket))
        for path in (home / "home").rglob("*"):
            kept = folder / "home" / path.relative_to(home / "home")
            # The others are made by whoever starts: locks, room in reserve, a FIFO, which no archive keeps.
            if path.is_file() and path.suffix != ".lock" and path.name not in ("lock", "leases", "reserve"):
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, kept)
    finally:
        end_server(socket)
        shutil.rmtree(home)
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    (folder / "facts.json").write_text(json.dumps(sample_rows(), indent=1) + "\n")
    spec = Spec(
        pane=expected["panes"]["living"],
        argv=("sh", "-c", LIVING),
        cwd="/",
        environment={"PATH": os.defpath, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
        rows=24,
        columns=80,
    )
    encoded = json.loads(holder_spec.encode_spec(spec, pane_cap=1_000_000_000, disk_share=0.1))
    (folder / "spec.json").write_text(json.dumps(encoded, indent=1) + "\n")
    (folder / "holder").mkdir()
    for source in Path(holder_spec.__file__).with_name("holder").glob("[!_]*.py"):
        # By another name, since it is no source of this version: nothing checks, formats or mends it.
        shutil.copyfile(source, folder / "holder" / f"{source.name}.kept")


if __name__ == "__main__":
    made = KEPT / (sys.argv[1] if len(sys.argv) > 1 else __version__)
    if made.exists():
        sys.exit(f"{made} is kept already, and never made again")
    made.mkdir(parents=True)
    keep(made)
