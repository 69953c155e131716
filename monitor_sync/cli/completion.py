"""What the shell completes: keys of monitors, selectors and names of rules. Never complains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class

from monitor_sync.errors import MonitorSyncError

if TYPE_CHECKING:
    from monitor_sync.model import Monitor

_ADDED: Final = "COMPREPLY+=($value)"


@add_completion_class
class BashWithoutBlank(BashComplete):
    """Bash, which adds no blank behind ``team:``: what follows belongs to the same word."""

    source_template = BashComplete.source_template.replace(
        _ADDED, f"{_ADDED}; [[ $value == *: ]] && compopt -o nospace 2>/dev/null"
    )


def keys(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete keys of declared monitors, with their names."""
    return [
        CompletionItem(key, help=name)
        for key, name in _declared(context).items()
        if key.startswith(typed)
    ]


def selectors(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
    """
    Complete business units; after a slash their files, after another the monitors.

    All keys at once would be thousands. ``team:`` and ``tag:`` lead to the teams and tags of the
    declared monitors.
    """
    before = _before_colon(context, typed)
    word = before + ("" if typed == ":" else typed)
    return [
        CompletionItem(candidate.removeprefix(before))
        for candidate in _candidates(context, word)
        if candidate.startswith(word)
    ]


def _candidates(context: click.Context, word: str) -> Iterable[str]:
    """Return what a selector that begins with a word may become, each once."""
    monitors = _monitors(context)
    if word.startswith("team:"):
        return dict.fromkeys(f"team:{monitor.team}" for monitor in monitors.values())
    if word.startswith("tag:"):
        parts = word.count(":") + 1
        tags = (f"tag:{tag}" for monitor in monitors.values() for tag in monitor.tags)
        return dict.fromkeys(
            ":".join(tag.split(":")[:parts]) + (":" if tag.count(":") >= parts else "")
            for tag in tags
            if not tag.startswith("tag:monitor_sync_")
        )
    parts = word.count("/") + 1
    keys = dict.fromkeys("/".join(key.split("/")[:parts]) for key in monitors)
    return [*keys, "team:", "tag:"] if word else keys


def _before_colon(context: click.Context, typed: str) -> str:
    """
    Return the part of the word before the last colon where the shell has cut it off.

    Bash takes ``team:motor`` for three words, and replaces the last one alone.
    """
    words = [str(word) for word in context.params.get("selectors") or ()]
    if typed == ":":
        words.append(typed)
    cut: list[str] = []
    while len(words) >= 2 and words[-1] == ":":
        cut[:0] = words[-2:]
        words = words[:-2]
    return "".join(cut)


def teams(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete names of the teams that own monitors."""
    names = dict.fromkeys(monitor.team for monitor in _monitors(context).values())
    return [CompletionItem(name) for name in names if name.startswith(typed)]


def rules(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete names of rules, with the first sentence of their pages."""
    from monitor_sync.cli import rulebook  # every module of rules

    pages: Iterable[tuple[str, str]] = ((page.name, page.summary) for page in rulebook.pages())
    return [CompletionItem(name, help=summary) for name, summary in pages if name.startswith(typed)]


def _declared(context: click.Context) -> Mapping[str, str]:
    """Return keys and names of all monitors without errors."""
    return {key: monitor.name for key, monitor in _monitors(context).items()}


def _monitors(context: click.Context) -> Mapping[str, Monitor]:
    """Return all monitors without mistakes; an empty list where there is no project."""
    from monitor_sync.app import files  # YAML and the schema validator

    try:
        return files.read(context.meta["monitor_sync.root"]).project.monitors
    except MonitorSyncError:
        return {}
