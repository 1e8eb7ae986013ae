"""Replay: the log read back.

``fold`` drives the projections over stored records, the same ``apply`` as live; ``telling`` words what
happened for a reader, as text or as JSON. Silent (law 6): answers no terminal's question, touches no
backend, and hands on nothing a program printed without making it harmless first. Must not know backends
or actors.
"""

from chloe.replay.telling import as_json, tell, told, without_checkpoints

__all__ = ["as_json", "tell", "told", "without_checkpoints"]
