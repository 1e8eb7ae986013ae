"""``chloe send``: type into a pane."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import run_with_pane, timeout_option
from chloe.cli.standard_streams import closed_at_start

if TYPE_CHECKING:
    from chloe.engine import Engine
    from chloe.events.panes import Pane


@click.command(short_help="Type into a pane.")
@click.argument("pane")
@click.argument("text", nargs=-1)
@click.option(
    "--enter/--no-enter", default=None, help="Press Enter at the end; by default after TEXT without --key."
)
@click.option("--key", "keys", multiple=True, metavar="KEY", help="Press a key after TEXT; may be repeated.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Type the bytes of standard input as they are.")
@timeout_option
def send(
    pane: str, text: tuple[str, ...], enter: bool | None, keys: tuple[str, ...], from_stdin: bool
) -> None:
    """Type TEXT into PANE, then press Enter.

    Several words of TEXT are joined by blanks; a newline in it is Enter. Keys are named as in "up", "f5",
    "ctrl+c", "alt+x", "enter". Put -- before TEXT that begins with a dash.
    """
    from chloe.errors import UsageError
    from chloe.events.commands import Write

    if from_stdin and text:
        raise UsageError("give either TEXT or --stdin")
    if not (text or keys or from_stdin or enter):
        raise UsageError("nothing to type: give TEXT, --key, --enter or --stdin")
    if from_stdin and 0 in closed_at_start:
        raise UsageError("standard input is closed: there is nothing to type from it")
    if enter is None:
        enter = bool(text) and not keys
    typed = sys.stdin.buffer.read() if from_stdin else os.fsencode(" ".join(text)).replace(b"\n", b"\r")

    async def work(engine: Engine, target: Pane) -> None:
        data = typed
        if keys:
            data += await _encode_keys(engine, target.id, keys)
        if enter:
            data += b"\r"
        if data:
            await engine.request(Write(target.id, data))

    # A key's bytes depend on what the program asked of its terminal.
    run_with_pane(pane, work, screens=bool(keys), needs_log=False)


async def _encode_keys(engine: Engine, pane: str, names: tuple[str, ...]) -> bytes:
    """Return the keys' bytes as the program expects them now: it may have asked for other arrow keys."""
    from chloe.errors import ScreenBroken, UsageError
    from chloe.terminal import Modes, keys

    try:
        modes = (await engine.screen(pane)).modes
    except ScreenBroken:
        modes = Modes()  # What the program asked for can't be known any more: as it asked for nothing.
    pressed = [keys.encode(name, modes) for name in names]
    if b"" in pressed:
        unknown = names[pressed.index(b"")]
        raise UsageError(
            f"there is no key {unknown!r}; keys are named as in up, f5, page_up, enter, ctrl+c, alt+x, é"
        )
    return b"".join(pressed)
