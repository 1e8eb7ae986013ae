"""Nothing that a terminal says of itself reaches a pane, and everything that the user says does.

The environments are those that these programs give to what they run, as their sources have them.
"""

from __future__ import annotations

import pytest

from chloe import __version__
from chloe.backends.environment import build_environment
from chloe.backends.outer_terminal import OUTER_TERMINAL, SETTINGS, is_of_outer_terminal

_VTE = {"COLORTERM": "truecolor", "VTE_VERSION": "7600"}

#: What each adds to the environment of what it runs.
TERMINALS = {
    "Alacritty": {
        "TERM": "alacritty",
        "ALACRITTY_LOG": "/tmp/Alacritty-4711.log",
        "ALACRITTY_SOCKET": "/run/user/1000/Alacritty-:0-4711.sock",
        "ALACRITTY_WINDOW_ID": "94263",
        "WINDOWID": "94263",
    },
    "Apple Terminal": {
        "TERM_PROGRAM": "Apple_Terminal",
        "TERM_PROGRAM_VERSION": "455",
        "TERM_SESSION_ID": "B5A1D3E0-0000-4444-8888-ABCDEFABCDEF",
        "__CFBundleIdentifier": "com.apple.Terminal",
    },
    "Contour": {
        "TERM": "contour",
        "CONTOUR_PROFILE": "main",
        "TERMINAL_NAME": "contour",
        "TERMINAL_VERSION_STRING": "0.6.1",
        "TERMINAL_VERSION_TRIPLE": "0.6.1",
    },
    "ConEmu": {"ConEmuPID": "1234", "ConEmuANSI": "ON", "ConEmuTask": "{bash}"},
    "Cursor": {"TERM_PROGRAM": "vscode", "CURSOR_TRACE_ID": "0d2f"},
    "DomTerm": {"DOMTERM": "version=3.2;tty=/dev/pts/3"},
    "Emacs, eat": {
        "TERM": "eat-truecolor",
        "TERMINFO": "/home/u/.emacs.d/elpa/eat/terminfo",
        "INSIDE_EMACS": "29.4,eat",
        "EAT_SHELL_INTEGRATION_DIR": "/home/u/.emacs.d/elpa/eat/integration",
    },
    "Emacs, term and vterm": {
        "TERM": "eterm-color",
        "TERMCAP": "eterm-color:li#24:co#80:",
        "INSIDE_EMACS": "29.4,vterm",
        "EMACS_VTERM_PATH": "/home/u/.emacs.d/elpa/vterm",
        "LINES": "24",
        "COLUMNS": "80",
    },
    "Extraterm": {"LC_EXTRATERM_COOKIE": "f00"},
    "Ghostty": {
        "TERM": "xterm-ghostty",
        "TERMINFO": "/usr/share/ghostty/terminfo",
        "TERM_PROGRAM": "ghostty",
        "TERM_PROGRAM_VERSION": "1.3.1",
        "GHOSTTY_RESOURCES_DIR": "/usr/share/ghostty",
        "GHOSTTY_BIN_DIR": "/usr/bin",
        "GHOSTTY_SHELL_FEATURES": "cursor,title",
    },
    "GNOME Terminal": {
        **_VTE,
        "GNOME_TERMINAL_SCREEN": "/org/gnome/Terminal/screen/1",
        "GNOME_TERMINAL_SERVICE": ":1.90",
    },
    "Guake": {**_VTE, "GUAKE_TAB_UUID": "0d2f"},
    "iTerm2": {
        "TERM_PROGRAM": "iTerm.app",
        "TERM_PROGRAM_VERSION": "3.5.4",
        "TERM_SESSION_ID": "w0t0p0:1",
        "TERM_FEATURES": "T3LrMSc7UUw9",
        "ITERM_SESSION_ID": "w0t0p0:1",
        "ITERM_PROFILE": "Default",
        "LC_TERMINAL": "iTerm2",
        "LC_TERMINAL_VERSION": "3.5.4",
        "COLORFGBG": "7;0",
    },
    "JetBrains": {
        "TERMINAL_EMULATOR": "JetBrains-JediTerm",
        "TERM_SESSION_ID": "11-22",
        "__INTELLIJ_COMMAND_HISTFILE__": "/home/u/.cache/history",
    },
    "kitty": {
        "TERM": "xterm-kitty",
        "TERMINFO": "/usr/lib/kitty/terminfo",
        "KITTY_WINDOW_ID": "1",
        "KITTY_PID": "99",
        "KITTY_PUBLIC_KEY": "1:abc",
        "KITTY_LISTEN_ON": "unix:/tmp/kitty",
        "KITTY_INSTALLATION_DIR": "/usr/lib/kitty",
        "KITTY_SHELL_INTEGRATION": "enabled",
        "WINDOWID": "7",
    },
    "Konsole": {
        "COLORFGBG": "15;0",
        "KONSOLE_DBUS_SERVICE": ":1.55",
        "KONSOLE_DBUS_SESSION": "/Sessions/1",
        "KONSOLE_DBUS_WINDOW": "/Windows/1",
        "KONSOLE_VERSION": "240802",
        "PROFILEHOME": "",
        "SHELL_SESSION_ID": "f00",
        "WINDOWID": "8",
    },
    "mintty": {"TERM_PROGRAM": "mintty", "TERM_PROGRAM_VERSION": "3.7.4", "MINTTY_SHORTCUT": "C:\\x.lnk"},
    "mlterm": {"MLTERM": "3.9.3", "COLORFGBG": "default;default", "WINDOWID": "9"},
    "Neovim": {"NVIM": "/run/user/1000/nvim.1.0", "NVIM_LISTEN_ADDRESS": "/run/user/1000/nvim.1.0"},
    "Ptyxis": {**_VTE, "PTYXIS_PROFILE": "1", "PTYXIS_VERSION": "47.0"},
    "Terminator": {
        **_VTE,
        "TERMINATOR_UUID": "urn:uuid:1",
        "TERMINATOR_DBUS_NAME": "net.tenshu.Terminator2",
        "TERMINATOR_DBUS_PATH": "/net/tenshu/Terminator2",
    },
    "Terminology": {"TERMINOLOGY": "1"},
    "Tilix": {**_VTE, "TILIX_ID": "2d0c"},
    "urxvt": {"TERM": "rxvt-unicode-256color", "COLORTERM": "rxvt-xpm", "COLORFGBG": "0;15", "WINDOWID": "3"},
    "Vim": {"VIM_TERMINAL": "900", "VIM_SERVERNAME": "GVIM"},
    "VS Code": {
        "TERM_PROGRAM": "vscode",
        "TERM_PROGRAM_VERSION": "1.95.0",
        "VSCODE_INJECTION": "1",
        "VSCODE_NONCE": "a-b",
        "VSCODE_STABLE": "1",
        "VSCODE_SHELL_LOGIN": "1",
        "VSCODE_SHELL_INTEGRATION": "1",
    },
    "Warp": {"TERM_PROGRAM": "WarpTerminal", "WARP_IS_LOCAL_SHELL_SESSION": "1", "WARP_HONOR_PS1": "0"},
    "Wave": {"TERM_PROGRAM": "waveterm", "WAVETERM": "1", "WAVETERM_BLOCKID": "1", "WAVETERM_JWT": "x.y"},
    "WezTerm": {
        "TERM_PROGRAM": "WezTerm",
        "TERM_PROGRAM_VERSION": "20240203",
        "WEZTERM_PANE": "0",
        "WEZTERM_EXECUTABLE": "/usr/bin/wezterm-gui",
        "WEZTERM_UNIX_SOCKET": "/run/user/1000/wezterm/gui-sock-1",
        "WEZTERM_CONFIG_FILE": "/home/u/.wezterm.lua",
    },
    "Windows Terminal": {"WT_SESSION": "1-2-3", "WT_PROFILE_ID": "{1}"},
    "xterm": {
        "XTERM_VERSION": "XTerm(379)",
        "XTERM_LOCALE": "C.UTF-8",
        "XTERM_SHELL": "/bin/bash",
        "WINDOWID": "4",
    },
    "Zed": {"TERM_PROGRAM": "zed", "TERM_PROGRAM_VERSION": "0.170", "ZED_TERM": "true"},
    # What keeps terminals, or cuts one in pieces.
    "abduco, dvtm": {"ABDUCO_SESSION": "w", "ABDUCO_SOCKET": "/tmp/w", "DVTM": "0.15", "DVTM_WINDOW_ID": "1"},
    "byobu": {"BYOBU_TTY": "/dev/pts/3", "BYOBU_BACKEND": "tmux"},
    "cmux": {"CMUX_WORKSPACE_ID": "1", "CMUX_SURFACE_ID": "2", "CMUX_SOCKET_PATH": "/tmp/cmux.sock"},
    "herdr": {"HERDR_ENV": "1", "HERDR_PANE_ID": "1"},
    "screen": {
        "STY": "12.pts-3.host",
        "WINDOW": "0",
        "TERMCAP": "SC|screen:",
        "TERM": "screen.xterm-256color",
    },
    "shpool": {"SHPOOL_SESSION_NAME": "main", "SHPOOL_SESSION_DIR": "/run/user/1000/shpool"},
    "ssh, gpg-agent": {"SSH_TTY": "/dev/pts/3", "GPG_TTY": "/dev/pts/3"},
    "tmux": {
        "TMUX": "/tmp/tmux-1000/default,1,0",
        "TMUX_PANE": "%1",
        "TERM": "tmux-256color",
        "TERM_PROGRAM": "tmux",
        "TERM_PROGRAM_VERSION": "3.5a",
    },
    "zellij": {"ZELLIJ": "0", "ZELLIJ_SESSION_NAME": "odd-cat", "ZELLIJ_PANE_ID": "2"},
    "zmx": {"ZMX_SESSION": "dev"},
    "Chloe": {
        "TERM": "other",
        "TERM_PROGRAM": "chloe",
        "TERM_PROGRAM_VERSION": "0.0.0",
        "CHLOE_PANE": "the pane around",
    },
}

