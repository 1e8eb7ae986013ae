"""Export: a pane's log as a file.

``formats`` is the table of what a file may be. Each format has a file of its own here. To add one, write
that file and a row. Must not know backends, actors or where a file goes.
"""
