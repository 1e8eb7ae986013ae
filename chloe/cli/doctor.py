"""``chloe doctor``: what is wrong, and what to do about it.

Owns how findings are printed and the exit status. Must not know how anything is found out.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from chloe.cli.engine_session import run_with_engine, timeout_option
from chloe.formatting.folders import abbreviate_home
from chloe.formatting.text import dump_json, escape_unsafe

if TYPE_CHECKING:
    from chloe.doctor import Evidence, Finding, FixResult

#: Columns of the mark and of the check's name, and the most that a line is wrapped to.
_MARK, _NAME, _MAX_WIDTH = 6, 15, 100
_COLOURS = {"ok": "green", "note": "cyan", "warn": "yellow", "bad": "red"}
#: Seconds between two lines about the progress.
_PROGRESS_INTERVAL = 2.0


@click.command(short_help="Say what is wrong, and what to do about it.")
@click.option("--full", is_flag=True, help="Walk the log's whole chain of hashes as well.")
@click.option("--fix", is_flag=True, help="Do what is safe, say what was done, and look again.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@timeout_option
def doctor(full: bool, fix: bool, as_json: bool) -> int:
    """Look at everything that Chloe needs and has, and say how it is: versions, files, the log, sessions.

    Each line says ok, note (worth knowing), warn (not as it should be) or bad (doesn't work, or isn't safe),
    and under it what to do. Without --fix nothing is written, and no part that is broken or hangs keeps the
    others from being looked at.

    --fix narrows permissions, takes in what ended panes left in their spools, and removes spools that are in
    the log completely and locks of the dead. It ends no session and removes nothing that isn't recorded.

    --json prints an object: state (the worst of all), findings (each with check, state, subject, text,
    remedy, fixable) and deeds (what --fix did, each with done and text).

    Exit status: 0 where all is ok or worth a note, 1 where something is to be done (warn or bad).
    """
    from chloe.doctor import State, apply_fixes, diagnose

    evidence = _gather(full)
    findings = diagnose(evidence)
    results: list[FixResult] = []
    if fix and any(finding.fixable for finding in findings):
        results = apply_fixes(findings, evidence, _ingest)
        findings = diagnose(_gather(full))
    states = list(State)
    worst = max((finding.state for finding in findings), key=states.index, default=State.OK)
    if as_json:
        _print_json(worst, findings, results)
    else:
        _print(findings, results)
    return int(worst in (State.WARN, State.BAD))


def _gather(full: bool) -> Evidence:
    import asyncio

    from chloe.doctor import gather_evidence
    from chloe.ui.glyphs import detect_encoding
    from chloe.ui.tty.colors import detect_depth

    progress = _Progress()
    try:
        return asyncio.run(
            gather_evidence(
                os.environ,
                encoding=detect_encoding(os.environ),
                colours=detect_depth(os.environ),
                now=time.time_ns(),
                full=full,
                progress=progress,
            )
        )
    finally:
        progress.end()


def _ingest() -> None:
    """Start and stop an engine, as every command does: what the spools hold is ingested on the way."""

    async def nothing(_engine: object) -> None:
        return None

    run_with_engine(nothing)


class _Progress:
    """Says on stderr how far the walk is: in place on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._in_place = sys.stderr.isatty()
        self._reported_at = time.monotonic()
        self._pending = False

    def __call__(self, seq: int, last: int) -> None:
        now = time.monotonic()
        if now - self._reported_at < (0.1 if self._in_place else _PROGRESS_INTERVAL):
            return
        self._reported_at = now
        text = f"walking the chain: {seq} of {last} records"
        print(f"\r{text}" if self._in_place else text, end="" if self._in_place else "\n", file=sys.stderr)
        sys.stderr.flush()
        self._pending = self._in_place

    def end(self) -> None:
        """Take the line back."""
        if self._pending:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _print_json(worst: str, findings: Iterable[Finding], results: list[FixResult]) -> None:
    objects = [
        {
            "check": finding.check,
            "state": str(finding.state),
            "subject": finding.subject,
            "text": finding.text,
            "remedy": finding.remedy,
            "fixable": finding.fixable,
        }
        for finding in findings
    ]
    deeds = [{"done": result.done, "text": result.text} for result in results]
    print(dump_json({"state": str(worst), "findings": objects, "deeds": deeds}, indent=2))


def _print(findings: list[Finding], results: list[FixResult]) -> None:
    width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for result in results:
        print(_wrap(f"{'done' if result.done else 'left':<{_MARK}}", result.text, width))
    if results:
        print()
    last = ""
    for finding in findings:
        name = finding.check if finding.check != last else ""
        last = finding.check
        mark = f"{finding.state:<{_MARK}}"
        head = (click.style(mark, fg=_COLOURS[finding.state]) if coloured else mark) + f"{name:<{_NAME}}"
        subject = "" if finding.subject == finding.check else f"{finding.subject}: "
        print(_wrap(head, subject + finding.text, width))
        if finding.remedy:
            # On one line of its own, so that a command can be copied from it.
            print(" " * (_MARK + _NAME) + "> " + escape_unsafe(finding.remedy))
    print()
    print(_summarize(findings))


def _wrap(head: str, text: str, width: int) -> str:
    """Return the head, and the text wrapped behind it. Words aren't broken: paths and ids stay whole."""
    indent = len(click.unstyle(head))
    lines = textwrap.wrap(
        escape_unsafe(abbreviate_home(text)),
        max(width - indent, 20),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return (head + ("\n" + " " * indent).join(lines)).rstrip()


def _summarize(findings: list[Finding]) -> str:
    bad = sum(finding.state == "bad" for finding in findings)
    warned = sum(finding.state == "warn" for finding in findings)
    fixable = sum(finding.fixable for finding in findings)
    counts = []
    if bad:
        counts.append(f"{bad} bad")
    if warned:
        counts.append(f"{warned} to be seen to")
    text = ", ".join(counts) or "all is well"
    if fixable:
        text += f"; chloe doctor --fix takes care of {fixable}"
    return text
