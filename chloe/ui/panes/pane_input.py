"""The keyboard in a pane: who has it, and what the pane gets of what is typed.

Owns giving and taking the keyboard, and the way from a key to the bytes that a program expects. Must
not know Chloe's own keys, but for those few that it keeps while a pane has the keyboard.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from chloe.engine import why_not_type
from chloe.errors import ChloeError
from chloe.events.commands import Resize, Write
from chloe.events.panes import Pane
from chloe.terminal import Modes, keys
from chloe.ui.labels import label_key
from chloe.ui.messages import Messages
from chloe.ui.panes.escape import EscapeWatch, find_modes
from chloe.ui.panes.sizing import Size, Sizing
from chloe.ui.panes.slots import Slots
from chloe.ui.requests import AppEngine
from chloe.ui.selection import Selection
from chloe.ui.tty.keyboard import Keyboard
from chloe.ui.tty.sequences import as_xterm, measure_character

#: How often a user is told what he can do where Esc takes the keyboard at a prompt.
_MAX_ADVICE = 3
#: Seconds after a key has taken the keyboard within which it goes to the program if it is pressed again.
_AGAIN = 1.0


class PaneInput:
    """Types into panes."""

    def __init__(
        self,
        engine: AppEngine,
        selection: Selection,
        keyboard: Keyboard,
        sizing: Sizing,
        slots: Slots,
        messages: Messages,
        escape: EscapeWatch,
        *,
        leave: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._selection = selection
        self._keyboard = keyboard
        self._sizing = sizing
        self._slots = slots
        self._messages = messages
        self._escape = escape
        self._leave = leave
        self._clock = clock
        #: The pane that had the keyboard last; the key that took it back and always does, until another is
        #: pressed; and when it did.
        self._last = self._left_by = ""
        self._left_at = 0.0
        #: How often Esc took the keyboard at a prompt, and whether that was the last key.
        self._taken_at_prompt = 0
        self.was_at_prompt = False
        #: Panes that were typed into before their slot was drawn: that makes their size ours as well.
        self._claimed: set[str] = set()

    @property
    def pane(self) -> Pane | None:
        """Return the pane that has the keyboard."""
        into = self._selection.typing_into
        return self._engine.projections.panes.get(into) if into is not None else None

    @property
    def modes(self) -> Modes | None:
        """Return what the program set that the keyboard types into; None where there is none."""
        pane = self.pane
        return self.find_modes(pane) if pane is not None else None

    def find(self, pane: str) -> Pane | None:
        """Return the pane of this id."""
        return self._engine.projections.panes.get(pane)

    def find_modes(self, pane: Pane) -> Modes | None:
        """Return what a pane's program set; None where nothing can be sent to it."""
        return find_modes(self._engine, pane) if self._selection.accepts_keys(pane) else None

    def focus_pane(self, pane: Pane) -> None:
        """Give the keyboard to a pane."""
        self._keyboard.focus_pane()
        self._last = self._selection.typing_into = pane.id
        self._selection.note_visit(pane.id)
        self._slots.scroll_to_bottom(pane.id)
        self.focus(True)

    def on_release(self, key: str) -> None:
        """Take note that this key took the keyboard."""
        escape = self._escape.current if key == "escape" else None
        self.was_at_prompt = escape is not None and escape.is_at_prompt
        self._taken_at_prompt += self.was_at_prompt
        self._left_by, self._left_at = "" if key == "escape" else key, self._clock()
        self.focus(False)
        self._selection.typing_into = None

    def release(self) -> None:
        """Take the keyboard back without a key."""
        if self._selection.is_typing:
            self._keyboard.blur()
            self.focus(False)
            self._selection.typing_into = None
            self.on_command()

    @property
    def advises(self) -> bool:
        """Return whether the user may want to know that Esc can be the program's here."""
        return self.was_at_prompt and self._taken_at_prompt <= _MAX_ADVICE

    def on_command(self) -> None:
        """Take note that a key was pressed that is Chloe's."""
        self.was_at_prompt, self._left_by = False, ""

    def left_by(self, pane: Pane) -> str:
        """Return the key that just took the keyboard from the pane and always does; "" where none did."""
        is_recent = self._clock() - self._left_at <= _AGAIN
        return self._left_by if is_recent and pane.id == self._last else ""

    def on_release_undone(self) -> bool:
        """Take note that it was no Esc. Return whether the pane has the keyboard again."""
        self.on_command()
        pane = self._engine.projections.panes.get(self._last)
        if pane is None or pane.closed:
            self._keyboard.blur()
            return False
        self._selection.select(pane.id)
        self._selection.typing_into = pane.id
        self.focus(True)
        return True

    def check(self) -> None:
        """Take the keyboard from a pane that has ended or is gone: what is still typed was meant for it."""
        pane = self.pane
        if self._selection.is_typing and (pane is None or pane.closed or not pane.alive):
            self._selection.typing_into = None
            self._keyboard.drop_keys(self._clock())

    def type(self, data: bytes) -> None:
        """Type plain text, or one key sequence, into the pane that has the keyboard."""
        pane = self.pane
        if pane is not None:
            self._write(pane, _as_expected(data, find_modes(self._engine, pane)))

    def paste(self, data: bytes) -> None:
        """Paste into the pane that has the keyboard."""
        pane = self.pane
        if pane is None:
            self._messages.hint("A paste goes to a pane that has the keyboard: press Enter first")
        else:
            self._write(pane, keys.paste(data, find_modes(self._engine, pane)))

    def report(self, pane: Pane | None, data: bytes) -> None:
        """Send the program in a pane what isn't typed: nothing scrolls for it."""
        if data and pane is not None and self._selection.accepts_keys(pane):
            self._tell(Write(pane.id, data))

    def focus(self, gained: bool) -> None:
        """Tell the pane that has the keyboard about the focus, if its program wants to know."""
        if (modes := self.modes) is not None:
            self.report(self.pane, keys.focus(gained, modes))

    def fit(self, pane: Pane, size: Size) -> None:
        """Give the pane the size (rows, columns) of the slot that shows it, if that is ours to say."""
        claimed = pane.id in self._claimed
        self._claimed.discard(pane.id)
        if pane.alive and (self._sizing.on_typed if claimed else self._sizing.on_shown)(pane, size):
            self._tell(Resize(pane.id, *size))

    def _write(self, pane: Pane, data: bytes) -> None:
        refusal = why_not_type(pane, self._selection.instance)
        if refusal is not None:
            self._messages.hint(f"{refusal.reason}; {label_key(self._leave)} leaves it")
            return
        slots = self._slots.find_live(pane.id)
        self._slots.scroll_to_bottom(pane.id)
        self._claimed.add(pane.id)
        if slots:
            self.fit(pane, (slots[0].rows, slots[0].columns))
        self._tell(Write(pane.id, data))

    def _tell(self, command: Write | Resize) -> None:
        try:
            self._engine.send(command)
        except ChloeError as error:
            self._messages.notify(str(error), error=True)


def _as_expected(data: bytes, modes: Modes) -> bytes:
    """Encode plain text, or one key sequence, for a program that set these modes."""
    if data.startswith(b"\x1b"):
        return keys.translate(as_xterm(data), modes)
    if not (modes.newline or modes.backarrow or modes.modify_other_keys or modes.kitty_flags):
        return data
    at, expected = 0, b""
    while at < len(data):
        length = measure_character(data, at) or len(data) - at
        expected += keys.translate(data[at : at + length], modes)
        at += length
    return expected