#: What a user sets, or a login: some of it looks as if a terminal had.
OWN = {
    "LANG": "de_DE.UTF-8",
    "LC_ALL": "C",
    "TERMINAL": "alacritty",
    "TERMINFO_DIRS": "/nix",
    "CHLOE_HOME": "/h",
    "CHLOE_TMUX_SOCKET": "mine",
    "TMUX_TMPDIR": "/run/user/1000",
    "SSH_CONNECTION": "10.0.0.2 50000 10.0.0.1 22",
    "SSH_AUTH_SOCK": "/tmp/agent",
    "DISPLAY": ":0",
    "WAYLAND_DISPLAY": "wayland-0",
    "VSCODE_IPC_HOOK_CLI": "/run/user/1000/vscode.sock",
    "GIT_ASKPASS": "/usr/share/code/askpass.sh",
    "VSCODE_GIT_ASKPASS_NODE": "/usr/share/code/code",
    "WT_ROOT": "/src/worktrees",
    "WINDOWS": "no",
    "LINES_OF_CODE": "7",
    "NVIM_APPNAME": "lazy",
    "VIMINIT": "set nu",
    "EMACS": "emacs",
    "NO_COLOR": "1",
    **dict.fromkeys(SETTINGS, "mine"),
}

CHLOES_OWN = {
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "TERM_PROGRAM": "chloe",
    "TERM_PROGRAM_VERSION": __version__,
    "CHLOE_PANE": "p",
}


@pytest.mark.parametrize("terminal", TERMINALS)
def test_a_program_sees_chloes_terminal_and_nothing_of_this_one(terminal: str) -> None:
    around = TERMINALS[terminal]
    seen = build_environment(OWN | around, pane="p")
    assert seen == OWN | CHLOES_OWN


def test_nor_of_all_of_them_in_each_other() -> None:
    around = {name: value for each in TERMINALS.values() for name, value in each.items()}
    seen = build_environment(around | OWN, pane="p")
    assert seen == OWN | CHLOES_OWN


def test_each_name_has_a_source_and_a_terminal_here_that_sets_it() -> None:
    known = {name for each in TERMINALS.values() for name in each}
    for name, source in OUTER_TERMINAL.items():
        assert source
        matching = [
            each for each in known if each == name or (name[-1] == "*" and each.startswith(name[:-1]))
        ]
        assert matching or name in ("ETERM_VERSION", "VSCODE_A11Y_MODE", "WT_SETTINGS_DIR"), name


def test_a_setting_is_of_a_family_and_stays() -> None:
    for name in SETTINGS:
        assert name.startswith(tuple(family[:-1] for family in OUTER_TERMINAL if family[-1] == "*"))
        assert not is_of_outer_terminal(name)
