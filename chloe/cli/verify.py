"""``chloe verify``: whether the log is what was written."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import click

from chloe.cli.driving import with_log
from chloe.wording import iso

if TYPE_CHECKING:
    from chloe.store import Head, Store, Verdict


@click.command(short_help="Check that the log is what was written.")
@click.option("--head", is_flag=True, help="Print only the number and the hash of the last record.")
@click.option(
    "--head-to", metavar="FILE", default="", help="Append time, number and hash of the last record to FILE."
)
def verify(head: bool, head_to: str) -> None:
    """Walk the log's chain of hashes and say whether it holds; exit status 1 where it doesn't.

    A log whose end was cut off holds by itself. It shows against a head that was kept elsewhere: --head
    prints it, --head-to keeps it.
    """
    from chloe.errors import LogBroken

    async def walk(store: Store) -> Verdict:
        return await store.verify()

    async def look(store: Store) -> Head:
        return await store.head()

    if head and not head_to:
        print(with_log(look))
        return
    verdict = with_log(walk)
    if verdict.bad is not None:
        raise LogBroken(str(verdict))
    if verdict.loosened:
        print(f"chloe: no longer as they were made: {', '.join(verdict.loosened)}", file=sys.stderr)
    if head_to:
        _append(head_to, f"{iso(time.time_ns())} {verdict.head}\n")
    print(verdict.head if head else verdict)


def _append(file: str, line: str) -> None:
    """Add a line to a file that only the user may read."""
    from chloe.errors import UsageError

    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "a", encoding="ascii") as kept:
            kept.write(line)
    except OSError as error:
        raise UsageError(f"{file} can't be written ({error.strerror})") from error
