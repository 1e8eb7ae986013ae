"""The sessions that ``record.py`` records: which program, where, and what is typed at it.

Whatever a program would show of the machine is kept out: the folder, the host and the dates are made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Made anew for each program, which runs in ``files`` in it; ``home`` is its home.
FOLDER = "/tmp/demo"

#: As without application cursor keys: whoever types looks at the mode.
UP, DOWN, RIGHT, LEFT = (f"\x1b[{final}" for final in "ABCD")
HOME, END = "\x1b[H", "\x1b[F"
PAGE_UP, PAGE_DOWN = "\x1b[5~", "\x1b[6~"
ESCAPE = "\x1b"

#: Fifty lines of something like a program, and some plain files.
_FILES = r"""
mkdir -p docs src
for i in $(seq -w 50); do printf 'def line_%s(text):\treturn "%s" # 日本語 é\n' $i $i; done > src/code.py
for i in $(seq 30); do echo "$i: words and more words" > docs/note-$i.txt; done
printf '#!/bin/sh\n' > run; chmod +x run; ln -s run link
"""

_GIT = (
    _FILES
    + """
export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.org GIT_AUTHOR_DATE="2026-01-02T03:10:00Z"
export GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.org GIT_COMMITTER_DATE="2026-01-02T03:10:00Z"
git init -q -b main; git add .
for i in $(seq 40); do
    export GIT_AUTHOR_DATE="2026-01-02T03:$((i + 10)):00Z" GIT_COMMITTER_DATE="2026-01-02T03:$((i + 10)):00Z"
    sed -i "${i}s/line/row/" src/code.py; git commit -q -am "Row $i: größer, 日本語"
    [ $i != 10 ] || git checkout -q -b side
    [ $i != 20 ] || {
        git checkout -q main
        git merge -q --no-ff -m "Merge side" side
        git tag v1
    }
done
"""
)

#: Nothing that a machine's disk or chance would change.
_MC = (
    _FILES
    + """
mkdir -p ../home/.config/mc; printf '[Layout]\nfree_space=0\nmessage_visible=0\n' > ../home/.config/mc/ini
"""
)


def click(y: int, x: int, button: int = 0) -> str:
    """A press and its release at a row and column from 1, as SGR mouse reports."""
    return f"\x1b[<{button};{x};{y}M\x1b[<{button};{x};{y}m"


def wheel(y: int, x: int, *, up: bool = False) -> str:
    """A turn of the wheel."""
    return f"\x1b[<{64 if up else 65};{x};{y}M"


@dataclass(frozen=True, slots=True)
class Session:
    """A program, what is typed after each pause, and where the terminal takes another size.

    ``size`` and a step that is a size: rows and columns. ``before`` and ``after``: what a shell does
    around it.
    """

    command: str
    steps: tuple[str | tuple[int, int], ...]
    size: tuple[int, int] = (24, 80)
    before: str = _FILES
    after: str = ":"
    environment: Mapping[str, str] = field(default_factory=dict)


_NVIM = (
    "exec nvim -u NONE -i NONE -n -c 'filetype on' "
    "--cmd 'set number mouse=a termguicolors cursorline laststatus=2 | syntax on' src/code.py"
)

SESSIONS = {
    "nvim": Session(
        _NVIM,
        (
            *("\x04", "\x15", "10Gdd", "onew 日本語 text\x1b", ":vsplit docs/note-1.txt\r", wheel(5, 60)),
            *((20, 60), (24, 80), "\x17w", click(8, 12), "vjj", "y", ":terminal echo done\r", "\x1c\x0e"),
            *(":buffer 1\r", "/line_4\r", ":hi Search gui=undercurl guisp=#ff0000\r", ":set list\r"),
        ),
    ),
    "mc": Session(
        "exec mc -u -x -S default",
        (
            *(DOWN, "\r", END, HOME, "\x1b[20~", RIGHT, DOWN + DOWN, ESCAPE + ESCAPE, "\t", click(6, 45)),
            *(DOWN * 3, (30, 100), (24, 80), "\t", "\x1b[13~", PAGE_DOWN, "\x1b[15~"),
        ),
        before=_MC,
    ),
    "tig": Session(
        "exec tig",
        (DOWN * 3, "\r", "jjj", PAGE_DOWN, "\t", "t", "q", "r", "q", "/Row 7\r", "\r", (20, 70), "h"),
        before=_GIT,
    ),
    "dialog": Session(
        "dialog --backtitle Demo --mouse --menu 'Pick one' 15 50 5 "
        "a 'The first' b 'The second' c 'Größe 日本' d x e y f z; "
        "dialog --title Colours --colors --checklist '\\Z1red\\Zn \\Zb\\Zubold\\Zn' 12 40 3 "
        "1 one on 2 two off 3 three on; "
        "(for i in 10 40 75; do echo $i; sleep 0.1; done) | dialog --gauge 'Loading' 8 50 0; "
        "dialog --calendar 'A day' 0 0 2 1 2026",
        (DOWN * 2, "\r", " ", DOWN + " ", "\r", RIGHT, DOWN),
    ),
    "fzf": Session(
        "exec bash --norc --noprofile",
        (
            "ls\r",
            "ls docs/* | fzf --height 60% --reverse --border --multi --preview 'cat {}'\r",
            *(
                "note-2",
                "\t\t",
                "\x08",
                DOWN,
                UP,
                "\r",
                "echo $?\r",
                "find . | fzf --no-color\r",
                "code",
                "\x1b",
            ),
            *("ls docs/* | fzf --color=light --header=Notes\r", "!9 ", wheel(10, 10, up=True), "\x0b"),
        ),
    ),
    "screen": Session(
        "exec screen -c /dev/null -S demo sh",
        (
            "\x01:caption always '%{= kG} %-w%{= BW}%n %t%{-}%+w %= demo'\r",
            *(
                "vim -u NONE -i NONE -n -c 'set nu' src/code.py\r",
                "\x06",
                "\x01c",
                "less docs/note-1.txt src/code.py\r",
            ),
            *(":n\r", " ", "k", "\x01S", "\x01\t", "\x01" + "0", "Gi日本語\x1b", "\x01\t", "/line_4\r"),
        ),
        after="screen -S demo -X quit",
        environment={"SCREENDIR": f"{FOLDER}/screen"},
    ),
    "ipython": Session(
        'exec "$PYTHON" -m IPython --no-banner --no-confirm-exit --colors=linux',
        (
            *(
                "import math\r",
                "math.fa",
                "\t",
                "\t",
                "\x1b[Z",
                "\r",
                "(5)\r",
                "def f(x):\r",
                "return 'größer 日本語' * x\r",
                "\r",
            ),
            *(
                "f(3)\r",
                "1/0\r",
                UP * 2,
                "\x12ma",
                "\r\r",
                "for i in range(30): print(i)\r\r",
                (20, 60),
                "f(2",
                "\x01# \x05",
            ),
        ),
        environment={"IPYTHONDIR": f"{FOLDER}/ipython", "COLORTERM": "truecolor"},
    ),
    "textual": Session(
        'exec "$PYTHON" ../programs/textual_app.py',
        (wheel(8, 10), click(3, 10), "\t", "hé", "\x10"),
        size=(14, 44),
        before=":",
        environment={"COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none"},
    ),
    "ink": Session(
        'ln -s "$NODE_MODULES" ../node_modules; exec node ../programs/ink.mjs',
        ("What is this? 日本", "\x7f", "\r", "And now", "\r", (20, 60), "x"),
        before=":",
        environment={"COLORTERM": "truecolor", "FORCE_COLOR": "3"},
    ),
}
