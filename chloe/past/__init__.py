"""The past of a pane: one walk through its log, for all that looks back.

Owns where a fold of one pane begins, how it goes on, and what is missing on the way. Must not know backends,
actors, nor what is done with what is found.

The interface
-------------

A ``Walker`` stands at one place of one pane's log, with the terminal as it was there:

    walker = Walker(store, pane)
    await walker.at(time=yesterday)         # also seq=, offset=, line=; without any: the end
    walker.terminal, walker.position        # the screen of then; None where there is none
    while (step := await walker.peek()):    # what comes next, and when it happened; None: nothing does
        await walker.step()                 # take it in, and draw it
    await walker.until(seq=…)               # take in all up to and including that; without any: to the end

``at`` goes anywhere, from the nearest place before it: the newest checkpoint, where the walker stands, the
screen that was kept where the log was pruned, or the pane's beginning. ``until`` and ``step`` only go on. All
three stand *behind* what is asked for: everything up to and including that record, time, byte or line is in.
A step is one record; the walker never stands within one.

- ``seq``: the last record that is in. ``offset``: so many bytes of the pane's stream are in. ``line``: the
  line of this number, counted as ``Terminal.scrollback`` counts, has left the screen. ``time``: what occurred
  up to then is in, in nanoseconds since 1970. Where a clock was set back, ``walker.occurred_at`` stands still
  until time has caught up, and ``at`` gives no earlier place for a later time.
- ``step.missing`` says what the log lacks right before the step, once for each stretch and reason.
- Whatever the emulator fails on ends the drawing and nothing else (law 10): ``terminal`` is None from there
  on, up to the next screen that the log has; ``fault`` says why, and ``on_fault`` is given it once.
- A walk is silent (law 6): what programs ask of their terminals is thrown away once ``on_drawn`` has seen it.
- The loop is never held for more than a few milliseconds (law 8).

``stream``          the records of one pane that its screen follows from, and what is missing between them
``walker``          the walk
``checkpointing``   checkpoints on their way into the store
``transcribing``    the transcript of what was walked through
``scrollback``      lines by their numbers, for scrolling back
"""
