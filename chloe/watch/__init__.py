"""Who is told when a file or a folder changes.

Owns the noticing: inotify on Linux, polling elsewhere or where the kernel grants no more watches.
Must not know what the files are for: a notice carries a name, never contents, so whoever is told
looks for himself. Notices are coalesced and may be spurious, never missing.
"""

from chloe.watch.watcher import Watcher

__all__ = ["Watcher"]
