"""A loss goes on being told until somebody has accepted it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from chloe.events.facts import Entry, LossAccepted, Truncated
from chloe.store import Store
from chloe.store.heads import head_file
from chloe.store.inspection import inspect_log
from chloe.store.opening import recover_log
from chloe.waits import Waits
from tests.ids import id_of

Printed = Callable[..., Entry]


class Log:
    """A log that is opened, changed behind Chloe's back, and opened again."""

    def __init__(self, path: Path, lines: Path | None, printed: Printed) -> None:
        self.path = path
        self.lines = lines
        self._printed = printed

    async def open(self) -> Store:
        return await Store.open(self.path, instance=id_of("one"), heads_file=self.lines)

    async def write(self, count: int) -> bytes:
        """Append records; the database as it is then."""
        store = await self.open()
        for number in range(count):
            await store.append([self._printed(b"%d" % number, number)])
        await store.close()
        return self.path.read_bytes()

    async def missing(self) -> tuple[str, ...]:
        """What ``verify`` says is missing, and a look that leaves the log alone."""
        store = await self.open()
        try:
            verdict = await store.verify()
        finally:
            await store.close()
        async with inspect_log(self.path, self.lines) as log:
            assert log.info.losses.all == verdict.losses
            assert (await log.verify()).losses == verdict.losses
        assert verdict.intact and verdict.complete == (not verdict.losses)
        return verdict.losses

    async def accept(self) -> None:
        store = await self.open()
        try:
            losses = await store.accept_loss("somebody")
            assert losses.lost
        finally:
            await store.close()


@pytest.fixture
def log(path: Path, printed: Printed) -> Log:
    return Log(path, None, printed)


@pytest.fixture
def watched(path: Path, tmp_path: Path, printed: Printed) -> Log:
    """One whose heads are added to a file elsewhere."""
    return Log(path, tmp_path / "heads", printed)


async def test_a_log_as_it_was_written_lacks_nothing(watched: Log) -> None:
    await watched.write(0)
    assert await watched.missing() == ()
    await watched.write(3)
    assert await watched.missing() == ()
    await watched.write(3)
    assert await watched.missing() == ()


async def test_a_lost_end_is_told_until_it_is_accepted(log: Log) -> None:
    before = await log.write(5)
    await log.write(4)
    log.path.write_bytes(before)
    async with inspect_log(log.path) as inspected:
        (said,) = inspected.info.losses.lost
        assert "4 records, 6 to 9, are gone" in said
    for _ in range(3):
        (said,) = await log.missing()
        assert "4 records, 6 to 9, are gone" in said
        await log.write(2)
    await log.accept()
    assert await log.missing() == ()
    store = await log.open()
    try:
        facts = [record.fact async for record in store.read(kinds={"LossAccepted"})]
        assert facts == [LossAccepted(user="somebody", through=12, expected=12, found=12)]
        assert [record.fact async for record in store.read(kinds={"Truncated"})] != []
        assert not (await store.accept_loss("somebody else")).lost
        assert (await store.head()).seq == 13
    finally:
        await store.close()


async def test_a_head_that_is_gone_is_a_loss_until_it_is_accepted(log: Log) -> None:
    await log.write(5)
    head_file(log.path).unlink()
    async with inspect_log(log.path) as inspected:
        assert "may have lost its end" in inspected.info.losses.lost[0]
    for _ in range(2):
        (said,) = await log.missing()
        assert "may have lost its end" in said
    await log.accept()
    assert await log.missing() == ()


async def test_a_folder_in_place_of_the_head_is_told_and_puts_nothing_into_the_log(log: Log) -> None:
    await log.write(5)
    head_file(log.path).unlink()
    head_file(log.path).mkdir()
    for _ in range(3):
        (said,) = await log.missing()
        assert "is a folder" in said and "remove it" in said
    head_file(log.path).rmdir()
    store = await log.open()
    try:
        assert len([record async for record in store.read(kinds={"Truncated"})]) == 1
    finally:
        await store.close()


async def test_what_is_lost_after_one_was_accepted_is_told(log: Log) -> None:
    before = await log.write(5)
    await log.write(2)
    log.path.write_bytes(before)
    await log.accept()
    before = log.path.read_bytes()
    await log.write(2)
    log.path.write_bytes(before)
    (said,) = await log.missing()
    assert "2 records" in said


async def test_a_cut_that_head_was_cut_with_shows_in_the_users_file(watched: Log) -> None:
    before = await watched.write(5)
    head = head_file(watched.path).read_text()
    await watched.write(4)
    watched.path.write_bytes(before)
    head_file(watched.path).write_text(head)
    for _ in range(2):
        (said,) = await watched.missing()
        assert "4 records, 6 to 9, are gone" in said
    await watched.accept()
    assert await watched.missing() == ()
    await watched.write(3)
    assert await watched.missing() == ()
    assert watched.lines is not None and len(watched.lines.read_text().splitlines()) > 2


async def test_rubbish_in_the_users_file_is_passed_over_and_told(watched: Log) -> None:
    await watched.write(3)
    assert watched.lines is not None
    watched.lines.write_bytes(b"\xff\x00 rubbish\n" + watched.lines.read_bytes() + b"9 9\n")
    assert await watched.missing() == ()
    store = await watched.open()
    verdict = await store.verify()
    await store.close()
    assert verdict.complete and "2 lines that are no heads" in verdict.notes[0]


def _link(file: Path, elsewhere: Path) -> None:
    file.symlink_to(elsewhere)


def _others(file: Path, elsewhere: Path) -> None:
    file.write_bytes(b"")
    os.chown(file, 65534, 65534)


def _pipe(file: Path, elsewhere: Path) -> None:
    os.mkfifo(file)


def _device(file: Path, elsewhere: Path) -> None:
    file.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_link, "is a link"),
        pytest.param(
            _others,
            "belongs to another user",
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away"),
        ),
        (_pipe, "is a named pipe"),
        (_device, "is a link"),
    ],
)
async def test_a_users_file_that_is_not_one_is_told_and_not_written_to(
    watched: Log, tmp_path: Path, make: Callable[[Path, Path], None], said: str
) -> None:
    assert watched.lines is not None
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"")
    make(watched.lines, elsewhere)
    await watched.write(2)
    store = await watched.open()
    assert store.loss_notice is not None and said in store.loss_notice and "heads_file" in store.loss_notice
    await store.close()
    (told,) = await watched.missing()
    assert said in told
    assert elsewhere.read_bytes() == b""


async def test_accepting_covers_what_came_before_it_and_no_more_however_often(log: Log) -> None:
    await log.write(1)
    many = 5_000
    lost = Truncated(expected=9, hash="00" * 32, found=1, reason="crafted")
    nothing = LossAccepted(user="x", through=0, expected=0, found=0, line="a line")
    covering = LossAccepted(user="x", through=2 + many // 2, expected=0, found=0, line="the last line")
    facts = [lost] * many + [nothing] * many + [covering, lost]
    store = await log.open()
    try:
        await store.append([Entry("", fact, 1) for fact in facts])
    finally:
        await store.close()
    assert len(await log.missing()) == many - many // 2


async def test_a_users_file_that_is_not_there_is_noted(watched: Log) -> None:
    await watched.write(3)
    assert watched.lines is not None
    watched.lines.unlink(missing_ok=True)
    async with inspect_log(watched.path, watched.lines) as log:
        assert log.info.losses.all == ()
        assert f"there is no file of heads {watched.lines}" in log.info.losses.notes[0]


async def test_what_salvaging_could_not_save_is_a_loss(log: Log, printed: Printed) -> None:
    await log.write(5)
    head = head_file(log.path).read_text().split()
    head_file(log.path).write_text(f"9 {head[1]}\n")
    await recover_log(log.path, "tried", lambda: 5, Waits(print))
    (said,) = await log.missing()
    assert "lost 4 records" in said
    await log.accept()
    assert await log.missing() == ()


async def test_a_salvaged_log_without_a_head_may_have_lost_its_end(log: Log) -> None:
    await log.write(5)
    head_file(log.path).unlink()
    await recover_log(log.path, "tried", lambda: 5, Waits(print))
    assert ["may have lost its end" in said for said in await log.missing()] == [True]


async def test_the_file_of_a_first_commit_is_there_before_it(path: Path, printed: Printed) -> None:
    store = await Store.open(path, instance=id_of("one"))
    assert head_file(path).read_text() == f"0 {'00' * 32}\n"
    await store.append([printed(b"x")])
    # As a kill leaves it.
    killed = path.parent.parent / "killed" / "log.db"
    killed.parent.mkdir(mode=0o700)
    for name in ("log.db", "log.db-wal", "head"):
        killed.with_name(name).write_bytes(path.with_name(name).read_bytes())
    await store.close()
    second = await Store.open(killed, instance=id_of("two"))
    assert second.loss_notice is None and (await second.verify()).complete
    assert not [record async for record in second.read() if isinstance(record.fact, Truncated)]
    await second.close()
