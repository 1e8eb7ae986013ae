"""The actors: one a pane, each the sole owner of its backend, and the supervisor that owns them all.

``mailbox``     how commands reach an actor
``pane``        the actor: its pane's bytes into the log, commands to its program
``programs``    what a pane is asked to run, made into a backend
``pulse``       whether tmux still answers
``presence``    which instances of Chloe live
``last_words``  what is said for those that ended without saying it
``clearing``    which spools nobody needs any more
``preconditions``  what can't be asked of a pane
``supervisor``  restores panes, carries commands out, answers for actors that fail

Must not know urwid or click, nor who shows a pane.
"""
