"""Screens that the emulator failed on are named, with the file to report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chloe.doctor import State
from chloe.engine.fault_files import write
from chloe.events.faults import make_fault


async def test_a_pane_whose_screen_cant_be_drawn_is_named_with_its_file(doctor: Any, home: Path) -> None:
    pane = await doctor.pane()
    (fine,) = await doctor.found("screens")
    assert fine.state == State.OK

    write(home / "damaged", pane, make_fault(ValueError("x"), offset=1234, doing="drawn", data=b"\x1b[bytes"))

    (found,) = await doctor.found("screens")
    assert found.state == State.WARN
    assert "1,234" in found.text
    assert f"{pane}-1234.fold" in found.remedy
    assert not found.fixable


def test_files_are_bounded_in_number_and_size_and_never_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    for number in range(100):
        data = b"x" * 1_000_000
        bad = make_fault(ValueError("x"), offset=number, doing="drawn", data=data)
        write(folder, f"{number % 30:08x}", bad)
    kept = list(folder.iterdir())
    assert len(kept) == 64
    assert all(path.stat().st_size < 300_000 for path in kept)
    one = kept[0]
    one.write_bytes(b"as it was")
    pane, _, offset = one.stem.rpartition("-")
    write(folder, pane, make_fault(ValueError("x"), offset=int(offset), doing="drawn"))
    assert one.read_bytes() == b"as it was"


def test_a_name_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "damaged", "../../x", make_fault(ValueError("x"), offset=0, doing="drawn"))
    assert [path.name for path in (tmp_path / "damaged").iterdir()] == ["unknown-0.fold"]


def test_a_report_has_nothing_in_it_that_a_terminal_acts_on() -> None:
    report = make_fault(ValueError("\x1b]52;c;x\x07\x9b \u202e"), offset=0, doing="drawn").report
    assert report.replace("\n", "").isprintable()
    assert report.isascii()


def test_a_link_in_the_place_of_the_folder_gets_nothing(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "damaged").symlink_to("outside")

    with pytest.raises(NotADirectoryError):
        write(tmp_path / "damaged", "x", make_fault(ValueError(), offset=1, doing="drawn"))

    assert not list((tmp_path / "outside").iterdir())
