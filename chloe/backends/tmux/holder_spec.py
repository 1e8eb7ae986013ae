"""How a holder is started: its specification, and the words of its command line.

Owns ``spec.json`` and what else lies in a new spool. Must not know tmux's commands.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import py_compile
import sys
from pathlib import Path

from chloe import __version__
from chloe.backends import environment, limits
from chloe.backends.backend import Spec
from chloe.errors import StartFailed
from chloe.terminal import answers

#: Bytes after which a segment is complete.
SEGMENT_SIZE = 8 * 1024 * 1024

_HOLDER = Path(__file__).with_name("holder") / "holder.py"


def encode_spec(spec: Spec, *, pane_cap: int, disk_share: float) -> str:
    """Return what the holder is to run, as it reads it. Raises ``StartFailed`` where that isn't there.

    File names are bytes: they pass as UTF-8 with escapes, whatever the locale of either side.
    """
    fields = {
        "version": __version__,
        "program": _portable(environment.find_program(spec.argv, cwd=spec.cwd, environment=spec.environment)),
        "argv": [_portable(argument) for argument in spec.argv],
        "cwd": _portable(spec.cwd),
        "environment": {_portable(name): _portable(value) for name, value in spec.environment.items()},
        "umask": _umask(),
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
        "limits": [[kind, soft, hard] for kind, (soft, hard) in limits.inherited_limits().items()],
        "rows": spec.rows,
        "columns": spec.columns,
        "segment_size": SEGMENT_SIZE,
        "cap": pane_cap,
        "share": disk_share,
        "answers": answers.for_holder(),
    }
    return json.dumps(fields)


def fill_spool(folder: Path, encoded: str) -> None:
    """Make in a new spool what its holder needs: ``spec.json`` and the FIFO ``keys``. Raises ``OSError``."""
    (folder / "spec.json").touch(mode=0o600)
    (folder / "spec.json").write_text(encoded, "ascii")
    os.mkfifo(folder / "keys", 0o600)


def spool_error(error: OSError) -> StartFailed:
    """Return the error for a spool that can't be made, with the way out."""
    what = f"{error.filename} {error.strerror}" if error.filename and error.strerror else error
    return StartFailed(f"No spool for the pane: {what}. Make room, or look at the home.")


def build_command(folder: Path) -> list[str]:
    """Return the holder's command line, compiled where that can be kept: that takes as long as a start."""
    return [sys.executable, "-I", "-S", "-E", _script(), str(folder)]


@functools.cache
def _script() -> str:
    compiled = importlib.util.cache_from_source(str(_HOLDER))
    try:
        py_compile.compile(str(_HOLDER), compiled, doraise=True)
    except OSError:
        return str(_HOLDER)
    return compiled


def _portable(text: str) -> str:
    return os.fsencode(text).decode("utf-8", "surrogateescape")


def _umask() -> int:
    """Return the umask of this process. Asking sets it: for an instant it is the strictest."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
