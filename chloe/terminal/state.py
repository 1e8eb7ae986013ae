"""The state: a terminal as bytes, from which another goes on exactly as it would have.

Owns the form of these bytes, and what of a terminal they hold: all but the older lines of the
scrollback. Must not know where they are kept.

Form: ``EMULATOR`` and a line feed, a CRC, then UTF-8 text: fields as JSON, a NUL, and the cells and
style ids of all rows and lines, whose sizes stand in the fields. Lines that scrolled through undrawn
stay so. Style ids and stand-ins keep the places that they have in the terminal's tables. Nothing that is
read is believed: what no terminal could have written is refused.
"""

from __future__ import annotations

import io
import json
import zlib
from collections import deque
from dataclasses import asdict, fields
from typing import Any, NoReturn, get_args

from chloe.terminal import unicode_table, widths
from chloe.terminal.blocks import Block, PackedBlock
from chloe.terminal.canvas import SavedCursor, Shape
from chloe.terminal.charsets import NAMES, Charsets
from chloe.terminal.clusters import MAX_CODE_POINTS
from chloe.terminal.flood import UnparsedBlock, unparsed
from chloe.terminal.interpreter import Interpreter
from chloe.terminal.logical import Line
from chloe.terminal.modes import Modes, Mouse, MouseEncoding
from chloe.terminal.pens import LINK_SHIFT
from chloe.terminal.rows import Row
from chloe.terminal.scrollback import DIGEST_BYTES, Counters
from chloe.terminal.sizes import MAX_COLUMNS, fits
from chloe.terminal.switching import MAX_STACK
from chloe.terminal.tabs import TabStops
from chloe.terminal.titles import MAX_KEPT, Kept

#: What made a state: raise the first number whenever the form of a state changes, or what a terminal
#: does with any bytes.
EMULATOR = f"chloe-terminal 5 unicode-{unicode_table.VERSION}"

_OPENING = EMULATOR.encode() + b"\n"
_CRC = 4
#: The most characters, and pens that don't occur on the screen, of the lines in a state.
_MAX_CHARACTERS = 64 * 1024
_MAX_PENS = 1024
#: As many pens go into a state unseen: finding those in use takes longer.
_FEW_PENS = 12 * 1024
#: The highest number of a row, a column or a mode: more than any terminal has.
_HIGHEST = 1 << 16
#: The highest number of a line or a link.
_UNBOUNDED = 1 << 60
_MODE_NAMES = {field.name for field in fields(Modes)}
_MODE_WORDS = {"mouse": get_args(Mouse), "mouse_encoding": get_args(MouseEncoding)}
_MODE_LIMITS = {"modify_other_keys": 2, "kitty_flags": 31}


class StateUnusable(ValueError):
    """These bytes aren't a state, or one of another version: begin at another place in the stream."""


def dump(screen: Interpreter, lines: int) -> bytes:
    """Return the state of ``screen`` with the last ``lines`` lines of its scrollback.

    There are fewer of them where they are so long or colourful that others would have to wait for it.
    """
    scrollback = screen.scrollback
    opened = scrollback.open_rows()
    rows = opened + (screen.main_lines or []) + screen.lines
    drawn = PackedBlock.pack([Line(row.text, row.pens, row.fill) for row in rows])
    kept, pens = _select_lines(screen, lines, drawn)
    texts: list[str] = []
    blocks = [_encode_block(block, texts) for block in (*kept, drawn)]
    cells, style_ids = "".join(texts[::2]), "".join(texts[1::2])
    encoded_fields = {
        "size": (screen.rows, screen.columns),
        "blocks": blocks,
        "cells": len(cells),
        "wrapped": "".join("01"[row.wrapped] for row in rows),
        "opened": len(opened),
        "is_alternate": screen.main_lines is not None,
        "tally": scrollback.counters(),
        "cleared": scrollback.cleared,
        "links": screen.links.dump(),
        "last_link": screen.links.last,
        "pens": (pens[0], " ".join(map(hex, pens[1]))),
        "clusters": screen.clusters.dump(cells),
        "cursor": (screen.x, screen.y),
        "waits": screen.waits,
        "margins": (screen.top, screen.bottom, screen.left, screen.right),
        "dresses": screen.dresses_rectangle,
        "pen": screen.pen,
        "charsets": screen.charsets,
        "saved": screen.saved,
        "other_saved": screen.other_saved,
        "tabs": screen.tabs.described(),
        "shape": screen.cursor_shape,
        "blink": screen.cursor_blink,
        "last": screen.last,
        "is_printing": screen.is_printing,
        "modes": asdict(screen.modes),
        "saved_modes": list(screen.saved_modes.items()),
        "keyboard": (screen.kitty_stack, screen.other_kitty_stack, screen.other_kitty_flags),
        "titles": (screen.titles.window, screen.titles.icon, screen.titles.stack),
        "folder": screen.cwd,
        "pending": screen.tokenizer.pending.decode("latin-1"),
    }
    text = json.dumps(encoded_fields, ensure_ascii=False, separators=(",", ":")) + "\0" + cells + style_ids
    # Marks can be surrogates.
    body = text.encode("utf-8", "surrogatepass")
    return _OPENING + zlib.crc32(body).to_bytes(_CRC, "big") + body


