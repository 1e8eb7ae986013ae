"""Checks of what runs: instances, the tmux server, sessions and holders, and whether the log agrees.

Owns when these agree. Must not know how any of them is asked.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from chloe.backends.tmux.inspection import SpoolInfo
from chloe.backends.tmux.server import PREFIX
from chloe.backends.tmux.survivors import is_running
from chloe.doctor.examined import Examined
from chloe.doctor.findings import Finding, RemoveLock, TakeIn, bad, note, ok, warn
from chloe.events.panes import Pane
from chloe.formatting.sizes import format_size
from chloe.formatting.times import format_age
from chloe.waits import is_stopped

#: How full a spool may be before somebody should know: a part of its cap.
_NEARLY_FULL = 0.8
#: How long a start may take, in nanoseconds.
_STARTING = 15_000_000_000
_TAKE_IN = "chloe ls, or any start of Chloe, takes it in"


def instances(examined: Examined) -> Iterator[Finding]:
    """Who runs, and what the dead left of themselves."""
    found = examined.instances.value
    for instance in found:
        sign = instance.sign
        subject = f"instance {sign.instance[:8]}"
        process = f"process {sign.pid or 'unknown'}" + (f" on {sign.terminal}" if sign.terminal else "")
        if instance.lives and is_stopped(sign.pid):
            yield warn(
                subject,
                f"{process}, since {format_age(sign.since, examined.now)}, is stopped: what it records waits",
                f"kill -CONT {sign.pid}, or fg in its shell",
            )
        elif instance.lives:
            yield ok(subject, f"{process}, since {format_age(sign.since, examined.now)}")
        else:
            yield note(
                subject,
                f"{process}, started {format_age(sign.since, examined.now)} ago: is gone, its lock was left",
                "chloe doctor --fix removes it",
                RemoveLock(sign),
            )
    if not found:
        yield ok("instances", "no Chloe runs")


def server(examined: Examined) -> Iterator[Finding]:
    """Whether the tmux server answers, and whether the client fits it."""
    if examined.tmux.trouble is not None:
        yield note("tmux server", "can't be asked without tmux")
        return
    subject, pid = str(examined.socket), examined.listener
    if examined.server.trouble is not None:
        stopped = bool(pid) and is_stopped(pid)
        if stopped:
            said, remedy = f"process {pid} is stopped and doesn't answer", f"kill -CONT {pid}"
        else:
            who = f" (process {pid})" if pid else ""
            said = f"the server{who} can't be used: {examined.server.trouble}"
            remedy = (
                f"to end it with all its sessions: kill {pid}" if pid else "see to the socket, then try again"
            )
        yield bad(subject, said, remedy)
        return
    running = examined.server.value
    if running is None:
        yield ok(subject, "no server runs: it starts with the first tmux pane")
        return
    client = examined.tmux.value.removeprefix("tmux ")
    if client != running.version:
        yield warn(
            subject,
            f"process {running.pid} is tmux {running.version}; the tmux in PATH, {client}, may be refused",
            "when nothing in its sessions is wanted any more: " + _tmux(examined, "kill-server"),
        )
    else:
        count = len(running.sessions)
        yield ok(
            subject, f"process {running.pid}, tmux {running.version}, {count} session{'s' * (count != 1)}"
        )


def sessions(examined: Examined) -> Iterator[Finding]:
    """Each pane that runs under a holder: who records it, and how full its spool is."""
    listed = _sessions(examined)
    for pane in examined.panes.value.values():
        seen = examined.spool(pane.id)
        if pane.backend != "tmux" or not pane.alive or seen is None or not seen.alive:
            continue
        cap = examined.settings.spool.pane_cap
        fill = f"spool {format_size(seen.size)} of {format_size(cap)}"
        text = f"{_holder(seen)}, {_recorder(examined, seen)}, {fill}"
        subject = _called(pane)
        if listed is not None and pane.session not in listed:
            yield warn(
                subject,
                f"{text}; but {_tmux(examined)} doesn't know its session {pane.session}",
                "name the server that it was started on in [tmux] socket_name",
            )
        elif seen.recorder and is_stopped(seen.recorder):
            since = format_age(pane.last_output_at or pane.created_at, examined.now)
            yield warn(
                subject,
                f"{text}; its recorder is stopped, and took the last in {since} ago: what it prints waits",
                f"kill -CONT {seen.recorder}, or fg in its shell",
            )
        elif seen.size >= cap * _NEARLY_FULL:
            yield warn(subject, f"{text}: once it is full, output is lost", "start chloe: it takes it in")
        else:
            yield ok(subject, text)


def panes(examined: Examined) -> Iterator[Finding]:
    """Panes of which the log thinks otherwise than what is found."""
    living = {each.sign.instance for each in examined.instances.value if each.lives}
    running = wrong = 0
    for pane in examined.panes.value.values():
        running += pane.alive
        if pane.backend == "direct":
            found = _direct(pane, living)
        else:
            found = _tmux_pane(examined, pane, examined.spool(pane.id))
        if found is not None:
            wrong += 1
            yield found
    if not wrong:
        yield ok("panes", f"{running} run{'s' * (running == 1)}, as the log says")


def strangers(examined: Examined) -> Iterator[Finding]:
    """Sessions with Chloe's kind of name that the log knows nothing of, or thinks ended."""
    listed = _sessions(examined)
    if listed is None:
        return
    known = {pane.session: pane for pane in examined.panes.value.values() if pane.session}
    for session in sorted(listed):
        pane = known.get(session)
        kill = _tmux(examined, "kill-session", "-t", session)
        if pane is None:
            text = "is not in this log: it may be from another CHLOE_HOME"
            yield warn(session, text, f"if nobody wants it: {kill}")
        elif not pane.alive and not _runs(examined.spool(pane.id)):
            yield warn(session, f"runs on, though {_called(pane)} has ended: {pane.outcome}", kill)


