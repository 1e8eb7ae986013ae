"""Disks of a test's own: small ones that can be filled, and views of folders in which nothing can be written.

They need the right to mount. Where that isn't given the test is skipped, with this as the reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SmallDisk = Callable[[Path, str], Path]
ReadOnlyView = Callable[[Path], Path]

_SKIPPED = "no file systems may be mounted here"


def _mount(*words: str) -> None:
    asked = ["mount", *words]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(asked, capture_output=True).returncode:
        pytest.skip(_SKIPPED)


@contextmanager
def mounted_disks() -> Iterator[SmallDisk]:
    """Give what mounts a disk of a size on a folder, and returns the file to fill it with, and to remove."""
    mounted: list[Path] = []

    def mount(folder: Path, size: str) -> Path:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _mount("-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder))
        mounted.append(folder)
        return folder / "ballast"

    try:
        yield mount
    finally:
        for folder in reversed(mounted):
            subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def mounted_views(beside: Path) -> Iterator[ReadOnlyView]:
    """Give what returns a second path of a folder, under which its file system is read-only."""
    mounted: list[Path] = []

    def mount(folder: Path) -> Path:
        view = beside / f"read-only-{len(mounted)}"
        view.mkdir(mode=0o700)
        _mount("--bind", str(folder), str(view))
        mounted.append(view)
        _mount("-o", "remount,bind,ro", str(view))
        return view

    try:
        yield mount
    finally:
        for view in reversed(mounted):
            subprocess.run(["umount", "-l", str(view)], check=True)


def fill(ballast: Path) -> None:
    """Leave no byte free on a small disk."""
    with ballast.open("ab", buffering=0) as file:
        for size in (65536, 4096, 512, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue


def contents(folder: Path) -> dict[str, bytes]:
    """What every file in a folder holds, but for the memory that SQLite's readers share."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }
