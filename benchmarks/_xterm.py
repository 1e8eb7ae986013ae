"""xterm.js without a browser, `@xterm/headless`, as a peer of the emulator, where Node is at hand.

Owns where the module is found: in the folder that ``CHLOE_NODE_MODULES`` names, or else in a cache, where npm
puts it once.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_PACKAGE = "@xterm/headless"
_SCRIPT = """
const [modules, path, rows, cols, piece, rounds] = process.argv.slice(1);
const {Terminal} = require(`${modules}/@xterm/headless`);
const stream = require('fs').readFileSync(path);
async function main() {
  let best = Infinity;
  for (let round = 0; round < +rounds; round++) {
    const terminal = new Terminal({rows: +rows, cols: +cols, scrollback: 10000, allowProposedApi: true});
    const start = process.cpuUsage();
    for (let at = 0; at < stream.length; at += +piece) terminal.write(stream.subarray(at, at + +piece));
    await new Promise(done => terminal.write('', done));
    const took = process.cpuUsage(start);
    best = Math.min(best, (took.user + took.system) / 1e6);
  }
  console.log(best);
}
main();
"""


@functools.cache
def modules() -> Path | str:
    """The folder that the module is in, or in one line why there is none."""
    if shutil.which("node") is None:
        return "node is not installed"
    named = os.environ.get("CHLOE_NODE_MODULES")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chloe-bench"
    folder = Path(named) if named else cache / "node_modules"
    if not (folder / _PACKAGE).is_dir() and not named:
        if shutil.which("npm") is None:
            return "npm is not installed, and CHLOE_NODE_MODULES names no folder"
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(cache), _PACKAGE]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=120)
        except (subprocess.SubprocessError, OSError):
            return f"npm can't install {_PACKAGE}"
    return folder.resolve() if (folder / _PACKAGE).is_dir() else f"there is no {_PACKAGE} in {folder}"


def rate(stream: bytes, rows: int, columns: int, piece: int, rounds: int) -> float | None:
    """Megabytes a second of processor time, the best of the rounds; None where the module isn't there."""
    folder = modules()
    if isinstance(folder, str):
        return None
    with tempfile.NamedTemporaryFile() as file:
        file.write(stream)
        file.flush()
        words = [str(folder), file.name, *map(str, (rows, columns, piece, rounds))]
        argv = ["node", "-e", _SCRIPT, *words]
        done = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=120)
    return len(stream) / float(done.stdout) / 1e6
