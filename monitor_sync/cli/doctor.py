"""``doctor``: would plan and apply work from here? Reads only."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from monitor_sync import __version__
from monitor_sync.cli import console, options
from monitor_sync.errors import RemoteError, UsageError
from monitor_sync.render.text import plain

if TYPE_CHECKING:
    from monitor_sync.datadog.health import Check, State
    from monitor_sync.render.style import Style

SIGNS: Final[Mapping[State, tuple[str, str]]] = {
    "passed": ("✓", "green"),
    "warning": ("!", "yellow"),
    "failed": ("✗", "red"),
    "not checked": ("-", "yellow"),
}


@click.command("doctor")
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["plan", "apply"]),
    default="apply",
    show_default=True,
    help="What must work; plan leaves out the permission to write.",
)
@options.output("text", "json")
def command(purpose: str, form: str, output: Path | None) -> None:
    """
    Check versions, connection, keys, identity, permissions and clock. Reads only, needs no files.

    What cannot be learnt without writing is said to be not checked. Exit code 1 where Datadog
    fails or refuses, 2 where the environment here is wrong.
    """
    found = [*_here(), *_there(writing=purpose == "apply")]
    style = console.answer_style(output)
    console.answer(_json(found) if form == "json" else _text(found, style), output)
    failed = [each for each in found if each.state == "failed"]
    if not failed:
        return
    what = f"{', '.join(each.name for each in failed)} failed"
    ours = any(each.side == "ours" for each in failed)
    raise (UsageError if ours else RemoteError)(what, hint="each line above says what to do")


def _here() -> Iterator[Check]:
    """What can be said without Datadog."""
    import yaml  # with its C part, if it has one

    from monitor_sync.datadog.health import Check

    library = importlib.metadata.version("datadog-api-client")
    python = platform.python_version()
    text = f"monitor-sync {__version__}, Python {python}, datadog-api-client {library}"
    yield Check(name="version", state="passed", text=text)
    if yaml.__with_libyaml__:
        yield Check(name="libyaml", state="passed", text="PyYAML uses it")
    else:
        text = "PyYAML lacks it: reading files takes twenty times as long"
        hint = "install PyYAML from a wheel"
        yield Check(name="libyaml", state="warning", text=text, hint=hint)


def _there(*, writing: bool) -> Iterator[Check]:
    """What Datadog says, if the environment leads there at all."""
    from monitor_sync.datadog import health
    from monitor_sync.datadog.client import Client

    try:
        client = Client.from_environment(os.environ)
    except UsageError as error:
        yield health.Check(
            name="environment", state="failed", text=str(error), hint=error.hint, side="ours"
        )
        text = "Datadog was not asked"
        yield health.Check(name="connection", state="not checked", text=text)
        return
    yield from health.checks(client, writing=writing)
    client.close()


def _text(checks: Sequence[Check], style: Style) -> str:
    """One aligned line a check, a hint below where there is one; the last line counts."""
    width = max(len(each.name) for each in checks)
    lines = []
    for each in checks:
        sign, colour = SIGNS[each.state]
        unknown = "not checked: " if each.state == "not checked" else ""
        lines.append(f"{style(sign, colour)} {each.name:{width}}  {unknown}{plain(each.text)}")
        if each.hint:
            lines.append(f"  {'':{width}}  {style('help:', 'cyan', bold=True)} {plain(each.hint)}")
    return "\n".join(lines) + f"\n\n{_count(checks)}\n"


def _count(checks: Sequence[Check]) -> str:
    """``7 checks: 6 passed, 1 not checked.``"""
    states: Counter[State] = Counter(each.state for each in checks)
    words = {"warning": "with a warning"}
    parts = [f"{states[each]} {words.get(each, each)}" for each in SIGNS if states[each]]
    return f"{len(checks)} checks: {', '.join(parts)}."


def _json(checks: Sequence[Check]) -> str:
    states: Counter[State] = Counter(each.state for each in checks)
    shown = {
        "version": 1,
        "checks": [
            {"check": each.name, "state": each.state, "text": each.text, "hint": each.hint}
            for each in checks
        ],
        "summary": {each.replace(" ", "_"): states[each] for each in SIGNS},
    }
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"
