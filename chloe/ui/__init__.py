"""The urwid front end: views, panes, dialogs, and the user's own terminal.

Owns everything that a person sees and types. Reads projections, asks the engine, and must not know
SQLite, tmux or PTYs.
"""
