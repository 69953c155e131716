"""
The command line: read options, call ``app``, render, exit. Nothing is decided here.

Each command is a name in ``COMMANDS`` and a module in ``commands/``. What takes long to import
(Datadog's client, rich, the emulator's server) is imported inside the function that needs it.
"""

from __future__ import annotations

import errno
import gc
import importlib
import keyword
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from monitor_sync import __version__
from monitor_sync.cli import blank, console
from monitor_sync.cli.groups import CommandGroup
from monitor_sync.cli.options import color
from monitor_sync.errors import MonitorSyncError, UsageError
from monitor_sync.language.suggest import did_you_mean

COMMANDS: Final = (
    "init", "import", "unmanaged", "validate", "explain", "plan", "apply", "drift", "release",
    "migrate", "show", "list", "report", "on-call", "codeowners", "comment", "approvals", "merged",
    "test", "backtest", "evaluate", "doctor", "emulate", "demo",
)  # fmt: skip
"""Every command, in the order of ``--help``. ``list`` is in ``commands/list.py``, and so on."""

INTERRUPTED: Final = 130
"""Exit code after Ctrl-C, where nothing was written: 128 and the signal's number."""


class Program(CommandGroup):
    """A command group that imports a command when it runs, and tells every error in our words."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return all names in the order in which people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the module of one command."""
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name.replace("-", "_")
        module = importlib.import_module(f"monitor_sync.cli.commands.{name}")
        command: click.Command = module.command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options before the command; a blank one is refused."""
        if args and not ctx.resilient_parsing:
            blank.refuse(ctx, args)
        return super().parse_args(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run one command line and exit with its code."""
        run = partial(
            super().main,
            args,
            prog_name,
            complete_var,
            standalone_mode=False,
            windows_expand_args=windows_expand_args,
            **extra,
        )
        if not standalone_mode:
            return run()
        console.prepare_streams()
        code = _guarded(run)
        gc.freeze()  # all of it ends with the process: Python need not look for garbage in it
        sys.exit(code)


def _guarded(run: Callable[[], Any]) -> int:
    """Run, and turn whatever ends the run early into words and an exit code."""
    try:
        code = run()
        console.finish()
    except MonitorSyncError as error:
        console.complain(error)
        return error.exit_code
    except click.exceptions.NoArgsIsHelpError as help_text:
        console.say(help_text.format_message())
        return UsageError.exit_code
    except click.ClickException as error:
        console.complain(_in_our_words(error))
        return UsageError.exit_code
    except (click.Abort, KeyboardInterrupt) as error:
        return _interrupted(error.__cause__ or error)  # click's Abort has the reason behind it
    except RuntimeError as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # Python 3.11 wraps one within a class
            return _interrupted(error.__cause__)
        raise
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        console.complain(console.disk_full(error))
        return UsageError.exit_code
    return code if isinstance(code, int) else 0


def _interrupted(error: BaseException) -> int:
    console.say(f"interrupted: {str(error) or 'nothing was written'}")
    return INTERRUPTED


def _in_our_words(error: click.ClickException) -> UsageError:
    """Return click's complaint about the command line in the shape of ours."""
    message = error.format_message().rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "monitor-sync"
    hint = f"`{path} --help` shows how it is used"
    if isinstance(error, click.NoSuchOption):
        near = did_you_mean(error.option_name, error.possibilities or (), form="{}")
        return UsageError(
            f"there is no option {error.option_name!r}", hint=f"{near} {hint}".lstrip()
        )
    return UsageError(message[:1].lower() + message[1:], hint=hint)


def _root(context: click.Context, _: click.Parameter, value: Path) -> Path:
    context.meta["monitor_sync.root"] = value
    return value


def _without_cache(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from monitor_sync.store import parse_cache

        context.with_resource(parse_cache.off())


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 Datadog failed or refused, 2 wrong command line, 3 wrong files,"
    " 4 --fail-on-changes and there are some, 5 refused or declined, 6 applied in part.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    default=Path("monitors"),
    show_default=True,
    expose_value=False,
    is_eager=True,
    callback=_root,
    help="The folder with project.yaml.",
)
@click.option(
    "--no-cache",
    is_flag=True,
    expose_value=False,
    callback=_without_cache,
    help="Read every file anew; the answer is the same.",
)
@color
def main() -> None:
    """
    Datadog monitors as code: declare them in YAML, review the plan, apply exactly that.

    Keys come from the environment: DD_API_KEY and DD_APP_KEY (or DD_BEARER_TOKEN), DD_SITE.
    init, validate, show, list and demo need none.
    """
