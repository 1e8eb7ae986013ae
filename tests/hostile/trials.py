"""One case: a home is spoiled, every command runs over it, and what breaks a claim is told.

Owns the commands and the order in which they run. Must not know how a home is spoiled.
"""

from __future__ import annotations

import fcntl
import os
import pty
import random
import select
import shutil
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from chloe.terminal import Terminal
from tests.hostile.bodies import in_a_log
from tests.hostile.forks import Asked, Came, Forks
from tests.hostile.homes import BYSTANDER, UNREAD, Case, Grown
from tests.hostile.judging import judge, judge_app

#: Seconds after which a command is taken to hang.
DEADLINE = 45.0

#: Commands that between them, with the exports of one pane, read all that there is in a home.
_SEE_MOST = (["ls"], ["replay"], ["verify"], ["doctor", "--full", "--fix"])

Spoil = Callable[[Case, random.Random], str]

#: Keys that a user presses, most of them without a second thought.
_KEYS = (
    b"j",
    b"k",
    b"\x1b[B",
    b"\t",
    b"\r",
    b"?",
    b"m",
    b"z",
    b"g",
    b"G",
    b"\x1b[5~",
    b"a",
    b"d",
    b"r",
    b"1",
    b"2",
)


def commands(case: Case, chance: random.Random) -> list[list[str]]:
    """Every command, in an order by chance, so that each is now and then the first on a spoiled home."""
    honest = chance.choice(list(case.panes.values()))
    named = chance.choice(case.named) if case.named and chance.random() < 0.8 else honest
    every = [
        ["ls"],
        ["ls", "--all", "--json"],
        ["replay"],
        ["replay", "--json", "--data"],
        ["replay", "--", named],
        ["export-log", "--", named],
        ["export-log", "--format", "text", "--", named],
        ["export-log", "--format", "text", honest],
        ["verify"],
        ["verify", "--json", "--since", str(case.home / "heads")],
        ["doctor"],
        ["doctor", "--json"],
        ["doctor", "--full", "--fix"],
        ["prune", "--older-than", "1s", "--dry-run"],
        ["prune", "--over", "1KB", "--json"],
        ["prune", "--pane", named],
        ["recover"],
        ["peek", "--ansi", "--", named],
        ["peek", "--json", honest],
        ["wait", "--timeout", "0.3", "--for", "text=\x1b]0;x", "--", named],
        ["wait", "--timeout", "0.3", "--for", "quiet", "--", named],
        ["config"],
        ["config", "--json"],
        ["rename", "--", named, "renamed"],
        ["relaunch", "--", named],
        ["reset", "--", named],
        ["tag", "--", named, "tagged"],
        ["tag", "--", honest],
        ["tag", "--add", "k=v", "--remove", "tagged", "--", named],
        ["group", "--", named, "together"],
        ["send", "--", named, "hello"],
        ["send", "--key", "up", "--", honest],
        ["kill", "--", named],
        ["new", "--name", "fresh", "true"],
        ["app"],
    ]
    chance.shuffle(every)
    if case.honest:
        # What was printed is looked for before it is let go.
        every.sort(key=_prunes)
    # A word with a null in it can't be given to a process.
    return [words for words in every if not any("\0" in word for word in words)]


def _sees_most(words: Sequence[str]) -> bool:
    """Return whether it is of ``_SEE_MOST``, or an export of the pane that was spoiled."""
    return list(words) in _SEE_MOST or (words[0] == "export-log" and words[-2] == "--")


def _prunes(words: Sequence[str]) -> bool:
    return words[0] == "prune" and "--dry-run" not in words


