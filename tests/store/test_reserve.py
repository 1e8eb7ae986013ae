"""A reserve is kept where the log is worth it and the disk has it, and is spent at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chloe.store.reserve import MAX_SIZE, keep_reserve, reserve_file, size_on_disk, spend_reserve
from tests.disks import SmallDisk, fill


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "disk/log.db"


def grow(path: Path, size: int) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("ab") as file:
        os.posix_fallocate(file.fileno(), 0, size)


def kept(path: Path) -> int:
    file = reserve_file(path)
    return file.stat().st_blocks * 512 if file.exists() else 0


def test_it_is_never_smaller_than_the_log_up_to_a_bound(path: Path) -> None:
    for size in (10_000, 150_000, 290_000, 300_000, 3_000_000, 30_000_000):
        grow(path, size)
        keep_reserve(path)
        assert min(size, MAX_SIZE) <= kept(path) <= MAX_SIZE
        assert reserve_file(path).stat().st_mode & 0o777 == 0o600
    spend_reserve(path)
    assert not reserve_file(path).exists()
    spend_reserve(path)


def test_no_more_than_half_of_what_is_free_is_taken(path: Path, small_disk: SmallDisk) -> None:
    ballast = small_disk(path.parent, "8m")
    grow(path, 1_000_000)
    fill(ballast)
    keep_reserve(path)
    assert not reserve_file(path).exists()
    os.truncate(ballast, ballast.stat().st_size - 2_000_000)
    keep_reserve(path)
    assert not reserve_file(path).exists()
    ballast.unlink()
    keep_reserve(path)
    assert kept(path)


def test_a_link_in_its_place_is_left_alone(path: Path, tmp_path: Path) -> None:
    grow(path, 1_000_000)
    (tmp_path / "other").touch()
    reserve_file(path).symlink_to(tmp_path / "other")
    keep_reserve(path)
    assert (tmp_path / "other").stat().st_size == 0


def test_the_size_of_a_log_is_that_of_its_file_and_of_its_wal(path: Path) -> None:
    grow(path, 1000)
    assert size_on_disk(path) == 1000
    path.with_name("log.db-wal").write_bytes(bytes(10))
    assert size_on_disk(path) == 1010
