"""Which bells and notifications come into the log."""

from __future__ import annotations

from chloe.actors.notice_recorder import NoticeRecorder
from chloe.events import facts
from chloe.events.facts import Entry, Notified

SECOND = 1_000_000_000


class Stream:
    """A pane that prints, and what is recorded of that beside its output."""

    def __init__(self) -> None:
        self._recorder = NoticeRecorder()
        self._offset = 0

    def prints(self, data: bytes, at: int = SECOND) -> list[facts.Fact]:
        output = facts.Output(offset=self._offset, length=len(data), data=data)
        self._offset += len(data)
        first, *others = self._recorder.add_notices([Entry("p", output, at)])
        assert first.fact == output
        assert all(entry.pane == "p" and entry.occurred_at == at for entry in others)
        return [entry.fact for entry in others]

    def happens(self, fact: facts.Fact) -> None:
        assert self._recorder.add_notices([Entry("p", fact, SECOND)]) == [Entry("p", fact, SECOND)]


def test_a_bell_stands_behind_its_output() -> None:
    stream = Stream()
    assert stream.prints(b"compiling") == []
    assert stream.prints(b"done\a$ ") == [Notified(offset=16)]


def test_a_notification_goes_before_a_bell_and_the_last_one_before_others() -> None:
    printed = b"\x1b]9;one\a\x1b]777;notify;two;is last\a\a"
    notified = Notified(offset=len(printed), title="two", text="is last")
    assert Stream().prints(printed) == [notified]


def test_a_file_full_of_bells_rings_once() -> None:
    assert Stream().prints(b"\a\ax\a" * 1000) == [Notified(offset=4000)]


def test_what_is_told_fits_into_a_fact() -> None:
    (notified,) = Stream().prints(b"\x1b]777;notify;" + b"t" * 300 + b";\xed\xa0\x80" + b"x" * 300 + b"\a")
    assert isinstance(notified, Notified)
    assert (len(notified.title), len(notified.text)) == (200, 200)


def test_a_sequence_that_lost_its_end_hides_nothing_behind_the_gap() -> None:
    stream = Stream()
    assert stream.prints(b"\x1b]9;cut") == []
    stream.happens(facts.Gap(offset=7, length=5, reason="full"))
    assert stream.prints(b"\a") == [Notified(offset=8)]
