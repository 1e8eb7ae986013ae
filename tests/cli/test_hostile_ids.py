"""A log whose ids are folders, names or commands: no command removes, makes or starts anything for it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from chloe.backends.kinds import TRAITS
from chloe.config import Config
from chloe.events import facts
from chloe.events.facts import Entry
from chloe.store import Store
from tests.cli.conftest import Chloe
from tests.ids import id_of

PANE = id_of("honest")


def files_in(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}


@pytest.fixture
def treasure(tmp_path: Path) -> Path:
    """A folder outside of Chloe's home that looks like a spool."""
    folder = tmp_path / "treasure"
    folder.mkdir()
    for name in ("0.seg", "lease", "lock", "precious"):
        (folder / name).touch()
    return folder


def hostile(treasure: Path, home: Path) -> Iterator[str]:
    yield from (
        "",
        ".",
        "..",
        "../..",
        "/",
        "X" * 100_000,
        "\x1b[2J\x1bc",
        "a\nb",
        PANE.upper(),
        f"{PANE}/..",
    )
    yield from (
        str(treasure),
        f"../../{treasure.relative_to('/')}",
        f"{home}/spool",
        "\0",
        f"{PANE}\0",
        "é" * 12,
    )


def ended(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``chloe`` to its end, however it ends."""
    command = [sys.executable, "-m", "chloe", *words]
    return subprocess.run(command, env=environment, capture_output=True, cwd="/", timeout=120)


async def write(path: Path, ids: list[str]) -> None:
    """Append panes with these ids, alive and ended, as a Chloe would that doesn't look at them."""
    for instance in (str(uuid.uuid4()), "../treasure", ""):
        store = await Store.open(path, instance=instance, watcher=None)
        for pane in ids:
            created = facts.Created(
                backend="tmux",
                argv=("x",),
                cwd="/",
                name="n",
                rows=24,
                columns=80,
                session=f"chloe-{pane}",
                traits=TRAITS["tmux"],
            )
            died = facts.Died(status=0, signal=None, reason="")
            attached = facts.Reattached(instance=pane)
            await store.append([Entry(pane, fact, 1) for fact in (created, attached)])
            await store.append([Entry(f"{pane}/", fact, 1) for fact in (created, died, facts.Closed())])
        await store.close()


@pytest.mark.parametrize(
    "command",
    [("ls", "--all"), ("ls", "--json"), ("replay",), ("doctor", "--fix"), ("prune", "--older-than", "1s"),
     ("recover",), ("verify",), ("new", "true")],
    ids=" ".join,
)  # fmt: skip
def test_no_id_of_a_log_makes_or_removes_a_file(
    chloe: Chloe, config: Config, environment: dict[str, str], treasure: Path, command: tuple[str, ...]
) -> None:
    home = config.paths.home
    chloe("ls")
    asyncio.run(write(config.paths.database, list(hostile(treasure, home))))
    keepsake = home / "spool" / "keepsake"
    keepsake.mkdir()
    (keepsake / "0.seg").touch()
    (home / "instances" / "theirs.lock").touch()
    before, outside = files_in(home), files_in(treasure)

    done = ended(environment, *command)

    assert done.returncode in (0, 1), done.stderr
    assert files_in(treasure) == outside
    gone = {path for path in before - files_in(home) if "log.db" not in path}
    assert not gone
    said = (done.stdout + done.stderr).decode()
    assert "\x1b" not in said.replace("\x1b[0m", "")
    if command == ("ls", "--json"):
        assert said.strip() == "[]"


def test_no_pane_of_such_a_log_can_be_named(
    chloe: Chloe, config: Config, environment: dict[str, str], treasure: Path
) -> None:
    chloe("ls")
    ids = [each for each in hostile(treasure, config.paths.home) if each and "\0" not in each]
    asyncio.run(write(config.paths.database, ids))
    for pane in (str(treasure), "..", PANE.upper(), "X" * 1000):
        for command in ("kill", "export-log"):
            assert ended(environment, command, "--", pane).returncode == 3
