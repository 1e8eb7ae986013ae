"""What a pane's program wants its user to know, out of what it prints: bells and notifications, as facts.

Owns which of them come into the log. Each is recorded with the output that has it, in one commit, by the one
who records the pane: so none is lost or recorded twice. Must not know who hears of them.
"""

from __future__ import annotations

from chloe.events import facts
from chloe.events.facts import Entry
from chloe.events.fields import MAX_NOTICE, fit_text
from chloe.terminal.notice_scanner import NoticeScanner


class NoticeRecorder:
    """Reads the stream of one pane."""

    def __init__(self) -> None:
        self._scanner = NoticeScanner()

    def add_notices(self, entries: list[Entry]) -> list[Entry]:
        """Return the entries, and behind each output what its program wanted to be known by it."""
        added: list[Entry] = []
        for entry in entries:
            added.append(entry)
            if isinstance(entry.fact, facts.Output):
                notified = self._read(entry.fact)
                if notified is not None:
                    added.append(Entry(entry.pane, notified, entry.occurred_at))
            elif isinstance(entry.fact, facts.Gap | facts.Repainted):
                self._scanner = NoticeScanner()
        return added

    def _read(self, output: facts.Output) -> facts.Notified | None:
        """Return what stands in the output: the last notification, else a bell; None for nothing new."""
        notices = self._scanner.scan(output.data)
        if not notices:
            return None
        from chloe.terminal.notices import Bell, Notification

        end = output.offset + output.length
        for notice in reversed(notices):
            if isinstance(notice, Notification):
                title, text = (fit_text(each, MAX_NOTICE) for each in (notice.title, notice.body))
                return facts.Notified(offset=end, title=title, text=text)
        return facts.Notified(offset=end) if Bell() in notices else None
