"""Renditions: what SGR has selected, for the answer to DECRQSS.

Owns what each parameter of SGR means (ECMA-48 8.3.117, xterm's ctlseqs), told as the emulator in Chloe tells
it. Must not know where in a stream the sequences stand. Loaded by the holder, which runs alone: only the
standard library, and little of it.

A rendition is a dictionary from what is selected to the parameters that select it.
"""

from __future__ import annotations

#: What is told first comes first.
_ORDER = (
    *("bold", "faint", "italic", "blink", "reverse", "conceal", "strike", "overline"),
    *("underline", "38", "48", "58"),
)
_SETS = {
    1: ("bold", "1"),
    2: ("faint", "2"),
    3: ("italic", "3"),
    4: ("underline", "4"),
    5: ("blink", "5"),
    6: ("blink", "5"),
    7: ("reverse", "7"),
    8: ("conceal", "8"),
    9: ("strike", "9"),
    21: ("underline", "4:2"),
    53: ("overline", "53"),
}
_CLEARS = {
    22: ("bold", "faint"),
    23: ("italic",),
    24: ("underline",),
    25: ("blink",),
    27: ("reverse",),
    28: ("conceal",),
    29: ("strike",),
    39: ("38",),
    49: ("48",),
    55: ("overline",),
    59: ("58",),
}
_DIGITS = b"0123456789;:"
#: The two ways in which programs most often take all back.
_RESETS = (b"\x1b[m", b"\x1b[0m")
#: Stands for all, where all is taken back.
_ALL = "all"
#: How a direct colour begins.
_DIRECT = {b"38;2;": "38", b"48;2;": "48"}
#: What sequences of late select, by their parameters, and how many are remembered.
_known: dict[bytes, dict[str, str]] = {}
_MOST_KNOWN = 256
#: The length of most sequences, without what begins them: ``31m``.
_SHORT = 4
#: No longer sequence is taken seriously, as in the emulator.
_LONGEST = 256 + 1
#: Bytes of a batch all of whose renditions are looked through, and the most that are kept for later.
_LITTLE, _LONGEST_TRAIL = 4 * 1024, 64 * 1024


class Trail:
    """What was printed and may hold renditions, kept until somebody asks.

    Of a flood only the end is kept. That tells, unless a rendition was selected in it before and neither
    selected again nor taken back. What comes little by little is looked through in full.
    """

    def __init__(self) -> None:
        self._kept: list[bytes] = []
        self._size = 0
        self._is_flood = False

    def begin(self, rendition: dict[str, str], length: int) -> None:
        """Begin a batch of so many bytes."""
        is_flood = length > _LITTLE
        if is_flood and not self._is_flood:
            self.follow(rendition)
        self._is_flood = is_flood

    def append(self, rendition: dict[str, str], data: bytes) -> None:
        """Keep this as well; ``rendition`` changes where all before is taken back, or so much is kept."""
        reset = data.rfind(_RESETS[0])
        if reset < 0:
            reset = data.rfind(_RESETS[1])
        if reset >= 0:
            rendition.clear()
            data = data[reset:]
            self._kept, self._size = [], 0
        self._kept.append(data)
        self._size += len(data)
        if not self._is_flood and self._size > _LONGEST_TRAIL:
            self.follow(rendition)
        while self._size > _LONGEST_TRAIL and len(self._kept) > 1:
            self._size -= len(self._kept.pop(0))

    def follow(self, rendition: dict[str, str]) -> None:
        """Change ``rendition`` as all that is kept does, and forget that."""
        follow(rendition, b"".join(self._kept))
        self._kept, self._size = [], 0


def describe(rendition: dict[str, str]) -> str:
    """Return the parameters of the SGR that gives this rendition, whatever was in force."""
    return ";".join(["0", *[rendition[name] for name in _ORDER if name in rendition]])


