"""Spools that nobody needs go; what the log doesn't have stays."""

from __future__ import annotations

import os
import shutil
import time
import zlib
from pathlib import Path
from typing import Any

from chloe.backends.tmux.holder import segments
from chloe.doctor import State
from chloe.engine import open_engine
from chloe.events.facts import Output
from tests.ids import id_of


def _old(folder: Path) -> None:
    hour_ago = time.time() - 3600
    os.utime(folder, (hour_ago, hour_ago))


async def test_an_orphan_spool_is_told_and_kept(doctor: Any, home: Path) -> None:
    pane = await doctor.pane()
    orphan = home / "spool" / id_of("orphan")
    orphan.mkdir(mode=0o700)
    shutil.copy(doctor.spool(pane) / "0.seg", orphan)
    _old(orphan)

    (found,) = await doctor.found("spools")

    assert (found.state, found.subject, found.fixable) == (State.WARN, str(orphan), False)
    assert found.remedy.endswith(f"rm -r {orphan}")
    await doctor.fix()
    assert (orphan / "0.seg").exists()


async def test_an_empty_left_over_is_removed_unless_it_may_be_just_being_made(
    doctor: Any, home: Path
) -> None:
    await doctor.start()
    old, new = home / "spool" / id_of("old"), home / "spool" / id_of("new")
    for folder in (old, new):
        folder.mkdir(mode=0o700)
        (folder / "spec.json").touch(mode=0o600)
    _old(old)

    found = {each.subject: each for each in await doctor.found("spools")}

    assert {each.state for each in found.values()} == {State.NOTE}
    assert (found[str(old)].fixable, found[str(new)].fixable) == (True, False)
    assert [deed.done for deed in await doctor.fix()] == [True]
    assert not old.exists()
    assert new.exists()


async def test_a_spool_of_which_the_log_has_all_is_removed(doctor: Any, tmp_path: Path) -> None:
    pane = await doctor.pane()
    kept = tmp_path / "kept"
    await doctor.kill_holder(pane)
    shutil.copytree(doctor.spool(pane), kept, ignore=shutil.ignore_patterns("keys"))
    await doctor.start()
    # As if it had been killed between the last commit and the removal.
    shutil.copytree(kept, doctor.spool(pane))
    doctor.spool(pane).chmod(0o700)

    (found,) = await doctor.found("spools")

    assert (found.state, found.fixable) == (State.NOTE, True)
    assert [deed.done for deed in await doctor.fix()] == [True]
    assert not doctor.spool(pane).exists()


async def test_what_an_ended_pane_printed_beside_the_log_is_told_and_taken_in(
    doctor: Any, tmp_path: Path
) -> None:
    pane = await doctor.pane()
    kept = tmp_path / "kept"
    await doctor.kill_holder(pane)
    shutil.copytree(doctor.spool(pane), kept, ignore=shutil.ignore_patterns("keys"))
    await doctor.start()
    shutil.copytree(kept, doctor.spool(pane))
    doctor.spool(pane).chmod(0o700)
    with (doctor.spool(pane) / "0.seg").open("ab") as segment:
        segment.write(_frame(b"more"))

    found = {each.subject: each for each in await doctor.found("spools")}

    assert found[str(doctor.spool(pane))].state == State.WARN
    assert "takes it in" in found[str(doctor.spool(pane))].remedy
    started: list[bool] = []
    results = await doctor.fix(lambda: started.append(True))
    assert ([result.done for result in results], started) == ([True], [True])
    assert (doctor.spool(pane) / "0.seg").exists()
    await doctor.start()
    async with open_engine(doctor.config, screens=False) as engine:
        printed = [record.fact async for record in engine.store.read(pane=pane, kinds={"Output"})]
    assert b"".join(fact.data for fact in printed if isinstance(fact, Output)) == b"readymore"
    assert not doctor.spool(pane).exists()


def _frame(output: bytes, kind: int = segments.OUTPUT) -> bytes:
    start = segments.FRAME_START.pack(kind, 1, len(output))
    return segments.FRAME.pack(kind, 1, len(output), zlib.crc32(start + output)) + output


async def test_what_lies_in_spools_and_among_them_and_isnt_chloes_is_told_and_kept(
    doctor: Any, home: Path
) -> None:
    pane = await doctor.pane()
    (doctor.spool(pane) / "notes\x1b[2J").write_text("theirs")
    (home / "spool" / "theirs").mkdir(mode=0o700)

    found = {each.subject: each for each in await doctor.found("spools")}

    assert "notes\\x1b[2J" in found[str(doctor.spool(pane))].text
    assert "isn't a pane's spool" in found[str(home / "spool" / "theirs")].text
    assert not any(each.fixable for each in found.values())
    await doctor.fix()
    assert (home / "spool" / "theirs").exists()


async def test_frames_of_unknown_kinds_are_told(doctor: Any) -> None:
    pane = await doctor.pane()
    with (doctor.spool(pane) / "0.seg").open("ab") as segment:
        for _ in range(3):
            segment.write(_frame(b"from the future", kind=200))

    (found,) = await doctor.found("spools")

    assert (found.state, found.subject) == (State.WARN, str(doctor.spool(pane)))
    assert "unknown kind 200 (3 times)" in found.text
