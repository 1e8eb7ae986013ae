"""The error tree: what can go wrong for a user, each with what to do about it.

Owns the classes and their exit codes. Must not know any other room: the message is composed
where the failure is understood, and it names the thing and the way out.
"""


class ChloeError(Exception):
    """Anything Chloe tells a user in one clear message instead of a traceback."""

    #: The exit status of a command that ends with this error (sysexits.h where it has a name for it).
    exit_code = 1


class UsageError(ChloeError):
    """The words of a command make no sense together."""

    exit_code = 2


class PaneUnknown(ChloeError):
    """No pane has this name, id or prefix."""

    exit_code = 3


class PaneAmbiguous(ChloeError):
    """Several panes have this name or prefix."""

    exit_code = 3


class PaneRefused(ChloeError):
    """The pane exists, but this can't be asked of it: it has ended, or another instance owns it."""

    exit_code = 4


class ScreenBroken(ChloeError):
    """The emulator failed on what the pane's program printed: its screen can't be drawn from there on."""

    exit_code = 4


class StartFailed(ChloeError):
    """A program can't be started: no such folder, no such command, no PTY left."""

    exit_code = 5


class TmuxUnusable(ChloeError):
    """tmux is missing, too old, or refuses."""

    exit_code = 6


class WaitedTooLong(ChloeError):
    """What is waited for didn't come in time: the log, a holder, tmux, a program's end."""

    #: As timeout(1) says it.
    exit_code = 124


class TmuxSilent(TmuxUnusable):
    """tmux is there and doesn't answer in time."""

    exit_code = WaitedTooLong.exit_code


class ConfigBroken(ChloeError):
    """The configuration file can't be used; the message names file, line and key."""

    exit_code = 78


class HomeUnusable(ChloeError):
    """Chloe's folder is not writable or not ours."""

    exit_code = 77


class LogUnusable(ChloeError):
    """The database can't be opened: it is from a newer Chloe, damaged, or no database."""

    exit_code = 74


class LogLocked(LogUnusable):
    """Another program has the database locked: it can be used once that lets go."""


class LogUnwritable(LogUnusable):
    """Nothing can be written where the log is: the disk is full, or read-only. It can still be read."""


class LogBroken(ChloeError):
    """The chain of the log doesn't hold: something was edited, removed or put in."""

    exit_code = 1


class SpoolBroken(ChloeError):
    """A spool can't be read further: its format is unknown or its bytes were damaged."""

    exit_code = 74


class SpoolTooNew(SpoolBroken):
    """A newer Chloe wrote the spool, in a version of the format that this one doesn't know."""
