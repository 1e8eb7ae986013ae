"""Removing a spool: what Chloe made goes, by name; all else stays, and nothing is reached through a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chloe.backends.tmux import inspection, removal

ID = "11111111-2222-4333-8444-555555555555"


def made(folder: Path) -> Path:
    """A spool as a holder leaves it."""
    folder.mkdir(parents=True)
    for name in (*removal.NAMES, "0.seg", "17.seg", "999999999.seg"):
        (folder / name).touch()
    (folder / "keys").unlink()
    os.mkfifo(folder / "keys")
    return folder


def test_all_that_chloe_made_goes(tmp_path: Path) -> None:
    folder = made(tmp_path / ID)
    assert removal.list_unknown_files(folder) == []
    assert removal.remove_spool(folder)
    assert not folder.exists()
    assert removal.remove_spool(folder), "what isn't there is gone"


def test_what_somebody_else_put_there_stays(tmp_path: Path) -> None:
    folder = made(tmp_path / ID)
    theirs = ["00.seg", "1.seg.old", "notes.txt", "x.seg", "9999999999.seg"]
    for name in theirs:
        (folder / name).write_text("precious")
    (folder / "below").mkdir()
    (folder / "below" / "0.seg").write_text("precious")
    (folder / "5.seg").mkdir()
    (folder / "5.seg" / "kept").touch()

    assert not removal.remove_spool(folder)

    assert sorted(path.name for path in folder.iterdir()) == sorted([*theirs, "5.seg", "below"])
    assert (folder / "below" / "0.seg").exists()
    assert removal.list_unknown_files(folder) == sorted([*theirs, "below"])


def test_nothing_is_removed_through_a_link(tmp_path: Path) -> None:
    theirs = made(tmp_path / "theirs")
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / ID).symlink_to(theirs)
    before = sorted(path.name for path in theirs.iterdir())

    assert not removal.remove_spool(spool / ID)
    assert inspection.inspect_spools(spool, tmp_path / "leases") == []

    folder = made(spool / ID.replace("1", "9"))
    (folder / "18.seg").symlink_to(theirs / "0.seg")
    (folder / "failure").unlink()
    (folder / "failure").symlink_to(theirs)
    assert removal.remove_spool(folder)
    assert sorted(path.name for path in theirs.iterdir()) == before


def test_a_removal_needs_no_free_descriptor_where_all_is_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ID
    folder.mkdir()
    for name in removal.NAMES:
        (folder / name).touch()

    def refuse(path: Path) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert removal.remove_spool(folder)
