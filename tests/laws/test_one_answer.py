"""Law 12, for what a program asks its terminal: the same answers, each once and in order, whoever looks.

A real program asks, in a direct pane and in tmux panes: one that is shown, one that is recorded unseen, one
with no Chloe alive, one while a Chloe comes and is killed, one with a terminal attached by hand.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

from chloe.backends.kinds import DIRECT, TMUX
from chloe.config import Config
from chloe.engine import Engine, open_engine
from chloe.terminal.colours import Colours
from tests.app_in_terminal import AppInTerminal
from tests.asking import OTHERWISE, QUESTIONS
from tests.panes import open_pane

Eventually = Callable[..., Awaitable[None]]

ASKING = Path(__file__).parents[1] / "asking.py"
#: A light terminal's.
COLOURS = Colours({"10": "1111/2222/3333", "11": "fdfd/f6f6/e3e3", "4;1": "dcdc/3232/2f2f"})


def told_by(file: Path) -> dict[str, str]:
    answers: dict[str, str] = json.loads(file.read_text())
    return answers


async def opened(engine: Engine, kind: str, folder: Path, *, gate: bool = False) -> tuple[str, Path]:
    """A pane whose program asks, and the file with what it was told; at a gate it waits to be let through."""
    told = folder / uuid.uuid4().hex
    argv = [sys.executable, "-I", str(ASKING), str(told)]
    if gate:
        os.mkfifo(f"{told}.gate")
        argv.append(f"{told}.gate")
    pane = await open_pane(engine, backend=kind, argv=tuple(argv), rows=21, columns=77)
    return pane, told


def let_through(told: Path) -> None:
    """Open the gate, which waits until the program stands at it."""
    with Path(f"{told}.gate").open("wb"):
        pass


#: Another Chloe: it records and draws what there is until it is killed.
ANOTHER = """
import asyncio, sys
from pathlib import Path
from chloe.config import Config, Paths, TmuxSettings
from chloe.engine import open_engine

async def main():
    config = Config(paths=Paths.under(Path(sys.argv[1])), tmux=TmuxSettings(socket_name=sys.argv[2]))
    async with open_engine(config) as engine:
        for pane in list(engine.projections.panes):
            await engine.screen(pane)
        print("there", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_program_is_told_the_same_whatever_pane_it_is_in_and_whoever_looks(
    config: Config, eventually: Eventually, tmp_path: Path
) -> None:
    config.paths.prepare()
    (config.paths.home / "colours").write_bytes(COLOURS.dump())
    async with open_engine(config) as engine:
        _, direct = await opened(engine, DIRECT, tmp_path)
        shown_pane, shown = await opened(engine, TMUX, tmp_path, gate=True)
        await engine.screen(shown_pane)
        let_through(shown)
        _, unseen = await opened(engine, TMUX, tmp_path)
        for told in (direct, shown, unseen):
            await eventually(told.exists)
        _, alone = await opened(engine, TMUX, tmp_path, gate=True)
        _, killed = await opened(engine, TMUX, tmp_path, gate=True)
        by_hand_pane, attached = await opened(engine, TMUX, tmp_path, gate=True)
    let_through(alone)
    await eventually(alone.exists)
    another = [sys.executable, "-c", ANOTHER, str(config.paths.home), config.tmux.socket_name]
    with subprocess.Popen(another, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        let_through(killed)
        process.send_signal(signal.SIGKILL)
    await eventually(killed.exists)
    session = f"=chloe-{by_hand_pane}"
    attach = ["tmux", "-u", "-L", config.tmux.socket_name, "-f/dev/null", "attach", "-t", session]
    by_hand = AppInTerminal(attach, {**os.environ, "TERM": "xterm-256color", "TMUX": ""}, 24, 80)
    try:
        by_hand.wait_for(lambda app: app.terminal.modes.alternate_screen)
        let_through(attached)
        by_hand.wait_for(lambda _: attached.exists())
    finally:
        by_hand.close()
    answers = told_by(direct)
    ours = {name: answers.pop(name) for name in OTHERWISE}
    assert [*ours.values()] == ["\x1b[1;3R", "\x1b[1;76R", "\x1b[1;3R"]
    for told in (shown, unseen, alone, killed, attached):
        given = told_by(told)
        for name, (_, by_tmux) in OTHERWISE.items():
            # Where the cursor is, tmux says; a newer one may have learnt to count so.
            assert given.pop(name) in (by_tmux, ours[name]), name
        assert given == answers, told
    assert answers["all at once"] == "".join(answers[name] for name in QUESTIONS if name != "DSR 5")
    assert answers["CPR"] == "\x1b[1;1R"
    # Nothing of the focus, which didn't change; columns count from the left margin, where there is one.
    assert answers["focus ?1004h"] == "\x1b[1;1R"
    assert answers["CPR in margins"] == "\x1b[3;4R"
    assert answers["CPR behind text in margins"] == "\x1b[3;3R"
    assert answers["CPR behind CHT, HPR and VPR"] == "\x1b[3;20R"
    assert answers["CPR of what SCOSC saved"] == "\x1b[5;6R"
    assert answers["OSC 11 ?"] == "\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\"
    assert answers["colour scheme ?996n"] == "\x1b[?997;2n"
    assert {name for name, answer in answers.items() if not answer} == {"OSC 52;c;?", "title 21t"}
