"""Facts: what happened to a pane, in the past tense, immutable.

Owns the vocabulary of the log. ``commands`` is its counterpart: what may be asked. Must not know
how facts are stored, when they are committed, or who shows them. A fact doesn't name its pane: the
record that carries it does. Times are nanoseconds since 1970; sizes are rows and columns of cells;
offsets count uncompressed bytes of the pane's output stream. File names, arguments and folders are
``str`` with surrogate escapes for what isn't UTF-8, as ``os.fsdecode`` gives them.
"""

from __future__ import annotations

from typing import NamedTuple, get_args

from chloe.events.traits import Traits
from chloe.quick import dataclass

#: The name of what a pane's program runs on. A log may name kinds that this Chloe doesn't know.
BackendKind = str


class SpoolPosition(NamedTuple):
    """How far a spool has been taken in: the byte after the last frame, in a numbered segment."""

    segment: int
    position: int


class Process(NamedTuple):
    """One process, told from all that had or will have its id: when it started, in ticks of the boot with
    this id (field 22 of proc_pid_stat(5))."""

    pid: int
    started: int
    boot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A pane came to be, and its program was started."""

    backend: BackendKind
    argv: tuple[str, ...]
    cwd: str
    name: str
    rows: int
    columns: int
    tags: tuple[str, ...] = ()
    #: Whether the instance that made it shows it from the start (a script's ``chloe new`` doesn't).
    attached: bool = True
    #: The tmux session it runs in; empty where it runs in none.
    session: str = ""
    #: What is different about its kind.
    traits: Traits = Traits()
    #: The ended pane whose command it runs again, in its folder; empty where it is no relaunch.
    relaunches: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The program wrote bytes: raw, never decoded.

    ``data`` is empty where the body wasn't read or was pruned; ``length`` is always what was written.
    """

    offset: int
    length: int
    data: bytes
    spool: SpoolPosition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resized:
    """The terminal's size changed, exactly here in the stream."""

    rows: int
    columns: int
    offset: int
    spool: SpoolPosition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalReset:
    """What a program left behind in its terminal was ended here: modes, and the alternate screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """The pane got another name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """The pane got this set of tags in place of the one it had."""

    tags: tuple[str, ...]


