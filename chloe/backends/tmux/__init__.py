"""The persistent backend: the program runs in a tmux session, under a holder that records it.

All of it runs in Chloe, but for ``holder/``.

``server``           every tmux command: sessions are made, listed, resized, ended
``libtmux_server``   libtmux, within a deadline
``backend``          one pane: lease, reading, typing
``session_resizer``  the size that the session was given last
``program_look``     what shows of the program
``liveness``         whether more is to be expected of a holder
``screen_recovery``  the screen after a loss
``screen``           a screen taken from tmux, as bytes
``holder_spec``      how a holder is started
``holder/``          what runs in the session: owns the program's terminal, writes the spool
``spool``            the spool's reading: along the segments
``frame_reader``     one segment, frame by frame
``frames``           what a frame may say
``quarantine``       the folder that keeps damaged segments
``removal``          a spool is removed: the names of what is in it
``spool_status``     whether there is anything to be done about a spool
``inspection``       servers and spools, inspected from outside
``survivors``        programs that outlived their holder
``terminal_reset``   having the holder end what a killed program left behind
``published_modes``  what the program asked of its terminal, as the holder says
``input_fifo``       typing to a holder
``leases``           who may record which pane
``locks``            what the kernel frees when its process dies
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chloe.backends.tmux.backend import TmuxBackend
    from chloe.backends.tmux.leases import Leases
    from chloe.backends.tmux.server import TmuxServer
    from chloe.backends.tmux.spool import SpoolReader

__all__ = ["Leases", "SpoolReader", "TmuxBackend", "TmuxServer"]


def __getattr__(name: str) -> object:
    """Import a part when it is asked for: a command that only looks needs none of them."""
    match name:
        case "TmuxBackend":
            from chloe.backends.tmux import backend

            return backend.TmuxBackend
        case "Leases":
            from chloe.backends.tmux import leases

            return leases.Leases
        case "TmuxServer":
            from chloe.backends.tmux import server

            return server.TmuxServer
        case "SpoolReader":
            from chloe.backends.tmux import spool

            return spool.SpoolReader
    raise AttributeError(f"there is no {name} among what tmux panes run on")
