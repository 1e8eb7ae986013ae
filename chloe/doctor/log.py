"""Checks of the log.

Owns what a healthy log looks like. Must not know SQLite; ``chloe.store`` looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chloe.doctor.evidence import Evidence
from chloe.doctor.findings import Finding, bad, note, ok, warn
from chloe.formatting.sizes import format_size
from chloe.formatting.text import escape_unsafe
from chloe.formatting.times import format_age
from chloe.store.repair.losses import ACCEPT, find_missing
from chloe.store.unwritable import explain_protection, is_file_system

#: Bytes of the -wal file beyond which something keeps Chloe from copying it: Chloe does so from 64 MB on.
_MAX_WAL = 256 * 1024 * 1024


def check_log(evidence: Evidence) -> Iterator[Finding]:
    """Check whether the log can be read, and how large it is."""
    path = evidence.paths.database
    if evidence.about.error is not None:
        yield _report_unusable(path, evidence.about.error)
        return
    about = evidence.about.value
    if about is None:
        lines = evidence.settings.log.heads_file
        missing = find_missing(path, Path(lines) if lines else None)
        if missing:
            yield bad(str(path), missing, f"put a copy in its place if there is one; {ACCEPT}")
        else:
            yield note(str(path), "isn't there: nothing has been recorded yet")
        return
    there, waiting = _measure(path), _measure(path.with_name(f"{path.name}-wal"))
    if evidence.panes.error is not None:
        yield _report_unusable(path, evidence.panes.error)
    elif not waiting and there < about.size:
        missing = f"is cut short: {format_size(there)} of {format_size(about.size)}"
        yield bad(str(path), missing, "put a backup in its place, or move it away")
    elif waiting > _MAX_WAL:
        yield warn(
            str(path),
            f"{format_size(there)}, and {format_size(waiting)} in its -wal file, more than it should hold",
            "end every Chloe, then start one: it copies them into the log",
        )
    elif protection := explain_protection(path.parent, path):
        yield bad(
            str(path),
            f"{format_size(there)}, and nothing can be recorded: {protection}",
            "mount it for writing, or copy the home to where it may be written"
            if is_file_system(protection)
            else f"see `ls -l` and `lsattr` in {path.parent}, then allow yourself to write there",
        )
    else:
        yield ok(
            str(path),
            format_size(there) + (f" and {format_size(waiting)} in its -wal file" if waiting else ""),
        )


def check_schema(evidence: Evidence) -> Iterator[Finding]:
    """Check whether this Chloe and the log are of one age."""
    about = evidence.about.value
    if about is None:
        return
    if about.version > about.newest:
        yield bad(
            "schema",
            f"version {about.version}, from a newer Chloe; this one knows up to {about.newest}",
            "upgrade Chloe, or name another folder in CHLOE_HOME",
        )
    elif about.version < about.newest:
        yield note("schema", f"version {about.version}; the next start brings it up to {about.newest}")
    else:
        yield ok("schema", f"version {about.version}, the newest")


def check_triggers(evidence: Evidence) -> Iterator[Finding]:
    """Check whether the log still refuses to be changed."""
    about = evidence.about.value
    if about is None or about.version != about.newest:
        return
    if about.drift:
        yield bad(
            "log's form",
            f"not as Chloe makes a log: {escape_unsafe(', '.join(about.drift[:5]))}; it is only read, "
            "nothing is written to it",
            "end every Chloe, then chloe recover makes it anew of its records and keeps this one beside it",
        )
    else:
        yield ok("log's form", "as Chloe makes a log: it refuses to be changed")


def check_records(evidence: Evidence) -> Iterator[Finding]:
    """Report how many records there are, since when, where the chain ends, and whether bodies were pruned."""
    about = evidence.about.value
    if about is None:
        return
    if not about.head.seq:
        yield ok("records", "none yet")
    for loss in about.losses.lost:
        yield bad(
            str(evidence.paths.database),
            escape_unsafe(loss),
            f"put a newer copy in its place if there is one; {ACCEPT}",
        )
    for loss in about.losses.unknown:
        problem, _, way_out = escape_unsafe(loss).rpartition("; ")
        yield bad("heads file", problem, way_out)
    for what in about.losses.notes:
        yield warn(
            "heads file",
            escape_unsafe(what),
            "see who wrote there or removed it: Chloe adds heads, and nothing else",
        )
    if not about.head.seq:
        return
    pruned = (
        f", pruned {about.prunings} time{'s' if about.prunings > 1 else ''}"
        if about.prunings
        else ", never pruned"
    )
    yield ok(
        "records",
        f"{about.head.seq}, the oldest from {format_age(about.oldest_at, evidence.now)} ago, "
        f"the last from {format_age(about.newest_at, evidence.now)} ago{pruned}",
    )
    yield ok("head", f"{about.head.seq} {about.head.hash.hex()[:16]}…, as the log itself says")


def check_chain(evidence: Evidence) -> Iterator[Finding]:
    """Report what the walk along all records found, where it was asked for."""
    if evidence.verdict.error is not None and evidence.about.error is None:
        yield bad("chain", str(evidence.verdict.error), "try again once that is over")
        return
    verdict = evidence.verdict.value
    if verdict is None:
        return
    if not verdict.intact:
        yield bad("chain", str(verdict), "put a backup in its place; what stands before that record holds")
    else:
        yield ok("chain", f"holds: {verdict.head.seq} records, {format_size(verdict.bodies)} of bodies")


def _report_unusable(path: Path, error: Exception) -> Finding:
    """Split what the store says: what is wrong, then, behind a semicolon, the way out."""
    problem, _, way_out = str(error).removeprefix(f"{path} ").partition("; ")
    return bad(str(path), problem, way_out or "see to what it names, then try again")


def _measure(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
