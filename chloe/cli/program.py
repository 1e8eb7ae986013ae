"""``chloe``: the list of commands.

Owns which there are. Must not know what they do; each stands in a file of its own.
"""

from __future__ import annotations

import click

from chloe import __version__
from chloe.cli import (
    config,
    doctor,
    export_log,
    kill,
    ls,
    new,
    prune,
    recover,
    rename,
    replay,
    send,
    tag,
    verify,
)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="chloe %(version)s")
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


for command in (
    new.new,
    ls.ls,
    send.send,
    rename.rename,
    tag.tag,
    kill.kill,
    replay.replay,
    export_log.export_log,
    verify.verify,
    recover.recover,
    prune.prune,
    config.config,
    doctor.doctor,
):
    chloe.add_command(command)
