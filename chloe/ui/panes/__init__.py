"""One pane in one slot: its rows, its past, what is typed into it, what follows from being shown."""
