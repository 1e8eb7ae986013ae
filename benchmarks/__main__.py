"""Run the benchmarks by name, or all of them; exit with 1 where one misses a gate."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Sequence

import benchmarks


def found() -> dict[str, Callable[[], bool | None]]:
    """The benchmarks by name: each module with a ``main``, which returns False for a missed gate."""
    by_name: dict[str, Callable[[], bool | None]] = {}
    for module in sorted(entry.name for entry in pkgutil.iter_modules(benchmarks.__path__)):
        if module.startswith("_"):
            continue
        main = getattr(importlib.import_module(f"benchmarks.{module}"), "main", None)
        if main is not None:
            by_name[module] = main
    return by_name


def main(names: Sequence[str]) -> int:
    """Run what is named, one after the other, each under its heading."""
    known = found()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No benchmark is called {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    missed = []
    for name in names or known:
        print(f"\n== {name} ==", flush=True)
        if known[name]() is False:
            missed.append(name)
    if missed:
        print(f"\nGates were missed in: {', '.join(missed)}.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
