"""A typist: what is typed with pauses, through the keyboard's state machine, and who got it."""

from __future__ import annotations

from collections.abc import Sequence

from chloe.ui.tty.keyboard import Event, Keyboard, Pasted, Pressed, Typed


class Typist:
    """Types with pauses, as the app does: Enter gives the keyboard to a pane, ``e`` does with an Esc."""

    def __init__(self, *leave: str, in_pane: bool = False, escape_is_programs: bool = False) -> None:
        self.escape_is_programs = escape_is_programs
        self.keyboard = Keyboard(leave or ("ctrl+]",), self)
        self.now = 0.0
        self.events: list[Event] = []
        #: What the pane's program read.
        self.program = b""
        self.commands: list[str] = []
        if in_pane:
            self.keyboard.focus_pane()

    def is_programs(self) -> bool:
        return self.escape_is_programs

    def pause(self, seconds: float) -> Typist:
        until = self.now + seconds
        while (due := self.keyboard.deadline) is not None and due <= until:
            self.now = max(self.now, due)
            self._handle(list(self._taken(self.keyboard.tick(self.now))))
        self.now = until
        return self

    def type(self, *pieces: bytes, gap: float = 0.0) -> Typist:
        for piece in pieces:
            self._handle(list(self._taken(self.keyboard.feed(piece, self.now))))
            self.pause(gap)
        return self

    def _taken(self, events: object) -> Sequence[Event]:
        taken: list[Event] = []
        for event in events:  # type: ignore[attr-defined]
            taken.append(event)
            match event:
                case Pressed("enter"):
                    self.keyboard.focus_pane()
                case Pressed("e"):
                    self.program += b"\x1b"
                    self.keyboard.focus_pane()
                case Pressed(name):
                    self.commands.append(name)
                case Typed(data) | Pasted(data) if self.keyboard.in_pane:
                    self.program += data
                case _:
                    pass
        return taken

    def _handle(self, events: Sequence[Event]) -> None:
        for event in events:
            last = self.events[-1] if self.events else None
            if isinstance(event, Typed) and isinstance(last, Typed):
                self.events[-1] = Typed(last.data + event.data)
            else:
                self.events.append(event)
