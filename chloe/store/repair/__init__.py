"""What is done about a log that was damaged, cut short or moved.

Owns ``page_scan`` (the rows that are left in damaged pages), ``series_scan`` (the bodies of series in them),
``salvage`` (a new log of them), ``losses`` (what heads that were kept elsewhere show to be missing) and
``relink`` (files that were taken away while the log is open). Must not know when any of it is due:
``chloe.store.opening`` and ``chloe.store.writer`` decide that.
"""
