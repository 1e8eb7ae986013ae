"""Preconditions: what can't be asked of a pane, why, and what can be done instead.

Owns the rules and their words: the engine refuses commands by them, and the app says by them
beforehand why a key would do nothing. Must not know how a command is carried out, or which key asks for it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from chloe.errors import PaneRefused, StartFailed, UsageError
from chloe.events.commands import (
    Close,
    Command,
    Detach,
    Kill,
    MarkSeen,
    Reattach,
    Relaunch,
    Reopen,
    ResetTerminal,
    Resize,
    Restore,
    Type,
    Write,
)
from chloe.events.fields import MAX_NAME, MAX_TAGS, MAX_TEXT, fits_argv, is_text
from chloe.events.panes import Pane
from chloe.events.tags import ON_EXIT, ON_EXIT_RULES


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
        case Write() | Type() | Resize():
            is_shared = pane.traits.takes_input_from_others
            return _ended(pane, "close", "puts it away") or _foreign(
                pane, instance, describe, is_shared=is_shared
            )
        case ResetTerminal():
            return _ended(pane, "close", "puts it away")
        case Kill() if pane.died is not None and pane.died.survivor is not None:
            return None  # Its program outlived it.
        case Kill():
            is_shared = pane.traits.outlives_chloe
            return _ended(pane) or _foreign(pane, instance, describe, is_shared=is_shared)
        case Detach():
            return _undetachable(pane) or _ended(pane, "close", "puts it away") or _detached(pane, instance)
        case Reattach():
            is_shared = pane.traits.outlives_chloe
            return (
                _ended(pane)
                or _foreign(pane, instance, describe, is_shared=is_shared)
                or _attached(pane, instance)
            )
        case Relaunch() if pane.alive:
            return Refusal(f"{pane.name} runs still: only what has ended runs again")
        case Relaunch(attached=False):
            return _unshown(pane)
        case Reopen():
            return _ended(pane, "open_selected", "shows its last screen") or _tied(pane)
        case MarkSeen(offset=offset, ended=ended):
            has_seen = (pane.seen_bytes or 0) >= offset and (pane.is_end_seen or not ended)
            return Refusal(f"{pane.name} was seen already", is_so=True) if has_seen else None
        case Restore() if not pane.closed:
            return Refusal(f"{pane.name} is in use already", is_so=True)
        case Close() if pane.closed:
            return Refusal(f"{pane.name} is closed already; History has it")
        case _:
            return None


def why_not_type(pane: Pane, instance: str) -> Refusal | None:
    """Return why the user of ``instance`` can't type into the pane: it has to be shown, too."""
    refusal = why_not(Write(pane.id, b""), pane, instance)
    if refusal is None and pane.traits.can_detach and instance not in pane.attached:
        return Refusal(f"{pane.name} is detached", "reattach", "attaches it")
    return refusal


def require_alive(pane: Pane) -> None:
    """Raise ``PaneRefused`` for a pane whose program has ended."""
    refusal = _ended(pane)
    if refusal is not None:
        raise PaneRefused(str(refusal))


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
    """Return a refusal where the pane lives and dies with a Chloe."""
    if pane.traits.outlives_chloe:
        return None
    return Refusal(f"{pane.name} is a {pane.backend} pane: it can't run without Chloe", "close", "closes it")


def _unshown(pane: Pane) -> Refusal | None:
    """Return a refusal where the pane's program can't run without an app that shows it."""
    if pane.traits.outlives_chloe:
        return None
    return Refusal(
        f"{pane.name} was a {pane.backend} pane, which runs in an app only",
        instead="`chloe new` runs its command in a tmux pane, and o in the app runs it again",
    )


def _undetachable(pane: Pane) -> Refusal | None:
    """Return a refusal where no instance can let go of the pane."""
    if pane.traits.can_detach:
        return None
    return _tied(pane) or Refusal(f"{pane.name} is a {pane.backend} pane, which is always attached")


def _foreign(pane: Pane, instance: str, describe: Callable[[str], str], *, is_shared: bool) -> Refusal | None:
    """Return a refusal where the pane is another Chloe's, and not shared with others in this respect."""
    if is_shared or pane.owner == instance:
        return None
    return Refusal(
        f"{pane.name} is a {pane.backend} pane of {describe(pane.owner)}: only there can it be typed into",
        instead="a tmux-backed pane takes input from anywhere",
    )


def _attached(pane: Pane, instance: str) -> Refusal | None:
    if not pane.traits.can_detach:
        reason = f"{pane.name} is a {pane.backend} pane, which is always attached"
        return Refusal(reason, "type", "types into it")
    if instance not in pane.attached:
        return None
    return Refusal(f"{pane.name} is attached", "type", "types into it", is_so=True)


def _detached(pane: Pane, instance: str) -> Refusal | None:
    if instance in pane.attached:
        return None
    return Refusal(f"{pane.name} is detached already", is_so=True)


# What a command may say -----------------------------------------------------------------------------


def fit_name(name: str) -> str:
    """Return a pane's name as it is kept. Raises ``UsageError`` for one that can't be."""
    name = name.strip()
    if not name:
        raise UsageError("a pane's name can't be empty")
    _fits(name, "a pane's name")
    return name


def fit_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Return a pane's tags as they are kept. Raises ``UsageError`` for those that can't be."""
    if len(tags) > MAX_TAGS:
        raise UsageError(f"a pane has at most {MAX_TAGS} tags, not {len(tags)}: leave some out")
    for tag in tags:
        if not tag:
            raise UsageError("a tag can't be empty")
        _fits(tag, "a tag")
        key, _, value = tag.partition("=")
        if key == ON_EXIT and value not in ON_EXIT_RULES:
            raise UsageError(f"the tag {ON_EXIT} is one of {', '.join(ON_EXIT_RULES)}, not {value!r}")
    return tuple(tags)


def require_startable(argv: Sequence[str], cwd: str) -> None:
    """Raise ``StartFailed`` for what no system could start, and no log should hold."""
    if not fits_argv(argv):
        raise StartFailed("the command can't be started: its arguments are too long; give them in a file")
    if not all(map(is_text, argv)):
        raise StartFailed("the command can't be started: an argument holds a NUL or half a character")
    if len(cwd) > MAX_TEXT or not is_text(cwd):
        raise StartFailed("the command can't be started: its folder's name can't be one; choose another")


def _fits(text: str, what: str) -> None:
    if len(text) > MAX_NAME:
        raise UsageError(f"{what} has at most {MAX_NAME} characters, not {len(text)}: choose a shorter one")
    if not is_text(text):
        raise UsageError(f"{what} can't hold a NUL or half a character: leave it out")
