"""Chloe keeps many terminal sessions alive and tells the truth about them.

The map of the house, lowest floor first; imports only go down.

0  ``errors``, ``config``   the error tree; TOML to frozen dataclasses, paths
0  ``quick``                dataclasses, made quickly
0  ``small_files``          files that are read whole, up to a bound
0  ``waits``                what is waited for, who has it, and when to give up
0  ``tasks``                what runs in the background: its owner, and that its failure is told
0  ``formatting``           text, sizes and times as a reader sees them; the filter for hostile text
0  ``watch``                who is told when a file or a folder changes
0  ``terminal``             the emulator: bytes in; grid, replies, notices and modes out
0  ``events``               facts, commands, codec and projections: one ``apply(record)``
1  ``store``                the append-only SQLite log: one writer, ordered readers, integrity
1  ``transcript``           each line that a person could have read in a terminal, once
1  ``backends``             what a pane's program runs on: a direct PTY, or a holder inside tmux
2  ``actors``               mailbox and supervision, the pane actor, the supervisor
2  ``past``                 the walk through a pane's log, which all that looks back stands on
2  ``pruning``              what may go from the log
3  ``engine``               wires the floors below; headless
3  ``replay``, ``export``   what happened, in words; a pane's log as a file
3  ``doctor``               what is wrong and what to do about it
4  ``ui``                   the urwid front end
5  ``cli``                  the click commands, thin
"""

__version__ = "0.1.0"
