"""What a pane's program runs on.

``backend``         the words between a pane and its backend, and the protocol
``kinds``           the kinds of backend, and the traits of each
``evidence``        what shows of a program from outside: its terminal's line discipline, who is in front
``environment``     what a program gets to see of the world: environment, shell, where a command is
``outer_terminal``  what the terminals around Chloe say of themselves, which no program gets
``limits``          the resource limits that this process was started with
``spawn``           a program on a PTY of its own: ``posix_spawn``, or ptyprocess's fork
``terminal_input``  how a program reads its terminal, and how much it hasn't read
``pty_writer``      typing into a PTY of this process
``flood_pause``     floods wait for the echo of a key
``direct``          the fast backend: a PTY that this process owns and that ends with it
``tmux``            the persistent backend: a holder inside tmux that owns the PTY
``fake``            the double that tests of higher floors use; passes the same contract tests

Must not know the store, the actors, the engine or who shows a pane.
"""
