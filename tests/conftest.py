"""What every room's tests may use: a private home, a private tmux server, and nothing left behind.

``start_app`` runs ``chloe`` on a PTY whose other end is a ``Terminal``; ``app`` has done so, and
``app_with_pane`` opens a pane in it as well.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from chloe.backends import descriptors
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import Engine, open_engine
from tests.app_in_terminal import AppInTerminal
from tests.disks import ReadOnlyView, SmallDisk, mounted_disks, mounted_views
from tests.searching import TIMES

# Tests start commands by the hundred: each would compile its sources anew, which takes as long as its work.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

#: Rooms of tests that start tmux, or programs on PTYs, without a fixture that says so.
_TMUX_ROOMS = ("backends/tmux", "hostile", "story", "torture")
_PTY_ROOMS = ("backends",)
#: What takes long by its nature, files or tests: it feeds the emulator without end, tries all of Unicode,
#: waits for what mustn't come, kills processes again and again, or makes whole homes and environments.
_SLOW = (
    "events/test_codec.py::test_whatever_a_log_holds_is_read_without_an_error",
    "formatting/test_text.py::test_of_all_unicode",
    "store/repair/test_salvage.py::test_a_file_cut_short_anywhere_keeps_what_is_left",
    "store/repair/test_salvage.py::test_half_a_page_overwritten_anywhere_costs_no_more_than_what_stood_there",
    "store/test_index.py::test_nothing_is_lost_where_it_is_removed_again_and_again_under_floods",
    "store/test_processes.py",
    "store/test_pruning.py::test_a_kill_leaves_a_log_that_holds_and_the_next_start_finishes",
    "store/test_pruning.py::test_what_goes_is_found_however_many_pruned_records_there_are",
    "store/test_schema.py::test_several_processes_may_make_the_same_log_at_once",
    "terminal/test_costs.py",
    "terminal/test_scrollback.py::test_ten_thousand_lines_take_at_most_3_mb",
    "terminal/test_tables.py",
    "store/repair/test_relink.py",
    "store/test_outline.py",
    "laws/test_every_door.py",
    "packaging/",
)


@pytest.fixture(autouse=True)
def no_shortage() -> None:
    """Have a test see no shortage of descriptors that another one made just before."""
    descriptors.shortage._until = 0.0


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, object, object]:
    """Have reports reach the process that prints them: a file name that isn't UTF-8 may be in one."""
    return _encodable((yield))


def _encodable(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_encodable(name): _encodable(each) for name, each in value.items()}
        case list() | tuple():
            return type(value)(map(_encodable, value))
    return value


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs tmux or a PTY, by its fixtures and the room that it is in; and what is slow.

    ``make quick`` runs the rest.
    """
    tests = Path(__file__).parent
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        room = f"{item.path.relative_to(tests).parent.as_posix()}/"
        if {"tmux_socket", "peer"} & set(fixtures) or room.startswith(
            tuple(f"{name}/" for name in _TMUX_ROOMS)
        ):
            item.add_marker(pytest.mark.tmux)
        if "start_app" in fixtures or room.startswith(tuple(f"{name}/" for name in _PTY_ROOMS)):
            item.add_marker(pytest.mark.pty)
        if f"{item.path.relative_to(tests).as_posix()}::{item.name}".startswith(_SLOW):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for one Chloe, with a path short enough for sockets, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="chloe-"))
    yield folder / "home"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def small_disk() -> Iterator[SmallDisk]:
    """Mount a disk of this size on a folder; the file to fill it with, and to remove."""
    with mounted_disks() as mount:
        yield mount


@pytest.fixture
def read_only_view(tmp_path: Path) -> Iterator[ReadOnlyView]:
    """Return another path of a folder, under which nothing can be written."""
    with mounted_views(tmp_path) as mount:
        yield mount


@pytest.fixture
def tmux_socket() -> Iterator[str]:
    """The name of a tmux server of this test's own; its server and programs are gone afterwards."""
    name = f"chloe-test-{uuid.uuid4().hex[:12]}"
    yield name
    end_server(name)


