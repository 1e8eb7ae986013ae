"""Whatever a name leads to: a small regular file is read, all else refused at once, with the reason."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

import pytest

from chloe.small_files import FileRefused, open_regular, read_end, read_whole


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "file"
    file.write_bytes(b"0123456789")
    return file


def test_a_file_up_to_the_limit_is_read_whole(file: Path) -> None:
    assert read_whole(file, 10) == b"0123456789"
    with pytest.raises(FileRefused, match="larger than 9 bytes"):
        read_whole(file, 9)


def test_the_end_of_a_file_of_any_size_is_read(file: Path) -> None:
    assert read_end(file, 4) == b"6789"
    assert read_end(file, 100) == b"0123456789"
    with file.open("r+b") as huge:
        huge.truncate(10**12)
    assert read_end(file, 4) == b"\0" * 4


def test_a_pipe_that_nobody_writes_to_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for read in (read_whole, read_end):
        with pytest.raises(FileRefused, match="is a named pipe, not a regular file"):
            read(pipe, 10)
    with pytest.raises(FileRefused, match="is a named pipe"):
        open_regular(pipe, os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def test_a_device_a_folder_and_a_socket_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="is a device"):
        read_whole(Path("/dev/zero"), 10)
    with pytest.raises(FileRefused, match="is a folder"):
        read_whole(tmp_path, 10)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        with pytest.raises(FileRefused, match="is a socket"):
            read_whole(tmp_path / "s", 10)


def test_a_link_is_followed_only_where_it_may_be(file: Path) -> None:
    link = file.with_name("link")
    link.symlink_to(file)
    assert read_whole(link, 10) == b"0123456789"
    with pytest.raises(FileRefused, match="is a link"):
        read_whole(link, 10, follow=False)
    zero = file.with_name("zero")
    zero.symlink_to("/dev/zero")
    with pytest.raises(FileRefused, match="is a device"):
        read_whole(zero, 10)
    around = file.with_name("around")
    around.symlink_to(around)
    with pytest.raises(OSError, match="symbolic links"):
        read_whole(around, 10)


def test_the_file_of_another_user_is_refused_where_it_matters(file: Path) -> None:
    assert read_whole(file, 10, owners={os.geteuid()}) == b"0123456789"
    with pytest.raises(FileRefused, match=rf"belongs to another user \(uid {os.geteuid()}\)"):
        read_whole(file, 10, owners={os.geteuid() + 1})


def test_a_file_that_is_missing_is_made_only_where_that_was_asked(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_whole(tmp_path / "none", 10)
    os.close(open_regular(tmp_path / "new", os.O_WRONLY | os.O_CREAT))
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600


def test_a_name_that_no_file_can_have_is_an_error_of_the_system(tmp_path: Path) -> None:
    for name in ("x" * 300, "x/y"):
        with pytest.raises(OSError, match=r"No such|too long"):
            read_whole(tmp_path / name, 10)


def test_no_descriptor_is_left_open(tmp_path: Path, file: Path) -> None:
    before = sorted(os.listdir("/dev/fd"))
    for path, limit in ((tmp_path, 9), (file, 9), (file, 10)):
        with contextlib.suppress(FileRefused):
            read_whole(path, limit)
    assert sorted(os.listdir("/dev/fd")) == before