def _direct(pane: Pane, living: set[str]) -> Finding | None:
    if not pane.alive or pane.owner in living:
        return None
    text = "is a direct pane of a Chloe that is gone, and the log doesn't say so yet"
    return warn(_called(pane), text, "chloe ls, or any start of Chloe, says it", TakeIn())


def _tmux_pane(examined: Examined, pane: Pane, seen: SpoolInfo | None) -> Finding | None:
    if _runs(seen):
        if pane.alive:
            return None
        text = f"runs under {_holder(seen)}, though the log says: {pane.outcome}"
        return note(_called(pane), text, "the next start of Chloe takes it back", TakeIn())
    if not pane.alive:
        return _survivor(pane)
    if seen is None:
        text = "the log says that it runs; its session and its spool are gone"
        return warn(_called(pane), text, "chloe ls, or any start of Chloe, says that it ended", TakeIn())
    if seen.recorder != 0:
        return note(_called(pane), f"has ended; {_recorder(examined, seen)}")
    if not seen.began and examined.now - seen.changed_at < _STARTING:
        return note(_called(pane), "is being started")
    listed = _sessions(examined)
    kill = ""
    if listed is not None and pane.session in listed:
        kill = f"; then end its session: {_tmux(examined, 'kill-session', '-t', pane.session)}"
    why = f" ({seen.failure})" if seen.failure else ""
    text = f"the log says that it runs; its holder is gone{why}, {format_size(seen.size)} in its spool"
    return warn(_called(pane), text, _TAKE_IN + kill, TakeIn())


def _survivor(pane: Pane) -> Finding | None:
    survivor = pane.died.survivor if pane.died is not None else None
    if survivor is None or not is_running(survivor):
        return None
    text = f"has ended, but its program, process {survivor.pid}, runs on without a terminal, unseen"
    return warn(_called(pane), text, f"if nobody wants it: chloe kill {pane.id[:8]}")


def _sessions(examined: Examined) -> frozenset[str] | None:
    """The names of Chloe's sessions; None where the server can't be asked."""
    if examined.server.trouble is not None:
        return None
    running = examined.server.value
    return running.sessions if running is not None else frozenset()


def _runs(seen: SpoolInfo | None) -> bool:
    return seen is not None and seen.alive


def _holder(seen: SpoolInfo | None) -> str:
    assert seen is not None
    return f"holder {seen.holder}" if seen.holder else "a holder that can't be named"


def _recorder(examined: Examined, seen: SpoolInfo) -> str:
    if seen.recorder == 0:
        return "recorded by nobody at the moment"
    if seen.recorder is None:
        return "recorded by a process that can't be named"
    for instance in examined.instances.found or ():
        if instance.lives and instance.sign.pid == seen.recorder:
            return f"recorded by instance {instance.sign.instance[:8]} (process {seen.recorder})"
    return f"recorded by process {seen.recorder}"


def _called(pane: Pane) -> str:
    return f"{pane.name} ({pane.id.removeprefix(PREFIX)[:8]})"


def _tmux(examined: Examined, *words: str) -> str:
    name = examined.settings.tmux.socket_name
    return shlex.join(["tmux", *(("-L", name) if name else ()), *words])
