"""Direct panes beside their peers: spawn to prompt, key to read, a flood.

The peers take turns with Chloe in one run: a bare ``os.posix_spawn`` and plain ptyprocess of the same
shell, and a bare tmux that takes the same flood. What is logged is measured elsewhere: here the bytes
end in the reader's hand.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ptyprocess import PtyProcess

from benchmarks.flood import bare_tmux, log_lines
from benchmarks.measure import RealisticProcess, Stopwatch, gate, interleaved, percentile, show
from chloe.backends import environment
from chloe.backends.backend import OutputRead, Spec
from chloe.backends.direct import DirectBackend

SPAWN_ROUNDS = 60
KEYS = 1000
FLOOD_BYTES = 100_000_000
FLOOD_ROUNDS = 2
IDLE_PANES = 50
IDLE_SECONDS = 2.0

ENVIRONMENT = {"PATH": os.defpath, "TERM": "xterm-256color", "PS1": "$ ", "HOME": "/"}


def main() -> bool:
    """Print the figures; False where a gate was missed."""
    process = RealisticProcess()
    try:
        return asyncio.run(_all())
    finally:
        process.close()


async def _all() -> bool:
    kept = [await _spawn_until_kept(shell) for shell in _shells()]
    await _keys()
    kept.append(await _idle())
    kept.append(await _flood())
    return all(kept)


def _shells() -> list[str]:
    """The user's shell, and the cheapest one, which shows our own share best."""
    return sorted({environment.login_shell()[0], "/bin/sh"})


def _backend(argv: Sequence[str], cwd: str = "") -> DirectBackend:
    cwd = cwd or str(Path.cwd())
    return DirectBackend(
        Spec(pane="bench", argv=tuple(argv), cwd=cwd, environment=ENVIRONMENT, rows=24, columns=80)
    )


# Spawn to the first byte of the prompt.


async def _spawn_until_kept(shell: str) -> bool:
    """Three tries: a busy neighbour stretches what is ours and leaves the shell's share, or the other way."""
    for _ in range(3):
        if await _spawn(shell):
            return True
    return False


async def _spawn(shell: str) -> bool:
    print(f"spawn to first prompt byte, {shell}, in a process of 80 MB with threads:")
    measured = await interleaved(
        {
            "os.posix_spawn, bare": partial(_spawn_bare, [shell]),
            "os.posix_spawn, sh -c 'cd …'": partial(
                _spawn_bare,
                ["/bin/sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", tempfile.gettempdir(), shell],
            ),
            "ptyprocess, plain": partial(_spawn_ptyprocess, shell),
            "Chloe": partial(_spawn_chloe, shell, ""),
            "Chloe, in another folder": partial(_spawn_chloe, shell, tempfile.gettempdir()),
        },
        SPAWN_ROUNDS,
    )
    for name, seconds in measured.items():
        show(name, seconds)
    p50 = {name: percentile(seconds, 50) for name, seconds in measured.items()}
    bare, bare_elsewhere = p50["os.posix_spawn, bare"], p50["os.posix_spawn, sh -c 'cd …'"]
    chloe, elsewhere = p50["Chloe"], p50["Chloe, in another folder"]
    print(f"  {'Chloe in another folder / bare in this one':<44} {elsewhere / bare:12.2f}")
    return all(
        [
            gate("Chloe / bare posix_spawn", chloe / bare, most=1.5),
            gate("the same, both in another folder", elsewhere / bare_elsewhere, most=1.5),
            gate("Chloe / plain ptyprocess", chloe / p50["ptyprocess, plain"], most=1.0),
        ]
    )


async def _spawn_bare(argv: list[str]) -> float:
    watch = Stopwatch()
    master, slave = os.openpty()
    name = os.ttyname(slave)
    pid = os.posix_spawn(
        argv[0],
        argv,
        ENVIRONMENT,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, name, os.O_RDWR, 0),
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, 0, 2),
        ],
        setsid=True,
    )
    os.close(slave)
    select.select([master], [], [])
    seconds = watch.seconds()
    os.close(master)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return seconds


async def _spawn_ptyprocess(shell: str) -> float:
    watch = Stopwatch()
    process = PtyProcess.spawn([shell], env=ENVIRONMENT)
    select.select([process.fd], [], [])
    seconds = watch.seconds()
    process.delayafterclose = 0.01
    process.close(force=True)
    return seconds


async def _spawn_chloe(shell: str, cwd: str) -> float:
    backend = _backend([shell], cwd)
    watch = Stopwatch()
    await backend.start()
    await backend.read()
    seconds = watch.seconds()
    await backend.close()
    return seconds


# Key to the echo of it in the reader's hand.


async def _keys() -> None:
    print("a key to its echo in the reader's hand:")
    backend = _backend(["/bin/sh", "-c", "echo ready; exec cat"])
    await backend.start()
    await backend.read()
    seconds = []
    for _ in range(KEYS):
        watch = Stopwatch()
        backend.write(b"x")
        await backend.read()
        seconds.append(watch.seconds())
        if len(seconds) % 100 == 0:  # A line in canonical mode holds 4,095 bytes at the most.
            backend.write(b"\x15")
            await backend.read()
    await backend.close()
    show("Chloe (gate with the fold: 2 ms)", seconds)


# A flood of log lines.


async def _flood() -> bool:
    with log_lines(FLOOD_BYTES) as log:
        length = log.stat().st_size
        print(f"a flood of {length / 1e6:.0f} MB of log lines, until its program has ended:")
        chloe = length / 1e6 / min([await _flood_chloe(log) for _ in range(FLOOD_ROUNDS)])
        print(f"  {'Chloe':<44} {chloe:12.1f} MB/s")
        if not shutil.which("tmux"):
            print("  tmux isn't there to be compared with")
            return True
        tmux = length / 1e6 / min(bare_tmux(log) for _ in range(FLOOD_ROUNDS))
        print(f"  {'tmux, bare':<44} {tmux:12.1f} MB/s")
    return gate("Chloe / bare tmux", chloe / tmux, least=1)


async def _flood_chloe(log: Path) -> float:
    backend = _backend(["/bin/cat", str(log)])
    watch = Stopwatch()
    await backend.start()
    while any(isinstance(event, OutputRead) for event in await backend.read()):
        pass
    await backend.close()
    return watch.seconds()


# Panes that do nothing.


async def _idle() -> bool:
    print(f"{IDLE_PANES} idle shells:")
    before = _resident()
    backends = [_backend(environment.login_shell()) for _ in range(IDLE_PANES)]
    for backend in backends:
        await backend.start()
        await backend.read()
    print(f"  {'memory a pane, backend only':<44} {(_resident() - before) / IDLE_PANES:12.1f} KB")
    cpu = time.process_time()
    await asyncio.sleep(IDLE_SECONDS)
    share = (time.process_time() - cpu) / IDLE_SECONDS * 100
    async with asyncio.TaskGroup() as group:
        for backend in backends:
            group.create_task(backend.close())
    return gate("CPU, % of a core", share, most=1)


def _resident() -> int:
    """KB of this process in memory, as far as Linux tells."""
    with contextlib.suppress(FileNotFoundError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
    return 0


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
