"""Tasks: each failure is told, what failed is tried again, and nothing is left running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from chloe.tasks import Tasks, shielded

Eventually = Callable[..., Awaitable[None]]


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    made = Tasks()
    yield made
    await made.close()


def heard(tasks: Tasks) -> list[str | None]:
    """Every trouble from now on."""
    troubles: list[str | None] = []
    tasks.on_trouble = troubles.append
    return troubles


class Failing:
    """Work that fails so many times, and is then done."""

    def __init__(self, failures: int, error: Exception | None = None) -> None:
        self.failures = failures
        self.error = error or RuntimeError("no more threads")
        self.tries = 0

    async def __call__(self) -> bool:
        self.tries += 1
        if self.tries <= self.failures:
            raise self.error
        return True


async def test_a_failure_is_told_until_the_work_succeeds(
    tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    troubles, work = heard(tasks), Failing(2)
    await tasks.repeat("counting", work)
    await asyncio.sleep(0)
    assert work.tries == 3
    # Both failures are one trouble.
    assert troubles == ["counting failed: no more threads; it is tried again", None]
    assert [record.exc_info is not None for record in caplog.records] == [True]


async def test_an_error_without_words_is_told_by_its_name(tasks: Tasks, eventually: Eventually) -> None:
    tasks.repeat("counting", Failing(10**9, MemoryError()))
    await eventually(lambda: tasks.trouble == "counting failed: MemoryError; it is tried again")


async def test_failed_work_is_tried_again_without_waiting_until_it_is_due(
    tasks: Tasks, eventually: Eventually
) -> None:
    done: list[str] = []
    due = asyncio.Event()

    async def wait() -> None:
        await due.wait()
        due.clear()

    async def work() -> None:
        done.append("tried")
        if len(done) == 1:
            raise RuntimeError

    tasks.repeat("counting", work, wait)
    due.set()
    await eventually(lambda: len(done) == 2 and tasks.trouble is None)
    due.set()
    await eventually(lambda: len(done) == 3)


async def test_a_failing_wait_is_told_as_well(tasks: Tasks) -> None:
    troubles, work = heard(tasks), Failing(0)
    await tasks.repeat("counting", work, Failing(1))
    await asyncio.sleep(0)
    assert troubles == ["counting failed: no more threads; it is tried again", None] and work.tries == 1


async def test_who_is_told_can_not_end_the_work_by_failing(tasks: Tasks) -> None:
    said: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context["exception"]))

    def fail(_trouble: str | None) -> None:
        raise ValueError("a listener's")

    tasks.on_trouble = fail
    work = Failing(1)
    await tasks.repeat("counting", work)
    await asyncio.sleep(0)
    assert work.tries == 2 and [type(error) for error in said] == [ValueError, ValueError]


async def test_work_that_is_done_once_is_told_until_it_is_begun_anew(tasks: Tasks) -> None:
    work = Failing(1)
    await tasks.start("stopping", work)
    assert tasks.trouble == "stopping failed: no more threads" and work.tries == 1
    await tasks.start("stopping", work)
    assert tasks.trouble is None and work.tries == 2


async def test_what_is_ended_is_no_trouble_any_more(tasks: Tasks, eventually: Eventually) -> None:
    one = tasks.repeat("counting", Failing(10**9))
    other = tasks.repeat("copying", Failing(10**9))
    await eventually(lambda: tasks.trouble is not None)
    await tasks.end(one)
    assert one.cancelled()
    assert tasks.trouble == "copying failed: no more threads; it is tried again"
    await tasks.end(other)
    assert tasks.trouble is None


async def test_all_have_ended_once_they_are_closed(tasks: Tasks) -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("ended")

    made = [tasks.repeat("counting", work), tasks.start("stopping", work)]
    await asyncio.sleep(0)
    await tasks.close()
    assert all(task.done() for task in made) and len(ended) == 2
    await tasks.close()


async def test_shielded_work_ends_before_the_cancellation_is_raised() -> None:
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await go_on.wait()
        ended.set()

    async def wait() -> None:
        await shielded(work())

    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(wait())
        await begun.wait()
        waiting.cancel()
        await asyncio.sleep(0)
        assert not waiting.done()
        go_on.set()
    assert waiting.cancelled() and ended.is_set()
