"""Disks: what kind they are and how much room there is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from chloe.doctor import State, disks


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("ext4", State.OK),
        ("nfs4", State.BAD),
        ("cifs", State.BAD),
        ("fuse.sshfs", State.BAD),
        ("9p", State.BAD),
        ("tmpfs", State.WARN),
        ("fuse.ntfs-3g", State.NOTE),
    ],
)
async def test_a_file_system_without_locks_is_bad(
    doctor: Any, monkeypatch: pytest.MonkeyPatch, kind: str, state: State
) -> None:
    monkeypatch.setattr(disks, "_find_kind", lambda _folder: kind)

    (found,) = await doctor.found("file-system")

    assert found.state == state
    assert kind in found.text


def test_the_kind_is_that_of_the_innermost_mount(tmp_path: Path) -> None:
    if not Path("/proc/self/mounts").exists():
        pytest.skip("no list of mounts here")
    assert disks._find_kind(Path("/proc/self")) == "proc"
    assert disks._find_kind(tmp_path) not in ("", "proc")


@pytest.mark.parametrize(
    ("free", "whole", "state"),
    [
        (50, 100, State.OK),
        (4, 100, State.WARN),
        (0, 100, State.BAD),
    ],
)
async def test_too_little_room_is_told_before_there_is_none(
    doctor: Any, home: Path, monkeypatch: pytest.MonkeyPatch, free: int, whole: int, state: State
) -> None:
    unit = 10**9
    home.mkdir(mode=0o700)
    real = os.statvfs(home)
    fields = [1, unit, whole, free, free, *real[5:]]
    monkeypatch.setattr(os, "statvfs", lambda _folder: os.statvfs_result(fields))

    (found,) = await doctor.found("space")

    assert found.state == state


async def test_less_than_a_gigabyte_is_too_little_on_any_disk(
    doctor: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir(mode=0o700)
    real = os.statvfs(home)
    fields = [1, 10**6, 2000, 999, 999, *real[5:]]
    monkeypatch.setattr(os, "statvfs", lambda _folder: os.statvfs_result(fields))

    (found,) = await doctor.found("space")

    assert found.state == State.WARN
