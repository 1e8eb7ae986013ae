"""``scripts/setup`` where something is missing: it is installed if it may be, or named in one line."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: What every machine has.
TOOLS = ("sh", "cat", "cksum", "cp", "dirname", "env", "mkdir", "mv", "chmod", "touch", "true")

#: Stands for Python: makes an "environment" that holds itself, and keeps a list of what was asked.
PYTHON = """#!/bin/sh
echo "$*" >>calls
case "$*" in
*version_info?\\<*) exit {too_old} ;;
*"import ensurepip"*) [ -e has-venv ] ;;
*"print("*) echo python3.12-venv ;;
--version) echo "Python 3.12.1" ;;
*--require-hashes*) [ ! -e no-network ] || { echo "ERROR: no network" >&2; exit 1; } ;;
*"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
esac
"""


class Machine:
    """A folder with a checkout's set-up files, and nothing on the path but what is put there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found
            (self.bin / tool).symlink_to(found)
        for name in ("scripts/setup", "requirements/run.txt", "requirements/dev.txt", "pyproject.toml"):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        self.has("id", "echo 1000")
        self.has_python(too_old=False)
        (folder / "has-venv").touch()

    def has(self, name: str, does: str = "true") -> None:
        (self.bin / name).write_text(f"#!/bin/sh\n{does}\n")
        (self.bin / name).chmod(0o755)

    def has_python(self, *, too_old: bool) -> None:
        (self.bin / "python3").write_text(PYTHON.replace("{too_old}", str(int(too_old))))
        (self.bin / "python3").chmod(0o755)

    def set_up(self, kind: str = "run") -> subprocess.CompletedProcess[str]:
        sh = shutil.which("sh")
        assert sh
        command = [sh, str(self.folder / "scripts/setup"), kind]
        environment = {"PATH": str(self.bin)}
        return subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=60)

    def asked(self, name: str) -> str:
        path = self.folder / name
        return path.read_text() if path.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_second_time_installs_nothing(machine: Machine) -> None:
    machine.has("tmux")

    assert machine.set_up().returncode == 0
    assert machine.asked("calls").count("--require-hashes") == 1
    again = machine.set_up()

    assert (again.returncode, again.stderr) == (0, "")
    assert machine.asked("calls").count("--require-hashes") == 1


def test_a_changed_lock_is_installed(machine: Machine) -> None:
    machine.has("tmux")
    machine.set_up()
    with (machine.folder / "requirements/run.txt").open("a") as lock:
        lock.write("# changed\n")

    machine.set_up()

    assert machine.asked("calls").count("--require-hashes") == 2


def test_what_serves_development_serves_a_user(machine: Machine) -> None:
    machine.has("tmux")
    machine.set_up("dev")

    machine.set_up("run")

    assert machine.asked("calls").count("--require-hashes") == 1


def test_what_could_not_be_installed_is_told_and_tried_again(machine: Machine) -> None:
    machine.has("tmux")
    (machine.folder / "no-network").touch()
    done = machine.set_up()
    (machine.folder / "no-network").unlink()

    assert done.returncode == 1
    assert "could not be installed" in done.stderr
    assert machine.set_up().returncode == 0
    assert machine.asked("calls").count("--require-hashes") == 2


def test_an_old_python_is_told_in_one_line(machine: Machine) -> None:
    machine.has_python(too_old=True)

    done = machine.set_up()

    assert done.returncode == 1
    assert re.fullmatch(r"chloe: Python 3\.11 or newer is needed.*3\.12\.1.*\n", done.stderr)


def test_no_python_is_told_in_one_line(machine: Machine) -> None:
    (machine.bin / "python3").unlink()

    done = machine.set_up()

    assert done.returncode == 1
    assert re.fullmatch(r"chloe: Python 3\.11 or newer is needed.*\n", done.stderr)


def test_a_missing_venv_is_told_in_one_line_where_it_may_not_be_installed(machine: Machine) -> None:
    (machine.folder / "has-venv").unlink()
    machine.has("apt-get", "exit 1")

    done = machine.set_up()

    assert done.returncode == 1
    assert done.stderr == "chloe: Python's venv is missing; type: sudo apt-get install -y python3.12-venv\n"


def test_a_missing_venv_is_installed_where_it_may_be(machine: Machine) -> None:
    (machine.folder / "has-venv").unlink()
    machine.has("id", "echo 0")
    machine.has("tmux")
    machine.has("apt-get", f'touch "{machine.folder}/has-venv"')

    assert machine.set_up().returncode == 0
    assert (machine.folder / ".venv/bin/python").exists()


def test_a_missing_tmux_is_told_in_one_line_and_the_rest_goes_on(machine: Machine) -> None:
    machine.has("pacman", "exit 1")

    assert machine.set_up().returncode == 0
    done = machine.set_up()

    assert done.returncode == 0
    assert done.stderr == (
        "chloe: tmux is missing, so panes won't outlive Chloe; type: sudo pacman -S --noconfirm tmux\n"
    )


def test_a_missing_tmux_is_installed_by_root_after_the_lists_were_fetched(machine: Machine) -> None:
    machine.has("id", "echo 0")
    machine.has(
        "apt-get",
        f'cd "{machine.folder}"\n'
        "case $1 in update) touch lists ;; *) [ -e lists ] && touch bin/tmux && chmod +x bin/tmux ;; esac",
    )

    assert machine.set_up().returncode == 0
    assert (machine.bin / "tmux").exists()


def test_a_missing_tmux_is_installed_with_a_sudo_that_asks_nothing(machine: Machine) -> None:
    machine.has("sudo", '[ "$1" = -n ] && shift && exec "$@"')
    machine.has("dnf", f'touch "{machine.bin}/tmux" && chmod +x "{machine.bin}/tmux"')

    assert machine.set_up().returncode == 0
    assert (machine.bin / "tmux").exists()


@pytest.mark.parametrize("kind", ["run", "dev"])
def test_the_lock_pins_every_package_with_hashes_and_names_no_address(kind: str) -> None:
    text = (ROOT / f"requirements/{kind}.txt").read_text()

    assert "://" not in text
    assert "--index" not in text
    packages = re.split(r"\n(?=[a-z])", text.split("\n", 1)[1])
    assert len(packages) > 10
    for package in packages:
        assert re.match(r"[a-z0-9-]+==[^ ]+ .*\\\n    --hash=sha256:[0-9a-f]{64}", package), package


def test_the_lock_holds_every_dependency() -> None:
    text = (ROOT / "requirements/run.txt").read_text()

    stated = (ROOT / "pyproject.toml").read_text().split("\ndependencies = [")[1].split("]")[0]
    for name in re.findall(r'"([a-z0-9]+)', stated):
        assert re.search(rf"^{name}==", text, re.MULTILINE)
