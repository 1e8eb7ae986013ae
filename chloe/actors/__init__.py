"""The actors: one a pane, each the sole owner of its backend, and the supervisor that owns them all.

``mailbox``          how commands reach an actor
``pane``             the actor: its pane's bytes into the log, commands to its program
``gathering``        what was read of a pane and isn't in the log yet
``launcher``         what a pane is asked to run, made into a backend
``delivery``         typing so that it arrives: the pauses, and what is said of what doesn't
``ingestion``        what spools hold, taken into the log
``handover``         leases given to others for a while
``failure``          what becomes of a pane whose actor failed
``presence``         which instances of Chloe live
``departed``         what is recorded for instances that ended without a word
``instance_reaper``  when that is done
``cleanup``          which spools nobody needs any more
``unread_spools``    what a stopped recorder hasn't read
``unrecorded``       what is done to a program though the log can't be written
``survivors``        programs that outlived their pane
``tmux_health``      whether tmux still answers
``queues``           how much waits in an actor
``states``           what a program is doing, out of evidence
``observation``      that evidence, looked at now
``scope``            which panes an instance looks after
``preconditions``    what can't be asked of a pane
``plain_commands``   what is carried out by recording it
``states``           what a program is doing, out of evidence: whose an Esc is
``supervisor``       restores panes, carries commands out, answers for actors that fail

Must not know urwid or click, nor who shows a pane.
"""
