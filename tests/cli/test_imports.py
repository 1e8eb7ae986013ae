"""What a command imports: one that lists, types or starts something has no use for the emulator or the app.

An import costs more than the work: libtmux takes as long as ten listings.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest

from tests.cli.conftest import ROOT

#: Nothing of these where nothing is folded, drawn, compressed or asked of libtmux.
HEAVY = {"libtmux", "urwid", "pyte", "wcwidth", "zstandard", "ptyprocess", "platformdirs", "tomllib"}
OURS = {
    "chloe.terminal.terminal",
    "chloe.ui.app",
    "chloe.events.screens",
    "chloe.store.repair.salvage",
    "chloe.doctor",
}

Run = Callable[..., subprocess.CompletedProcess[bytes]]


def imported(environment: dict[str, str], words: Sequence[str]) -> set[str]:
    """Every module that the command has imported by its end."""
    seen = (
        f"import sys; from chloe.cli import main; s = main({list(words)!r}); print(*sys.modules); sys.exit(s)"
    )
    done = subprocess.run(
        [sys.executable, "-c", seen], env=environment, cwd=ROOT, capture_output=True, timeout=60, check=True
    )
    return set(done.stdout.decode().splitlines()[-1].split())


@pytest.mark.parametrize(
    "words",
    [
        ("ls",),
        ("ls", "--json"),
        ("send", "cat", "hello"),
        ("new", "--name", "other", "cat"),
        ("rename", "cat", "cat"),
        ("tag", "cat", "a tag"),
        ("kill", "cat"),
    ],
    ids=lambda words: words[0],
)
def test_a_command_imports_nothing_heavy(
    chloe: Run, environment: dict[str, str], words: tuple[str, ...]
) -> None:
    chloe("new", "--name", "cat", "cat")
    found = imported(environment, words)

    assert {"aiosqlite", "chloe.engine"} <= found
    assert not found & HEAVY
    assert not found & OURS
