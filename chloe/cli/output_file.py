"""The file that a command writes for a user, by the name he gave.

Owns what a name may stand for: a file that appears complete or not at all, a pipe or a device, a descriptor
that is open already. Must not know what is written.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from chloe.errors import UsageError

#: The names of what is open already; opening them would begin the file anew (proc(5)).
_DESCRIPTOR = re.compile(r"/dev/fd/([0-9]{1,9})|/proc/self/fd/([0-9]{1,9})|/dev/(stdout|stderr)")
_NUMBERS = {"stdout": 1, "stderr": 2}


@contextmanager
def open_output(name: str, *, force: bool) -> Iterator[IO[bytes]]:
    """Open what to write to: standard output for ``-``, else what ``name`` leads to.

    A file that is there is replaced only with ``force``; a link stays, and the file that it leads to is
    replaced. Raises ``UsageError``.
    """
    if name == "-":
        yield sys.stdout.buffer
        return
    if (descriptor := _DESCRIPTOR.fullmatch(name)) is not None:
        with _open_again(name, next(filter(None, descriptor.groups()))) as file:
            yield file
        return
    if not name:
        raise UsageError("-o '' names no file; - is standard output")
    if name.endswith("/") or ((status := _find(name)) is not None and stat.S_ISDIR(status.st_mode)):
        raise UsageError(f"{name} is a folder: name a file in it")
    if status is not None and not stat.S_ISREG(status.st_mode):
        try:
            device = open(name, "wb")  # noqa: PTH123, SIM115 - the name as it is
        except OSError as error:
            raise _explain(name, error) from error
        with device:
            yield device
        return
    if os.path.lexists(name) and not force:
        raise UsageError(f"{name} is there already; --force replaces it")
    with _open_whole(name, Path(os.path.realpath(name))) as file:
        yield file


def _find(name: str) -> os.stat_result | None:
    """Return what ``name`` leads to; None where that isn't there. Raises ``UsageError``."""
    try:
        return os.stat(name)  # noqa: PTH116 - the name as it is
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _explain(name, error) from error


@contextmanager
def _open_whole(name: str, path: Path) -> Iterator[IO[bytes]]:
    """Open a file that appears at ``path`` once all of it is written."""
    # Of a length of its own: with more behind it a long name would be too long.
    part = path.with_name(f".chloe-{uuid.uuid4().hex[:12]}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _explain(name, error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        try:
            part.replace(path)
        except OSError as error:
            raise _explain(name, error) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _open_again(name: str, word: str) -> IO[bytes]:
    try:
        return os.fdopen(os.dup(_NUMBERS[word] if word in _NUMBERS else int(word)), "wb")
    except OSError as error:
        raise _explain(name, error) from error


def _explain(name: str, error: OSError) -> UsageError:
    return UsageError(f"{name} can't be written ({error.strerror or error})")
