"""The protocol of the user's terminal: what the app needs of it, and what it tells the app.

Owns ``Tty`` and ``Listener``. ``screen`` is the real one; a test may stand another in. Must not know what is
drawn or typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from chloe.terminal.colours import Colours
from chloe.ui.canvas import Row


class Listener(Protocol):
    """Who runs on a terminal. Nothing here raises."""

    def on_input(self) -> None:
        """Read: there is input, or the terminal is gone."""

    def on_resize(self) -> None:
        """Draw: the window has another size."""

    def on_writable(self) -> None:
        """Draw: the terminal takes frames again."""

    def on_suspend(self, stop: Callable[[], None]) -> None:
        """Make ready to be stopped, and call ``stop``, which returns when the process goes on; then draw."""

    def on_continue(self) -> None:
        """Draw everything: the process was stopped, and others may have written over the screen."""

    def on_signal(self, status: int) -> None:
        """End with this exit status."""

    def on_dump(self) -> None:
        """Write the state into the log file: somebody wants to know what goes on."""


class Tty(Protocol):
    """A terminal that shows rows of cells."""

    def running(self) -> AbstractContextManager[None]:
        """Switch the terminal to the app inside, and back to what it was afterwards."""

    def listening(self, listener: Listener) -> AbstractContextManager[None]:
        """Tell ``listener`` what happens, inside."""

    def get_cols_rows(self) -> tuple[int, int]:
        """Return columns and rows; at least one of each."""

    def read(self) -> bytes:
        """Return what was typed. Raises ``EOFError`` once the terminal is gone."""

    def show(self, size: tuple[int, int], rows: Sequence[Row], cursor: tuple[int, int] | None) -> bool:
        """Show rows in this size (columns, rows), the cursor at (x, y). Return whether it took a frame."""

    def show_cursor_as(self, shape: str, blink: bool) -> None:
        """Give the cursor a shape: block, underline, bar; "" for the user's own."""

    def set_mouse_mode(self, mode: str) -> None:
        """Have the mouse reported: "off", "normal", "button", "any"."""

    def take_reply(self, reply: bytes) -> Colours | None:
        """Take note of what the terminal answered. Return its colours, once it has told them."""

    def forget(self) -> None:
        """Draw everything anew with the next frame."""

    def set_title(self, title: str) -> None:
        """Give the window a title."""

    def set_clipboard(self, selection: str, data: bytes) -> None:
        """Put ``data`` on the user's clipboard."""

    def ring(self) -> None:
        """Sound the bell."""

    def notify(self, text: str) -> None:
        """Show a notification, or sound the bell where the terminal has none."""

    def suspend(self) -> None:
        """Stop the process, as a shell's job."""
