"""Checks of what runs: instances, the tmux server, sessions and holders, and whether the log agrees.

Owns when these agree. Must not know how any of them is asked.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from chloe.backends.kinds import TRAITS
from chloe.backends.tmux.inspection import SpoolInfo
from chloe.backends.tmux.survivors import is_running
from chloe.doctor.evidence import Evidence
from chloe.doctor.findings import Finding, IngestSpools, RemoveLock, bad, note, ok, warn
from chloe.events.panes import Pane
from chloe.formatting.sizes import format_size
from chloe.formatting.times import format_age
from chloe.waits import is_stopped

#: The share of its cap from which on a spool is reported as nearly full.
_NEARLY_FULL = 0.8
#: How long a start may take, in nanoseconds.
_START_TIME = 15_000_000_000
_INGESTED_BY = "chloe ls, or any start of Chloe, takes it in"


def check_instances(evidence: Evidence) -> Iterator[Finding]:
    """Report which instances run, and what the dead left of themselves."""
    known = evidence.instances.value
    for instance in known:
        sign = instance.sign
        subject = f"instance {sign.instance[:8]}"
        process = f"process {sign.pid or 'unknown'}" + (f" on {sign.terminal}" if sign.terminal else "")
        if instance.is_alive and is_stopped(sign.pid):
            yield warn(
                subject,
                f"{process}, since {format_age(sign.since, evidence.now)}, is stopped: what it records waits",
                f"kill -CONT {sign.pid}, or fg in its shell",
            )
        elif instance.is_alive:
            yield ok(subject, f"{process}, since {format_age(sign.since, evidence.now)}")
        else:
            yield note(
                subject,
                f"{process}, started {format_age(sign.since, evidence.now)} ago: is gone, its lock was left",
                "chloe doctor --fix removes it",
                RemoveLock(sign),
            )
    if not known:
        yield ok("instances", "no Chloe runs")


def check_server(evidence: Evidence) -> Iterator[Finding]:
    """Check whether the tmux server answers, and whether the client fits it."""
    if evidence.tmux.error is not None:
        yield note("tmux server", "can't be asked without tmux")
        return
    subject, pid = str(evidence.socket), evidence.listener
    if evidence.server.error is not None:
        stopped = bool(pid) and is_stopped(pid)
        if stopped:
            text, remedy = f"process {pid} is stopped and doesn't answer", f"kill -CONT {pid}"
        else:
            who = f" (process {pid})" if pid else ""
            text = f"the server{who} can't be used: {evidence.server.error}"
            remedy = (
                f"to end it with all its sessions: kill {pid}" if pid else "see to the socket, then try again"
            )
        yield bad(subject, text, remedy)
        return
    running = evidence.server.value
    if running is None:
        yield ok(subject, "no server runs: it starts with the first tmux pane")
        return
    client = evidence.tmux.value.removeprefix("tmux ")
    if client != running.version:
        yield warn(
            subject,
            f"process {running.pid} is tmux {running.version}; the tmux in PATH, {client}, may be refused",
            "when nothing in its sessions is wanted any more: " + _compose_tmux(evidence, "kill-server"),
        )
    else:
        count = len(running.sessions)
        yield ok(
            subject, f"process {running.pid}, tmux {running.version}, {count} session{'s' * (count != 1)}"
        )


def check_sessions(evidence: Evidence) -> Iterator[Finding]:
    """Report of each pane under a holder who records it, and how full its spool is."""
    listed = _list_sessions(evidence)
    for pane in evidence.panes.value.values():
        seen = evidence.find_spool(pane.id)
        if not pane.traits.outlives_chloe or not pane.alive or seen is None or not seen.alive:
            continue
        cap = evidence.settings.spool.pane_cap
        fill = f"spool {format_size(seen.size)} of {format_size(cap)}"
        text = f"{_describe_holder(seen)}, {_describe_recorder(evidence, seen)}, {fill}"
        subject = _name_pane(pane)
        if listed is not None and pane.traits.runs_in_session and pane.session not in listed:
            yield warn(
                subject,
                f"{text}; but {_compose_tmux(evidence)} doesn't know its session {pane.session}",
                "name the server that it was started on in [tmux] socket_name",
            )
        elif seen.recorder and is_stopped(seen.recorder):
            since = format_age(pane.last_output_at or pane.created_at, evidence.now)
            yield warn(
                subject,
                f"{text}; its recorder is stopped, and took the last in {since} ago: what it prints waits",
                f"kill -CONT {seen.recorder}, or fg in its shell",
            )
        elif seen.size >= cap * _NEARLY_FULL:
            yield warn(subject, f"{text}: once it is full, output is lost", "start chloe: it takes it in")
        else:
            yield ok(subject, text)


def check_panes(evidence: Evidence) -> Iterator[Finding]:
    """Report the panes of which the log says something else than what is found."""
    living = {each.sign.instance for each in evidence.instances.value if each.is_alive}
    running = wrong = 0
    for pane in evidence.panes.value.values():
        running += pane.alive
        if not pane.traits.outlives_chloe:
            finding = _judge_ephemeral_pane(pane, living)
        elif pane.alive and pane.backend not in TRAITS:
            finding = note(_name_pane(pane), f"is a {pane.backend} pane, a kind unknown to this Chloe")
        else:
            finding = _judge_persistent_pane(evidence, pane, evidence.find_spool(pane.id))
        if finding is not None:
            wrong += 1
            yield finding
    if not wrong:
        yield ok("panes", f"{running} run{'s' * (running == 1)}, as the log says")


def check_unknown_sessions(evidence: Evidence) -> Iterator[Finding]:
    """Report sessions with Chloe's kind of name that the log doesn't know, or says have ended."""
    listed = _list_sessions(evidence)
    if listed is None:
        return
    known = {pane.session: pane for pane in evidence.panes.value.values() if pane.session}
    for session in sorted(listed):
        pane = known.get(session)
        kill = _compose_tmux(evidence, "kill-session", "-t", session)
        if pane is None:
            text = "is not in this log: it may be from another CHLOE_HOME"
            yield warn(session, text, f"if nobody wants it: {kill}")
        elif not pane.alive and not _is_running(evidence.find_spool(pane.id)):
            yield warn(session, f"runs on, though {_name_pane(pane)} has ended: {pane.outcome}", kill)


def _judge_ephemeral_pane(pane: Pane, living: set[str]) -> Finding | None:
    if not pane.alive or pane.owner in living:
        return None
    text = f"is a {pane.backend} pane of a Chloe that is gone, and the log doesn't say so yet"
    return warn(_name_pane(pane), text, "chloe ls, or any start of Chloe, says it", IngestSpools())


def _judge_persistent_pane(evidence: Evidence, pane: Pane, seen: SpoolInfo | None) -> Finding | None:
    if _is_running(seen):
        if pane.alive:
            return None
        text = f"runs under {_describe_holder(seen)}, though the log says: {pane.outcome}"
        return note(_name_pane(pane), text, "the next start of Chloe takes it back", IngestSpools())
    if not pane.alive:
        return _judge_survivor(pane)
    listed = _list_sessions(evidence)
    if seen is None and listed is not None and pane.session in listed:
        folder = evidence.settings.paths.spool
        text = f"its session runs, but its spool isn't in {folder}: it was moved away or removed"
        kill = _compose_tmux(evidence, "kill-session", "-t", pane.session)
        return warn(_name_pane(pane), text, f"put it back; or, if nobody wants the program: {kill}")
    if seen is None:
        text = "the log says that it runs; its session and its spool are gone"
        return warn(
            _name_pane(pane), text, "chloe ls, or any start of Chloe, says that it ended", IngestSpools()
        )
    if seen.recorder != 0:
        return note(_name_pane(pane), f"has ended; {_describe_recorder(evidence, seen)}")
    if not seen.began and evidence.now - seen.changed_at < _START_TIME:
        return note(_name_pane(pane), "is being started")
    kill = ""
    if listed is not None and pane.session in listed:
        kill = f"; then end its session: {_compose_tmux(evidence, 'kill-session', '-t', pane.session)}"
    why = f" ({seen.failure})" if seen.failure else ""
    text = f"the log says that it runs; its holder is gone{why}, {format_size(seen.size)} in its spool"
    return warn(_name_pane(pane), text, _INGESTED_BY + kill, IngestSpools())


def _judge_survivor(pane: Pane) -> Finding | None:
    survivor = pane.died.survivor if pane.died is not None else None
    if survivor is None or not is_running(survivor):
        return None
    text = f"has ended, but its program, process {survivor.pid}, runs on without a terminal, unseen"
    return warn(_name_pane(pane), text, f"if nobody wants it: chloe kill {pane.id[:8]}")


def _list_sessions(evidence: Evidence) -> frozenset[str] | None:
    """Return the names of Chloe's sessions; None where the server can't be asked."""
    if evidence.server.error is not None:
        return None
    running = evidence.server.value
    return running.sessions if running is not None else frozenset()


def _is_running(seen: SpoolInfo | None) -> bool:
    return seen is not None and seen.alive


def _describe_holder(seen: SpoolInfo | None) -> str:
    assert seen is not None
    return f"holder {seen.holder}" if seen.holder else "a holder that can't be named"


def _describe_recorder(evidence: Evidence, seen: SpoolInfo) -> str:
    if seen.recorder == 0:
        return "recorded by nobody at the moment"
    if seen.recorder is None:
        return "recorded by a process that can't be named"
    for instance in evidence.instances.result or ():
        if instance.is_alive and instance.sign.pid == seen.recorder:
            return f"recorded by instance {instance.sign.instance[:8]} (process {seen.recorder})"
    return f"recorded by process {seen.recorder}"


def _name_pane(pane: Pane) -> str:
    return f"{pane.name} ({pane.id[:8]})"


def _compose_tmux(evidence: Evidence, *words: str) -> str:
    name = evidence.settings.tmux.socket_name
    return shlex.join(["tmux", *(("-L", name) if name else ()), *words])
