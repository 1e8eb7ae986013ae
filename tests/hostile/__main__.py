"""``make hostile``: homes spoiled by chance, seed after seed, with every command run over each.

``python -m tests.hostile --help`` says what may be asked. Owns the choice of what is done for a seed, and
what is printed. Must not know how any of it is done.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import time

from tests.hostile import attacks
from tests.hostile.homes import a_folder
from tests.hostile.trials import Trials, indented


def main() -> int:
    """Run what the command line asks for; 1 where something was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--crafted", metavar="NAME", help="Those whose names begin so; '' for all.")
    parser.add_argument("--quick", action="store_true", help="Only the commands that see most.")
    asked = parser.parse_args()
    folder = a_folder()
    trials = Trials(folder)
    bad = done = 0
    until = time.monotonic() + 60 * asked.minutes
    try:
        crafted = asked.crafted is not None
        names = iter([name for name in attacks.CRAFTED if crafted and name.startswith(asked.crafted)])
        seed = asked.seed
        while True:
            name = next(names, "")
            if crafted and not name:
                break
            if not crafted:
                if time.monotonic() > until if asked.minutes else seed >= asked.seed + asked.cases:
                    break
                name, spoils = f"{seed}", attacks.by_chance(random.Random(f"what {seed}"))
                seed += 1
            else:
                spoils = attacks.CRAFTED[name]
            began = time.monotonic()
            found = trials.run(name.replace("/", "-"), name, spoils, quick=asked.quick)
            done += 1
            if found:
                bad += 1
                repeat = f"make hostile SEED={name} N=1" if not crafted else f"crafted: {name}"
                print(f"{repeat}   ({time.monotonic() - began:.1f} s; kept in {folder / name})")
                print("\n".join(indented(found)), flush=True)
    finally:
        trials.close()
        if not bad:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{done} homes, {trials.ran} commands: {bad} with findings")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
