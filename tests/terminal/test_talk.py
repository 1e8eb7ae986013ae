"""What a program says beside its text, and what it is answered."""

from __future__ import annotations

import base64

import pytest

from chloe.terminal import (
    Bell,
    ClipboardSet,
    CwdChanged,
    IconNameChanged,
    Notice,
    Notification,
    PaletteRequested,
    Progress,
    PromptMark,
    Terminal,
    TitleChanged,
)
from chloe.terminal.colours import Colours


def fed(stream: str) -> Terminal:
    terminal = Terminal(4, 20)
    terminal.feed(stream.encode())
    return terminal


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ("\a", [Bell()]),
        ("\x1b]2;the title\a", [TitleChanged("the title")]),
        ("\x1bkthe name\x1b\\", [TitleChanged("the name")]),
        ("\x1bkone\a more\x1b\\", [TitleChanged("one more")]),
        ("\x1bknone\x18", []),
        ("\x1b]0;both\x1b\\", [IconNameChanged("both"), TitleChanged("both")]),
        ("\x1b]7;file://host/a%20folder/%C3%A9#x\a", [CwdChanged("/a folder/é#x", "host")]),
        ("\x1b]7;http://host/a\a", []),
        ("\x1b]52;c;aGVsbG8=\a", [ClipboardSet("c", b"hello")]),
        ("\x1b]52;p;?\a", [ClipboardSet("p", None)]),
        ("\x1b]9;done\a", [Notification("done")]),
        ("\x1b]777;notify;title;body; more\a", [Notification("body; more", "title")]),
        ("\x1b]9;4;1;50\a", [Progress("normal", 50)]),
        ("\x1b]9;4;3\a", [Progress("indeterminate")]),
        ("\x1b]9;4;0\a", [Progress("none")]),
        ("\x1b]133;A;cl=m\a", [PromptMark("prompt")]),
        ("\x1b]133;C\a", [PromptMark("output")]),
        ("\x1b]633;B\a\x1b]633;P;Cwd=/\a\x1b]633;D;1\a", [PromptMark("input"), PromptMark("finished", 1)]),
        ("\x1b]133;D;130\a", [PromptMark("finished", 130)]),
        ("\x1b]133;D\a", [PromptMark("finished")]),
        ("\x1b]11;#123456\a", [PaletteRequested(11, "#123456")]),
        (
            "\x1b]99999;x\a\x1b]x\a\x1b]\a\x1b]133;D;9999999999999999999999999;\a",
            [PromptMark("finished", 999999999)],
        ),
    ],
)
def test_what_a_program_says_is_handed_on_typed(stream: str, expected: list[Notice]) -> None:
    terminal = fed(stream)
    assert terminal.take_notices() == expected
    assert terminal.take_notices() == []
    assert terminal.display[0].strip() == ""


def test_a_title_of_screen_and_tmux_is_no_text_wherever_it_is_split() -> None:
    stream = b"a\x1bkbash\x1b\\b\r\n\x1bkvim file.txt\x1b\\\r\n$ "
    for at in range(len(stream)):
        terminal = Terminal(3, 20)
        terminal.feed(stream[:at])
        terminal.feed(stream[at:])
        assert [row.rstrip() for row in terminal.display] == ["ab", "", "$"]
        assert terminal.title == "vim file.txt"


def test_title_and_folder_stay_known() -> None:
    terminal = fed("\x1b]2;t\a\x1b]7;file:///home/me\a")
    assert (terminal.title, terminal.cwd) == ("t", "/home/me")


def test_a_title_is_bounded_and_a_string_too_long_is_dropped_whole() -> None:
    assert len(fed("\x1b]2;" + "x" * 100_000 + "\a").title) == 4096
    for length in (300_000, 2_000_000):
        terminal = fed("\x1b]2;" + "x" * length + "\aafter")
        assert terminal.title == ""
        assert terminal.display[0].strip() == "after"


def test_a_clipboard_may_be_longer_than_all_else() -> None:
    text = b"x" * (1024 * 1024)
    assert fed(f"\x1b]52;c;{base64.b64encode(text).decode()}\a").take_notices() == [ClipboardSet("c", text)]


