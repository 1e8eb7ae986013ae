"""The mailbox: order, answers, and what becomes of messages to an actor that has ended."""

from __future__ import annotations

import asyncio

import pytest

from chloe.actors.mailbox import Mailbox
from chloe.errors import PaneRefused


async def test_messages_are_taken_in_the_order_in_which_they_came() -> None:
    mailbox: Mailbox[int] = Mailbox()
    for number in range(5):
        mailbox.send(number)
    assert [(await mailbox.take()).message for _ in range(5)] == [0, 1, 2, 3, 4]


async def test_who_asks_waits_until_it_is_done() -> None:
    mailbox: Mailbox[str] = Mailbox()
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(mailbox.request("please"))
        envelope = await mailbox.take()
        assert not asked.done()
        envelope.resolve()


async def test_who_asks_gets_the_error() -> None:
    mailbox: Mailbox[str] = Mailbox()
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(_refused(mailbox))
        (await mailbox.take()).reject(PaneRefused("no"))
    assert asked.result() == "no"


async def test_an_ended_actor_answers_all_who_wait_and_all_who_come() -> None:
    mailbox: Mailbox[str] = Mailbox()
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(_refused(mailbox))
        await asyncio.sleep(0)
        mailbox.close(PaneRefused("ended"))
        late = group.create_task(_refused(mailbox))
    assert (waiting.result(), late.result()) == ("ended", "ended")
    mailbox.send("nobody hears this, and nobody is hurt")


async def _refused(mailbox: Mailbox[str]) -> str:
    with pytest.raises(PaneRefused) as caught:
        await mailbox.request("please")
    return str(caught.value)
