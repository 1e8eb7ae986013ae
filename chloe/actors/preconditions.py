"""Preconditions: what can't be asked of a pane, why, and what can be done instead.

Owns the rules and the words of them, for whoever asks: the engine refuses by them, and the app tells by them
beforehand why a key would do nothing. Must not know how a command is carried out, or which key asks for it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from chloe.events.commands import Close, Command, Detach, Kill, Reattach, Reopen, Resize, Write
from chloe.events.panes import Pane


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something can't be done, and the way out.

    ``action`` is that of the app which helps, and ``offer`` what it does then; ``instead`` is what one can do
    without the app. Each is "" where there is none.
    """

    reason: str
    action: str = ""
    offer: str = ""
    instead: str = ""
    #: Whether nothing is wrong, and there is only nothing to do: it is so already.
    is_so: bool = False

    def __str__(self) -> str:
        return f"{self.reason}; {self.instead}" if self.instead else self.reason


def why_not(
    command: Command,
    pane: Pane,
    instance: str,
    describe: Callable[[str], str] = lambda _: "another Chloe",
) -> Refusal | None:
    """Return why ``instance`` can't ask this of the pane; None where it can.

    ``describe`` says in words which instance an id stands for.
    """
    match command:
        case Write() | Resize():
            return _ended(pane, "close", "puts it away") or _foreign(pane, instance, describe)
        case Kill():
            return _ended(pane) or _foreign(pane, instance, describe)
        case Detach():
            return _tied(pane) or _ended(pane, "close", "puts it away") or _detached(pane, instance)
        case Reattach():
            return _ended(pane) or _foreign(pane, instance, describe) or _attached(pane, instance)
        case Reopen():
            return _ended(pane, "open_selected", "shows its last screen") or _tied(pane)
        case Close() if pane.closed:
            return Refusal(f"{pane.name} is closed already; History has it")
        case _:
            return None


def why_not_type(pane: Pane, instance: str) -> Refusal | None:
    """Return why the user of ``instance`` can't type into the pane: it has to be shown, too."""
    refusal = why_not(Write(pane.id, b""), pane, instance)
    if refusal is None and pane.can_detach and instance not in pane.attached:
        return Refusal(f"{pane.name} is detached", "reattach", "attaches it")
    return refusal


def ending(pane: Pane) -> str:
    """Return how a pane stands or ended: ``runs``, ``exit 0``, ``SIGKILL``, or what ended it."""
    died = pane.died
    if died is None:
        return "runs"
    if died.signal is not None and not died.reason and died.status is None:
        with suppress(ValueError):  # A number that has no name here.
            return signal.Signals(died.signal).name
    return pane.outcome


def _ended(pane: Pane, action: str = "", offer: str = "") -> Refusal | None:
    if pane.alive:
        return None
    instead = "`chloe export-log` has what it printed"
    return Refusal(f"{pane.name} has ended ({ending(pane)})", action, offer, instead)


def _tied(pane: Pane) -> Refusal | None:
    """It lives and dies with a Chloe."""
    if pane.can_detach:
        return None
    return Refusal(f"{pane.name} is a {pane.backend} pane: it can't run without Chloe", "close", "closes it")


def _foreign(pane: Pane, instance: str, describe: Callable[[str], str]) -> Refusal | None:
    """It lives and dies with another Chloe, whose alone it is."""
    if pane.outlives_chloe or pane.owner == instance:
        return None
    return Refusal(
        f"{pane.name} is a {pane.backend} pane of {describe(pane.owner)}: only there can it be typed into",
        instead="a tmux-backed pane takes input from anywhere",
    )


def _attached(pane: Pane, instance: str) -> Refusal | None:
    if not pane.can_detach:
        reason = f"{pane.name} is a {pane.backend} pane, which is always attached"
        return Refusal(reason, "type", "types into it")
    if instance not in pane.attached:
        return None
    return Refusal(f"{pane.name} is attached", "type", "types into it", is_so=True)


def _detached(pane: Pane, instance: str) -> Refusal | None:
    if instance in pane.attached:
        return None
    return Refusal(f"{pane.name} is detached already", is_so=True)
