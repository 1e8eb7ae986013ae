"""From rows of cells to the fewest bytes that make the user's terminal show them.

Owns what the terminal shows now, and the comparison with what it should. Must not know widgets, panes
or file descriptors. Where terminals disagree about a width, the column after it is set absolutely, so
that a row is right on either side of an odd character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence

from chloe.formatting.text import UNSAFE
from chloe.terminal import Attributes
from chloe.terminal.widths import split_clusters
from chloe.ui.canvas import measure
from chloe.ui.tty.colors import Depth, to_sgr
from chloe.ui.tty.outgoing import encode_link

#: Characters about whose width terminals agree. After any other the column is set.
_AGREED = "\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u0482\u048a-\u052f"
_AGREED += "\u2500-\u259f\u2800-\u28ff\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fff\uac00-\ud7a3"
_AMBIGUOUS = re.compile(f"[^{_AGREED}]")
#: With at least so many blanks at the end of a row, erasing is shorter than writing.
_MIN_BLANKS = 5

#: Ends a link.
_NO_LINK = encode_link("")

#: A run to draw: style, character set (never used), text.
Run = tuple[Hashable, object, bytes]


class Painter:
    """What one terminal shows, and the way to what it should show."""

    def __init__(
        self,
        depth: Depth,
        style: Callable[[Hashable], Attributes],
        encoding: str = "utf-8",
        *,
        has_links: bool = True,
    ) -> None:
        self._depth = depth
        self._style = style
        self.encoding = encoding
        self._has_links = has_links
        #: The link that is open while a frame is painted.
        self._link = _NO_LINK
        self._shown: list[list[Run]] = []
        #: For each shown row, whether the terminal may have its cells at other columns.
        self._uncertain: list[bool] = []
        self._width = 0
        self._cursor: tuple[int, int] | None = None
        self._fresh = True

    def forget(self) -> None:
        """Forget what the terminal shows."""
        self._fresh = True

    def paint(self, rows: Sequence[Sequence[Run]], width: int, cursor: tuple[int, int] | None) -> bytes:
        """Return the bytes after which the terminal shows ``rows`` of ``width``, and the cursor at (x, y).

        Empty where it does already.
        """
        out: list[str] = []
        if self._fresh or width != self._width or len(rows) != len(self._shown):
            out.append("\x1b[0m\x1b[2J")
            self._shown = [[] for _ in rows]
            self._uncertain = [False] * len(rows)
            self._width = width
            self._fresh = False
        style: Attributes | None = None
        target = [list[Run](row) for row in rows]
        for y, row in enumerate(target):
            if row != self._shown[y]:
                style = self._paint_row(out, y, row, self._shown[y], style)
        self._shown = target
        if not out and cursor == self._cursor:
            return b""
        self._cursor = cursor
        self._switch_link(out, "")
        if out:
            out.insert(0, "\x1b[?25l")
            out.append("\x1b[0m")
        out.append("\x1b[?25l" if cursor is None else f"\x1b[{cursor[1] + 1};{cursor[0] + 1}H\x1b[?25h")
        return "".join(out).encode(self.encoding, "replace")

    def _paint_row(
        self, out: list[str], y: int, row: list[Run], shown: list[Run], style: Attributes | None
    ) -> Attributes | None:
        begin, end = 0, len(row)
        is_ambiguous = _has_ambiguous(row)
        if is_ambiguous or self._uncertain[y]:
            # The terminal may have put the cells of the row before anywhere: nothing of it may stay.
            self._switch_link(out, "")
            out.append(f"\x1b[{y + 1};1H\x1b[0m\x1b[2K")
            style = None
            self._uncertain[y] = is_ambiguous
        else:
            begin, end = _find_difference(row, shown)
            column = sum(measure(text) for _, _, text in row[:begin])
            out.append(f"\x1b[{y + 1};{column + 1}H")
        column = sum(measure(text) for _, _, text in row[:begin])
        for at in range(begin, end):
            attributes = self._style(row[at][0])
            text = row[at][2]
            if attributes != style:
                out.append(to_sgr(attributes, self._depth))
                self._switch_link(out, attributes.link)
                style = attributes
            width = measure(text)
            if (
                at == len(row) - 1
                and attributes == Attributes()
                and (kept := _strip_blanks(text)) is not None
            ):
                out.append(kept + "\x1b[K")
            elif text.isascii():
                plain = text.decode("ascii")
                out.append(plain if plain.isprintable() else UNSAFE.sub(" ", plain))
            else:
                _paint_ambiguous(
                    out, self._substitute_missing(text.decode("utf-8", "replace")), column, width
                )
            column += width
        return style

    def _switch_link(self, out: list[str], address: str) -> None:
        """Have what is painted from here on lead to this address, "" for nowhere."""
        link = encode_link(address) if address and self._has_links else _NO_LINK
        if link != self._link:
            self._link = link
            out.append(link)

    def _substitute_missing(self, text: str) -> str:
        """Replace each character that the terminal's encoding lacks with a question mark, as wide."""
        if self.encoding == "utf-8":
            return text
        shown = []
        for cluster, columns in split_clusters(text):
            lacks = cluster.encode(self.encoding, "ignore").decode(self.encoding) != cluster
            shown.append("?".ljust(columns) if lacks else cluster)
        return "".join(shown)


def _find_difference(row: list[Run], shown: list[Run]) -> tuple[int, int]:
    """Return the first run that differs, and the one after the last that does."""
    begin = 0
    shorter = min(len(row), len(shown))
    while begin < shorter and row[begin] == shown[begin]:
        begin += 1
    end, other = len(row), len(shown)
    while end > begin and other > begin and row[end - 1] == shown[other - 1]:
        end, other = end - 1, other - 1
    return begin, end


def _has_ambiguous(row: list[Run]) -> bool:
    return any(
        not text.isascii() and _AMBIGUOUS.search(text.decode("utf-8", "replace")) for _, _, text in row
    )


def _strip_blanks(text: bytes) -> str | None:
    """Return a row's last text without the blanks at its end; None where erasing them doesn't pay."""
    kept = text.rstrip(b" ")
    if len(text) - len(kept) < _MIN_BLANKS or not kept.isascii():
        return None
    return UNSAFE.sub(" ", kept.decode("ascii"))


def _paint_ambiguous(out: list[str], text: str, column: int, width: int) -> None:
    """Paint text in which terminals may count differently: after each odd character set the column."""
    if not _AMBIGUOUS.search(text):
        out.append(text)
        return
    parts = split_clusters(text)
    # In a row that was cut, a mark may follow what it doesn't join: then only the end's column is known.
    sure = sum(columns for _, columns in parts) == width
    at = column
    for cluster, columns in parts:
        # A cluster without a column of its own gets none.
        out.append(UNSAFE.sub("", cluster) or " " * columns)
        at += columns
        if sure and _AMBIGUOUS.search(cluster):
            out.append(f"\x1b[{at + 1}G")
    if not sure:
        out.append(f"\x1b[{column + width + 1}G")