def _select_lines(
    screen: Interpreter, lines: int, drawn: PackedBlock
) -> tuple[list[Block], tuple[str, list[int]]]:
    """Return the last lines of the scrollback, and at least the pens in them and in what is ``drawn``."""
    room = _MAX_CHARACTERS
    many = screen.pen_table.size > _FEW_PENS
    seen = set(drawn.style_ids()) if many else set()
    most = len(seen) + _MAX_PENS
    kept: deque[Block] = deque()
    for block in reversed(screen.scrollback.tail(lines)):
        part = _fitting(block, room, seen, most, many)
        if part is not None:
            kept.appendleft(part)
            seen.update(part.style_ids() if many else "")
            room -= part.size
        if part is not block:
            break
    return list(kept), screen.pen_table.dump(seen if many else None)


def _fitting(block: Block, room: int, seen: set[str], most: int, many: bool) -> Block | None:
    """Return as many of the block's last lines as have room, or None.

    They have no more than ``most`` style ids together with those ``seen``; these are only inspected where
    there are ``many``.
    """
    count = block.count
    part = block
    while True:
        style_ids = len(seen.union(part.style_ids())) if many else 0
        if part.size <= room and style_ids <= most:
            return part
        fit = min(room / max(part.size, 1), (most - len(seen)) / max(style_ids - len(seen), 1), 0.9)
        count = int(count * fit)
        if not count:
            return None
        part = block.tail(count)


def _encode_block(block: Block, texts: list[str]) -> tuple[Any, ...]:
    """Return the fields of a block, and append its cells and style ids to ``texts``."""
    undrawn = block.dump() if isinstance(block, UnparsedBlock) else None
    if undrawn is not None:
        texts += (undrawn[0], "")
        return (len(undrawn[0]), *undrawn[1:])
    texts += (block.cells(), block.style_ids())
    return block.count, len(block.cells()), len(block.style_ids())


def load(state: bytes, scrollback: int) -> Interpreter:
    """Return the screen that has this state, and keeps ``scrollback`` lines from now on.

    Raises StateUnusable for anything but what ``dump`` of this version returned.
    """
    if not state.startswith(_OPENING):
        _refuse("it is none, or from another version")
    place = len(_OPENING) + _CRC
    if zlib.crc32(state[place:]) != int.from_bytes(state[len(_OPENING) : place], "big"):
        _refuse("it is damaged")
    try:
        encoded_fields, _, texts = state[place:].decode("utf-8", "surrogatepass").partition("\0")
        return _Loading(json.loads(encoded_fields), texts, scrollback).screen
    except StateUnusable:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError) as error:
        raise StateUnusable(f"This state of a terminal can't be used: {error}.") from error


def _refuse(why: str) -> NoReturn:
    raise StateUnusable(f"This state of a terminal can't be used: {why}.")


