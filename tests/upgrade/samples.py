"""One fact of each kind, with every field stated, for a log that later versions have to read."""

from __future__ import annotations

from chloe.events import facts
from chloe.events.facts import Fact, Process, SpoolPosition
from chloe.events.traits import Traits

_SPOOL = SpoolPosition(2, 12345)
_INSTANCE = "6ba7b810-9dad-4bd1-80b4-00c04fd430c8"
_HASH = "00112233445566778899aabbccddeeff" * 2
_EVERY_TRAIT = Traits(
    outlives_chloe=True,
    can_detach=True,
    takes_input_from_others=True,
    answers_itself=True,
    recorded_before_start=True,
    has_own_size=True,
    runs_in_session=True,
)

SAMPLES: tuple[Fact, ...] = (
    facts.Created(
        backend="tmux",
        argv=("sh", "-c", "odd \udcff"),
        cwd="/tmp/ümläut",
        name="a pane",
        rows=24,
        columns=80,
        tags=("one", "two"),
        attached=False,
        session=f"chloe-{_INSTANCE}",
        traits=_EVERY_TRAIT,
        relaunches=_INSTANCE,
    ),
    facts.Output(offset=7, length=5, data=b"\x1b[1mx", spool=_SPOOL),
    facts.Resized(rows=30, columns=100, offset=12, spool=_SPOOL),
    facts.Renamed(name="another"),
    facts.Tagged(tags=("three",)),
    facts.Detached(instance=_INSTANCE, reason="quit"),
    facts.Reattached(instance=_INSTANCE),
    facts.Died(
        status=None,
        signal=9,
        reason="its holder was killed",
        spool=_SPOOL,
        survivor=Process(4711, 123456, "6ba7b811-9dad-4bd1-80b4-00c04fd430c8"),
    ),
    facts.TerminalReset(),
    facts.EscapeAssigned(to_program=True),
    facts.Notified(offset=12, title="a title", text="a text, ümläut"),
    facts.Seen(offset=12, ended=True),
    facts.Closed(),
    facts.Reopened(),
    facts.Restored(),
    facts.Gap(offset=12, length=100, reason="the disk was full", spool=_SPOOL),
    facts.Repainted(rows=24, columns=80, offset=112, length=6, data=b"screen"),
    facts.Pruned(
        first=1,
        through=9,
        reason="chloe prune",
        offset=112,
        lines=3,
        length=15,
        state=b"24 80 3\nscreen\r\n"[:15],
    ),
    facts.Truncated(expected=20, hash=_HASH, found=18, reason="the -wal file was removed"),
    facts.LossAccepted(user="root", through=20, expected=20, found=18, line=f"20 {_HASH}"),
    facts.Checkpointed(seq=9, offset=112, lines=3, emulator="1", length=4000, sha256=_HASH),
    facts.Salvaged(
        file="log.damaged-1", kept=10, again=3, lost=2, reason="a page was damaged", bodies=((4, 5), (7, 7))
    ),
)
