"""What a user may name for output: a file appears complete or not at all, and what can't be one is said."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from chloe.cli.output_file import open_output
from chloe.errors import UsageError


def write(name: str, data: bytes = b"new", *, force: bool = False) -> None:
    with open_output(name, force=force) as file:
        file.write(data)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["plain", "n" * 250, "n" * 255, "a b\nc", "é" * 120, "\udcff", "-", "~"])
def test_any_name_that_the_file_system_takes_is_a_file_for_its_owner_alone(tmp_path: Path, name: str) -> None:
    write(str(tmp_path / name))
    assert (tmp_path / name).read_bytes() == b"new"
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert names(tmp_path) == [name]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "names no file"),
        ("folder", "is a folder"),
        ("folder/", "is a folder"),
        ("to-folder", "is a folder"),
        ("not-there/", "is a folder"),
        (".", "is a folder"),
        ("/", "is a folder"),
        ("n" * 300, "File name too long"),
        ("not/there", "No such file"),
        ("file/in", "Not a directory"),
        ("circle", "symbolic links"),
        ("/proc/nothing", "can't be written"),
        ("/dev/fd/987", "Bad file descriptor"),
        ("/dev/fd/999999999999", "can't be written"),
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_what_cannot_be_a_file_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str, force: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "to-folder").symlink_to("folder")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "file").touch()
    before = names(tmp_path)
    with pytest.raises(UsageError, match=said):
        write(name, force=force)
    assert names(tmp_path) == before
    assert names(tmp_path / "folder") == []


def test_what_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    with pytest.raises(UsageError, match="--force replaces it"):
        write(str(file))
    assert file.read_bytes() == b"old"
    write(str(file), force=True)
    assert file.read_bytes() == b"new"


@pytest.mark.parametrize("target", [b"old", None], ids=["there", "nowhere"])
def test_a_link_stays_one_and_what_it_leads_to_is_written(tmp_path: Path, target: bytes | None) -> None:
    (tmp_path / "deep").mkdir()
    if target is not None:
        (tmp_path / "deep/target").write_bytes(target)
    link = tmp_path / "link"
    link.symlink_to("deep/target")
    with pytest.raises(UsageError, match="is there already"):
        write(str(link))
    write(str(link), force=True)
    assert link.is_symlink()
    assert (tmp_path / "deep/target").read_bytes() == b"new"
    assert names(tmp_path / "deep") == ["target"]


def test_what_fails_leaves_nothing_and_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")

    def fail() -> None:
        with open_output(str(file), force=True) as out:
            out.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert names(tmp_path) == ["file"]
    assert file.read_bytes() == b"old"


def test_a_pipe_and_a_device_are_written_to(tmp_path: Path) -> None:
    write(os.devnull)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()
    write(str(fifo))
    reader.join()
    assert read == [b"new"]


@pytest.mark.parametrize("form", ["/dev/fd/{}", "/proc/self/fd/{}"])
def test_what_is_open_already_is_gone_on_with(tmp_path: Path, form: str) -> None:
    with (tmp_path / "file").open("w+b", buffering=0) as file:
        file.write(b"before ")
        write(form.format(file.fileno()))
        file.write(b" after")
    assert (tmp_path / "file").read_bytes() == b"before new after"
