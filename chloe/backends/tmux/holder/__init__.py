"""What runs in the session: the holder, a process of its own that outlives every Chloe.

``holder``        the process: relays between tmux and the program, and records
``child``         how it starts the program
``holder_files``  what lies beside the segments of its spool, made again once removed
``segments``      the format of a spool and its writer; the readers in ``tmux`` share the format

It is run as a script without ``chloe`` on its path: these files load each other by their bare names, and
import little of the standard library and nothing else. All other files of ``tmux`` run in Chloe.
"""
