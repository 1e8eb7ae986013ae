"""What terminals, multiplexers and editors say of themselves in the environment of their programs.

Owns the names, each with the source that says who sets it. Must not know what Chloe says of itself.

A program that reads these believes that it runs in the terminal around Chloe: it draws for that one, writes
to its device, or asks its multiplexer for a window. So no pane gets them. What a user sets to choose how such
a program works is his, and stays.
"""

from __future__ import annotations

#: Who sets a variable, and where that is written. A ``*`` at the end stands for a family of names.
OUTER_TERMINAL = {
    # Any terminal.
    "COLUMNS": "environ(7), POSIX.1-2017 8.3: the size of the user's terminal",
    "LINES": "environ(7), POSIX.1-2017 8.3: the size of the user's terminal",
    "TERMCAP": "termcap(5): the terminal's entry, as screen(1) and Emacs hand it on",
    "TERMINFO": "ncurses(3X): kitty and Ghostty set it to a folder of their own",
    "TERM_PROGRAM": "Apple Terminal, iTerm2, WezTerm, Ghostty, VS Code, tmux 3.2 and later",
    "TERM_PROGRAM_VERSION": "the same",
    "TERM_SESSION_ID": "Apple Terminal, iTerm2, JetBrains' terminal",
    "WINDOWID": "xterm(1), ENVIRONMENT; Konsole, kitty, Alacritty, urxvt: the X window",
    "COLORFGBG": "urxvt(1), ENVIRONMENT; Konsole: the colours of the terminal's text",
    "SSH_TTY": "ssh(1), ENVIRONMENT: the device of the user's terminal",
    "__CFBundleIdentifier": "macOS, Launch Services: the application that the terminal is",
    "GPG_TTY": "gpg-agent(1): the same, as shells' start-up files set it",
    # Multiplexers, and what keeps sessions.
    "TMUX": "tmux(1), ENVIRONMENT",
    "TMUX_PANE": "tmux(1), ENVIRONMENT",
    "STY": "screen(1), ENVIRONMENT",
    "WINDOW": "screen(1), ENVIRONMENT",
    "BYOBU_TTY": "byobu, usr/bin/byobu.in",
    "BYOBU_BACKEND": "byobu, usr/bin/byobu.in",
    "ZELLIJ*": "zellij.dev/documentation/integration: ZELLIJ, ZELLIJ_SESSION_NAME, ZELLIJ_PANE_ID",
    "DVTM*": "dvtm(1), ENVIRONMENT: DVTM, DVTM_WINDOW_ID, DVTM_CMD_FIFO",
    "ABDUCO*": "abduco(1), ENVIRONMENT: ABDUCO_SESSION, ABDUCO_SOCKET",
    "SHPOOL_SESSION*": "shpool, libshpool/src/daemon/server.rs",
    "ZMX_SESSION": "zmx, README",
    "HERDR_*": "herdr, documentation of its socket: HERDR_ENV, HERDR_PANE_ID",
    "CMUX_*": "cmux, documentation of its command line: CMUX_WORKSPACE_ID, CMUX_SURFACE_ID",
    # Terminals.
    "ALACRITTY_*": "alacritty(1), ENVIRONMENT: ALACRITTY_WINDOW_ID, ALACRITTY_SOCKET, ALACRITTY_LOG",
    "CURSOR_TRACE_ID": "Cursor, in its terminal",
    "DOMTERM": "domterm.org/Wire-byte-protocol.html",
    "LC_EXTRATERM_COOKIE": "Extraterm, extraterm/src/terminal/Terminal.ts: made to pass through ssh",
    "CONTOUR_*": "Contour, src/contour/TerminalSession.cpp",
    "TERMINAL_NAME": "Contour, the same",
    "TERMINAL_VERSION_*": "Contour, the same: TERMINAL_VERSION_STRING, TERMINAL_VERSION_TRIPLE",
    "ConEmu*": "conemu.github.io/en/ConEmuEnvironment.html",
    "ETERM_VERSION": "Eterm(1)",
    "GHOSTTY_*": "Ghostty, src/termio/Exec.zig: GHOSTTY_RESOURCES_DIR, GHOSTTY_BIN_DIR and others",
    "GNOME_TERMINAL_*": "GNOME Terminal, src/terminal-screen.cc: GNOME_TERMINAL_SCREEN and _SERVICE",
    "GUAKE_TAB_UUID": "Guake, guake/terminal.py",
    "ITERM_*": "iterm2.com/documentation-variables.html: ITERM_SESSION_ID, ITERM_PROFILE",
    "LC_TERMINAL": "iTerm2, sources/PTYSession.m: made to pass through ssh",
    "LC_TERMINAL_VERSION": "the same",
    "TERM_FEATURES": "iterm2.com/feature-reporting",
    "KITTY_*": "sw.kovidgoyal.net/kitty/glossary: KITTY_WINDOW_ID, KITTY_PID, KITTY_LISTEN_ON and others",
    "KONSOLE_*": "Konsole, src/session/Session.cpp: KONSOLE_VERSION, KONSOLE_DBUS_SESSION and others",
    "SHELL_SESSION_ID": "Konsole, the same",
    "PROFILEHOME": "Konsole, the same",
    "MINTTY_SHORTCUT": "mintty(1)",
    "MLTERM": "mlterm(1), ENVIRONMENT",
    "PTYXIS_*": "Ptyxis, src/ptyxis-tab.c: PTYXIS_PROFILE, PTYXIS_VERSION",
    "TERMINATOR_*": "Terminator, terminatorlib/terminal.py: TERMINATOR_UUID, TERMINATOR_DBUS_NAME",
    "TERMINOLOGY": "Terminology, src/bin/termpty.c",
    "TILIX_ID": "Tilix, source/gx/tilix/terminal/terminal.d",
    "VTE_VERSION": "VTE, src/vtepty.cc: GNOME Terminal, Tilix, Terminator and others",
    "WARP_*": "docs.warp.dev: WARP_IS_LOCAL_SHELL_SESSION and others",
    "WAVETERM*": "docs.waveterm.dev: WAVETERM, WAVETERM_BLOCKID, WAVETERM_JWT",
    "WEZTERM_*": "wezterm.org/shell-integration.html: WEZTERM_PANE, WEZTERM_UNIX_SOCKET, WEZTERM_CONFIG_FILE",
    "WT_SESSION": "Windows Terminal, src/cascadia/TerminalConnection/ConptyConnection.cpp",
    "WT_PROFILE_ID": "the same",
    "WT_SETTINGS_DIR": "the same",
    "XTERM_*": "xterm(1), ENVIRONMENT: XTERM_VERSION, XTERM_LOCALE, XTERM_SHELL",
    # Editors that have a terminal.
    "EAT_SHELL_INTEGRATION_DIR": "eat, eat.el: its scripts print what only it understands",
    "EMACS_VTERM_PATH": "emacs-libvterm, vterm.el",
    "INSIDE_EMACS": "GNU Emacs manual, 39.8 Options for Shell Mode; term.el, vterm.el",
    "NVIM": "Neovim, :help $NVIM",
    "NVIM_LISTEN_ADDRESS": "Neovim, :help $NVIM_LISTEN_ADDRESS",
    "VIM_SERVERNAME": "Vim, :help terminal",
    "VIM_TERMINAL": "Vim, :help terminal",
    "TERMINAL_EMULATOR": "JetBrains' terminal, LocalTerminalDirectRunner.java",
    "__INTELLIJ_COMMAND_HISTFILE__": "the same",
    "VSCODE_A11Y_MODE": "VS Code, src/vs/platform/terminal/node/terminalEnvironment.ts",
    "VSCODE_INJECTION": "the same",
    "VSCODE_NONCE": "the same",
    "VSCODE_SHELL_*": "the same: VSCODE_SHELL_LOGIN, VSCODE_SHELL_INTEGRATION, VSCODE_SHELL_ENV_REPORTING",
    "VSCODE_STABLE": "the same",
    "ZED_TERM": "Zed, crates/terminal/src/terminal.rs",
}

#: Names of these families that a user sets for the program that has them, and that say nothing of a terminal.
SETTINGS = frozenset(
    {
        "KITTY_CACHE_DIRECTORY",  # kitty(1), ENVIRONMENT, as the next two.
        "KITTY_CONFIG_DIRECTORY",
        "KITTY_RUNTIME_DIRECTORY",
        "ZELLIJ_AUTO_ATTACH",  # zellij.dev/documentation/integration, as the next.
        "ZELLIJ_AUTO_EXIT",
        "ZELLIJ_CONFIG_DIR",  # zellij.dev/documentation/configuration, as the next.
        "ZELLIJ_CONFIG_FILE",
        "ZELLIJ_SOCKET_DIR",
    }
)

_FAMILIES = tuple(name[:-1] for name in OUTER_TERMINAL if name.endswith("*"))


def is_of_outer_terminal(name: str) -> bool:
    """Return whether the variable says something of the terminal around Chloe."""
    return name in OUTER_TERMINAL or (name.startswith(_FAMILIES) and name not in SETTINGS)
