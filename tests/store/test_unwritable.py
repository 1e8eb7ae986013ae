"""Whether anything can be written in a folder is tried, and the reason is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chloe.store.unwritable import explain_doubt, explain_read_only, explain_unwritable
from tests.disks import ReadOnlyView, SmallDisk, fill


def test_where_there_is_room_nothing_is_said_and_nothing_left(tmp_path: Path) -> None:
    assert explain_unwritable(tmp_path) == explain_doubt(tmp_path / "log.db") == ""
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_called_full(tmp_path: Path, small_disk: SmallDisk) -> None:
    ballast = small_disk(tmp_path / "disk", "1m")
    assert explain_unwritable(tmp_path / "disk") == explain_doubt(tmp_path / "disk/log.db") == ""
    fill(ballast)
    said = f"the disk of {tmp_path / 'disk'} is full"
    assert explain_unwritable(tmp_path / "disk") == explain_doubt(tmp_path / "disk/log.db") == said
    assert [path.name for path in (tmp_path / "disk").iterdir()] == ["ballast"]


def test_a_read_only_file_system_is_called_that(tmp_path: Path, read_only_view: ReadOnlyView) -> None:
    (tmp_path / "folder").mkdir()
    view = read_only_view(tmp_path / "folder")
    said = f"the file system of {view} is read-only"
    assert explain_unwritable(view) == explain_doubt(view / "log.db") == said


def test_a_log_that_is_read_only_by_itself_is_named(tmp_path: Path, read_only_view: ReadOnlyView) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/log.db").touch()
    log = tmp_path / "log.db"
    # Whether it may be written is asked of what a link leads to.
    log.symlink_to(read_only_view(tmp_path / "folder") / "log.db")
    said = f"{log} may not be written by this user, or is read-only"
    assert explain_unwritable(tmp_path, log) == explain_doubt(log) == said
    assert explain_unwritable(tmp_path) == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_the_right_to_write_is_called_that(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(mode=0o500)
    assert explain_unwritable(tmp_path / "folder").endswith("may not be written by this user")


def test_only_where_the_disk_is_full_is_the_way_out_to_make_room(tmp_path: Path) -> None:
    full = explain_read_only(tmp_path / "log.db", "the disk of /x is full")
    assert "chloe prune" in full
    assert "chloe kill" in full
    assert "prune" not in explain_read_only(tmp_path / "log.db", "the file system of /x is read-only")
