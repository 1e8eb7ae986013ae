"""The view of what was said, the latest first.

Owns its wording. Must not know where a message comes from.
"""

from __future__ import annotations

from chloe.formatting.text import escape_unsafe
from chloe.formatting.times import format_time_briefly
from chloe.ui.state import AppState
from chloe.ui.text_page import Line, TextPage


class MessageList(TextPage):
    """The messages of this run, and where errors are written down."""

    name = "messages"

    def __init__(self, state: AppState) -> None:
        lines: list[Line] = [
            (
                ("dialog dim", " " + format_time_briefly(message.at)),
                ("error" if message.error else "dialog", escape_unsafe(message.text)),
            )
            for message in state.messages.latest_first
        ]
        lines += [
            "" if lines else "Nothing yet.",
            (("dialog dim", " Errors are in"), ("dialog", escape_unsafe(state.log_file))),
        ]
        super().__init__("Messages", lines, state.glyphs)
