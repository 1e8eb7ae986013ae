"""The urwid front end: tabs, panes, dialogs, and the user's own terminal.

Owns everything that a person sees and types. Reads projections, asks the engine, and must not know
SQLite, tmux or PTYs. The map, lowest first:

``sequences``, ``keyboard``  raw bytes of the user's terminal -> keys for Chloe or bytes for a pane; pure
``keymap``                   which key means what: data
``canvas``, ``colors``, ``paint``   rows of cells -> bytes for the user's terminal; pure
``screen``, ``frames``       the user's terminal, left as it was; when to draw
``theme``, ``words``         looks and wordings
``desk``, ``messages``, ``attention``, ``sizing``   what is selected, said, seen, and how large
``pane_view``, ``pane_list``, ``history_view``, ``bars``, ``dialogs``   the parts of the window
``window``                   puts the parts together
``asks``, ``news``           what is asked of the engine, and what it tells
``verbs``, ``pane_keys``     what each key does; what a pane gets of what is typed
``mouse``                    what the mouse does in a pane whose program asked for it
``intake``                   input, each event at its time
``app``                      wires it all and runs it
``running``                  one run from outside: what starts it, the exit status that its end becomes
``log_file``, ``faults``     where errors go, and which one a person reads about
"""
