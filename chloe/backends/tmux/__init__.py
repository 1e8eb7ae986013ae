"""The persistent backend: the program runs in a tmux session, under a holder that records it.

``server``    every tmux command: sessions are made, listed, resized, ended
``backend``   one pane: lease, reading, typing
``resizing``  the size that it was given last
``ending``    whether more is to be expected of a holder
``repainting``  the screen after a loss
``holding``   how a holder is started
``holder``    the session's process: owns the program's terminal, writes the spool; runs alone
``folder``    what lies beside the segments, and how it comes back when it is removed; inside the holder
``program``   how the holder starts the program
``segments``  the spool's format and its writing; runs inside the holder
``spool``     the spool's reading: along the segments
``frame_reader``  one segment, frame by frame
``frames``    what a frame may say
``damage``    what is damaged is kept aside
``removal``   a spool is removed: the names of what is in it
``survivors`` programs that outlived their holder
``keys``      typing to a holder
``leases``    who may record which pane
``locks``     what the kernel frees when its process dies
``screen``    a screen taken from tmux, as bytes
``glance``    whether there is anything to be done about a spool
``through_libtmux``  libtmux, within a deadline
``inspecting``  servers and spools looked at from outside
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chloe.backends.tmux.backend import TmuxBackend
    from chloe.backends.tmux.leases import Leases
    from chloe.backends.tmux.server import PREFIX, TmuxServer
    from chloe.backends.tmux.spool import SpoolReader

__all__ = ["PREFIX", "Leases", "SpoolReader", "TmuxBackend", "TmuxServer"]


def __getattr__(name: str) -> object:
    """Import a part when it is asked for: a command that only looks needs none of them."""
    match name:
        case "TmuxBackend":
            from chloe.backends.tmux import backend

            return backend.TmuxBackend
        case "Leases":
            from chloe.backends.tmux import leases

            return leases.Leases
        case "PREFIX" | "TmuxServer":
            from chloe.backends.tmux import server

            return getattr(server, name)
        case "SpoolReader":
            from chloe.backends.tmux import spool

            return spool.SpoolReader
    raise AttributeError(f"there is no {name} among what tmux panes run on")
