"""What runs in the session: the holder, a process of its own that outlives every Chloe.

``holder``        the process: relays between tmux and the program, and records
``child``         how it starts the program
``descriptors``   the terminal that tmux gave it, and writing without waiting
``holder_files``  what lies beside the segments of its spool, made again once removed
``questions``     what the program asks its terminal, found in what it prints
``dispatch``      what each sequence changes, and what it is answered
``skimming``      what most of a flood is made of, told for much of it at once
``sequences``     where a sequence ends
``settings``, ``rendition``   what a program has switched on, as far as it can be asked for
``colours_file``  the colours of the user's display
``modes_file``    what of that matters to who types, for Chloe to read
``answer_queue``  answers in their order, each once
``segments``      the format of a spool and its writer; the readers in ``tmux`` share the format

It is run as a script without ``chloe`` on its path: these files load each other by their bare names, and
import little of the standard library and nothing else. All other files of ``tmux`` run in Chloe.
"""
