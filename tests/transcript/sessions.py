"""The sessions that ``record.py`` records: which program, with which files, and what is typed at it, when.

The texts are made here, so that what should be told of a recording can be written without looking at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_WORDS = [
    "amber",
    "basil",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "heron",
    "iris",
    "jade",
    "kelp",
    "lotus",
    "maple",
    "north",
    "ocean",
    "pearl",
]

#: Lines that differ in words, of which some are told by number alone.
PROSE = [f"{_WORDS[n % 16]} {_WORDS[(n // 16 + 3 * n) % 16]} stands in paragraph {n}" for n in range(1, 201)]
CODE = [
    line
    for n in range(1, 41)
    for line in (f"def {_WORDS[n % 16]}_{n}(value):", f"    if value > {n}:", "        return None", "")
]
WIDE = [
    "日本語の行と漢字、長い文章です。",
    "한국어 문장도 있습니다",
    "cafe\u0301 and man\u0303ana with combining marks",
    "👩‍🚀 an astronaut, 👍🏽 a thumb, 🇫🇷 a flag",
    "עברית מימין לשמאל",
    "ไทย ภาษา",
    "mixed 中文 and ascii 中文 again",
    "😀😀😀 three faces",
    "ﾊﾝｶｸ narrow katakana",
    "the end of the wide lines ここまで",
]

#: A chat on the main screen as Ink paints it: the answer above, a box with a spinner below, erased and
#: printed again with each frame.
_AGENT = r"""
import sys, time
words = "amber basil cedar delta ember fjord grove heron iris jade kelp lotus".split()
spin = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
def frame(status):
    box = "│ > type a message" + " " * 41 + "│"
    return ["╭" + "─" * 58 + "╮", box, "╰" + "─" * 58 + "╯", status]
out = sys.stdout
def show(lines): out.write("\r\n".join(lines) + "\r\n")
def erase(count): out.write("\x1b[1A\x1b[2K" * count + "\r")
shown = frame("  ready"); show(shown); out.flush(); time.sleep(0.5)
n = 0
for turn in range(1, TURNS + 1):
    erase(len(shown)); show([f"> question {turn}: tell me of {words[turn % 12]}", ""])
    begun = time.monotonic(); told = []
    for k in range(9):
        one, other = words[(turn + k) % 12], words[(turn * k) % 12]
        told.append(f"  {one} {other} is what answer {turn} says in line {k}")
        part = ""
        for word in told.pop().split(" "):
            part += word + " "; n += 1
            spent = int(10 * (time.monotonic() - begun))
            shown = [*told, part, "", *frame(f"{spin[n % 10]} working {spent} s, {n} tokens")]
            show(shown); out.flush(); time.sleep(0.012); erase(len(shown))
        told.append(part)
    show([*told, ""]); shown = frame("  ready"); show(shown); out.flush(); time.sleep(0.5)
"""

#: A full screen with a sidebar that stands out by its colour alone, and messages that scroll beside it.
_SIDEBAR = r"""
import sys, time
out = sys.stdout
rooms = ["general", "builds", "random", "support", "releases", "kitchen"]
out.write("\x1b[?1049h\x1b[2J")
messages = [f"{who} writes message {n} of the talk" for n in range(1, 41) for who in ("alice", "bob")][::2]
for last in range(1, 41):
    shown = messages[max(0, last - 20):last]
    for y in range(20):
        side = rooms[y] if y < len(rooms) else ""
        text = shown[y] if y < len(shown) else ""
        out.write(f"\x1b[{y + 1}H\x1b[44m {side:18} \x1b[m {text:58}")
    out.flush(); time.sleep(0.4)
