"""``chloe send``: type into a pane."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import run_with_pane, timeout_option
from chloe.cli.standard_streams import closed_at_start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chloe.engine import Engine
    from chloe.events.panes import Pane
    from chloe.terminal import Modes


@click.command(short_help="Type into a pane.")
@click.argument("pane")
@click.argument("text", nargs=-1)
@click.option(
    "--enter/--no-enter", default=None, help="Press Enter at the end; by default after TEXT without --key."
)
@click.option("--key", "keys", multiple=True, metavar="KEY", help="Press a key after TEXT; may be repeated.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Type the bytes of standard input as they are.")
@click.option(
    "--paste/--no-paste",
    default=None,
    help="Have TEXT come as a paste where the program tells pastes apart; by default unless it is one line"
    " for a program that fills the screen, such as an editor.",
)
@timeout_option
def send(
    pane: str,
    text: tuple[str, ...],
    enter: bool | None,
    keys: tuple[str, ...],
    from_stdin: bool,
    paste: bool | None,
) -> None:
    """Type TEXT into PANE, then press Enter.

    Several words of TEXT are joined by blanks; a newline in it is Enter. Keys are named as in "up", "f5",
    "ctrl+c", "alt+x", "enter". Put -- before TEXT that begins with a dash.

    A program that reads key by key gets Enter, and each key, once it has read what was before.
    """
    from chloe.errors import UsageError
    from chloe.events.commands import Type

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
        terminal = engine.inspect_input(target.id)
        # Who reads lines has asked for nothing that changes a text, but keys may be others all the same.
        if keys or ((text or enter) and (terminal is None or terminal.is_raw)):
            from chloe.engine.asked_modes import find_modes

            modes = await find_modes(engine, target)
        else:
            modes = None
        data = typed
        if text and modes is not None and _comes_as_paste(paste, typed, modes):
            from chloe.terminal.pointing import paste as put_in_brackets

            data = put_in_brackets(typed, modes)
        pressed = _encode_keys(keys, modes) if modes is not None else []
        if enter:
            pressed.append(_encode_keys(["enter"], modes)[0] if modes is not None else b"\r")
        if data or pressed:
            await engine.request(Type(target.id, data, tuple(pressed)))

    run_with_pane(pane, work, needs_log=False)


def _comes_as_paste(wanted: bool | None, text: bytes, modes: Modes) -> bool:
    """Return whether a text goes between the brackets of a paste, where the program asked for them.

    One line that goes to a program with the alternate screen may be a command of an editor, which takes a
    paste for text. It needs no brackets: that it is no key of its own shows by the pause behind it.
    """
    return b"\r" in text or not modes.alternate_screen if wanted is None else wanted


def _encode_keys(names: Sequence[str], modes: Modes) -> list[bytes]:
    """Return each key's bytes as the program expects them now: it may have asked for other arrow keys."""
    from chloe.errors import UsageError
    from chloe.terminal import keys

    pressed = [keys.encode(name, modes) for name in names]
    if b"" in pressed:
        unknown = names[pressed.index(b"")]
        raise UsageError(
            f"there is no key {unknown!r}; keys are named as in up, f5, page_up, enter, ctrl+c, alt+x, é"
        )
    return pressed
