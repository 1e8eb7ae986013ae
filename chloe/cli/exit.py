"""What a process says when it ends, and its exit status.

Owns the one place where an error becomes a line on stderr. Never a traceback: what nobody foresaw goes
into the log file, and the line names that. Must not know the commands.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress

import click

from chloe.cli.reporting import report
from chloe.errors import ChloeError, ConfigBroken

#: The status of a process that a signal ended, as a shell has it: 128 + SIGINT, 128 + SIGPIPE.
INTERRUPTED, BROKEN_PIPE = 130, 141
#: sysexits.h: EX_SOFTWARE, EX_IOERR.
INTERNAL_ERROR, OUTPUT_FAILED = 70, 74


def run_and_report(run: Callable[[], object]) -> int:
    """Call ``run``, say what went wrong if anything did, and answer with the exit status.

    ``run`` may answer with an exit status of its own.
    """
    # What fails while something is cleared away is no user's business, and may come at any time.
    logging.getLogger("chloe").addHandler(logging.NullHandler())
    sys.unraisablehook = _log_unraisable
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        status = run()
        sys.stdout.flush()
    except BaseException as error:
        return _report(_find_cause(error))
    return status if isinstance(status, int) else 0


def _report(error: BaseException) -> int:
    match error:
        case SystemExit():
            return error.code if isinstance(error.code, int) else 0 if error.code is None else 1
        case click.exceptions.Exit():
            return error.exit_code
        case KeyboardInterrupt() | click.Abort():
            return INTERRUPTED
        case BrokenPipeError():
            _silence_output()
            return BROKEN_PIPE
        case ConfigBroken():
            # A mistake a line.
            for mistake in str(error).split("\n"):
                _say(mistake)
            return error.exit_code
        case ChloeError():
            _say(str(error))
            return error.exit_code
        case click.UsageError():
            where = error.ctx.command_path if error.ctx else "chloe"
            _say(f"{error.format_message().rstrip('.')} (see {where} --help)")
            return error.exit_code
        case click.ClickException():
            _say(error.format_message())
            return error.exit_code
        case OSError(errno=errno.ENOSPC | errno.EIO | errno.EFBIG | errno.EDQUOT):
            _say(f"the output can't be written: {error.strerror}")
            _silence_output()
            return OUTPUT_FAILED
        case OSError(errno=errno.EMFILE | errno.ENFILE):
            _say(f"nothing more can be opened: {error.strerror}; raise the limit (ulimit -n), or close panes")
            return OUTPUT_FAILED
    if _is_out_of_memory(error):
        _say("there is too little memory for this process; raise the limit (ulimit -v), or end something")
        return OUTPUT_FAILED
    _say(
        f"something went wrong that should not have: {type(error).__name__}: {error}; "
        f"{_save_traceback(error)}"
    )
    return INTERNAL_ERROR


def _is_out_of_memory(error: BaseException) -> bool:
    """Return whether memory was short: for an object, for a thread's stack, or for a library."""
    match error:
        case MemoryError() | OSError(errno=errno.ENOMEM):
            return True
        case RuntimeError():
            return str(error) == "can't start new thread"
        case ImportError():
            # ld.so(8) names the library and, in these words, what it lacked.
            return "failed to map segment" in str(error) or "cannot allocate memory" in str(error)
    return False


def _log_unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    with suppress(Exception):
        logging.getLogger("chloe").error(
            "%s: %r",
            unraisable.err_msg or "an error was ignored in",
            unraisable.object,
            exc_info=unraisable.exc_value,
        )


def _find_cause(error: BaseException) -> BaseException:
    """Return the error at the bottom of a group of errors of one kind."""
    while isinstance(error, BaseExceptionGroup):
        expected, others = error.split(ChloeError)
        error = (expected if expected is not None and others is None else error).exceptions[0]
    return error


def _say(message: str) -> None:
    with suppress(OSError):
        report(message)


def _silence_output() -> None:
    """Have the interpreter's last flush go nowhere: the reader of our output is gone."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _save_traceback(error: BaseException) -> str:
    """Put the traceback away; answers with where it is."""
    from chloe.config import Paths
    from chloe.ui.log_file import log_to, open_log

    place = "a log file"
    try:
        paths = Paths.find(os.environ)
        place = str(paths.log_file)
        paths.prepare()
        # ``log_to`` says nothing about a file that can't be written.
        os.close(open_log(paths.log_file))
    except (OSError, ChloeError):
        return f"and its traceback could not be kept in {place}"
    with log_to(paths.log_file):
        logging.getLogger("chloe").critical("unforeseen", exc_info=error)
    return f"the traceback is in {paths.log_file}"
