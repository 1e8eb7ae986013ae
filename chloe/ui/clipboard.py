"""What programs put on the user's clipboard (OSC 52): asked first, as the configuration says.

Owns who may, and the question. It takes no keyboard, and means no after a while. Nothing is ever read: a
program that asks for what is on the clipboard gets no answer. Must not know how a terminal is given text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chloe.config.settings import ClipboardRule
from chloe.engine import Change
from chloe.events.panes import Pane
from chloe.events.projections import Projections
from chloe.terminal import ClipboardSet
from chloe.ui.tty.outgoing import MAX_CLIPBOARD

#: Seconds after which a question that nobody answered means no.
_PATIENCE = 10.0


class ClipboardTerminal(Protocol):
    """The terminal, as far as it has a clipboard."""

    def set_clipboard(self, selection: str, data: bytes) -> None:
        """Put ``data`` on the user's clipboard."""


@dataclass(frozen=True, slots=True)
class _Question:
    """What a pane's program wants to put there, and until when that is asked."""

    pane: str
    wanted: ClipboardSet
    until: float


class Clipboard:
    """The user's clipboard, as far as programs are let to it."""

    def __init__(
        self,
        projections: Projections,
        terminal: ClipboardTerminal,
        rule: ClipboardRule,
        clock: Callable[[], float],
    ) -> None:
        self._projections = projections
        self._terminal = terminal
        self._rule = rule
        self._clock = clock
        #: The panes that may, and those that the user was asked about.
        self._allowed: set[str] = set()
        self._asked: set[str] = set()
        self._question: _Question | None = None

    def handle(self, change: Change) -> None:
        """Take a change in: pass on what may be, and ask once about each other pane."""
        for pane, notice in change.notices:
            if isinstance(notice, ClipboardSet) and notice.data is not None:
                self._want(pane, notice)

    def _want(self, pane: str, wanted: ClipboardSet) -> None:
        if self._rule == "never" or len(wanted.data or b"") > MAX_CLIPBOARD:
            return
        question = self._current
        if self._rule == "always" or pane in self._allowed:
            self._pass(wanted)
        elif question is not None and question.pane == pane:
            self._question = _Question(pane, wanted, question.until)
        elif question is None and pane not in self._asked:
            self._asked.add(pane)
            self._question = _Question(pane, wanted, self._clock() + _PATIENCE)

    def _pass(self, wanted: ClipboardSet) -> None:
        self._terminal.set_clipboard(wanted.selection, wanted.data or b"")

    def copy(self, text: str) -> None:
        """Put there what the user marked himself."""
        self._terminal.set_clipboard("c", text.encode("utf-8", "replace"))

    @property
    def _current(self) -> _Question | None:
        """Return the question that is still open."""
        if self._question is not None and self._clock() >= self._question.until:
            self._question = None
        return self._question

    @property
    def seconds_left(self) -> float | None:
        """Return for how long the question still stands; None where there is none."""
        question = self._current
        return question.until - self._clock() if question is not None else None

    def describe(self, allow: str, allow_all: str, leave: str) -> str:
        """Return the question, with the keys that answer it; "" where there is none.

        ``leave`` is the key that has to be pressed before, "" where none has to be.
        """
        question = self._current
        if question is None or question.pane not in self._projections.panes:
            return ""
        size = len(question.wanted.data or b"")
        what = f"put {size:,} bytes on your clipboard" if size else "clear your clipboard"
        before = f"{leave}, then " if leave else ""
        name = self._projections.panes[question.pane].name
        return f"{name} wants to {what}. {before}{allow} lets it, {allow_all} lets all panes"

    def why_not_allow_all(self) -> str:
        """Return why nobody can be let to the clipboard."""
        return 'The configuration says clipboard = "never"' if self._rule == "never" else ""

    def why_not_allow(self, pane: Pane | None) -> str:
        """Return why the program that asks, or that of ``pane``, can't be let to the clipboard."""
        if refusal := self.why_not_allow_all():
            return refusal
        return "" if pane is not None or self._current is not None else "No program asks for your clipboard"

    def allow(self, pane: Pane | None) -> str:
        """Let the program that asks put text there from now on, or else that of ``pane``. Return its name."""
        question = self._current
        self._question = None
        if question is not None:
            self._pass(question.wanted)
            self._allowed.add(question.pane)
            known = self._projections.panes.get(question.pane)
            return known.name if known is not None else ""
        assert pane is not None
        self._allowed.add(pane.id)
        return pane.name

    def allow_all(self) -> None:
        """Let all programs put text there from now on, in this run."""
        question = self._current
        self._question = None
        self._rule = "always"
        if question is not None:
            self._pass(question.wanted)
