"""``chloe``: the list of commands.

Owns which there are. Must not know what they do; each stands in a file of its own.
"""

from __future__ import annotations

import click

from chloe import __version__
from chloe.cli.debug import DEBUG

#: Every command, in the order in which a user meets them.
COMMANDS = (
    "new",
    "ls",
    "peek",
    "wait",
    "send",
    "relaunch",
    "rename",
    "reset",
    "tag",
    "group",
    "kill",
    "replay",
    "export-log",
    "verify",
    "recover",
    "prune",
    "config",
    "doctor",
)


class _Root(click.Group):
    """Imports a command when it is asked for: all of them take longer than one does its work."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give the command of this name, if there is one."""
        return load_command(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is asked for; where there is none, say which was meant most likely."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1, cutoff=0.5)
            hint = f": did you mean {near[0]}?" if near else ""
            ctx.fail(f"there is no command {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)


def _store_debug(context: click.Context, _option: click.Parameter, debug: bool) -> None:
    context.meta[DEBUG] = debug


@click.group(cls=_Root, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="chloe %(version)s")
@click.option(
    "--debug",
    is_flag=True,
    envvar="CHLOE_DEBUG",
    expose_value=False,
    callback=_store_debug,
    help="Write more into chloe.log: what is asked for, and each step of 10 ms or more.",
    show_envvar=True,
)
@click.pass_context
def chloe(context: click.Context) -> object:
    """Chloe keeps many terminal sessions alive and remembers everything they printed.

    Without a command the app starts. PANE is a pane's name, its id, or the beginning of either.

    Exit status: 0 done, 1 the log doesn't hold, or doctor found something, 2 usage, 3 no such pane or
    several, 4 the pane can't do that, 5 the program can't be started, 6 tmux can't be used, 70 a fault of
    Chloe's, 74 the log or the output can't be used, 77 Chloe's folder can't be used, 78 broken configuration,
    124 gave up waiting.
    """
    if context.invoked_subcommand is not None:
        return None
    from chloe.cli.app import run

    return run()


def load_command(name: str) -> click.Command | None:
    """Give the command of this name, if there is one."""
    match name:
        case "new":
            from chloe.cli.new import new as command
        case "ls":
            from chloe.cli.ls import ls as command
        case "peek":
            from chloe.cli.peek import peek as command
        case "wait":
            from chloe.cli.wait import wait as command
        case "send":
            from chloe.cli.send import send as command
        case "relaunch":
            from chloe.cli.relaunch import relaunch as command
        case "rename":
            from chloe.cli.rename import rename as command
        case "reset":
            from chloe.cli.reset import reset as command
        case "tag":
            from chloe.cli.tag import tag as command
        case "group":
            from chloe.cli.group import group as command
        case "kill":
            from chloe.cli.kill import kill as command
        case "replay":
            from chloe.cli.replay import replay as command
        case "export-log":
            from chloe.cli.export_log import export_log as command
        case "verify":
            from chloe.cli.verify import verify as command
        case "recover":
            from chloe.cli.recover import recover as command
        case "prune":
            from chloe.cli.prune import prune as command
        case "config":
            from chloe.cli.config import config as command
        case "doctor":
            from chloe.cli.doctor import doctor as command
        case _:
            return None
    return command
