"""Whatever lies at the configuration's place: settings or one sentence, neither a hang nor a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.config import load
from chloe.errors import ConfigBroken
from tests.searching import examples

GOOD = """\
[tmux]
socket_name = "x"
[terminal]
scrollback = 5000
[ui]
ascii = "auto"
list_width = 40
[spool]
pane_cap = "1 GB"
disk_share = 0.5
[log]
prune_older_than = "90d"
prune_over = "2 GiB"
heads_file = "/mnt/heads"
[shell]
command = ["zsh", "-l"]
[keys]
release = "f1"
"""


_PIECES = [
    b"nan",
    b"1e400",
    b"[",
    b'"',
    b"'''",
    b"true",
    b"0x" + b"f" * 3000,
    b"9" * 3000,
    b"\0",
    b"\xff",
    b"-1",
]
_PIECES += [b"{}", b"1979-05-27", b"\n", b"[[shell]]", b"a.b.c"]


def said(home: Path, content: bytes) -> str:
    """What is said of a configuration; "" where it can be used."""
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_bytes(content)
    try:
        load(environment={"CHLOE_HOME": str(home)})
    except ConfigBroken as error:
        assert str(error).startswith(str(home / "config.toml"))
        assert len(str(error)) < 1000
        return str(error).removeprefix(str(home / "config.toml"))
    return ""


@examples(60)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_settings_or_a_sentence(tmp_path: Path, data: bytes) -> None:
    said(tmp_path / "home", data)


@examples(150)
@given(data=st.data())
def test_a_mistaken_configuration_is_settings_or_a_sentence(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(GOOD.encode())
    pieces = st.sampled_from(_PIECES)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 12))
        content[at : at + length] = data.draw(pieces | st.binary(max_size=3))
    said(tmp_path / "home", bytes(content))


_VALUES = ["nan", "inf", "-1", "1e400", "1e999", "[]", "{}", "true", '""', "9223372036854775808", "07:32:00"]
_VALUES += [
    "1979-05-27",
    "0x" + "f" * 3900,
    f'"{"x" * 3900}"',
    "[[[[1]]]]",
    '"\\u0000"',
    '"../x"',
    '"\\u001b[2J"',
]
_KEYS = [line.split(" = ")[0] for line in GOOD.splitlines() if " = " in line]


@pytest.mark.parametrize("value", _VALUES, ids=lambda value: value[:12])
def test_a_value_that_does_not_fit_is_told_with_its_line_and_key(tmp_path: Path, value: str) -> None:
    for key in _KEYS:
        lines = [f"{key} = {value}" if line.startswith(f"{key} = ") else line for line in GOOD.splitlines()]
        message = said(tmp_path / "home", "\n".join(lines).encode())
        if message:
            number = next(at for at, line in enumerate(lines, 1) if line.startswith(f"{key} = "))
            assert f", line {number}, " in message
            assert key in message


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"a = " + b"[\n" * 30_000, "beyond all bounds"),
        (b"a = " + b"{a=" * 1_300, "beyond all bounds"),
        (b"[" + b".".join([b"a"] * 20_000) + b"]", "line 1: is longer than 4000 characters"),
        (b"[tmux]\n" + b".".join([b"a"] * 1_900) + b" = 1", "no such key"),
        (b"[terminal]\nscrollback = " + b"9" * 3900 + b"_9" * 500, "line 2: is longer than"),
        (b"[terminal]\nscrollback." + b".".join([b"a"] * 1_900) + b" = 1", "must be a whole number"),
        (b"\n" * 30_000 + b"[tmux]\nx = 1", "line 30001, tmux.x: there is no such key"),
        (b"#" * 70_000, "is larger than 65536 bytes"),
        (b"x = 1\n\xff", "line 2: is not UTF-8"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_configuration_that_is_a_trap_is_told(tmp_path: Path, content: bytes, why: str) -> None:
    assert why in said(tmp_path / "home", content)


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    environment = {"CHLOE_HOME": str(tmp_path)}
    for why in ("is a named pipe", "is a device", "is a folder"):
        if why == "is a named pipe":
            os.mkfifo(file)
        elif why == "is a device":
            file.symlink_to("/dev/zero")
        else:
            file.mkdir()
        with pytest.raises(ConfigBroken, match=f"{why}, not a regular file: put a file of your own there"):
            load(environment=environment)
        if file.is_dir():
            file.rmdir()
        else:
            file.unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_link_to_the_file_of_another_user_is_not_read_unless_it_was_named(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("[shell]\ncommand = 'evil'\n")
    os.chown(theirs, 12345, -1)
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").symlink_to(theirs)
    with pytest.raises(ConfigBroken, match=r"belongs to another user \(uid 12345\)"):
        load(environment={"CHLOE_HOME": str(home)})
    assert load(theirs, environment={}).shell.command == ("evil",)


@pytest.mark.parametrize("name", ["log.db", "log.db-wal", "head", "leases", "spool/x", "./x/../log.lock"])
def test_heads_are_added_to_no_file_of_chloes_own(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    content = f'[log]\nheads_file = "{home}/{name}"\n'.encode()
    assert "line 2, log.heads_file: names a file of Chloe's own" in said(home, content)
    assert not said(home, f'[log]\nheads_file = "{home}/heads"\n'.encode())
