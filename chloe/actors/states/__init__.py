"""States: what a pane's program is doing, out of evidence.

``doing``  ended, at its prompt, working, waiting for a user, or quiet

Pure rules: what the log and a look at the processes say in, an answer with its reason out. Must not know how
that is gathered (``backends.activity``), nor who asks.
"""
