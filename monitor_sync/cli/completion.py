"""What the shell completes: keys of monitors, selectors and names of rules. Never complains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click
from click.shell_completion import CompletionItem

from monitor_sync.errors import MonitorSyncError


def keys(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
    """Keys of declared monitors, with their names."""
    return [
        CompletionItem(key, help=name)
        for key, name in _declared(context).items()
        if key.startswith(typed)
    ]


def selectors(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
    """
    Business units, with their files once a slash is typed, with the monitors after another.

    All keys at once would be thousands.
    """
    parts = typed.count("/") + 1
    starts = ("/".join(key.split("/")[:parts]) for key in _declared(context))
    return [CompletionItem(each) for each in dict.fromkeys(starts) if each.startswith(typed)]


def rules(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """Names of rules, with the first sentence of their pages."""
    from monitor_sync.cli import rulebook  # every module of rules

    pages: Iterable[tuple[str, str]] = ((page.name, page.summary) for page in rulebook.pages())
    return [CompletionItem(name, help=summary) for name, summary in pages if name.startswith(typed)]


def _declared(context: click.Context) -> Mapping[str, str]:
    """Keys and names of all monitors that are whole; none where no project is there."""
    from monitor_sync.project.load import load  # YAML and the schema validator

    try:
        monitors = load(context.meta["monitor_sync.root"]).project.monitors
    except MonitorSyncError:
        return {}
    return {key: monitor.name for key, monitor in monitors.items()}
