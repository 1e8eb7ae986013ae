"""The last known head, kept outside the database."""

from __future__ import annotations

import os
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chloe.events.facts import Entry, Truncated
from chloe.store import Head, Store
from chloe.store.heads import head_file, parse_head, read_heads, write_known_head
from tests.ids import id_of
from tests.searching import examples

Printed = Callable[..., Entry]
Eventually = Callable[..., Awaitable[None]]


async def test_the_head_is_kept_beside_the_log_while_it_is_written_and_at_close(
    store: Store, path: Path, printed: Printed, eventually: Eventually
) -> None:
    file = head_file(path)
    (first,) = await store.append([printed(b"one")])
    await eventually(lambda: file.exists() and parse_head(file.read_text()) == Head(1, first.hash))
    (second,) = await store.append([printed(b"two", 3)])
    await store.close()
    assert parse_head(file.read_text()) == Head(2, second.hash)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(each.name for each in path.parent.iterdir()) == ["head", "log.db", "log.lock", "reserve"]


async def grown(opened: Any, path: Path, printed: Printed) -> list[bytes]:
    """Two sittings of ten records each; the database as it was after the first, and after the second."""
    copies = []
    for name in ("one", "two"):
        store = await opened(name)
        for number in range(10):
            await store.append([printed(b"%d" % number, number)])
        await store.close()
        copies.append(path.read_bytes())
    return copies


async def test_a_log_replaced_by_an_old_copy_says_how_much_is_gone(
    opened: Any, path: Path, printed: Printed
) -> None:
    copies = await grown(opened, path, printed)
    path.write_bytes(copies[0])
    store = await opened("three")
    assert store.loss_notice is not None and "10 records, 11 to 20, are gone" in store.loss_notice
    record = [each async for each in store.read()][-1]
    assert isinstance(record.fact, Truncated)
    assert (record.seq, record.pane, record.fact.expected, record.fact.found) == (11, "", 20, 10)
    verdict = await store.verify()
    assert (verdict.bad, verdict.truncated) == (None, 1) and "its end was lost once" in str(verdict)
    # Said once, by the first that noticed.
    assert (await opened("four")).loss_notice is None


async def test_a_removed_wal_file_is_told_as_a_lost_end(
    opened: Any, path: Path, printed: Printed, eventually: Eventually
) -> None:
    store = await opened("one")
    written = await store.append([printed(b"x", n) for n in range(5)])
    await store.close()
    second = await opened("two")
    written += await second.append([printed(b"y", n) for n in range(5, 8)])
    await eventually(lambda: parse_head(head_file(path).read_text()) == Head(8, written[-1].hash))
    # As after a crash: what is on the disk, without the -wal file.
    crashed = path.with_name("crashed") / "log.db"
    crashed.parent.mkdir(mode=0o700)
    crashed.write_bytes(path.read_bytes())
    head_file(crashed).write_text(head_file(path).read_text())
    third = await Store.open(crashed, instance=id_of("three"))
    assert third.loss_notice is not None and "3 records, 6 to 8" in third.loss_notice
    await third.close()


async def test_another_history_of_the_same_length_is_told(opened: Any, path: Path, printed: Printed) -> None:
    await grown(opened, path, printed)
    ours = head_file(path).read_text()
    head_file(path).write_text(ours.split()[0] + " " + "ab" * 32 + "\n")
    store = await opened("three")
    assert store.loss_notice is not None and "record 20 is another one" in store.loss_notice


HUGE = str(2**63)


@pytest.mark.parametrize(
    "text",
    ["", "rubbish", "12", "12 zz", "-3 " + "00" * 32, "é", f"{HUGE} " + "00" * 32, "9" * 5000, "\0" * 86],
)
async def test_a_head_file_that_can_not_be_used_is_the_sign_of_a_loss(
    opened: Any, path: Path, printed: Printed, text: str
) -> None:
    await grown(opened, path, printed)
    head_file(path).write_text(text)
    assert "may have lost its end" in (await opened("three")).loss_notice
    store = await opened("four")
    assert store.loss_notice is None
    assert not (await store.verify()).complete


def _pipe(file: Path) -> None:
    os.mkfifo(file)


def _endless(file: Path) -> None:
    file.symlink_to("/dev/zero")


def _large(file: Path) -> None:
    with file.open("wb") as out:
        out.truncate(10**10)


@pytest.mark.parametrize("make", [_pipe, _endless, _large, Path.mkdir])
async def test_what_is_no_head_file_is_neither_waited_for_nor_read(
    opened: Any, path: Path, printed: Printed, make: Callable[[Path], None]
) -> None:
    await grown(opened, path, printed)
    head_file(path).unlink()
    make(head_file(path))
    store = await opened("three")
    assert ("is a folder" if make is Path.mkdir else "may have lost its end") in store.loss_notice
    await store.append([printed(b"goes on", 10)])
    await store.close()
    if not head_file(path).is_dir():
        head = parse_head(head_file(path).read_text())
        assert head is not None and head.seq == 22


@examples(200)
@given(text=st.binary(max_size=200) | st.from_regex(rb"[0-9]{1,25} [0-9a-f]{62,66}\n?", fullmatch=True))
def test_whatever_stands_in_a_line_it_is_a_head_that_fits_or_none(text: bytes) -> None:
    head = parse_head(text.decode("ascii", "replace"))
    assert head is None or (0 <= head.seq < 2**63 and len(head.hash) == 32)


@examples(60)
@given(lines=st.lists(st.binary(max_size=90) | st.just(b"x" * 5000), max_size=9), limit=st.integers(1, 500))
def test_whatever_stands_in_a_users_file_its_good_lines_are_read(
    tmp_path: Path, lines: list[bytes], limit: int
) -> None:
    good = b"2026-11-27T10:00:00Z 7 " + b"ab" * 32
    file = tmp_path / "heads"
    file.write_bytes(b"\n".join([*lines, good]) + b"\n")
    *_, last = [None, *read_heads(file, limit)]
    assert last == (Head(7, b"\xab" * 32) if limit > len(good) + 1 else None)


def test_a_head_that_can_not_be_kept_leaves_nothing_behind(path: Path) -> None:
    head_file(path).mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        write_known_head(path, Head(1, bytes(32)))
    assert [each.name for each in path.parent.iterdir()] == ["head"]


async def test_a_removed_log_is_told_when_a_new_one_is_made(
    opened: Any, path: Path, printed: Printed
) -> None:
    await grown(opened, path, printed)
    path.unlink()
    assert "20 records, 1 to 20" in (await opened("three")).loss_notice


async def test_heads_are_added_to_the_users_file_once_a_minute_and_at_close(
    path: Path, tmp_path: Path, printed: Printed, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "heads"
    monkeypatch.setattr("chloe.store.heads.WRITE_INTERVAL", 0.01)
    store = await Store.open(path, instance=id_of("one"), heads_file=file)
    await store.append([printed(b"one")])
    await eventually(head_file(path).exists)
    assert not file.exists()
    monkeypatch.setattr("chloe.store.heads.LINE_INTERVAL", 0.0)
    (second,) = await store.append([printed(b"two", 3)])
    await eventually(file.exists)
    (third,) = await store.append([printed(b"three", 6)])
    await store.close()
    heads = [parse_head(line) for line in file.read_text().splitlines()]
    assert heads[-1] == Head(3, third.hash) and set(heads) <= {Head(2, second.hash), Head(3, third.hash)}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