out.write("\x1b[?1049l")
"""

#: Bars and a log, as builds and downloads print them.
_BUILD = r"""
import sys, time
out = sys.stdout
for n, name in enumerate(["parser", "linker", "runtime", "docs", "tests"]):
    for done in range(0, 101, 4):
        bar = "█" * (done // 5) + "░" * (20 - done // 5)
        out.write(f"\r\x1b[Kbuilding {name} {bar} {done}%"); out.flush(); time.sleep(0.015)
    out.write(f"\r\x1b[Kbuilt {name} with {3 * n} warnings\r\n")
    for k in range(12): out.write(f"  {name}: object {k} of unit {name[::-1]} was linked\r\n")
    out.flush(); time.sleep(0.1)
out.write("all is built\r\n"); out.flush(); time.sleep(0.5)
"""


@dataclass(frozen=True, slots=True)
class Session:
    """``keys``: each with the seconds to wait before it; a pair is a size. ``rest``: seconds at the end."""

    argv: tuple[str, ...]
    keys: tuple[tuple[float, bytes | tuple[int, int]], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    size: tuple[int, int] = (24, 80)
    rest: float = 1.0


def _file(lines: list[str]) -> dict[str, str]:
    return {"text": "".join(f"{line}\n" for line in lines)}


def _python(source: str, **values: int) -> tuple[str, ...]:
    for name, value in values.items():
        source = source.replace(name, str(value))
    return ("python3", "-c", source)


_SLOW = 0.5

SESSIONS: Mapping[str, Session] = {
    # The pager on the main screen, on and back.
    "less_main": Session(
        ("less", "-X", "text"),
        tuple((_SLOW, key) for key in (*[b" "] * 4, b"b", b"b", b" ", b" ", b"q")),
        _file(PROSE),
    ),
    # Wide, combined and right-to-left text in the shell, then in a pager.
    "wide_shell": Session(
        ("sh",), ((_SLOW, b"cat text\n"), (_SLOW, b"echo done with it\n"), (_SLOW, b"exit\n")), _file(WIDE)
    ),
    "wide_less": Session(("less", "text"), ((1.0, b"j"), (_SLOW, b"q")), _file(WIDE + PROSE[:30]), (20, 60)),
    "sidebar": Session(_python(_SIDEBAR), rest=18.0),
    "agent_turns": Session(_python(_AGENT, TURNS=8), rest=22.0),
    "agent_small": Session(_python(_AGENT, TURNS=4), size=(17, 70), rest=12.0),
    "making": Session(_python(_BUILD), rest=6.0),
    "vim_code": Session(
        ("vim", "-u", "NONE", "-i", "NONE", "-n", "text"),
        tuple((_SLOW, key) for key in (b"\x06", b"\x06", b"\x04", b"\x02", b"\x15", b"G", b"gg", b":q\r")),
        _file(CODE),
    ),
    "vim_insert": Session(
        ("vim", "-u", "NONE", "-i", "NONE", "-n", "text"),
        ((1.0, b"ofirst new words"), (_SLOW, b"\rsecond new words\x1b"), (_SLOW, b"dd"), (1.0, b":q!\r")),
        _file(PROSE[:10]),
    ),
    "shell_work": Session(
        ("sh",),
        tuple(
            (_SLOW, key)
            for key in (
                *(
                    b"ls -1\n",
                    b"wc -l text\n",
                    b"clear\n",
                    b"ls -1\n",
                    (24, 50),
                    b"head -n 30 text\n",
                    (30, 90),
                ),
                *(b"tail -n 3 text\n", b"exit\n"),
            )
        ),
        {**_file(PROSE), "one": "", "two": ""},
    ),
    "tmux_panes": Session(
        ("tmux", "-L", "transcript-recording", "-f", "tmux.conf", "new-session"),
        tuple(
            (0.7, key)
            for key in (
                *(b"head -n 5 text\n", b"\x02%", b"tail -n 4 text\n", b"\x02o", b"echo on the left\n"),
                *(b"\x02z", b"\x02z", b"tmux kill-server\n"),
            )
        ),
        {**_file(PROSE), "tmux.conf": "set -g default-command \"env PS1='$ ' sh\"\nset -g status-right ''\n"},
        (20, 100),
    ),
    "nano": Session(
        ("nano", "text"),
        (
            (1.0, b"typed at the top "),
            (_SLOW, b"\x16"),
            (_SLOW, b"\x16"),
            (_SLOW, b"\x19"),
            (1.0, b"\x18"),
            (_SLOW, b"n"),
        ),
        _file(PROSE[:60]),
    ),
}
