"""Where a terminal's sequence ends, whether it is a key, and what the key is called."""

from __future__ import annotations

import pytest

from chloe.ui.tty.sequences import Kind, as_xterm, name_key, scan


@pytest.mark.parametrize(
    ("sequence", "name"),
    [
        (b"\x1b[A", "up"),
        (b"\x1bOB", "down"),
        (b"\x1b[1;5C", "ctrl+right"),
        (b"\x1b[1;6D", "ctrl+shift+left"),
        (b"\x1b[5~", "page_up"),
        (b"\x1b[6;2~", "shift+page_down"),
        (b"\x1b[15~", "f5"),
        (b"\x1b[24~", "f12"),
        (b"\x1bOP", "f1"),
        (b"\x1b[[A", "f1"),
        (b"\x1b[[E", "f5"),
        (b"\x1b[1;2R", "shift+f3"),
        (b"\x1b[Z", "shift+tab"),
        (b"\x1bx", "alt+x"),
        (b"\x1b\xc3\xa9", "alt+é"),
        (b"\x1b\x03", "ctrl+alt+c"),
        (b"\x1b\r", "alt+enter"),
        (b"\x1b\x1b[A", "alt+up"),
        (b"\x1b[3$", "shift+delete"),
        (b"\x1b[7^", "ctrl+home"),
        (b"\x1b[27;5;13~", "ctrl+enter"),
        (b"\x1b[120;3u", "alt+x"),
        (b"\x1b]", "alt+]"),
        (b"\x1bP", "alt+P"),
        (b"\x1b", "escape"),
        (b"\r", "enter"),
        (b"\x7f", "backspace"),
        (b"\x00", "ctrl+space"),
        (b"\x1d", "ctrl+]"),
        (b"\x03", "ctrl+c"),
        ("漢".encode(), "漢"),
        (b"\xff", ""),
        (b"\x1b[99~", ""),
    ],
)
def test_a_key_has_the_name_that_the_configuration_uses(sequence: bytes, name: str) -> None:
    assert name_key(sequence) == name
    if sequence.startswith(b"\x1b") and sequence != b"\x1b":
        kind, end = scan(sequence + b"z")
        assert (kind, end) == (Kind.KEY, len(sequence)) or sequence in (b"\x1b]", b"\x1bP")


@pytest.mark.parametrize(
    "reply",
    [
        b"\x1b[?62;1;6c",
        b"\x1b[>41;354;0c",
        b"\x1b[24;80R",
        b"\x1b[?24;80;1R",
        b"\x1b[0n",
        b"\x1b[?2026;2$y",
        b"\x1b[4;2$y",
        b"\x1b[8;24;80t",
        b"\x1b[?1u",
        b"\x1b]11;rgb:0000/0000/0000\x07",
        b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
        b"\x1bP>|tmux 3.3a\x1b\\",
        b"\x1bP1$r0m\x1b\\",
        b"\x1bP0+r\x1b\\",
        b"\x1b_Gi=31;OK\x1b\\",
        b"\x1b[201~",
    ],
)
def test_an_answer_of_the_terminal_is_no_key_at_any_length(reply: bytes) -> None:
    assert scan(reply + b"q") == (Kind.REPLY, len(reply))
    for length in range(1, len(reply)):
        assert scan(reply[:length])[0] is Kind.INCOMPLETE, reply[:length]


@pytest.mark.parametrize(
    "report", [b"\x1b[M !!", b"\x1b[M\xe0\xff\xff", b"\x1b[<0;3;4M", b"\x1b[<35;300;4m", b"\x1b[32;300;4M"]
)
def test_a_report_of_the_mouse_is_no_key_at_any_length(report: bytes) -> None:
    assert scan(report + b"q") == (Kind.MOUSE, len(report))
    for length in range(1, len(report)):
        assert scan(report[:length])[0] is Kind.INCOMPLETE, report[:length]


@pytest.mark.parametrize("broken", [b"\x1b[<", b"\x1b[<35;1", b"\x1b[M", b"\x1b[M !"])
def test_of_a_report_that_lost_its_end_nothing_is_left(broken: bytes) -> None:
    assert scan(broken + b"\x1b[<0;3;4M") == (Kind.REPLY, len(broken))


def test_an_answer_that_never_ends_is_cut_off() -> None:
    kind, end = scan(b"\x1b]0;" + b"x" * 100_000)
    assert kind is Kind.REPLY
    assert end < 100_000


def test_focus_and_paste_are_recognized() -> None:
    assert scan(b"\x1b[I") == (Kind.FOCUS_IN, 3)
    assert scan(b"\x1b[O") == (Kind.FOCUS_OUT, 3)
    assert scan(b"\x1b[200~") == (Kind.PASTE, 6)


@pytest.mark.parametrize("digits", [1, 9, 10, 4300, 4301, 60_000])
@pytest.mark.parametrize(
    "form", ["\x1b[{}u", "\x1b[{}A", "\x1bO{}P", "\x1b[27;5;{}~", "\x1b[1;{}Z", "\x1b[{}:{}u"]
)
def test_a_number_of_any_length_in_a_sequence_is_read_without_an_error(form: str, digits: int) -> None:
    number = "9" * digits
    assert isinstance(name_key(form.format(number, number).encode()), str)


@pytest.mark.parametrize(
    ("sequence", "as_xterm_sends_it"),
    [
        (b"\x1b[1~", b"\x1b[H"),
        (b"\x1b[4~", b"\x1b[F"),
        (b"\x1b[7~", b"\x1b[H"),
        (b"\x1b[8;5~", b"\x1b[1;5F"),
        (b"\x1b[11~", b"\x1bOP"),
        (b"\x1b[14;2~", b"\x1b[1;2S"),
        (b"\x1b[[E", b"\x1b[15~"),
        (b"\x1b[7$", b"\x1b[1;2H"),
        (b"\x1b[3^", b"\x1b[3;5~"),
        (b"\x1b[5@", b"\x1b[5;6~"),
        (b"\x1b[a", b"\x1b[1;2A"),
        (b"\x1bOd", b"\x1b[1;5D"),
    ],
)
def test_a_key_of_another_terminal_is_what_xterm_sends(sequence: bytes, as_xterm_sends_it: bytes) -> None:
    assert scan(sequence) == (Kind.KEY, len(sequence))
    assert as_xterm(sequence) == as_xterm_sends_it


@pytest.mark.parametrize(
    "sequence",
    [
        b"\x1b[H",
        b"\x1bOH",
        b"\x1b[3~",
        b"\x1b[15~",
        b"\x1b[99^",
        b"\x1b[13;2u",
        b"\x1bx",
        b"\x1b\x1b[A",
        b"x",
        b"\x1b",
    ],
)
def test_what_xterm_sends_and_what_is_no_key_stays(sequence: bytes) -> None:
    assert as_xterm(sequence) == sequence
