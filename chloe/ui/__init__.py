"""The urwid front end: views, the panes in their slots, and the user's own terminal.

Owns everything that a person sees and types. Reads projections, asks the engine, and must not know
SQLite, tmux or PTYs. The map, lowest first:

``tty``                     the user's terminal: what is typed, what is shown, left as it was
``canvas``, ``style``, ``glyphs``, ``labels``   rows of cells; looks; what keys and panes are called
``panes``                   one pane in one slot: rows, past, size, typing, mouse, unread
``view``                    the words: slot, action, binding, view
``selection``, ``messages``, ``state``   what is selected and said; what views draw from
``box``, ``text_page``, ``card``, ``pane_list``, ``status_bars``   parts of the window
``views``                   the views and their table
``requests``, ``notifier``  what is asked of the engine, and what it tells
``stack``, ``keymap``, ``actions``   which view one is in; keys; what may be done, and why not
``shell``                   the window, and who gets what is typed
``lifetime``, ``app``, ``launch``   how a run ends; what wakes it; the run from outside
``log_file``, ``crash``     where errors go, and which one a person reads about
``state_dump``              the state of a run in words
"""
