"""libtmux, whose server speaks to tmux within a deadline that libtmux itself doesn't have.

Owns that one bend. Must not know which commands there are, nor what becomes of an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libtmux
from libtmux.common import tmux_cmd

from chloe.backends.tmux.server import Answer


class LibtmuxServer(libtmux.Server):
    """libtmux's server with this socket; ``run`` runs the words of one command."""

    def __init__(self, socket_name: str, run: Callable[[Sequence[str]], Answer]) -> None:
        super().__init__(socket_name=socket_name or None, config_file="/dev/null" if socket_name else None)
        self._run = run

    def cmd(self, cmd: str, *args: Any, target: str | int | None = None) -> tmux_cmd:
        """Run one command: libtmux's own methods come through here."""
        words = (cmd, *(("-t", str(target)) if target is not None else ()), *map(str, args))
        return _InShape(self._run(words))


class _InShape(tmux_cmd):
    """An answer in libtmux's shape."""

    def __init__(self, answer: Answer) -> None:
        self.cmd = answer.cmd
        self.process = answer.process
        self.returncode = answer.returncode
        self.stdout = answer.stdout
        self.stderr = answer.stderr
