"""What a program gets to see of the world."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from chloe.backends.environment import build_environment, find_program, login_shell
from chloe.errors import StartFailed


def test_the_users_own_variables_stay_whatever_they_hold() -> None:
    own = {
        "LANG": "de_DE.UTF-8",
        "ODD NAME": os.fsdecode(b"\xff\n"),
        "TERMINFO_DIRS": "/nix",
        "CHLOE_HOME": "/h",
    }
    assert build_environment(own, pane="p").items() >= own.items()


def test_pwd_is_the_programs_folder_or_nothing() -> None:
    base = {"PWD": "/of/chloe", "OLDPWD": "/before", "SHLVL": "3"}
    assert build_environment(base, pane="p", cwd="/of/it")["PWD"] == "/of/it"
    assert not build_environment(base, pane="p").keys() & base.keys()


def test_the_shell_is_the_one_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/cat")
    assert login_shell() == ("/bin/cat",)


@pytest.mark.parametrize("named", ["", "sh", "/no/such/shell", "/etc/passwd"])
def test_without_a_usable_one_it_is_that_of_the_password_file(
    monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("SHELL", named)
    entry = pwd.getpwuid(os.getuid())
    fields = [*entry]
    fields[6] = "/bin/cat"
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: pwd.struct_passwd(fields))
    assert login_shell() == ("/bin/cat",)


def test_a_user_without_an_entry_gets_sh(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(uid: int) -> pwd.struct_passwd:
        raise KeyError(uid)

    monkeypatch.delenv("SHELL", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert login_shell() == ("/bin/sh",)


def _tool(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_a_command_is_looked_for_on_the_programs_path_not_on_ours(tmp_path: Path) -> None:
    tool = _tool(tmp_path / "bin" / "tool")
    assert find_program(("tool",), cwd="/", environment={"PATH": f"/usr/bin:{tool.parent}"}) == str(tool)
    with pytest.raises(StartFailed, match="'tool': no such command on PATH"):
        find_program(("tool",), cwd="/", environment={"PATH": "/usr/bin"})


def test_relative_places_are_meant_from_the_programs_folder(tmp_path: Path) -> None:
    tool = _tool(tmp_path / "bin" / "tool")
    assert find_program(("bin/tool",), cwd=str(tmp_path), environment={}) == str(tool)
    assert find_program(("tool",), cwd=str(tmp_path), environment={"PATH": "bin"}) == str(tool)
    assert find_program(("tool",), cwd=str(tool.parent), environment={"PATH": "/usr/bin:"}) == str(tool)


def test_what_can_not_be_run_is_said(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    with pytest.raises(StartFailed, match="not executable"):
        find_program((str(plain),), cwd="/", environment={})
    with pytest.raises(StartFailed, match="not a file"):
        find_program((str(tmp_path),), cwd="/", environment={})
    with pytest.raises(StartFailed, match="not a folder"):
        find_program(("sh",), cwd=str(plain), environment={})
    with pytest.raises(StartFailed, match="no such file"):
        find_program(("sh",), cwd=str(tmp_path / "gone"), environment={})
