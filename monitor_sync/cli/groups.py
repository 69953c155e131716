"""A command that has commands: what was mistyped is said in our words, an empty option refused."""

from __future__ import annotations

import click

from monitor_sync.cli import blank
from monitor_sync.errors import UsageError
from monitor_sync.language.suggest import did_you_mean


class CommandGroup(click.Group):
    """The program itself, and each command of it that has commands of its own."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed, or say which one may have been meant."""
        name, names = args[0], self.list_commands(ctx)
        if name not in names and not name.startswith("-") and not ctx.resilient_parsing:
            near = did_you_mean(name, names, form="{}")
            above = f"{ctx.info_name} " if ctx.parent else ""
            hint = f"{near} `monitor-sync {above}--help` lists them".lstrip()
            raise UsageError(f"there is no command {above + name!r}", hint=hint)
        name_typed, command, rest = super().resolve_command(ctx, args)
        if command is not None and not ctx.resilient_parsing:
            blank.refuse(click.Context(command, info_name=name_typed, parent=ctx), rest)
        return name_typed, command, rest
