"""What is installed works without the checkout: the wheel has the migrations and says what it needs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tests.app_in_terminal import DEADLINE

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        command, cwd=cwd, env={**kept, **environment}, capture_output=True, text=True, timeout=150
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path / "dist")
    (built,) = (tmp_path / "dist").glob("*.whl")
    return built


def test_the_wheel_holds_the_code_and_the_migrations_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert {f"chloe/migrations/{path.name}" for path in (ROOT / "migrations").glob("*.sql")} <= names
    holder = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "chloe/backends/tmux/holder").glob("*.py")
    }
    assert holder <= names
    assert {name.split("/")[0] for name in names} == {"chloe"}


def test_the_installed_chloe_records_a_program_outside_the_checkout(
    wheel: Path, tmp_path: Path, tmux_socket: str
) -> None:
    environment, elsewhere = tmp_path / "environment", tmp_path / "elsewhere"
    elsewhere.mkdir()
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    pip = (sys.executable, "-m", "pip", "--python", environment / "bin/python")
    install = (*pip, "install", "--quiet", "--disable-pip-version-check", "--no-compile")
    run(*install, "--require-hashes", "--requirement", ROOT / "requirements/run.txt")
    run(*install, "--no-deps", "--no-index", wheel)
    # The lock gives all that the wheel says it needs.
    run(*pip, "check")

    def chloe(*words: str) -> str:
        home = str(tmp_path / "home")
        return run(
            environment / "bin/chloe", *words, cwd=elsewhere, CHLOE_HOME=home, CHLOE_TMUX_SOCKET=tmux_socket
        )

    where = run(environment / "bin/python", "-c", "import chloe; print(chloe.__file__)", cwd=elsewhere)
    assert Path(where.strip()).is_relative_to(environment)
    assert chloe("--version").startswith("chloe ")
    assert chloe("ls", "--json").strip() == "[]"
    assert (tmp_path / "home/log.db").is_file()
    pane = chloe("new", "--", "echo", "from the wheel").strip()
    deadline = time.monotonic() + DEADLINE
    while "from the wheel" not in (recorded := chloe("export-log", pane)):
        assert time.monotonic() < deadline, recorded
    assert "the chain holds" in chloe("verify")
