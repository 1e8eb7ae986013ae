"""Several Chloes on one log, and Chloes that are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import chloe
from chloe.events.facts import Output
from chloe.store import Store
from tests.ids import id_of

_ROOT = Path(chloe.__file__).parent.parent

#: Appends batches of numbered outputs, some durably, and says how many have been committed.
_WRITE = """
import asyncio, pathlib, sys
from chloe.events.facts import Entry, Output
from chloe.store import Store

async def main(path, name, batches):
    store = await Store.open(pathlib.Path(path), instance=name, watcher=None)
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    n = 0
    while batches < 0 or n < batches:
        size = n % 4 + 1
        numbers = [n * 4 + k for k in range(size)]
        bodies = [(number, b"%d " % number * 300) for number in numbers]
        facts = [Output(offset=number, length=len(body), data=body) for number, body in bodies]
        entries = [Entry(name, fact, n) for fact in facts]
        await store.append(entries, durable=n % 7 == 0)
        n += 1
        print(n, flush=True)
    await store.close()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


@contextmanager
def writing(path: Path, name: str, batches: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITE, str(path), name, str(batches)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        assert process.stdout.readline() == "open\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def offsets(count: int) -> list[int]:
    """What a writer has printed after ``count`` batches."""
    return [n * 4 + k for n in range(count) for k in range(n % 4 + 1)]


async def by_instance(store: Store) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    expected = 1
    async for record in store.read():
        assert record.seq == expected
        assert isinstance(record.fact, Output)
        assert record.fact.data == b"%d " % record.fact.offset * 300
        found.setdefault(record.instance, []).append(record.fact.offset)
        expected += 1
    return found


async def test_three_processes_append_interleaved_without_a_hole_or_a_double(
    opened: Any, collect: Any, path: Path
) -> None:
    store = await opened("watching")
    collector = collect(store)
    names, batches = [id_of(name) for name in "abc"], 80
    with ExitStack() as stack:
        processes = [stack.enter_context(writing(path, name, batches)) for name in names]
        for process in processes:
            begin(process)
        await collector.has(3 * len(offsets(batches)))
        assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert await by_instance(store) == {name: offsets(batches) for name in names}
    assert collector.records == [record async for record in store.read()]
    assert (await store.verify()).bad is None


async def test_a_killed_writer_leaves_a_whole_chain_and_all_it_was_told_is_in(
    opened: Any, path: Path
) -> None:
    promised = {}
    for number, name in enumerate(map(id_of, "abcde")):
        with writing(path, name, -1) as process:
            begin(process)
            assert process.stdout is not None
            for _ in range(7 * number + 5):
                promised[name] = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
            process.wait()
            for line in process.stdout.read().split("\n")[:-1]:
                promised[name] = int(line)
    store = await opened("after")
    assert (await store.verify()).bad is None
    for name, found in (await by_instance(store)).items():
        # A clean prefix, of whole batches, and at least what had been answered.
        count = promised[name] if found == offsets(promised[name]) else promised[name] + 1
        assert found == offsets(count)


async def test_a_killed_writer_stops_no_other(opened: Any, collect: Any, path: Path) -> None:
    store = await opened("watching")
    collector = collect(store)
    with writing(path, id_of("a"), -1) as killed, writing(path, id_of("b"), 60) as other:
        begin(killed)
        begin(other)
        await collector.has(20)
        killed.send_signal(signal.SIGKILL)
        assert other.wait(60) == 0
    assert (await by_instance(store))[id_of("b")] == offsets(60)
    assert (await store.verify()).bad is None
    await collector.has((await store.head()).seq)
