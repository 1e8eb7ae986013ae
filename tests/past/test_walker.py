"""A walker shows the screen of any place of a pane's log, wherever it came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chloe.errors import LogUnusable
from chloe.events import facts
from chloe.events.faults import Fault
from chloe.events.screens import Screens
from chloe.past.checkpointing import CheckpointWriter
from chloe.past.stream import PRUNED, Missing
from chloe.past.walker import Walker
from chloe.store import Store
from chloe.terminal import EMULATOR, Bell, Notice, Terminal
from tests.ids import id_of
from tests.past.conftest import PANE, Life, shown

SECOND = 10**9


async def ten_lines(life: Life) -> list[int]:
    """Have the pane print ten lines, one a second from the second second on; return their seqs."""
    await life.begins()
    return [await life.prints(b"line %d\r\n" % number) for number in range(10)]


async def test_a_new_walker_stands_before_the_beginning(life: Life) -> None:
    await ten_lines(life)
    walker = Walker(life.store, PANE)

    assert walker.terminal is None
    assert walker.position == (0, 0)
    assert walker.fault is None


async def test_without_a_place_it_goes_to_the_end(life: Life) -> None:
    seqs = await ten_lines(life)
    walker = Walker(life.store, PANE)
    await walker.at()

    assert shown(walker) == ["line 6", "line 7", "line 8", "line 9"]
    assert walker.position == (seqs[-1], life.offset)
    assert walker.occurred_at == life.seconds * SECOND
    assert await walker.peek() is None


@pytest.mark.parametrize("with_checkpoints", [True, False])
async def test_it_stands_behind_what_is_asked_for(life: Life, often: None, with_checkpoints: bool) -> None:
    seqs = await ten_lines(life)
    if with_checkpoints:
        await life.keeps_checkpoints()
        assert len(await life.store.list_checkpoints(PANE, emulator=EMULATOR)) == 10
    places: list[dict[str, int]] = [
        {"seq": seqs[3]},
        {"time": 5 * SECOND},
        {"time": 6 * SECOND - 1},
        {"offset": 4 * 8},
        {"offset": 4 * 8 - 7},
        {"seq": seqs[4] - 1},
    ]
    for place in places:
        walker = Walker(life.store, PANE)
        await walker.at(**place)
        assert (walker.position, shown(walker)[-1]) == ((seqs[3], 32), "line 3"), place
        assert walker.occurred_at == 5 * SECOND
    walker = Walker(life.store, PANE)
    await walker.at(line=3)
    assert walker.terminal is not None
    assert walker.terminal.scrollback.total == 4


async def test_it_goes_back_and_forth(life: Life, often: None) -> None:
    seqs = await ten_lines(life)
    await life.keeps_checkpoints()
    walker = Walker(life.store, PANE)
    for number in (7, 2, 9, 0, 5, 6, 4, 4):
        await walker.at(seq=seqs[number])
        assert shown(walker)[-1] == f"line {number}"


async def test_until_goes_on_and_never_back(life: Life) -> None:
    seqs = await ten_lines(life)
    walker = Walker(life.store, PANE)
    await walker.until(seq=seqs[5])
    assert shown(walker)[-1] == "line 5"
    await walker.until(seq=seqs[2])
    assert shown(walker)[-1] == "line 5"
    await walker.until(time=10 * SECOND)
    assert shown(walker)[-1] == "line 8"
    await walker.until()
    assert shown(walker)[-1] == "line 9"


async def test_a_step_is_seen_before_it_is_taken(life: Life) -> None:
    seqs = await ten_lines(life)
    walker = Walker(life.store, PANE)
    await walker.at(seq=seqs[0])
    coming = await walker.peek()

    assert coming is not None
    assert (coming.seq, coming.occurred_at) == (seqs[1], 3 * SECOND)
    assert shown(walker) == ["line 0"]
    assert await walker.step() is coming
    assert shown(walker) == ["line 0", "line 1"]
    assert walker.position.seq == seqs[1]


async def test_what_is_committed_later_is_walked_on_to(life: Life) -> None:
    await ten_lines(life)
    walker = Walker(life.store, PANE)
    await walker.at()
    assert await walker.step() is None
    await life.prints(b"later\r\n")
    last = await life.prints(b"last\r\n")

    assert await walker.step() is not None
    assert shown(walker)[-1] == "later"
    await walker.until(seq=last + 100)
    assert shown(walker)[-1] == "last"


async def test_before_a_pane_was_created_and_where_there_is_none_nothing_is_shown(life: Life) -> None:
    await ten_lines(life)
    for pane, time in ((PANE, 0), (id_of("nobody"), 5 * SECOND)):
        walker = Walker(life.store, pane)
        await walker.at(time=time)
        assert walker.terminal is None
        assert walker.fault is None


async def test_a_screen_that_was_kept_is_where_a_pruned_log_begins(life: Life, often: None) -> None:
    seqs = await ten_lines(life)
    await life.is_pruned(seqs[5])
    for place in ({"seq": 1}, {"time": 3 * SECOND}, {"offset": 1}, {"line": 0}, {"seq": seqs[5]}):
        walker = Walker(life.store, PANE)
        await walker.at(**place)
        assert (walker.position, shown(walker)[-1]) == ((seqs[5], 48), "line 5"), place
    await walker.at()
    assert shown(walker)[-1] == "line 9"


async def test_what_is_pruned_under_way_is_said_and_the_screen_of_then_taken(life: Life) -> None:
    seqs = await ten_lines(life)
    walker = Walker(life.store, PANE)
    await walker.at(seq=seqs[1])
    await life.is_pruned(seqs[5])
    coming = await walker.step()

    assert coming is not None
    assert coming.missing == (Missing(16, 32, PRUNED),)
    assert coming.begins_anew
    assert shown(walker)[-1] == "line 5"


async def test_a_screen_that_was_kept_and_can_not_be_read_leaves_the_size(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    seqs = await ten_lines(life)
    monkeypatch.setattr("tests.past.conftest.encode_keyframe", lambda _: b"no screen")
    await life.is_pruned(seqs[5])
    walker = Walker(life.store, PANE)
    await walker.at()

    assert walker.terminal is not None
    assert (walker.terminal.rows, walker.terminal.columns) == (5, 40)
    assert shown(walker)[-1] == "line 9"


async def test_a_repaint_begins_anew(life: Life) -> None:
    await ten_lines(life)
    await life.loses(100)
    await life.repaints(b"\x1bcrepainted\r\n", rows=4, columns=30)
    await life.prints(b"after")
    walker = Walker(life.store, PANE)
    await walker.at()

    assert shown(walker) == ["repainted", "after"]


async def test_a_walk_is_silent_and_what_the_program_said_is_seen_once(life: Life) -> None:
    await life.begins()
    await life.prints(b"\x1b[c\x1b[6n\a")
    heard: list[tuple[bytes, list[Notice]]] = []
    walker = Walker(life.store, PANE, on_drawn=lambda terminal: heard.append((b"", terminal.take_notices())))
    await walker.at()

    assert walker.terminal is not None
    assert walker.terminal.take_replies() == b""
    assert walker.terminal.take_notices() == []
    assert [notice for _, notices in heard for notice in notices] == [Bell()]


# The emulator fails.


async def test_where_the_emulator_fails_the_walk_goes_on_without_a_screen_to_the_next(
    life: Life, bell_fails: None
) -> None:
    await life.begins()
    await life.prints(b"fine\r\n")
    broken = await life.prints(b"\a")
    after = await life.prints(b"not drawn")
    repainted = await life.repaints(b"repainted")
    faults: list[tuple[str, Fault]] = []
    walker = Walker(life.store, PANE, on_fault=lambda pane, fault: faults.append((pane, fault)))
    await walker.at(seq=broken)

    assert walker.terminal is None
    assert walker.fault is not None
    assert walker.fault.data.endswith(b"\a")
    assert faults == [(PANE, walker.fault)]
    await walker.until(seq=after)
    assert (walker.terminal, walker.position.seq) == (None, after)
    await walker.until(seq=repainted)
    assert shown(walker) == ["repainted"]
    assert len(faults) == 1


@pytest.mark.parametrize("work", ["dump", "load", "take_replies", "take_notices"])
async def test_whatever_else_of_a_terminal_fails_ends_no_walk(
    life: Life, often: None, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    seqs = await ten_lines(life)
    await life.keeps_checkpoints()
    await life.store.delete_checkpoints(after=seqs[4])

    def fail(*_: Any, **__: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(Terminal, work, classmethod(fail) if work == "load" else fail)
    faults: list[Fault] = []
    walker = Walker(
        life.store,
        PANE,
        checkpoints=CheckpointWriter(life.store),
        on_fault=lambda _pane, fault: faults.append(fault),
    )
    await walker.at(seq=seqs[4])
    await walker.until()

    assert faults
    assert walker.position.seq == seqs[-1]
    assert (walker.terminal is None) == work.startswith("take")


async def test_what_is_asked_of_a_terminal_and_fails_ends_its_screen_alone(life: Life) -> None:
    await ten_lines(life)
    faults: list[Fault] = []
    walker = Walker(life.store, PANE, on_fault=lambda _pane, fault: faults.append(fault))
    await walker.at()
    pop: Callable[[], int] = [].pop

    assert walker.contain(pop, "read") is None
    assert walker.terminal is None
    assert [fault.doing for fault in faults] == ["read"]


# Where a walk begins.


async def fed(walker: Walker, monkeypatch: pytest.MonkeyPatch, **place: int) -> int:
    """Return how many bytes are drawn to go there."""
    drawn = 0
    feed = Terminal.feed

    def counted(self: Terminal, data: bytes) -> None:
        nonlocal drawn
        drawn += len(data)
        feed(self, data)

    with monkeypatch.context() as patched:
        patched.setattr(Terminal, "feed", counted)
        await walker.at(**place)
    return drawn


async def test_a_walk_begins_at_the_nearest_place(
    life: Life, often: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seqs = await ten_lines(life)
    walker = Walker(life.store, PANE)
    assert await fed(walker, monkeypatch, seq=seqs[7]) == 64
    assert await fed(walker, monkeypatch, seq=seqs[9]) == 16
    assert await fed(walker, monkeypatch, seq=seqs[1]) == 16
    await life.keeps_checkpoints()
    assert await fed(walker, monkeypatch, seq=seqs[5]) == 0
    await life.store.delete_checkpoints(after=seqs[2])
    assert await fed(walker, monkeypatch, seq=seqs[6]) == 8
    assert await fed(Walker(life.store, PANE), monkeypatch, seq=seqs[6]) == 32


async def test_a_walk_past_checkpoints_writes_no_more(life: Life, often: None) -> None:
    seqs = await ten_lines(life)
    await life.keeps_checkpoints()
    end = await life.store.head()
    await life.keeps_checkpoints()
    walker = Walker(life.store, PANE, checkpoints=CheckpointWriter(life.store))
    await walker.at(seq=seqs[4])
    await walker.until()
    assert await life.store.head() == end
    await life.store.delete_checkpoints(after=seqs[5])
    await life.keeps_checkpoints()
    refs = await life.store.list_checkpoints(PANE, emulator=EMULATOR)
    assert [ref.seq for ref in refs] == seqs


async def test_where_a_resize_asks_for_lines_that_a_checkpoint_lacks_the_walk_begins_further_back(
    life: Life,
) -> None:
    await life.begins(rows=5)
    await life.prints(b"".join(b"%d\r\n" % number for number in range(2_000)))
    await CheckpointedAtTheEnd(life).take(lines=3)
    await life.resizes(50, 40)
    walker = Walker(life.store, PANE)
    await walker.at()

    assert not walker.lacks_lines
    assert shown(walker) == [str(number) for number in range(1_951, 2_000)]
    on_the_way = Walker(life.store, PANE)
    await on_the_way.at(seq=2)
    await on_the_way.until()
    assert on_the_way.lacks_lines
    await on_the_way.at()
    assert not on_the_way.lacks_lines
    assert shown(on_the_way) == shown(walker)


class CheckpointedAtTheEnd:
    """A checkpoint of the pane as it is, with fewer lines than usual."""

    def __init__(self, life: Life) -> None:
        self._life = life

    async def take(self, lines: int) -> None:
        walker = Walker(self._life.store, PANE)
        await walker.at()
        assert walker.terminal is not None
        dump = walker.terminal.dump
        writer = CheckpointWriter(self._life.store)
        screens = Screens(clock=lambda: 0.0)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Terminal, "dump", lambda _: dump(lines))
            writer.enqueue(screens, PANE, walker.position, walker.terminal)
        await writer.write()


async def test_a_walk_that_can_not_read_the_log_can_be_taken_up_again(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    seqs = await ten_lines(life)
    walker = Walker(life.store, PANE)
    await walker.at(seq=seqs[3])

    def refuse(*_: Any, **__: Any) -> Any:
        raise LogUnusable("a page is damaged")

    with monkeypatch.context() as patched:
        patched.setattr(Store, "read", refuse)
        with pytest.raises(LogUnusable):
            await walker.step()
    assert shown(walker)[-1] == "line 3"
    await walker.step()
    assert shown(walker)[-1] == "line 4"


async def test_a_died_pane_is_walked_to_its_end(life: Life) -> None:
    await ten_lines(life)
    last = await life.append(facts.Died(status=0, signal=None, reason=""))
    walker = Walker(life.store, PANE)
    await walker.at()

    assert walker.position.seq == last
    assert shown(walker)[-1] == "line 9"


async def test_a_screen_goes_on_where_it_is_given(life: Life) -> None:
    await ten_lines(life)
    walker = Walker(life.store, PANE)
    await walker.at()
    screens = Screens(clock=lambda: 0.0)
    walker.hand_over_to(screens)

    assert walker.terminal is None
    assert [row.rstrip() for row in screens[PANE].display][3] == "line 9"
