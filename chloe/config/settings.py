"""The settings: one frozen dataclass a table of ``config.toml``, each field with its default.

Owns names, types and defaults. Must not know TOML, the environment or the file system.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from chloe.config.paths import Paths
from chloe.quick import dataclass

#: When Esc takes the keyboard back from a pane.
EscapeRule = Literal["auto", "esc", "never"]
#: Who has the mouse: Chloe and the programs, nobody, the programs alone.
MouseRule = bool | Literal["programs"]
#: Which programs may put text on the user's clipboard: those that he lets when asked, all, none.
ClipboardRule = Literal["ask", "always", "never"]
#: What becomes of a pane once its program has ended.
ExitRule = Literal["keep", "close", "close-on-success"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysSettings:
    """``[keys]``: the keys that Chloe takes for itself."""

    #: When Esc takes the keyboard back from a pane: "auto" where the pane's program has no use for it, "esc"
    #: always, "never". The name of another key stands for "never", and for that key in ``leave``.
    release: str = "auto"
    #: The keys that take it back whatever the program does: "f1" to "f12", "ctrl+…" or "alt+…"; at least one.
    leave: tuple[str, ...] = ("ctrl+]",)
    #: The programs that have Esc wherever they run, by their names.
    escape: tuple[str, ...] = ()
    #: Other keys: by the name of an action, those that ask for it in place of its own.
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def escape_rule(self) -> EscapeRule:
        """Return when Esc takes the keyboard back."""
        return self.release if self.release in ("auto", "esc") else "never"  # type: ignore[return-value]


@dataclass(frozen=True, slots=True, kw_only=True)
class TmuxSettings:
    """``[tmux]``: where the sessions live."""

    #: The name of the tmux server's socket (``tmux -L``); empty for the user's default server.
    socket_name: str = "chloe"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalSettings:
    """``[terminal]``: the emulator behind every pane."""

    #: Logical lines of scrollback kept in memory for each pane; the log keeps all of them.
    scrollback: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UiSettings:
    """``[ui]``: how the app looks, and what it passes on to the user's terminal."""

    #: Indicators in ASCII; "auto" where the locale has no UTF-8 or the terminal is the Linux console.
    ascii: bool | Literal["auto"] = "auto"
    #: Columns of the list of panes, its frame included; 0 for none, until a key shows it.
    list_width: int = 48
    #: Whether programs may put text on the user's clipboard (OSC 52).
    clipboard: ClipboardRule = "ask"
    #: Whether Chloe and the programs have the mouse; "programs" leaves it to those that ask for it.
    mouse: MouseRule = True
    #: Whether bells, notifications and ends of panes are passed on to the user's terminal.
    notifications: bool = True
    #: Whether the user's terminal gets a title.
    title: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolSettings:
    """``[spool]``: how much may wait on disk for a Chloe to take it into the log."""

    #: Bytes that one pane may hold.
    pane_cap: int = 1_000_000_000
    #: The part of the free disk that all panes together may hold, more than 0 and at most 0.9.
    disk_share: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """``[log]``: what the app does for the log by itself."""

    #: Seconds after which what was printed goes; 0 for never.
    prune_older_than: int = 0
    #: Bytes that the log may take; beyond them the oldest goes. 0 for never.
    prune_over: int = 0
    #: A file, best on another machine's disk, to which the log's head is added now and then; empty for none.
    heads_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanesSettings:
    """``[panes]``: what becomes of panes by itself."""

    #: What becomes of a pane once its program has ended, where its tag ``on-exit`` says nothing else.
    on_exit: ExitRule = "keep"
    #: Seconds for which it stays all the same.
    grace: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellSettings:
    """``[shell]``: what a pane runs that was asked for without a command."""

    #: Program and arguments; empty for the user's login shell.
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything the user decided, and the folders that go with it."""

    paths: Paths
    keys: KeysSettings = field(default_factory=KeysSettings)
    tmux: TmuxSettings = field(default_factory=TmuxSettings)
    terminal: TerminalSettings = field(default_factory=TerminalSettings)
    ui: UiSettings = field(default_factory=UiSettings)
    spool: SpoolSettings = field(default_factory=SpoolSettings)
    log: LogSettings = field(default_factory=LogSettings)
    panes: PanesSettings = field(default_factory=PanesSettings)
    shell: ShellSettings = field(default_factory=ShellSettings)
