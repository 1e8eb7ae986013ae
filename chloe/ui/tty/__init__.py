"""The user's terminal: its modes, what is typed, how frames reach it. Must not know panes or views."""
