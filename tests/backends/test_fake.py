"""The fake backend in a test's own hand."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from chloe.backends.backend import READ_LIMIT, BytesLost, Exited, OutputRead, SizeChanged, Spec
from chloe.backends.fake import FakeBackend, silent
from chloe.events.facts import SpoolPosition


@pytest.fixture
async def fake() -> FakeBackend:
    spec = Spec(pane="p", argv=("/bin/sh",), cwd="/", environment={}, rows=24, columns=80)
    backend = FakeBackend(spec, silent)
    await backend.start()
    return backend


async def test_it_tells_what_it_is_made_to_tell_in_order(fake: FakeBackend) -> None:
    fake.prints(b"one", SpoolPosition(0, 10))
    fake.changes_size(30, 90)
    fake.loses(5, "disk full")
    fake.dies(signal.SIGKILL)
    fake.prints(b"too late")
    one, size, lost, exited = await fake.read()
    assert isinstance(one, OutputRead)
    assert (one.data, one.position) == (b"one", (0, 10))
    assert isinstance(size, SizeChanged)
    assert (size.rows, size.columns) == (30, 90)
    assert isinstance(lost, BytesLost)
    assert (lost.length, lost.reason) == (5, "disk full")
    assert isinstance(exited, Exited)
    assert (exited.status, exited.signal) == (None, signal.SIGKILL)
    with pytest.raises(EOFError):
        await fake.read()


async def test_it_notes_what_is_asked_of_it(fake: FakeBackend) -> None:
    fake.write(b"abc")
    fake.resize(10, 20)
    await fake.acknowledge(SpoolPosition(1, 2))
    await fake.kill()
    await fake.close()
    assert (bytes(fake.typed), fake.size, fake.acknowledged) == (b"abc", (10, 20), [SpoolPosition(1, 2)])
    assert fake.killed
    assert fake.closed


async def test_a_long_print_is_handed_out_in_parts_and_its_position_with_the_last(fake: FakeBackend) -> None:
    fake.prints(b"x" * (READ_LIMIT + 1), SpoolPosition(0, 10))
    (first,) = await fake.read()
    (second,) = await fake.read()
    assert isinstance(first, OutputRead)
    assert isinstance(second, OutputRead)
    assert (len(first.data), first.position) == (READ_LIMIT, None)
    assert (len(second.data), second.position) == (1, (0, 10))


async def test_a_flood_is_made_only_as_it_is_read(fake: FakeBackend) -> None:
    made = []

    def flood() -> Iterator[bytes]:
        for number in range(1000):
            made.append(number)
            yield b"x" * 10_000

    fake.floods(flood())
    await fake.read()
    assert len(made) * 10_000 < READ_LIMIT + 20_000
