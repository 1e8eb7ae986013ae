"""The README tells of every command, every setting and every key, and of nothing else that can be set."""

from __future__ import annotations

import re
import tomllib
from dataclasses import asdict
from pathlib import Path

from chloe.cli.root import COMMANDS
from chloe.config import load
from chloe.errors import ChloeError
from chloe.export.formats import FORMATS
from chloe.ui.keymap import list_bindings
from chloe.ui.labels import label_key
from chloe.ui.views import TABS
from chloe.ui.views.instances import Instances

README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")


def test_every_command_is_told() -> None:
    told = set(re.findall(r"^\| `chloe ([a-z-]+)", README, re.MULTILINE))

    assert told == set(COMMANDS)


def test_every_setting_is_told_with_its_default(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "config.toml").write_text(block, "utf-8")
    told = load(environment={"CHLOE_HOME": str(tmp_path)})
    defaults = load(environment={"CHLOE_HOME": str(tmp_path / "nowhere")})

    settings = {name: set(keys) for name, keys in asdict(defaults).items() if name != "paths"}
    assert {name: set(keys) for name, keys in tomllib.loads(block).items()} == settings
    assert {**asdict(told), "paths": None} == {**asdict(defaults), "paths": None}


def test_every_key_is_told() -> None:
    keys = README.split("## The keys")[1].split("## Commands")[0]

    for tab in TABS:
        for binding in list_bindings(tab):
            assert any(f"`{label_key(key)}`" in keys for key in binding.keys), binding


def test_the_screen_that_is_shown_has_the_hints_of_today() -> None:
    (screen,) = re.findall(r"```\n( Chloe .*?)```", README, re.DOTALL)
    bound = [binding for binding in list_bindings(Instances) if binding.hint]
    hints = "  ".join(f"{label_key(binding.keys[0])} {binding.hint}" for binding in bound)

    assert screen.splitlines()[-1].strip() == hints


def test_every_format_is_told() -> None:
    (told,) = re.findall(r"--format ([\w\\|]+)", README)

    assert told.split("\\|") == list(FORMATS)


def test_every_exit_status_is_told() -> None:
    told = set(re.findall(r"^\| (\d+)", README, re.MULTILINE))

    assert {str(kind.exit_code) for kind in ChloeError.__subclasses__()} <= told
