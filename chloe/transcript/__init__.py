"""The transcript: each line that a person could have read, once, in the order in which it settled.

Owns what counts as a line, when it could be read, and which line on a screen is one that was told before,
however often a program redraws. Pure: it follows one terminal and is told the time. Must not know the log,
the walk through it, nor where the lines go.

The interface
-------------

    transcript = Transcript()
    transcript.follow(terminal)             # also when another terminal takes its place
    transcript.advance(time, offset)        # before the terminal is fed what came at ``time``
    terminal.feed(data)                     # or resized: the operations are hooks
    transcript.fed()                        # after each piece of it, so that a flood doesn't pile up
    transcript.finish(time)                 # what stands on the main screen at the end was read, too
    for change in transcript.take_changes(): ...

A ``TranscriptChange`` is a line, another text of one that was told (by the same number), or that one is part
of a frame, a bar or a status line. ``Entries`` folds them. ``state.dump`` and ``state.load`` go on later, at
the same place of the stream, with a terminal that is as it was there: for a caller that makes a transcript in
slices, beside a checkpoint. An export makes it in one go.

The theory
----------

A screen is looked at when it is a frame: after a pause, before a switch and before a size. Its lines are
aligned with those of the frame before, by the names of rows, which go with the terminal's own scrolling, by
text, and by neighbours. A line that has stood for 0.3 s is told, unless it is one that was told before; what
leaves the main screen at the top is told at once. A frame that is another page is never taken for an update
in place: that would overwrite what was told, all else only doubles a line. Each settled text of a line is
told as a change, so a wrong update costs order and never text.

``likeness``    when two texts are the same line
``frame``       the lines of a screen, without frames and scroll bars
``watch``       the hooks: names of rows, what left the screen, what was cleared
``alignment``   which line of a frame is which of the one before
``recent``      the last lines that were told, and the changes
``placement``   which line was told before, and which is new
``transcript``  when a screen is looked at; the interface
``state``       a transcript as bytes
``entries``     the lines with all that they said, folded from changes
"""
