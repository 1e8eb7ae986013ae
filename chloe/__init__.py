"""Chloe keeps many terminal sessions alive and tells the truth about them.

The map of the house, lowest floor first; imports only go down.

0  ``errors``, ``config``   the error tree; TOML to frozen dataclasses, paths
0  ``wording``              text, sizes and times as a reader sees them
0  ``watch``                who is told when a file or a folder changes
0  ``terminal``             the emulator: bytes in; grid, replies, notices and modes out
0  ``events``               facts, commands, codec and projections: one ``apply(record)``
1  ``store``                the append-only SQLite log: one writer, ordered readers, integrity
1  ``backends``             what a pane's program runs on: a direct PTY, or a holder inside tmux
2  ``actors``               mailbox and supervision, the pane actor, the supervisor
3  ``engine``               wires the floors below; headless
3  ``replay``, ``export``   the same fold over stored records
4  ``ui``                   the urwid front end
5  ``cli``                  the click commands, thin
"""

__version__ = "0.1.0"