def end_server(name: str) -> None:
    """End a tmux server and see that the processes of its panes are gone as well."""
    if not shutil.which("tmux"):
        return
    asked = ["tmux", "-L", name, "list-panes", "-a", "-F", "#{pane_pid}"]
    pids = [int(pid) for pid in subprocess.run(asked, capture_output=True, text=True).stdout.split()]
    subprocess.run(["tmux", "-L", name, "kill-server"], capture_output=True)
    deadline = time.monotonic() + 10
    while any(_runs(pid) for pid in pids):
        if time.monotonic() > deadline:
            for pid in pids:
                if _runs(pid):
                    os.kill(pid, signal.SIGKILL)
            break
        time.sleep(0.01)
    folder = Path(os.environ.get("TMUX_TMPDIR", "/tmp")) / f"tmux-{os.getuid()}"
    (folder / name).unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        # One that has ended and only waits for a slow init to notice is gone for our purposes.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self/stat").exists()


@pytest.fixture
def config(home: Path, tmux_socket: str) -> Config:
    """Settings for one private Chloe."""
    return Config(paths=Paths.under(home), tmux=TmuxSettings(socket_name=tmux_socket))


@pytest.fixture
async def engine(config: Config) -> AsyncIterator[Engine]:
    """A Chloe without a face, which ends with the test; its panes are real."""
    async with open_engine(config) as opened:
        yield opened


Eventually = Callable[..., Awaitable[None]]


@pytest.fixture
def eventually() -> Eventually:
    """Wait, in the loop, until a condition holds; a deadline tells what never came true."""

    async def wait(holds: Callable[[], object], what: str = "", *, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                pytest.fail(f"never came true within {seconds} s: {what or holds}")
            await asyncio.sleep(0.005)

    return wait


StartApp = Callable[..., AppInTerminal]


@pytest.fixture
def start_app(tmp_path: Path, tmux_socket: str) -> Iterator[StartApp]:
    """Start ``chloe`` in a terminal, with a home and a tmux server of the test's own."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700, exist_ok=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "SHELL": "/bin/sh",
        "PS1": "$ ",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "CHLOE_HOME": str(home),
        "CHLOE_TMUX_SOCKET": tmux_socket,
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    # Without TMUX, as outside of any; but where sockets are is the same for whoever ends the server.
    environment |= {name: os.environ[name] for name in ("TMUX_TMPDIR",) if name in os.environ}
    started: list[AppInTerminal] = []

    def start(
        *arguments: str, rows: int = 24, columns: int = 80, program: str = "", **variables: str
    ) -> AppInTerminal:
        program = program or "import sys; from chloe.cli import main; sys.exit(main())"
        app = AppInTerminal(
            [sys.executable, "-c", program, *arguments], environment | variables, rows, columns
        )
        started.append(app)
        return app

    try:
        yield start
    finally:
        for app in started:
            app.close()


@pytest.fixture
def app(start_app: StartApp) -> AppInTerminal:
    """``chloe`` in a terminal of 24 rows and 80 columns; it has no pane yet."""
    return with_no_pane(start_app())


AppWithPane = Callable[..., AppInTerminal]


@pytest.fixture
def app_with_pane(start_app: StartApp) -> AppWithPane:
    """Start ``chloe`` in a terminal and open a pane by this key; its shell is at the prompt."""

    def start(key: str, **settings: Any) -> AppInTerminal:
        app = with_no_pane(start_app(**settings))
        app.send(key.encode())
        app.wait_for("keyboard:")
        app.wait_for("$")
        return app

    return start


def with_no_pane(app: AppInTerminal) -> AppInTerminal:
    """Wait until a ``chloe`` of an empty home has started."""
    app.wait_for("No panes yet")
    return app


# The same examples each time: a change shall be judged by its own doing. `HYPOTHESIS_PROFILE=search` looks
# for new ones, and `make search` for many. However long one takes: the machine may be busy.
_PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile(
    "same", derandomize=True, max_examples=max(int(settings().max_examples * min(TIMES, 1)), 1), **_PATIENT
)
settings.register_profile(
    "search", derandomize=False, max_examples=max(int(settings().max_examples * TIMES), 1), **_PATIENT
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
