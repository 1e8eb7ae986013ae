"""Export: a pane's log as a file.

``raw`` gives the bytes that the program wrote, ``text`` the lines a person would have read. Must not
know backends, actors or where the file goes.
"""

from chloe.export.raw import Missing, raw
from chloe.export.text import text

__all__ = ["Missing", "raw", "text"]
