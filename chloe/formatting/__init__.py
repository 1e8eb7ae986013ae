"""Formatting: text, sizes, times, folders and tables as a reader sees them.

``text``     the one filter for hostile text; ids, commands, JSON
``sizes``    numbers of bytes
``times``    points in time, ages and durations
``folders``  paths with ``~`` for the home folder
``tables``   columns side by side

Must not know any other room, or where the words go. The parts are imported by their own names, so that a
command that prints a name doesn't import the calendar.
"""
