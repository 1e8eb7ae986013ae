"""A screen as it was at one moment."""

from __future__ import annotations

from chloe.past.still import take_still
from tests.past.conftest import PANE, Life

SECOND = 10**9


async def test_the_screen_of_now_and_of_then(life: Life) -> None:
    await life.begins(rows=3, columns=20)
    await life.prints(b"\x1b]2;title\x07\x1b[31mone\x1b[0m\r\n")
    await life.prints(b"\x1b[?1049h\x1b[?25lother")
    now, then = await take_still(life.store, PANE), await take_still(life.store, PANE, 2 * SECOND)

    assert now is not None
    assert then is not None
    assert (then.lines, then.cursor, then.is_cursor_visible) == (("one", "", ""), (1, 0), True)
    assert (then.title, then.columns, then.is_alternate) == ("title", 20, False)
    assert then.rows[0][0].text == "one"
    assert then.rows[0][0].attributes.foreground == 1
    assert (now.is_alternate, now.is_cursor_visible) == (True, False)
    assert "other" in now.lines[1]


async def test_a_screen_that_became_higher_has_the_lines_that_it_took_back(life: Life) -> None:
    await life.begins(rows=3, columns=20)
    await life.prints(b"".join(b"line %d\r\n" % number for number in range(6)))
    await life.resizes(5, 20)
    still = await take_still(life.store, PANE)

    assert still is not None
    assert still.lines == ("line 2", "line 3", "line 4", "line 5", "")


async def test_before_the_pane_was_there_it_had_no_screen(life: Life) -> None:
    await life.begins()

    assert await take_still(life.store, PANE, 1) is None
