"""``chloe export-log``: a pane's log as a file."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from chloe.cli.driving import may_wait, with_pane
from chloe.cli.stopped import say_damage, say_stopped
from chloe.formatting.text import escape_unsafe

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.events.faults import Fault
    from chloe.events.panes import Pane

#: The exit status where bytes are missing, in the log or from it.
_NOT_WHOLE = 1


@click.command(name="export-log", short_help="Write all that a pane printed.")
@click.argument("pane")
@click.option(
    "--format",
    "form",
    type=click.Choice(("raw", "text")),
    default="raw",
    help="raw: the bytes that the program wrote (the default); text: the lines a person would have read.",
)
@click.option(
    "-o", "--output", metavar="FILE", default="-", help="Where to, 0600; by default standard output."
)
@click.option("--force", is_flag=True, help="Replace FILE; or send raw bytes to a terminal.")
@may_wait
def export_log(pane: str, form: str, output: str, force: bool) -> int:
    """Write all that PANE's program printed. Ends with 1, and says where, if bytes are missing."""
    from chloe.errors import UsageError
    from chloe.export.raw import Missing, raw
    from chloe.export.text import text
    from chloe.store.extended import ExtendedLog

    on_terminal = output == "-" and sys.stdout.isatty()
    if on_terminal and form == "raw" and not force:
        raise UsageError(
            "raw output could do anything to this terminal: use -o FILE, a pipe, --format text, or --force"
        )

    async def work(engine: Engine, found: Pane) -> int:
        status = 0
        stopped = engine.unread(found.id)
        say_stopped(stopped.values())
        source = ExtendedLog(engine.store, stopped[found.id].records) if stopped else engine.store
        faults: list[Fault] = []
        with _opened(output, force=force) as file:
            pieces = (
                raw(source, found.id)
                if form == "raw"
                else text(source, found.id, failed=lambda fault: faults.append(fault))
            )
            async for piece in pieces:
                if isinstance(piece, Missing):
                    status = _NOT_WHOLE
                    some = f"{piece.length} bytes are" if piece.length else "bytes may be"
                    _say(f"{some} missing at {piece.offset}: {piece.reason}")
                    if form == "text":
                        file.write(
                            b"[%d bytes were here: %s]\n"
                            % (piece.length, escape_unsafe(piece.reason).encode())
                        )
                elif isinstance(piece, bytes):
                    file.write(piece)
                elif piece:
                    lines = map(escape_unsafe, piece) if on_terminal else piece
                    file.write("\n".join(lines).encode("utf-8", "surrogateescape") + b"\n")
            file.flush()
        if say_damage(stopped.values()):
            status = _NOT_WHOLE
        for fault in faults:
            status = _NOT_WHOLE
            engine.keep_fault(found.id, fault)
            _say(f"from byte {fault.offset} on it can't be drawn as lines; --format raw has every byte")
        if form == "text" and (found.lost_bytes or found.may_have_lost_more):
            status = _NOT_WHOLE
            some = f"{found.lost_bytes} bytes are" if found.lost_bytes else "bytes may be"
            _say(f"{some} missing; a line in square brackets stands where")
        return status

    return with_pane(pane, work)


@contextmanager
def _opened(name: str, *, force: bool) -> Iterator[IO[bytes]]:
    """Where to write: standard output, or a file that appears whole or not at all."""
    from chloe.errors import UsageError

    if name == "-":
        yield sys.stdout.buffer
        return
    path = Path(name)
    if path.exists() and not path.is_file():
        with path.open("wb") as device:
            yield device
        return
    if os.path.lexists(path) and not force:
        raise UsageError(f"{name} is there already; --force replaces it")
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UsageError(f"{name} can't be written ({error.strerror})") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        part.replace(path)
    except BaseException:
        part.unlink()
        raise


def _say(message: str) -> None:
    print(f"chloe: {escape_unsafe(message)}", file=sys.stderr)
