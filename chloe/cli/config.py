"""``chloe config``: the settings in force, and where things are."""

from __future__ import annotations

import dataclasses

import click

from chloe.formatting.text import dump_json, escape_unsafe


@click.command(short_help="Print the settings and where things are.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
def config(as_json: bool) -> None:
    """Print the settings in force and where Chloe keeps things."""
    from chloe.config import load

    settings = dataclasses.asdict(load())
    paths = {name: str(path) for name, path in settings.pop("paths").items()}
    if as_json:
        print(dump_json({"paths": paths, **settings}, indent=2))
        return
    for name, path in paths.items():
        print(f"# {name}: {escape_unsafe(path)}")
    for table, keys in settings.items():
        print(f"\n[{table}]")
        for key, value in keys.items():
            # JSON's strings, numbers, booleans and lists are TOML's as well.
            print(f"{key} = {dump_json(value)}")
