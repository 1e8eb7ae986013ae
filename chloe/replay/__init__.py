"""Replay: the log read back, in words. What shows a pane's screen of then is ``chloe.past``.

``narrative`` says what happened for a reader, as text or as JSON. It is silent (law 6): it answers no
terminal's question, touches no backend, and passes on nothing that a program printed without making it
harmless first. Must not know backends or actors.
"""

from chloe.replay.narrative import describe, describe_all, to_json, without_notes

__all__ = ["describe", "describe_all", "to_json", "without_notes"]
