"""The words of Chloe and what they add up to.

``facts`` say what happened, ``commands`` what may be asked; ``codec`` turns facts into what the log
keeps and back; ``panes``, ``screens`` and ``history`` are projections, folded by the one ``apply`` in
``projections``, live and in replay alike. Nothing in this room does any I/O: no asyncio, os, sqlite
or urwid.
"""
