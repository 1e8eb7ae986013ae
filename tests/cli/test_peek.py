"""``chloe peek``: a real pane's screen, and nothing that acts on the terminal that it is printed to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Chloe, Until

#: A program that shows colours, a hostile title, and a screen of its own; and waits.
PRINTS = r"printf '\033]2;a\001b\007\033[31mred\033[0m plain\r\nlast'; exec cat"


def test_a_screen_is_printed_as_text_with_colours_and_as_json(chloe: Chloe, until: Until) -> None:
    chloe("new", "--name", "one", "sh", "-c", PRINTS)
    until(lambda: b"last" in chloe("peek", "one").stdout)

    assert chloe("peek", "one").stdout == b"red plain\nlast\n"
    coloured = chloe("peek", "--ansi", "one").stdout
    assert b"\x1b[0;31mred\x1b[0m plain" in coloured
    assert coloured.endswith(b"\x1b[0m\n")
    told = json.loads(chloe("peek", "--json", "one").stdout)
    assert list(told) == ["rows", "columns", "cursor", "title", "alternate", "lines"]
    assert told["lines"][:3] == ["red plain", "last", ""]
    assert told["cursor"] == {"row": 1, "column": 4, "visible": True}
    assert (told["rows"], len(told["lines"]), told["alternate"]) == (24, 24, False)
    chloe("kill", "one")
    assert chloe("peek", "one").stdout == b"red plain\nlast\n"


def test_what_cannot_be_shown_is_said(chloe: Chloe) -> None:
    chloe("new", "--name", "one", "true")

    assert b"one has no screen of then: it began later" in chloe("peek", "--at", "1d", "one", status=4).stderr
    assert b"--ansi or --json" in chloe("peek", "--ansi", "--json", "one", status=2).stderr
    assert b"bogus" in chloe("peek", "--at", "bogus", "one", status=2).stderr
    chloe("peek", "nobody", status=3)
