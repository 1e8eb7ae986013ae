"""``chloe config``: the settings in force, and where things are."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from chloe.formatting.text import dump_json, escape_unsafe

if TYPE_CHECKING:
    from chloe.config import Config


@click.command(short_help="Print the settings and where things are.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option("--keys", is_flag=True, help="Print the keys of each action, as [keys.actions] takes them.")
def config(as_json: bool, keys: bool) -> None:
    """Print the settings in force, where each that isn't the default comes from, and where things are."""
    from chloe.config import find_origins, load

    in_force = load()
    if keys:
        _print_keys(in_force, as_json)
        return
    origins = find_origins(in_force)
    settings = dataclasses.asdict(in_force)
    paths = {name: str(path) for name, path in settings.pop("paths").items()}
    if as_json:
        named = {".".join(key): origin for key, origin in origins.items()}
        print(dump_json({"paths": paths, **settings, "origins": named}, indent=2))
        return
    for name, path in paths.items():
        print(f"# {name}: {escape_unsafe(path)}")
    for table, content in settings.items():
        print(f"\n[{table}]")
        # A table of a table stands last.
        for key, value in sorted(content.items(), key=lambda item: isinstance(item[1], dict)):
            origin = origins.get((table, key), "")
            comment = f"  # {escape_unsafe(origin)}" if origin else ""
            # JSON's strings, numbers, booleans and lists are TOML's as well.
            if isinstance(value, dict):
                print(f"\n[{table}.{key}]{comment}")
                print(
                    "".join(f"{dump_json(name)} = {dump_json(each)}\n" for name, each in value.items()),
                    end="",
                )
            else:
                print(f"{key} = {dump_json(value)}{comment}")


def _print_keys(in_force: Config, as_json: bool) -> None:
    from chloe.ui.key_settings import list_keys

    rows = list_keys(in_force)
    if as_json:
        print(dump_json({name: {"keys": bound, "does": does} for name, bound, does in rows}, indent=2))
        return
    print("[keys.actions]")
    for name, bound, does in rows:
        print(f"# {does}\n{dump_json(name)} = {dump_json(bound)}")
