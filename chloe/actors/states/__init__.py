"""States: what a pane's program is doing, and what follows from that, out of evidence.

``doing``   ended, at its prompt, working, waiting for a user, or quiet
``escape``  whose an Esc is that is typed into a pane
``shell_marks``  what shells say of themselves in their output, and how long it holds

Pure rules: what the log, the terminal's modes and a look at the processes say in, an answer with its reason
out. Must not know how that is gathered (``backends.activity``, ``backends.evidence``), nor who asks.
"""