#: Why an instance lets go of a pane, and a direct pane's program ends, where it ends itself: because its user
#: quit, or without a word.
QUIT = "quit"
CHLOE_ENDED = "chloe ended"
#: The reasons of a ``Detached`` that nobody asked for.
LEFT = frozenset({QUIT, CHLOE_ENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class EscapeAssigned:
    """The user gave Esc to the pane's program, whatever that is doing; or left it to the rule again."""

    to_program: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified:
    """The program wanted its user: it rang the bell, or gave a notification where it has a title or a text.

    It did so in the output that ends at ``offset``.
    """

    only_last_counts = True

    offset: int
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The user saw the pane: all that it had printed before ``offset``, and whether its program has ended."""

    only_last_counts = True

    offset: int
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Detached:
    """An instance let go of the pane; its program runs on, recorded."""

    instance: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reattached:
    """An instance shows the pane again."""

    instance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Died:
    """The pane's program is gone: its exit status, or the signal that ended it, where known.

    ``reason`` is empty where the program ended by itself or by that signal, else what ended it.
    ``survivor`` is the program where it ran on without its terminal, unseen.
    """

    status: int | None
    signal: int | None
    reason: str
    spool: SpoolPosition | None = None
    survivor: Process | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """The pane was put away: it is found in History only, whether or not its program still runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """A closed pane was taken back from History."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A pane that was put away is in use again, though its program has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Bytes of the stream are missing from the log: ``length`` of them, from ``offset``, and why.

    A length of 0 says that some may be missing, and that nobody knows how many.
    """

    offset: int
    length: int
    reason: str
    spool: SpoolPosition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repainted:
    """The screen as tmux had it, where the stream alone can't give it; a fold restarts from it."""

    rows: int
    columns: int
    offset: int
    length: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """Bodies of the record's pane (of every pane, where the record names none) from ``first`` through
    ``through`` may be deleted; their hashes stay.

    ``state`` is the pane's screen as of record ``through``, of ``length`` bytes, where a fold of what is left
    has to begin with it: ``offset`` bytes into the stream, when ``lines`` logical lines had left it. It is
    empty where none was kept, and where it wasn't read or was itself pruned: then ``length`` tells.
    """

    first: int
    through: int
    reason: str
    offset: int = 0
    lines: int = 0
    length: int = 0
    state: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncated:
    """The log's last records were gone when it was opened: ``expected`` was known as the last seq, with
    ``hash`` (hex), and the log ended at ``found``. The records up to ``expected`` can't be had again.

    An empty ``hash`` says that the head kept beside the log was gone itself: then nothing is known of what
    is missing, and ``expected`` is ``found``."""

    expected: int
    hash: str
    found: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LossAccepted:
    """A user accepted that records are missing: all that was noticed up to record ``through``.

    ``user`` is the name of the account; ``expected`` is the last seq that was known, ``found`` where the log
    ended. ``line`` is the seq and hash on the last line of the file of heads that the configuration names:
    that line and those before it are accepted with it. Empty where there is no such file.
    """

    user: str
    through: int
    expected: int
    found: int
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpointed:
    """A checkpoint of the pane's terminal was written beside the log: its state as of record ``seq``.

    ``offset`` and ``lines`` say where in the pane's stream that is. ``emulator`` is the version that made the
    state, ``length`` and ``sha256`` (hex) are those of its bytes. A checkpoint that no such fact describes
    is not used. The checkpoint itself may be deleted at any time.
    """

    on_demand = True

    seq: int
    offset: int
    lines: int
    emulator: str
    length: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """The log was damaged and made anew from what could be read of it; the damaged one was kept as ``file``.

    Records through ``kept`` are as they were, but for the ``bodies`` (ranges of seqs) that couldn't be read.
    ``again`` records from behind the damage follow this fact, appended anew; ``lost`` records are known to
    be missing.
    """

    file: str
    kept: int
    again: int
    lost: int
    reason: str
    bodies: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A fact of a kind or version that this Chloe doesn't know, kept as it was read."""

    kind: str
    version: int
    head: str
    body: bytes | None


Fact = (
    Created
    | Output
    | Resized
    | TerminalReset
    | Renamed
    | Tagged
    | EscapeAssigned
    | Notified
    | Seen
    | Detached
    | Reattached
    | Died
    | Closed
    | Reopened
    | Restored
    | Gap
    | Repainted
    | Pruned
    | Truncated
    | LossAccepted
    | Checkpointed
    | Salvaged
    | Unknown
)

#: The kinds of which there are many and which matter only when somebody asks for them. Such a fact changes
#: neither a pane nor its history, and no start folds it. A kind says so itself, by ``on_demand = True``.
ON_DEMAND: tuple[type[Fact], ...] = tuple(
    kind for kind in get_args(Fact) if getattr(kind, "on_demand", False)
)

#: The kinds of which there are many, and of a pane the last one says all. They are no part of its history,
#: and a start folds the last one alone. A kind says so itself, by ``only_last_counts = True``.
LAST_COUNTS: tuple[type[Fact], ...] = tuple(
    kind for kind in get_args(Fact) if getattr(kind, "only_last_counts", False)
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact on its way into the log: which pane it is about and when it happened."""

    pane: str
    fact: Fact
    occurred_at: int


#: The ``seq`` of a record that is in no log yet: after all others.
UNCOMMITTED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Record:
    """A fact as stored. Records are ordered by ``seq``; both times are nanoseconds since 1970."""

    seq: int
    committed_at: int
    occurred_at: int
    pane: str
    instance: str
    fact: Fact
    hash: bytes
