"""Keys, paste, mouse and focus: what reaches the program under the modes it asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.terminal import Modes, keys

PLAIN = Modes()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("a", b"a"),
        ("é", "é".encode()),
        ("space", b" "),
        ("+", b"+"),
        ("ctrl++", b"+"),
        ("enter", b"\r"),
        ("tab", b"\t"),
        ("shift+tab", b"\x1b[Z"),
        ("backspace", b"\x7f"),
        ("ctrl+backspace", b"\x08"),
        ("escape", b"\x1b"),
        ("esc", b"\x1b"),
        ("ctrl+c", b"\x03"),
        ("ctrl+space", b"\0"),
        ("ctrl+\\", b"\x1c"),
        ("ctrl+/", b"\x1f"),
        ("alt+x", b"\x1bx"),
        ("alt+é", b"\x1b" + "é".encode()),
        ("ctrl+alt+a", b"\x1b\x01"),
        ("shift+a", b"A"),
        ("up", b"\x1b[A"),
        ("home", b"\x1b[H"),
        ("ctrl+shift+left", b"\x1b[1;6D"),
        ("f1", b"\x1bOP"),
        ("shift+f1", b"\x1b[1;2P"),
        ("f5", b"\x1b[15~"),
        ("f12", b"\x1b[24~"),
        ("f20", b"\x1b[34~"),
        ("alt+delete", b"\x1b[3;3~"),
        ("page_up", b"\x1b[5~"),
        ("pgdn", b"\x1b[6~"),
        ("kp_5", b"5"),
        ("kp_enter", b"\r"),
        ("no such key", b""),
        ("what+a", b""),
    ],
)
def test_each_key_sends_what_xterm_sends(key: str, expected: bytes) -> None:
    assert keys.encode(key, PLAIN) == expected


def test_decckm_gives_cursor_keys_ss3_unless_modified() -> None:
    modes = Modes(application_cursor=True)
    assert keys.encode("up", modes) == b"\x1bOA"
    assert keys.encode("end", modes) == b"\x1bOF"
    assert keys.encode("shift+up", modes) == b"\x1b[1;2A"
    assert keys.encode("delete", modes) == b"\x1b[3~"


def test_decnkm_gives_the_keypad_ss3() -> None:
    modes = Modes(application_keypad=True)
    assert keys.encode("kp_0", modes) == b"\x1bOp"
    assert keys.encode("kp_enter", modes) == b"\x1bOM"


def test_lnm_and_decbkm_change_enter_and_backspace() -> None:
    assert keys.encode("enter", Modes(newline=True)) == b"\r\n"
    assert keys.encode("backspace", Modes(backarrow=True)) == b"\x08"


def test_modify_other_keys_1_tells_what_has_no_encoding() -> None:
    modes = Modes(modify_other_keys=1)
    assert keys.encode("ctrl+;", modes) == b"\x1b[27;5;59~"
    assert keys.encode("shift+enter", modes) == b"\x1b[27;2;13~"
    assert keys.encode("ctrl+a", modes) == b"\x01"
    assert keys.encode("alt+x", modes) == b"\x1bx"


def test_modify_other_keys_2_tells_every_modified_key() -> None:
    modes = Modes(modify_other_keys=2)
    assert keys.encode("ctrl+a", modes) == b"\x1b[27;5;97~"
    assert keys.encode("alt+x", modes) == b"\x1b[27;3;120~"
    assert keys.encode("ctrl+shift+a", modes) == b"\x1b[27;6;65~"
    assert keys.encode("shift+a", modes) == b"A"
    assert keys.encode("ctrl+up", modes) == b"\x1b[1;5A"


def test_kitty_disambiguates_what_legacy_encodings_confuse() -> None:
    modes = Modes(kitty_flags=1, application_cursor=True)
    assert keys.encode("escape", modes) == b"\x1b[27u"
    assert keys.encode("ctrl+i", modes) == b"\x1b[105;5u"
    assert keys.encode("tab", modes) == b"\t"
    assert keys.encode("shift+enter", modes) == b"\x1b[13;2u"
    assert keys.encode("ctrl+shift+a", modes) == b"\x1b[97;6u"
    assert keys.encode("a", modes) == b"a"
    assert keys.encode("é", modes) == "é".encode()
    assert keys.encode("up", modes) == b"\x1b[A"
    assert keys.encode("f3", modes) == b"\x1b[13~"


def test_kitty_reports_all_keys_with_their_text_when_asked() -> None:
    assert keys.encode("a", Modes(kitty_flags=8)) == b"\x1b[97u"
    assert keys.encode("A", Modes(kitty_flags=8 | 4 | 16)) == b"\x1b[97:65;2;65u"
    assert keys.encode("enter", Modes(kitty_flags=8)) == b"\x1b[13u"


@pytest.mark.parametrize(
    ("sequence", "modes", "expected"),
    [
        (b"\x1b[A", Modes(application_cursor=True), b"\x1bOA"),
        (b"\x1bOA", Modes(application_cursor=True), b"\x1bOA"),
        (b"\x1b[1;5C", Modes(application_cursor=True), b"\x1b[1;5C"),
        (b"\x1b[1~", Modes(application_cursor=True), b"\x1bOH"),
        (b"\r", Modes(newline=True), b"\r\n"),
        (b"\x1b", Modes(kitty_flags=1), b"\x1b[27u"),
        (b"\x03", Modes(kitty_flags=1), b"\x1b[99;5u"),
        (b"\x1bx", Modes(kitty_flags=1), b"\x1b[120;3u"),
        (b"\x1b[Z", Modes(kitty_flags=1), b"\x1b[9;2u"),
        (b"\x1b[105;5u", Modes(application_cursor=True), b"\t"),
        (b"\x1b[27;5;59~", Modes(kitty_flags=1), b"\x1b[59;5u"),
        (b"\x1b[99;9;9X", Modes(kitty_flags=1), b"\x1b[99;9;9X"),
        (b"\xff", Modes(kitty_flags=1), b"\xff"),
    ],
)
def test_a_key_s_sequence_is_told_again_under_the_modes(
    sequence: bytes, modes: Modes, expected: bytes
) -> None:
    assert keys.translate(sequence, modes) == expected


@given(st.binary(max_size=12))
def test_without_modes_every_sequence_passes_as_it_is(sequence: bytes) -> None:
    assert keys.translate(sequence, PLAIN) == sequence


@given(st.binary(max_size=12) | st.from_regex(rb"\x1b[\[O][0-9;:]{0,12}[A-Z~u]", fullmatch=True))
def test_no_sequence_raises_under_any_modes(sequence: bytes) -> None:
    for modes in (Modes(application_cursor=True), Modes(modify_other_keys=2), Modes(kitty_flags=31)):
        keys.translate(sequence, modes)


@given(st.text(max_size=12))
def test_no_key_s_name_raises(key: str) -> None:
    for modes in (PLAIN, Modes(modify_other_keys=1), Modes(modify_other_keys=2), Modes(kitty_flags=31)):
        keys.encode(key, modes)


def test_a_paste_is_typed_where_the_program_knows_no_brackets() -> None:
    assert keys.paste(b"one\r\ntwo\n", PLAIN) == b"one\rtwo\r"


@given(
    st.lists(st.sampled_from([b"\x1b", b"[201~", b"\x1b[201~", b"\xc2\x9b", b"201~", b"\xc2", b"x"])).map(
        b"".join
    )
)
def test_no_paste_can_close_its_bracket(data: bytes) -> None:
    sent = keys.paste(data, Modes(bracketed_paste=True))
    assert sent.startswith(b"\x1b[200~") and sent.endswith(b"\x1b[201~")
    inside = sent[6:-6]
    assert b"\x1b[201~" not in inside and b"\xc2\x9b201~" not in inside


def test_focus_is_told_only_when_asked() -> None:
    assert keys.focus(True, PLAIN) == b""
    assert keys.focus(True, Modes(focus_events=True)) == b"\x1b[I"
    assert keys.focus(False, Modes(focus_events=True)) == b"\x1b[O"


def test_mouse_9_tells_presses_only() -> None:
    modes = Modes(mouse="x10")
    assert keys.mouse("press", 1, 0, 0, modes, ctrl=True) == b"\x1b[M !!"
    assert keys.mouse("release", 1, 0, 0, modes) == b""


def test_mouse_1000_1002_1003_tell_ever_more() -> None:
    normal, button, every = (
        Modes(mouse=mouse, mouse_encoding="sgr") for mouse in ("normal", "button", "any")
    )
    assert keys.mouse("release", 3, 4, 9, normal) == b"\x1b[<2;10;5m"
    assert keys.mouse("drag", 1, 4, 9, normal) == b""
    assert keys.mouse("drag", 1, 4, 9, button) == b"\x1b[<32;10;5M"
    assert keys.mouse("move", 0, 4, 9, button) == b""
    assert keys.mouse("move", 0, 4, 9, every) == b"\x1b[<35;10;5M"


def test_mouse_encodings_differ_in_reach() -> None:
    far = 300
    assert keys.mouse("press", 1, 0, far, Modes(mouse="normal")) == b""
    assert (
        keys.mouse("press", 1, 0, far, Modes(mouse="normal", mouse_encoding="utf8"))
        == b"\x1b[M " + "\u014d!".encode()
    )
    assert keys.mouse("press", 1, 0, far, Modes(mouse="normal", mouse_encoding="urxvt")) == b"\x1b[32;301;1M"
    assert keys.mouse("release", 1, 0, 0, Modes(mouse="normal", mouse_encoding="urxvt")) == b"\x1b[35;1;1M"


def test_the_wheel_is_a_button_or_cursor_keys_on_the_alternate_screen() -> None:
    assert (
        keys.mouse("press", 5, 0, 0, Modes(mouse="normal", mouse_encoding="sgr"), shift=True)
        == b"\x1b[<69;1;1M"
    )
    assert keys.mouse("release", 5, 0, 0, Modes(mouse="normal")) == b""
    scrolls = Modes(alternate_screen=True, alternate_scroll=True)
    assert keys.mouse("press", 4, 0, 0, scrolls) == b"\x1b[A" * 3
    assert keys.mouse("press", 4, 0, 0, PLAIN) == b""


@pytest.mark.parametrize("form", [b"\x1b[1;%sA", b"\x1b[%s;%s~", b"\x1b[27;%s;%s~", b"\x1b[%s;%su"])
def test_a_number_of_any_length_in_a_key_is_translated_without_an_error(form: bytes) -> None:
    number = b"9" * 5000
    for modes in (PLAIN, Modes(kitty_flags=1), Modes(modify_other_keys=2)):
        keys.translate(form % ((number,) * form.count(b"%s")), modes)


@pytest.mark.parametrize(
    ("sequence", "typed"),
    [
        (b"\x1b[27u", b"\x1b"),
        (b"\x1b[93;5u", b"\x1d"),
        (b"\x1b[27;5;93~", b"\x1d"),
        (b"\x1b[97;3u", b"\x1ba"),
    ],
)
def test_a_key_in_a_new_form_is_what_a_program_knows_that_asked_for_none(
    sequence: bytes, typed: bytes
) -> None:
    assert keys.translate(sequence, PLAIN) == typed
    assert keys.translate(sequence, Modes(application_cursor=True)) == typed


def test_a_key_that_another_counts_as_is_named_with_it() -> None:
    assert keys.list_same_keys("ctrl+]") == ("ctrl+]", "ctrl+5")
    assert keys.list_same_keys("esc") == ("escape",)
    assert keys.list_same_keys("no key") == ("no key",)


@pytest.mark.parametrize(
    ("sequence", "legacy", "asked"),
    [
        (b"\x1b[13;2u", b"\r", b"\x1b[13;2u"),
        (b"\x1b[27;2;13~", b"\r", b"\x1b[13;2u"),
        (b"\x1b[99;5u", b"\x03", b"\x1b[99;5u"),
        (b"\x1b[27u", b"\x1b", b"\x1b[27u"),
        (b"\x1b[P", b"\x1bOP", b"\x1b[P"),
        (b"\x1b[13~", b"\x1bOR", b"\x1b[13~"),
        (b"\x1b[57419u", b"\x1b[A", b"\x1b[A"),
        (b"\x1b[57363u", b"", b"\x1b[57363u"),
    ],
)
def test_what_kitty_s_protocol_sends_is_what_each_program_knows(
    sequence: bytes, legacy: bytes, asked: bytes
) -> None:
    assert keys.translate(sequence, Modes()) == legacy
    assert keys.translate(sequence, Modes(kitty_flags=1)) == asked
