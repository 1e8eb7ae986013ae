"""Callbacks that are called when a file or a folder changes.

Owns the watching: inotify on Linux, polling elsewhere or where the kernel grants no more watches. Must not
know what the files are for: a notice carries a name, never contents, and the callback reads what it needs.
Notices are coalesced and may be spurious, never missing.
"""

from chloe.watch.watcher import Watcher

__all__ = ["Watcher"]
