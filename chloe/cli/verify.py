"""``chloe verify``: whether the log is what was written."""

from __future__ import annotations

import os
import pwd
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import run_with_log, timeout_option
from chloe.cli.reporting import report
from chloe.formatting.text import dump_json, escape_unsafe

if TYPE_CHECKING:
    from chloe.store import Head, Store, Verdict

#: A hash in hex, or its first digits: fewer could be any record's.
_HASH = re.compile(r"(?:(?P<seq>[0-9]{1,19})[: ])?(?P<hash>[0-9a-fA-F]{16,64})")

#: The most bytes of a file of heads: a line a minute for a year and a half.
_MAX_FILE_SIZE = 64 * 1024 * 1024


@click.command(short_help="Check that the log is what was written.")
@click.option("--print-head", is_flag=True, help="Print only the number and the hash of the last record.")
@click.option(
    "--head",
    "file",
    metavar="FILE",
    default="",
    help="Append time, number and hash of the last record.",
)
@click.option(
    "--since",
    metavar="HEAD",
    default="",
    help="Check that an earlier head is still part of the log: a hash, its first 16 digits or more, "
    "NUMBER:HASH, or a file that --head wrote.",
)
@click.option(
    "--accept-loss",
    is_flag=True,
    help="Record in the log that you know of the records that are missing: from then on they are no fault.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@timeout_option
def verify(print_head: bool, file: str, since: str, accept_loss: bool, as_json: bool) -> None:
    """Walk the log's chain of hashes and say whether it holds; exit status 1 where it doesn't.

    A log whose end was cut off holds by itself. It shows against a head that was kept elsewhere: Chloe keeps
    one beside the log and, if configured, adds them to a file; --head keeps one, --since looks for it.
    """
    from chloe.errors import LogBroken, UsageError
    from chloe.store.heads import append_head

    if print_head and not (file or since or as_json):
        print(run_with_log(_read_head))
        return
    heads = _parse_heads(since) if since else []

    async def walk(store: Store) -> tuple[Verdict, list[Head]]:
        if accept_loss:
            await _accept_loss(store)
        verdict = await store.verify()
        return verdict, [head for head in heads if not await store.contains(head)]

    verdict, missing = run_with_log(walk, instance=str(uuid.uuid4()) if accept_loss else "")
    if as_json:
        print(dump_json(_verdict_to_json(verdict, missing), sort_keys=True))
    for what in verdict.notes:
        report(what)
    if not verdict.complete:
        raise LogBroken(str(verdict))
    if missing:
        raise LogBroken(
            f"the log no longer has {_describe_head(missing[0])}: its end was cut off, or it was written "
            f"anew since that head was kept ({len(missing)} of {len(heads)} heads are missing)"
        )
    if file:
        try:
            append_head(Path(file), verdict.head)
        except OSError as error:
            raise UsageError(f"{file} can't be written ({error.strerror})") from error
    if not as_json:
        print(escape_unsafe(str(verdict.head if print_head else verdict)))
        if heads and not print_head:
            print(
                f"{len(heads)} earlier heads are part of it" if len(heads) > 1 else "that head is part of it"
            )


async def _accept_loss(store: Store) -> None:
    """Accept the loss, and report what was accepted, or that nothing was lost."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = str(os.getuid())
    losses = await store.accept_loss(user)
    for loss in losses.lost:
        report(f"accepted by {user}: {loss}")
    if not losses.lost:
        report("there is no loss to accept")


async def _read_head(store: Store) -> Head:
    return await store.head()


def _parse_heads(since: str) -> list[Head]:
    """Return the heads that ``since`` names. A negative seq stands for one that isn't known."""
    from chloe.errors import UsageError
    from chloe.small_files import read_whole
    from chloe.store import Head
    from chloe.store.heads import parse_head

    match = _HASH.fullmatch(since.strip()) or _HASH.fullmatch(" ".join(since.split()[-2:]))
    if match is not None:
        digits = match["hash"]
        return [Head(int(match["seq"] or -1), bytes.fromhex(digits[: len(digits) // 2 * 2]))]
    try:
        lines = read_whole(Path(since), _MAX_FILE_SIZE).decode("ascii").splitlines()
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{since!r} is neither a hash of 16 to 64 hex digits nor a file of heads that can be read"
        ) from error
    heads = [parse_head(line) for line in lines if line.strip()]
    known = [head for head in heads if head is not None]
    if not known or len(known) != len(heads):
        raise UsageError(f"{since} holds a line that isn't a head, or none at all")
    return known


def _describe_head(head: Head) -> str:
    digits = head.hash.hex()[:16]
    return f"the head {digits}…" if head.seq < 0 else f"record {head.seq} with the hash {digits}…"


def _verdict_to_json(verdict: Verdict, missing: list[Head]) -> dict[str, object]:
    return {
        "whole": verdict.complete and not missing,
        "seq": verdict.head.seq,
        "hash": verdict.head.hash.hex(),
        "bodies": verdict.bodies,
        "pruned": verdict.pruned,
        "damaged": verdict.damaged,
        "truncated": verdict.truncated,
        "bad": verdict.bad,
        "reason": verdict.reason,
        "flaws": list(verdict.flaws),
        "loosened": list(verdict.drift),
        "losses": list(verdict.losses),
        "missing_heads": [str(head) for head in missing],
    }
