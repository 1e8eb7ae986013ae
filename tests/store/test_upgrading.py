"""An older log is brought up to date by who is alone with it; under an older Chloe it is left as it is."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import chloe
from chloe.errors import LogUnusable
from chloe.store import Store
from chloe.store.migrations import migrations
from tests.ids import id_of

#: An older Chloe, which has the log open until its input ends.
_STAYS = (
    "import asyncio, sys, pathlib\n"
    "from chloe.store import Store\n"
    "async def main():\n"
    "    store = await Store.open(pathlib.Path(sys.argv[1]), instance='x', watcher=None)\n"
    "    print(flush=True)\n"
    "    await asyncio.to_thread(sys.stdin.read)\n"
    "    await store.close()\n"
    "asyncio.run(main())\n"
)


async def test_no_log_is_brought_up_to_date_under_an_older_chloe_that_lives(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = migrations()
    newer = [*good, good[0]._replace(version=len(good) + 1, sql="CREATE TABLE added (a);\n")]
    words = [sys.executable, "-c", _STAYS, str(path)]
    root = Path(chloe.__file__).parent.parent
    with subprocess.Popen(words, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as older:
        assert older.stdin is not None
        assert older.stdout is not None
        older.stdout.readline()
        monkeypatch.setattr("chloe.store.schema.migrations", lambda: newer)
        with pytest.raises(LogUnusable) as refusal:
            await Store.open(path, instance=id_of("newer"), watcher=None)
        said = str(refusal.value)
        assert f"process {older.pid}" in said
        assert "has version 1" in said
        with closing(sqlite3.connect(path)) as raw:
            assert raw.execute("PRAGMA user_version").fetchone() == (len(good),)
        older.stdin.close()
        assert older.wait(20) == 0
    # Several of the newer may come at once: one of them does it.
    stores = await asyncio.gather(*(Store.open(path, instance=str(n), watcher=None) for n in range(3)))
    for store in stores:
        await store.close()
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (len(newer),)