class Trial:
    """Runs commands over one case."""

    def __init__(self, case: Case, forks: Forks, chance: random.Random) -> None:
        self._case = case
        self._forks = forks
        self._chance = chance
        self._around = case.around()
        self._found: dict[str, list[str]] = {}
        #: How many processes ran.
        self.ran = 0
        self._hung = False

    def run(self, every: Sequence[Sequence[str]]) -> list[str]:
        """Run them all, then look at what is left; the findings."""
        case = self._case
        case.server.tmux("new-session", "-d", "-s", BYSTANDER, "exec sleep 600")
        looked = not case.honest
        for words in every:
            if self._hung:
                break  # The others would most likely hang as well, each for as long.
            if _prunes(words) and not looked:
                looked = True
                self._look_for_what_was_printed()
            self.command([word.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for word in words])
            around = case.around()
            if around != self._around:
                self._find(words, f"changed what lies outside the home: {_differing(self._around, around)}")
                self._around = around
        if BYSTANDER not in case.server.holders():
            self._find(["all"], "somebody else's tmux session was ended")
        for broken in case.open_to_others():
            self._find(["all"], broken)
        return self.findings

    def command(self, words: Sequence[str]) -> Came:
        """Run one, and judge it."""
        self.ran += 1
        if words == ["app"]:
            came, written, shown = self._app()
            self._hung = came.hung
            for broken in judge_app(came, written, shown):
                self._find(words, broken)
            return came
        out, err = self._case.folder / "out", self._case.folder / "err"
        came = self._forks.run(self._asked(list(words), stdout=str(out), stderr=str(err)))
        self._hung = came.hung
        for broken in judge(list(words), came, out.read_bytes(), err.read_bytes()):
            self._find(words, broken)
        return came

    def _asked(self, words: list[str], **where: str) -> Asked:
        case = self._case
        return Asked(
            words=words, environment=case.environment, folder=str(case.folder), deadline=DEADLINE, **where
        )

    def _find(self, words: Sequence[str], what: str) -> None:
        self._found.setdefault(what, []).append(" ".join(word[:40] for word in words))

    @property
    def findings(self) -> list[str]:
        """Each claim that doesn't hold, with the commands of which it doesn't."""
        return [
            f"{words[0]!r}{f' and {len(words) - 1} more' * (len(words) > 1)}: {what}"
            for what, words in self._found.items()
        ]

    def _app(self) -> tuple[Came, bytes, str]:
        """The app on a terminal: a few keys, then it is quit."""
        master, slave = pty.openpty()
        try:
            fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
            self._forks.begin(self._asked([], terminal=os.ttyname(slave)))
            screen = Screen(master, self._forks)
            screen.show(lambda text: "Instances" in text, 20.0)
            for key in self._chance.sample(_KEYS, 4):
                screen.press(key, 0.1)
            until = time.monotonic() + DEADLINE
            while not self._forks.ended() and time.monotonic() < until:
                # Out of whatever those keys have opened, and away. An Esc is one once nothing follows.
                for key in (b"\x1d\x1b", b"1q", b"y"):
                    screen.press(key, 0.15)
            return self._forks.end(), bytes(screen.written), screen.text
        finally:
            os.close(slave)
            os.close(master)

    def _look_for_what_was_printed(self) -> None:
        case = self._case
        for name in ("unread", "orphan"):
            pane = case.panes[name]
            out = case.folder / "out"
            err = case.folder / "err"
            asked = self._asked(["export-log", pane], stdout=str(out), stderr=str(err))
            came = self._forks.run(asked)
            kept = b"".join(
                path.read_bytes() for path in case.home.rglob(f"*{pane}*/*.seg") if path.is_file()
            )
            if UNREAD not in out.read_bytes() + kept:
                where = "it is in the log" if in_a_log(case, pane, UNREAD) else "nor is it in the log"
                what = f"what {name} printed is not in its spool and can't be exported"
                said = err.read_text("utf-8", "replace")[:300]
                self._find(["all"], f"{what} (it ends with {came.status}: {said}); {where}")


class Screen:
    """The terminal that the app is on."""

    def __init__(self, master: int, forks: Forks) -> None:
        self._master = master
        self._forks = forks
        self._terminal = Terminal(24, 80)
        self.written = bytearray()

    @property
    def text(self) -> str:
        """What it shows."""
        return "\n".join(line.rstrip() for line in self._terminal.display)

    def press(self, key: bytes, seconds: float) -> None:
        """Press a key, unless the app is gone, and show what comes of it; for nothing wait ``seconds``."""
        if not self._forks.ended():
            before = len(self.written)
            with suppress(OSError):
                os.write(self._master, key)
            self.show(lambda _text: len(self.written) > before, seconds)

    def show(self, enough: Callable[[str], bool], seconds: float) -> None:
        """Show what the app writes until it is ``enough``, or gone, or the time is over."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            while select.select([self._master], [], [], 0.01)[0]:
                data = os.read(self._master, 65536)
                self.written += data
                self._terminal.feed(data)
                if replies := self._terminal.take_replies():
                    os.write(self._master, replies)
            if self._forks.ended() or enough(self.text):
                return


def _differing(before: dict[str, tuple[object, ...]], after: dict[str, tuple[object, ...]]) -> str:
    gone = sorted(before.keys() - after.keys())
    made = sorted(after.keys() - before.keys())
    changed = sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
    told = [
        f"{what} {', '.join(names)}"
        for what, names in (("gone:", gone), ("made:", made), ("changed:", changed))
    ]
    return "; ".join(each for each, names in zip(told, (gone, made, changed), strict=True) if names)


class Trials:
    """Cases one after the other, over copies of one home."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self.grown = Grown(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.forks = Forks()
        self.ran = 0

    def close(self) -> None:
        """End the process that forks."""
        self.forks.close()

    def run(
        self, name: str, seed: str, spoils: Sequence[Spoil], *, quick: bool = False, drawn: bool = True
    ) -> list[str]:
        """One case, called ``name``: what was found.

        ``quick``: only the commands that see most, and the app only where there is something to be ``drawn``.
        """
        chance = random.Random(seed)
        case = Case.copied(self.grown, self.folder / name)
        try:
            for spoil in spoils:
                case.done.append(spoil(case, chance))
            every = commands(case, chance)
            if quick:
                every = [words for words in every if _sees_most(words) or (drawn and words == ["app"])]
            return self.over(case, every, chance)
        except BaseException:
            case.close()
            raise

    def over(self, case: Case, every: Sequence[Sequence[str]], chance: random.Random) -> list[str]:
        """Run commands over a case; it goes unless something was found, and then a copy from before stays."""
        before = case.folder / "before"
        subprocess.run(["cp", "-a", str(case.home), str(before)], check=True)
        trial = Trial(case, self.forks, chance)
        found = trial.run(every)
        self.ran += trial.ran
        if not found:
            case.remove()
            return []
        case.close()
        return [f"it was: {'; '.join(case.done)}", *found]


def indented(lines: Sequence[str]) -> Iterator[str]:
    """Lines for a report."""
    return (f"    {line}" for line in lines)
