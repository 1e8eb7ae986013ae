"""Commands: what may be asked of the engine, in the imperative.

Owns the vocabulary that the app and the scripts speak. ``facts`` is its counterpart: what then
happened. Must not know who carries a command out. A pane is named by its UUID; sizes are rows and
columns of cells.
"""

from __future__ import annotations

from chloe.events.facts import BackendKind
from chloe.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Make a pane and start a program in it. Answered with the pane's id.

    An empty ``argv`` stands for the user's shell, an empty ``cwd`` for the current folder, an empty
    ``name`` for the command's own.
    """

    backend: BackendKind
    argv: tuple[str, ...] = ()
    cwd: str = ""
    name: str = ""
    tags: tuple[str, ...] = ()
    rows: int = 24
    columns: int = 80
    attached: bool = True


@dataclass(frozen=True, slots=True)
class Write:
    """Type these bytes into the pane."""

    pane: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Type:
    """Type a text, then press keys, each once the program has read what was before it.

    ``keys`` are what each of them sends. A program that reads key by key can so tell the text from the keys.
    """

    pane: str
    text: bytes
    keys: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Resize:
    """Give the pane's terminal this size."""

    pane: str
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class ResetTerminal:
    """End what a killed program left behind in the pane's terminal: modes, and the alternate screen."""

    pane: str


@dataclass(frozen=True, slots=True)
class Rename:
    """Call the pane something else."""

    pane: str
    name: str


@dataclass(frozen=True, slots=True)
class Tag:
    """Give the pane this set of tags."""

    pane: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssignEscape:
    """Give Esc to the pane's program, whatever that is doing; or leave it to the rule."""

    pane: str
    to_program: bool


@dataclass(frozen=True, slots=True)
class MarkSeen:
    """Keep that the user saw the pane: what it printed before ``offset``, and whether it has ended."""

    pane: str
    offset: int
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Detach:
    """Let go of a tmux-backed pane; it runs on and is recorded."""

    pane: str
    reason: str = "asked"


@dataclass(frozen=True, slots=True)
class Reattach:
    """Show a detached pane again."""

    pane: str


@dataclass(frozen=True, slots=True)
class Relaunch:
    """Run an ended pane's command again: in its folder, with its name and tags. Answered with the id of the
    new pane, which takes its place: the ended one is put away. ``attached``: whether who asks shows it.
    """

    pane: str
    rows: int = 24
    columns: int = 80
    attached: bool = True


@dataclass(frozen=True, slots=True)
class Close:
    """Put the pane away. A direct pane's program is terminated; a tmux session runs on, recorded."""

    pane: str


@dataclass(frozen=True, slots=True)
class Reopen:
    """Take a closed pane whose session still runs back from History."""

    pane: str


@dataclass(frozen=True, slots=True)
class Restore:
    """Take it back that the pane was closed: it is in use again as it stands, running or ended."""

    pane: str


@dataclass(frozen=True, slots=True)
class Kill:
    """End the pane's program and its session."""

    pane: str


Command = (
    Open
    | Write
    | Type
    | Resize
    | ResetTerminal
    | Rename
    | Tag
    | AssignEscape
    | MarkSeen
    | Detach
    | Reattach
    | Close
    | Reopen
    | Restore
    | Relaunch
    | Kill
)