def test_a_file_full_of_bells_rings_once_and_notices_are_bounded() -> None:
    assert fed("\a" * 5000).take_notices() == [Bell()]
    assert len(fed("\x1b]9;x\a" * 5000).take_notices()) <= 1024


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("\x1b[c", "\x1b[?64;6;21;22;28c"),
        ("\x1bZ", "\x1b[?64;6;21;22;28c"),
        ("\x1b[>c", "\x1b[>41;354;0c"),
        ("\x1b[=c", "\x1bP!|00000000\x1b\\"),
        ("\x1b[5n", "\x1b[0n"),
        ("\x1b[2;3H\x1b[6n", "\x1b[2;3R"),
        ("\x1b[2;4r\x1b[?6h\x1b[2;3H\x1b[6n", "\x1b[2;3R"),
        ("\x1b[?6n", "\x1b[?1;1;1R"),
        ("\x1b[?55n\x1b[?62n\x1b[?75n\x1b[?85n", "\x1b[?50n\x1b[0*{\x1b[?70n\x1b[?83n"),
        ("01234567890123456789\x1b[6n", "\x1b[1;20R"),
        ("\x1b[?2004$p", "\x1b[?2004;2$y"),
        ("\x1b[?2004h\x1b[?2004$p", "\x1b[?2004;1$y"),
        ("\x1b[?2026$p", "\x1b[?2026;2$y"),
        ("\x1b[?2027l\x1b[?2027$p", "\x1b[?2027;3$y"),
        ("\x1b[12$p\x1b[17$p", "\x1b[12;3$y\x1b[17;4$y"),
        ("\x1b[?69h\x1b[5;9s\x1b[?6h\x1b[3;2H\x1b[6n", "\x1b[3;2R"),
        ("\x1b[?69h\x1b[5;9s\x1bP$qs\x1b\\", "\x1bP1$r5;9s\x1b\\"),
        ("\x1bP$qs\x1b\\", "\x1bP0$r\x1b\\"),
        ("\x1bP$qt\x1b\\", "\x1bP1$r4t\x1b\\"),
        ("\x1b[2*x\x1bP$q*x\x1b\\", "\x1bP1$r2*x\x1b\\"),
        ('\x1bP$q"p\x1b\\', '\x1bP1$r64;1"p\x1b\\'),
        ("\x1b[?9999$p", "\x1b[?9999;0$y"),
        ("\x1b[4h\x1b[4$p", "\x1b[4;1$y"),
        ("\x1b[>q", "\x1bP>|Chloe 1\x1b\\"),
        ("\x1b[1;31m\x1bP$qm\x1b\\", "\x1bP1$r0;1;31m\x1b\\"),
        ("\x1b[2;3r\x1bP$qr\x1b\\", "\x1bP1$r2;3r\x1b\\"),
        ("\x1b[4 q\x1bP$q q\x1b\\", "\x1bP1$r4 q\x1b\\"),
        ("\x1bP$qx\x1b\\", "\x1bP0$r\x1b\\"),
        ("\x1bP$q$}\x1b\\\x1bP$q$~\x1b\\", "\x1bP1$r0$}\x1b\\\x1bP1$r0$~\x1b\\"),
        ("\x1b[?63;12n", "\x1bP12!~0000\x1b\\"),
        ("\x1b[?4h\x1b[?4$p\x1b[?18;19$p", "\x1b[?4;1$y\x1b[?18;2$y"),
        ("\x1b[18t", "\x1b[8;4;20t"),
        ("\x1b[21t", ""),
        ("\x1b]11;?\a", "\x1b]11;rgb:0000/0000/0000\x1b\\"),
        ("\x1b]4;1;?\a", "\x1b]4;1;rgb:cdcd/0000/0000\x1b\\"),
        (
            "\x1b]10;?;?\a",
            "\x1b]10;rgb:cccc/cccc/cccc\x1b\\\x1b]11;rgb:0000/0000/0000\x1b\\",
        ),
        ("\x1b]12;?;?\a", "\x1b]12;rgb:cccc/cccc/cccc\x1b\\"),
        ("\x1b]52;c;?\a", ""),
        ("\x1b[?996n", "\x1b[?997;1n"),
        ("\x1b[?2031h\x1b[?2031$p", "\x1b[?2031;1$y"),
        ("\x1b[>5u\x1b[?u", "\x1b[?5u"),
        ("\x1b[>4;2m\x1b[?4m", "\x1b[>4;2m"),
        ("\x1bP+q544e\x1b\\", "\x1bP0+r\x1b\\"),
    ],
)
def test_a_query_is_answered_once_taken(query: str, answer: str) -> None:
    terminal = fed(query)
    assert terminal.take_replies() == answer.encode()
    assert terminal.take_replies() == b""


def test_colours_are_answered_as_who_takes_the_answer_has_them() -> None:
    terminal = fed("\x1b]11;?\a\x1b[c\x1b[?996n\x1b]4;200;?;3;?\a")
    light = Colours({"11": "ffff/ffff/ffff", "4;3": "0101/0202/0303"})
    assert terminal.take_replies(light) == (
        b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?64;6;21;22;28c\x1b[?997;2n"
        b"\x1b]4;200;rgb:ffff/0000/d7d7\x1b\\\x1b]4;3;rgb:0101/0202/0303\x1b\\"
    )


def test_a_program_gets_no_keyboard_flags_that_can_t_be_kept() -> None:
    assert fed("\x1b[>31u\x1b[?u").take_replies() == b"\x1b[?29u"
    assert fed("\x1b[=2;2u\x1b[?u").take_replies() == b"\x1b[?0u"


def test_waiting_answers_are_bounded() -> None:
    assert len(fed("\x1b]11;?\a" * 100_000).take_replies()) <= 64 * 1024
    assert len(fed("\x1b[c" * 100_000).take_replies()) <= 64 * 1024


def test_kitty_flags_are_a_stack_for_each_screen() -> None:
    terminal = fed("\x1b[>1u\x1b[>5u")
    assert terminal.modes.kitty_flags == 5
    terminal.feed(b"\x1b[?1049h")
    assert terminal.modes.kitty_flags == 0
    terminal.feed(b"\x1b[=8;2u\x1b[?1049l\x1b[<u")
    assert terminal.modes.kitty_flags == 1
    terminal.feed(b"\x1b[<9u")
    assert terminal.modes.kitty_flags == 0


def test_modes_are_saved_and_restored() -> None:
    terminal = fed("\x1b[?1h\x1b[?1s\x1b[?1l\x1b[?1r")
    assert terminal.modes.application_cursor
