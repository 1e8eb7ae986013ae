"""What programs ask their terminal, as a program that asks it: ``python tests/asking.py TOLD [GATE]``.

Owns the questions, and that each answer is waited for until a fence is answered: the status report, which
every terminal answers behind what was asked before. Must not know what is right.
"""

from __future__ import annotations

import json
import os
import sys
import tty
from pathlib import Path

#: What programs ask at their start.
QUESTIONS = {
    "DA1": "\x1b[c",
    "DA2": "\x1b[>c",
    "DSR 5": "\x1b[5n",
    "CPR": "\x1b[6n",
    "DECRQM 2026": "\x1b[?2026$p",
    "DECRQM 2004": "\x1b[?2004$p",
    "DECRQM 2027": "\x1b[?2027$p",
    "kitty keyboard ?u": "\x1b[?u",
    "XTVERSION": "\x1b[>0q",
    "OSC 10 ?": "\x1b]10;?\x07",
    "OSC 11 ?": "\x1b]11;?\x07",
    "OSC 4;1;?": "\x1b]4;1;?\x07",
    "OSC 10;?;?": "\x1b]10;?;?\x07",
    "OSC 52;c;?": "\x1b]52;c;?\x07",
    "XTGETTCAP RGB": "\x1bP+q524742\x1b\\",
    "DECRQSS m": "\x1bP$qm\x1b\\",
    "size in cells 18t": "\x1b[18t",
    "size in pixels 14t": "\x1b[14t",
    "cell 16t": "\x1b[16t",
    "XTQMODKEYS": "\x1b[?4m",
    "title 21t": "\x1b[21t",
    "colour scheme ?996n": "\x1b[?996n",
}
#: What only tmux knows, asked where it differs from other terminals.
BY_TMUX = {
    "focus ?1004h": "\x1b[?1004h\x1b[6n\x1b[?1004l",
    "CPR in margins": "\x1b7\x1b[?69h\x1b[3;9s\x1b[2;8r\x1b[?6h\x1b[3;4H\x1b[6n\x1b[?6;69l\x1b[r\x1b8",
    "CPR behind text in margins": (
        "\x1b7\x1b[?69h\x1b[3;19s\x1b[2;8r\x1b[?6h\x1b[2;2Hab\r\ncd\x1b[6n\x1b[?6;69l\x1b[r\x1b8"
    ),
}
BY_TMUX |= {
    "CPR behind CHT, HPR and VPR": "\x1b7\x1b[H\x1b[2I\x1b[3a\x1b[2e\x1b[6n\x1b8",
    "CPR of what SCOSC saved": "\x1b[5;6H\x1b[s\x1b[?69h\x1b[3;9s\x1b[?69l\x1b[u\x1b[6n\x1b[H",
}
#: Where tmux is known to have the cursor elsewhere: the question for a screen of 77 columns, and its answer.
OTHERWISE = {
    "CPR at a side margin": ("\x1b[?69h\x1b[3;9s\x1b[1;5H\r\x1b[6n\x1b[?69l\x1b[H", "\x1b[1;1R"),
    "CPR behind a full row and BS": ("\x1b[1;77Hx\b\x1b[6n\x1b[H", "\x1b[1;77R"),
    "CPR behind an emoji of two characters": ("❤\ufe0f\x1b[6n\x1b[H", "\x1b[1;2R"),
}
FENCE, ANSWER_TO_FENCE = b"\x1b[5n", b"\x1b[0n"


def ask(question: bytes) -> bytes:
    """Return what comes before the answer to the fence; all that comes with that is told as well."""
    os.write(1, question + FENCE)
    wanted = 1 + question.count(FENCE)
    answer = b""
    while answer.count(ANSWER_TO_FENCE) < wanted:
        answer += os.read(0, 4096)
    return answer.replace(ANSWER_TO_FENCE, b"", 1) if wanted > 1 else answer.removesuffix(ANSWER_TO_FENCE)


def main(told: str, gate: str = "") -> None:
    """Ask each question alone, then all in one go; leave the answers in the file ``told``."""
    tty.setraw(0)
    if gate:
        # Opening waits until somebody opens the other end.
        with Path(gate).open("rb") as opened:
            opened.read()
    os.write(1, b"\x1b[2J\x1b[H\x1b[?2004h\x1b[>1u\x1b[1;38;5;12m")
    questions = QUESTIONS | BY_TMUX | {name: question for name, (question, _) in OTHERWISE.items()}
    answers = {name: ask(question.encode()).decode() for name, question in questions.items()}
    every = "".join(question for name, question in QUESTIONS.items() if name != "DSR 5")
    answers["all at once"] = ask(every.encode()).decode()
    Path(f"{told}.new").write_text(json.dumps(answers))
    Path(f"{told}.new").rename(told)


if __name__ == "__main__":
    main(*sys.argv[1:])