def follow(rendition: dict[str, str], data: bytes) -> None:
    """Change ``rendition`` as all the SGR sequences in ``data`` do, from the last one backwards.

    What a later one decides, an earlier one needn't be asked; none is asked that comes before a reset.
    """
    reset = max(map(data.rfind, _RESETS))
    if reset >= 0:
        rendition.clear()
        data = data[reset:]
    # The last of each line is enough: programs that draw the same again are most of what comes.
    lines = dict.fromkeys(reversed(data.split(b"\n")))
    last = _last_of_each(b"\n".join(reversed(lines)).split(b"\x1b[")[1:])
    # What is no SGR has other things before its m.
    found = [each for each in last if each and not each[:-1].strip(_DIGITS)]
    decided: dict[str, str] = {}
    for each in sorted(found, key=last.__getitem__, reverse=True):
        # A direct colour and nothing else, as there may be thousands of.
        if _DIRECT.get(each[:5]) in decided and each.count(b";") == 4:
            continue
        given = each[:-1]
        change = _known.get(given)
        if change is None:
            change = _read(given)
            if len(_known) >= _MOST_KNOWN:
                _known.clear()
            _known[given] = change
        for name, value in change.items():
            decided.setdefault(name, value)
        if _ALL in change:
            rendition.clear()
            break
    for name, value in decided.items():
        if value:
            rendition[name] = value
        else:
            rendition.pop(name, None)


def _last_of_each(pieces: list[bytes]) -> dict[bytes, int]:
    """Return what begins the pieces up to an m, and where each stands last: most come again and again."""
    starts = [piece[:_SHORT] for piece in pieces]
    last: dict[bytes, int] = {}
    long = set()
    for start, at in dict(zip(starts, range(len(starts)), strict=True)).items():
        end = start.find(b"m") + 1
        if end:
            last[start[:end]] = max(at, last.get(start[:end], 0))
        elif not start.strip(_DIGITS):
            long.add(start)
    if long:
        places = [at for at, start in enumerate(starts) if start in long]
        ends = [pieces[at][: pieces[at].find(b"m", 0, _LONGEST) + 1] for at in places]
        last.update(zip(ends, places, strict=True))
    return last


def _read(given: bytes) -> dict[str, str]:
    """Return what SGR with these parameters selects, "" where it takes something back."""
    change: dict[str, str] = {}
    parts = given.decode("ascii").split(";")
    place = 0
    while place < len(parts):
        part = parts[place]
        place += 1
        if ":" in part:
            _read_colons(change, part.split(":"))
            continue
        code = _number(part)
        if code in (38, 48, 58):
            taken = 4 if parts[place : place + 1] == ["2"] else 2
            _read_colour(change, code, parts[place : place + taken])
            place += taken
        elif not code:
            change = dict.fromkeys((*_ORDER, _ALL), "")
        elif code in _SETS:
            name, value = _SETS[code]
            change[name] = value
        elif 30 <= code <= 37 or 90 <= code <= 97:
            change["38"] = str(code)
        elif 40 <= code <= 47 or 100 <= code <= 107:
            change["48"] = str(code)
        else:
            for name in _CLEARS.get(code, ()):
                change[name] = ""
    return change


def _read_colons(change: dict[str, str], fields: list[str]) -> None:
    code = _number(fields[0])
    if code == 4:
        style = _number(fields[1])
        if style <= 5:
            change["underline"] = f"4:{style}" if style > 1 else "4" if style else ""
    elif code in (38, 48, 58):
        if fields[1] == "2" and len(fields) >= 6:
            del fields[2]  # The colour space of T.416, which xterm leaves out.
        _read_colour(change, code, fields[1:])


def _read_colour(change: dict[str, str], code: int, parts: list[str]) -> None:
    if parts[:1] == ["5"] and len(parts) >= 2:
        index = _number(parts[1])
        if index < 256:
            is_short = code != 58 and index < 16
            short = str(code - 8 + index if index < 8 else code + 44 + index)
            change[str(code)] = short if is_short else f"{code};5;{index}"
    elif parts[:1] == ["2"] and len(parts) >= 4:
        levels = [_number(part) for part in parts[1:4]]
        if max(levels) < 256:
            change[str(code)] = f"{code};2;{levels[0]};{levels[1]};{levels[2]}"


def _number(text: str) -> int:
    return min(int(text), 65535) if text.isdecimal() else 0