class _Loading:
    """A screen on its way from fields and texts."""

    def __init__(self, encoded: dict[str, Any], texts: str, limit: int) -> None:
        self.encoded = encoded
        size = _number(encoded["cells"], 0, len(texts))
        #: What is still to be read.
        self.cells, self.style_ids = io.StringIO(texts[:size], ""), io.StringIO(texts[size:], "")
        rows, columns = encoded["size"]
        if not fits(rows, columns):
            _refuse("a size that no terminal has")
        opened = _number(encoded["opened"], 0, _HIGHEST)
        is_alternate = _one_of(encoded["is_alternate"], (False, True))
        if len(encoded["wrapped"]) != opened + rows * (1 + is_alternate):
            _refuse("rows are missing")
        self.screen = Interpreter(rows, columns, limit)
        self._tables()
        *blocks, drawn = encoded["blocks"]
        lines = [self._block(block) for block in blocks]
        cells = self._rows(drawn)
        screen = self.screen
        screen.lines = cells[-rows:]
        screen.main_lines = cells[opened : opened + rows] if is_alternate else None
        screen.scrollback.load(lines, cells[:opened], self._counters(sum(block.count for block in lines)))
        screen.scrollback.cleared = _text(self.encoded["cleared"])[: 2 * DIGEST_BYTES]
        self._cursor()
        self._modes()
        self._texts()

    # Tables, lines and rows.

    def _tables(self) -> None:
        reader = self.screen.reader
        last = _number(self.encoded["last_link"], 0, _UNBOUNDED)
        links = [(_number(number, 1, last), _printed(address)) for number, address in self.encoded["links"]]
        reader.links.load(links, last)
        style_ids, pens = self.encoded["pens"]
        packed = [int(pen, 16) for pen in _text(pens).split()]
        for pen in (min(packed, default=0), max(packed, default=0)):
            self._pen(pen)
        reader.pens.load(_text(style_ids), packed)
        clusters = {_text(cell): _printed(text) for cell, text in self.encoded["clusters"].items()}
        for cell, text in clusters.items():
            if len(cell) != 1 or reader.clusters.knows(cell) or not 0 < len(text) <= MAX_CODE_POINTS:
                _refuse("a cluster that can't be")
        reader.clusters.load(clusters)

    def _pen(self, pen: object) -> int:
        return _number(pen, 0, (self.screen.links.last + 1 << LINK_SHIFT) - 1)

    def _block(self, encoded: list[Any]) -> Block:
        if len(encoded) == 3:
            return self._packed(encoded)
        size, pen, columns, tabs = encoded
        stops = [_number(stop, 0, _HIGHEST) for stop in tabs]
        scratch_line = self.screen.scratch_line(self._pen(pen), _number(columns, 1, MAX_COLUMNS), stops)
        return unparsed(self.cells.read(_number(size)), scratch_line)

    def _packed(self, encoded: list[Any], columns: int = 2) -> PackedBlock:
        count, cells_size, marks_size = encoded
        cells, style_ids = self.cells.read(_number(cells_size)), self.style_ids.read(_number(marks_size))
        if cells.count("\n") + 1 != count or len(style_ids) not in (0, len(cells) + 1):
            _refuse("lines that don't fit together")
        reader = self.screen.reader
        for odd in widths.ambiguous_cells(cells):
            if odd == widths.HALF:
                _refuse("half a character")
            cluster = reader.clusters.text(odd[0])
            # One that grew where there was no room for it has the width of its first character.
            sizes = (widths.width(cluster[0]), widths.cluster_width(cluster))
            is_alone = columns < 2 and len(odd) == 1
            if not (is_alone or len(odd) in sizes) or not reader.clusters.knows(odd[0]):
                _refuse("a cell that can't be")
        if not all(reader.pens.knows(style_id) for style_id in set(style_ids)):
            _refuse("a look that no cell has")
        return PackedBlock(cells, style_ids, count)

    def _rows(self, encoded: list[Any]) -> list[Row]:
        columns = self.screen.columns
        lines = self._packed(encoded, columns).lines()
        rows = [Row(*line, _bit(bit)) for line, bit in zip(lines, self.encoded["wrapped"], strict=True)]
        if any(len(row.text) > columns for row in rows):
            _refuse("a row that is too long")
        return rows

    def _counters(self, count: int) -> Counters:
        total, first_ever, borrowed, incomplete, discarded_rows = self.encoded["tally"]
        counters = Counters(
            _number(total, count),
            _number(first_ever),
            _number(borrowed),
            bool(_bit(incomplete)),
            _number(discarded_rows),
        )
        if counters.first_ever + count > counters.total:
            _refuse("more lines than there were")
        return counters

    # What isn't a cell.

    def _cursor(self) -> None:
        screen, encoded = self.screen, self.encoded
        x, y = encoded["cursor"]
        screen.x, screen.y = _number(x, 0, screen.columns), _number(y, 0, screen.rows - 1)
        top, bottom, left, right = encoded["margins"]
        screen.bottom = _number(bottom, 0, screen.rows - 1)
        screen.top = _number(top, 0, screen.bottom)
        screen.right = _number(right, 0, screen.columns - 1)
        screen.left = _number(left, 0, screen.right)
        screen.waits = _bit(encoded["waits"])
        if screen.waits and not (screen.right + 1 == screen.x < screen.columns):
            _refuse("a cursor that waits for nothing")
        screen.dresses_rectangle = _bit(encoded["dresses"])
        screen.set_pen(self._pen(encoded["pen"]))
        screen.saved, screen.other_saved = self._saved(encoded["saved"]), self._saved(encoded["other_saved"])
        stops, known = encoded["tabs"]
        known = _number(known, 0, MAX_COLUMNS)
        screen.tabs = TabStops(0, [_number(stop, 0, known - 1) for stop in stops], known)
        screen.tabs.widen(screen.columns)
        screen.cursor_shape = _one_of(encoded["shape"], get_args(Shape))
        screen.cursor_blink = _bit(encoded["blink"])
        screen.last = _printed(encoded["last"])[: MAX_CODE_POINTS + 1]
        screen.is_printing = _bit(encoded["is_printing"])

    def _saved(self, encoded: list[Any]) -> SavedCursor:
        x, y, pen, charsets, origin = encoded
        x, y = _number(x, 0, self.screen.columns), _number(y, 0, self.screen.rows - 1)
        return SavedCursor(x, y, self._pen(pen), _charsets(charsets), _bit(origin))

    def _modes(self) -> None:
        screen, encoded = self.screen, self.encoded
        if encoded["modes"].keys() != _MODE_NAMES:
            _refuse("modes that aren't known")
        for name, value in encoded["modes"].items():
            if name in _MODE_WORDS:
                setattr(screen.modes, name, _one_of(value, _MODE_WORDS[name]))
            elif name in _MODE_LIMITS:
                setattr(screen.modes, name, _number(value, 0, _MODE_LIMITS[name]))
            else:
                setattr(screen.modes, name, _bit(value))
        screen.set_charsets(_charsets(encoded["charsets"]))
        screen.saved_modes = {_number(number, 0, _HIGHEST): _bit(on) for number, on in encoded["saved_modes"]}
        stack, other_stack, other_flags = encoded["keyboard"]
        screen.kitty_stack, screen.other_kitty_stack = _flags(stack), _flags(other_stack)
        screen.other_kitty_flags = _number(other_flags, 0, 31)

    def _texts(self) -> None:
        screen, encoded = self.screen, self.encoded
        window, icon, stack = encoded["titles"]
        screen.titles.window, screen.titles.icon, screen.cwd = (
            _printed(window),
            _printed(icon),
            _printed(encoded["folder"]),
        )
        for icon, window in stack[:MAX_KEPT]:
            kept = Kept(*(None if name is None else _printed(name) for name in (icon, window)))
            screen.titles.stack.append(kept)
        tokenizer = screen.tokenizer
        pairs = tokenizer.pairs(tokenizer.decode(encoded["pending"].encode("latin-1")))
        if any(text or control for piece in pairs for text, control in piece):
            _refuse("more than the beginning of a sequence is pending")


def _number(value: object, lowest: int = 0, highest: int = _UNBOUNDED) -> int:
    if type(value) is not int or value < lowest or value > highest:
        _refuse(f"{str(value)[:40]} is no number that can stand here")
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        _refuse(f"{str(value)[:40]} is no text")
    return value


def _printed(value: object) -> str:
    """Return text that a program can have printed: of surrogates only those of bytes that were no UTF-8."""
    text = _text(value)
    text.encode("utf-8", "surrogateescape")  # Its error is a ValueError, which refuses the state.
    return text


def _bit(value: object) -> bool:
    return bool(_one_of(value, (False, True, "0", "1")) not in (False, "0"))


def _one_of(value: object, words: tuple[Any, ...]) -> Any:
    if type(value) not in (str, bool) or value not in words:
        _refuse(f"{str(value)[:40]} is none of {words}")
    return value


def _charsets(encoded: list[Any]) -> Charsets:
    names, shift, single = encoded
    first, second, third, fourth = (_one_of(name, NAMES) for name in names)
    return Charsets((first, second, third, fourth), _number(shift, 0, 3), _number(single, -1, 3))


def _flags(encoded: list[Any]) -> list[int]:
    return [_number(flags, 0, 31) for flags in encoded[:MAX_STACK]]
