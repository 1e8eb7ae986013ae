"""Files and folders: whose they are, whether the settings can be used, what lies about."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from chloe.doctor import State


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_what_others_may_get_at_is_told_and_narrowed(doctor: Any, home: Path) -> None:
    pane = await doctor.pane()
    segment = doctor.spool(pane) / "0.seg"
    wide = [home, home / "log.db", home / "chloe.log", doctor.spool(pane), segment]
    (home / "chloe.log").touch()
    for path in wide:
        path.chmod(_mode(path) | 0o055)

    found = await doctor.found("permissions")

    assert {each.state for each in found} == {State.BAD}
    assert {each.subject for each in found} == {
        str(path) for path in (home, home / "log.db", home / "chloe.log", doctor.spool(pane))
    }
    assert all(each.fixable for each in found)
    assert all(each.remedy.startswith("chmod ") for each in found)
    deeds = await doctor.fix()
    assert all(deed.done for deed in deeds)
    assert [_mode(path) & 0o077 for path in wide] == [0] * len(wide)
    assert _mode(home) == 0o700
    assert [each.state for each in await doctor.found("permissions")] == [State.OK]


async def test_a_home_with_other_things_in_it_is_not_narrowed(doctor: Any, home: Path) -> None:
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    (home / "theirs").touch()

    (found,) = await doctor.found("permissions")

    assert found.state == State.BAD
    assert not found.fixable
    assert "CHLOE_HOME" in found.remedy
    await doctor.fix()
    assert _mode(home) == 0o755


async def test_a_home_that_others_can_replace_is_told_as_every_command_tells_it(
    tmp_path: Path, doctor: Any
) -> None:
    around = tmp_path / "around"
    around.mkdir()
    around.chmod(0o777)
    (around / "home").mkdir(mode=0o700)
    doctor.environment["CHLOE_HOME"] = str(around / "home")

    (found,) = await doctor.found("paths")

    assert found.state == State.BAD
    assert found.remedy == f"chmod o-w {around}"
    around.chmod(0o755)
    assert [each.state for each in await doctor.found("paths")] == [State.OK]


async def test_a_configuration_that_others_may_write_is_bad_and_one_they_may_read_is_not(
    doctor: Any, home: Path
) -> None:
    home.mkdir(mode=0o700)
    file = home / "config.toml"
    file.touch()
    file.chmod(0o644)
    assert [each.state for each in await doctor.found("permissions")] == [State.OK]

    file.chmod(0o664)

    (found,) = [each for each in await doctor.found("permissions") if each.subject == str(file)]
    assert (found.state, found.fixable) == (State.BAD, True)


async def test_a_link_in_the_place_of_a_file_leads_to_nothing_that_is_narrowed(
    doctor: Any, home: Path, tmp_path: Path
) -> None:
    await doctor.pane()
    for name in ("chloe.log", "head", "config.toml"):
        theirs = tmp_path / name
        theirs.touch()
        theirs.chmod(0o666)
        (home / name).unlink(missing_ok=True)
        (home / name).symlink_to(theirs)

    assert not [each for each in await doctor.found("permissions") if each.fixable]
    await doctor.fix()
    assert [_mode(tmp_path / name) for name in ("chloe.log", "head", "config.toml")] == [0o666] * 3


async def test_a_link_inside_a_spool_is_not_followed(doctor: Any, home: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.touch()
    theirs.chmod(0o644)
    (home / "spool" / "pane").mkdir(parents=True, mode=0o700)
    home.chmod(0o700)
    (home / "spool").chmod(0o700)
    (home / "spool" / "pane" / "link").symlink_to(theirs)

    await doctor.fix()

    assert _mode(theirs) == 0o644


async def test_a_broken_configuration_is_told_with_its_line_and_the_rest_is_looked_at(
    doctor: Any, home: Path
) -> None:
    await doctor.pane()
    (home / "config.toml").write_text("[ui]\ncolour = 1\n")

    (found,) = await doctor.found("configuration")
    states = await doctor.states()

    assert found.state == State.BAD
    assert found.text.startswith("line 2, ui.colour: ")
    assert states["server"] == states["sessions"] == states["log"] == State.OK


async def test_a_home_that_is_no_folder_is_told(doctor: Any, home: Path) -> None:
    home.touch()

    (found,) = await doctor.found("paths")

    assert found.state == State.BAD
    assert "no folder" in found.text


async def test_what_was_put_aside_or_interrupted_is_noted_and_never_removed(doctor: Any, home: Path) -> None:
    await doctor.start()
    left = [home / "log.db.damaged-1", home / "export.part", home / "spool" / "x.tmp"]
    for path in left:
        path.write_bytes(b"x")
        path.chmod(0o600)
        os.utime(path, (0, 0))
    (home / "being-written.part").touch()

    found = await doctor.found("left-overs")

    assert {(each.subject, each.state) for each in found} == {(str(path), State.NOTE) for path in left}
    await doctor.fix()
    assert all(path.exists() for path in left)


async def test_where_things_are_and_why_is_told(doctor: Any, home: Path) -> None:
    home.mkdir(mode=0o700)

    (found,) = await doctor.found("paths")

    assert found.subject == str(home)
    assert "CHLOE_HOME" in found.text
