"""What is missing in a pane's log is said once, where it is missing, and with its reason."""

from __future__ import annotations

import sqlite3

from chloe.events import facts
from chloe.past.stream import DAMAGED, PRUNED, SKIPPED, Missing, PaneStream, Step
from tests.past.conftest import PANE, Life


async def steps(life: Life, *, screens: bool = True, cuts: bool = True) -> list[Step]:
    return [step async for step in PaneStream(life.store, PANE, screens=screens, cuts=cuts).steps()]


async def missing(life: Life) -> list[tuple[Missing, ...]]:
    return [step.missing for step in await steps(life) if step.missing]


async def spoil(life: Life, *seqs: int) -> None:
    """Have the bodies of these records be something else."""
    database = sqlite3.connect(life.store.path)
    (trigger,) = database.execute("SELECT sql FROM sqlite_schema WHERE name = 'body_update'").fetchone()
    database.execute("DROP TRIGGER body_update")
    for seq in seqs:
        database.execute("UPDATE body SET codec = 1, bytes = x'deadbeef' WHERE seq = ?", (seq,))
    database.execute(trigger)
    database.commit()
    database.close()


async def test_a_whole_log_is_its_records_in_order_and_nothing_is_missing(life: Life) -> None:
    seqs = [
        await life.begins(),
        await life.prints(b"one"),
        await life.resizes(6, 40),
        await life.prints(b"two"),
    ]
    found = await steps(life)

    assert [step.seq for step in found] == seqs
    assert [step.offset for step in found] == [0, 3, 3, 6]
    assert [step.occurred_at for step in found] == [1 * 10**9, 2 * 10**9, 3 * 10**9, 4 * 10**9]
    assert not any(step.missing for step in found)


async def test_only_what_a_screen_follows_from_is_a_step(life: Life) -> None:
    await life.begins()
    await life.append(facts.Renamed(name="other"))
    await life.append(facts.Tagged(tags=("a",)))
    await life.prints(b"one")

    assert [type(step.record.fact) for step in await steps(life) if step.record] == [
        facts.Created,
        facts.Output,
    ]


async def test_a_gap_is_missing_where_it_stands(life: Life) -> None:
    await life.begins()
    await life.prints(b"one")
    await life.loses(10, "a full disk")
    await life.prints(b"two")

    assert await missing(life) == [(Missing(3, 10, "a full disk", is_gap=True),)]


async def test_bodies_that_can_not_be_read_are_missing_in_one_stretch(life: Life) -> None:
    await life.begins()
    await life.prints(b"one")
    lost = [await life.prints(b"two"), await life.prints(b"three")]
    last = await life.prints(b"four")
    await spoil(life, *lost)
    found = await steps(life)

    assert found[-1].missing == (Missing(3, 8, DAMAGED),)
    assert found[-1].seq == last
    assert len(found) == 3


async def test_what_is_missing_at_the_end_has_a_step_of_its_own(life: Life) -> None:
    await life.begins()
    lost = await life.prints(b"one")
    await spoil(life, lost)
    *_, last = await steps(life)

    assert (last.seq, last.offset, last.record) == (lost, 3, None)
    assert last.missing == (Missing(0, 3, DAMAGED),)


async def test_what_is_damaged_is_not_called_pruned_by_what_went_around_it(life: Life) -> None:
    await life.begins()
    cut = await life.prints(b"one\r\n")
    again = await life.prints(b"two\r\n")
    lost = await life.prints(b"three\r\n")
    await life.prints(b"four\r\n")
    await life.is_pruned(cut)
    # The screen that was kept stands behind what is lost, and goes as well.
    await life.is_pruned(again)
    await spoil(life, lost)

    assert await missing(life) == [(Missing(0, 10, PRUNED),), (Missing(10, 7, DAMAGED),)]


async def test_a_resize_between_bytes_that_are_missing_does_not_divide_them(life: Life) -> None:
    await life.begins()
    lost = [await life.prints(b"one"), await life.resizes(6, 40), await life.prints(b"two")]
    await life.prints(b"three")
    await spoil(life, *lost)

    assert await missing(life) == [(Missing(0, 6, DAMAGED),)]


async def test_bytes_that_no_record_has_are_missing(life: Life) -> None:
    await life.begins()
    life.offset = 7
    await life.prints(b"one")

    assert await missing(life) == [(Missing(0, 7, SKIPPED),)]


async def test_a_repaint_without_its_bytes_is_passed_over(life: Life) -> None:
    await life.begins()
    await life.prints(b"one")
    await spoil(life, await life.repaints(b"another"))

    assert len(await steps(life)) == 2


async def test_of_an_ended_pane_that_was_pruned_all_is_missing_at_once(life: Life) -> None:
    await life.begins()
    await life.prints(b"one")
    last = await life.prints(b"two")
    await life.append(facts.Died(status=0, signal=None, reason=""))
    await life.is_pruned(last, with_screen=False)

    assert await missing(life) == [(Missing(0, 6, PRUNED),)]


async def test_the_log_of_a_pane_that_was_pruned_begins_with_the_screen_that_was_kept(life: Life) -> None:
    await life.begins()
    cut = await life.prints(b"one\r\n")
    await life.prints(b"two\r\n")
    await life.is_pruned(cut)
    first, second = await steps(life)

    assert (first.seq, first.offset, first.missing) == (cut, 5, (Missing(0, 5, PRUNED),))
    assert first.begins_anew
    assert second.record is not None
    assert not second.begins_anew


async def test_without_cuts_what_is_left_of_a_pruned_part_is_read(life: Life) -> None:
    await life.begins()
    cut = await life.prints(b"one\r\n")
    await life.prints(b"two\r\n")
    await life.is_pruned(cut)
    found = await steps(life, screens=False, cuts=False)

    assert [(step.missing, step.offset) for step in found] == [((Missing(0, 5, PRUNED),), 10)]
