"""The tables that emulator and holder answer by say what the emulator's own tables say."""

from __future__ import annotations

from chloe.terminal import Modes, answers
from chloe.terminal.modes import ANSI_SWITCHES, PRIVATE_SWITCHES
from chloe.terminal.terminal import Terminal


def test_all_plain_switches_are_in_the_table_with_their_values_at_power_on() -> None:
    fresh = Modes()
    switches = {str(number): name for number, name in ANSI_SWITCHES.items()}
    switches |= {f"?{number}": name for number, name in PRIVATE_SWITCHES.items()}
    assert {asked: getattr(fresh, name) for asked, name in switches.items()} == answers.SWITCHES


def test_a_soft_reset_leaves_what_the_table_says() -> None:
    changed = Terminal(4, 20)
    for asked, on in answers.SWITCHES.items():
        changed.feed(f"\x1b[{asked}{'l' if on else 'h'}".encode())
    changed.feed(b"\x1b[!p")
    for asked, on in answers.SWITCHES.items():
        after = answers.AFTER_SOFT_RESET.get(asked, not on)
        changed.feed(f"\x1b[{asked}$p".encode())
        assert changed.take_replies() == f"\x1b[{asked};{1 if after else 2}$y".encode(), asked
