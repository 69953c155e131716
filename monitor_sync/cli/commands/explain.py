"""``explain``: what a rule finds, why it matters and what to write instead."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor_sync.cli import completion, console, options
from monitor_sync.errors import UsageError
from monitor_sync.language.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor_sync.render.manual import Page


@click.command("explain")
@click.argument("rule", required=False, default="", shell_complete=completion.rules)
@options.output("text", "json")
def command(rule: str, form: str, output: Path | None) -> None:
    """
    Show the manual page of a rule. Offline, without files.

    RULE is the name that a finding shows. Without it, every rule is listed with its severity; the
    name of a family lists the rules of that family.
    """
    from monitor_sync.cli import rulebook  # every module of rules
    from monitor_sync.render import manual

    pages = rulebook.pages()
    style = console.answer_style(output)
    chosen = next((page for page in pages if page.name == rule), None)
    if chosen is not None:
        text = manual.json(chosen) if form == "json" else manual.text(chosen, style)
    else:
        several = _several(pages, rule)
        text = manual.listing_json(several) if form == "json" else manual.listing(several, style)
    console.answer(text, output)


def _several(pages: Sequence[Page], rule: str) -> Sequence[Page]:
    """Return all pages, or the pages of a family. Raises UsageError for a name that is neither."""
    family = rule.rstrip("/")
    chosen = [page for page in pages if family in ("", page.family)]
    if chosen:
        return chosen
    names = [*dict.fromkeys(page.family for page in pages), *(page.name for page in pages)]
    ends = {name.rpartition("/")[2]: name for name in names}
    close = nearest(rule, names) or ends.get(nearest(rule.rpartition("/")[2], ends), "")
    meant = f"did you mean {close}? " if close else ""
    raise UsageError(
        f"no rule is called {rule!r}", hint=f"{meant}`monitor-sync explain` lists them"
    )
