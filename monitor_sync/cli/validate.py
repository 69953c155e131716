"""``validate``: is everything right in the files? Offline, without a key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from monitor_sync import selectors as selecting
from monitor_sync.cli import console, files, options
from monitor_sync.errors import FilesInvalid
from monitor_sync.render import diagnostics as shown

if TYPE_CHECKING:
    from monitor_sync.diagnostics import Diagnostic


@click.command("validate")
@options.selectors
@options.output("text", "json")
@click.pass_context
def command(
    context: click.Context, selectors: Sequence[str], form: str, output: Path | None
) -> None:
    """
    Check the files: schema, queries, messages, owners. Offline, without a key.

    Shows every problem with its file and line, and exits 3 if one is an error. A SELECTOR (a key,
    a glob over keys, team:NAME, tag:KEY:VALUE) narrows what is shown.
    """
    with files.uncollected():
        loaded = files.load()
    also = [(each.key, ()) for each in loaded.diagnostics if each.key]
    monitors = files.chosen(loaded.project, selectors, also)
    found = _about(loaded.diagnostics, selectors, {each.key for each in monitors})
    checked = {each.key for each in monitors} | {each.key for each in found if each.key}
    summary = shown.summary(found, monitors=len(checked), files=loaded.project.files)
    if form == "json":
        console.answer(shown.json(found), output)
        console.say(summary.rstrip())
    else:
        text = shown.text(found, console.answer_style(output))
        console.answer(text + summary, output)
    if any(each.severity.label == "error" for each in found):
        context.exit(FilesInvalid.exit_code)


def _about(
    diagnostics: Sequence[Diagnostic], texts: Sequence[str], keys: set[str]
) -> list[Diagnostic]:
    """The diagnostics of the selected monitors, of their files, and of files that all share."""
    if not texts:
        return list(diagnostics)
    root = PurePosixPath(console.root().as_posix())
    return [
        each
        for each in diagnostics
        if each.key in keys or any(_concerns(each, text, root) for text in texts)
    ]


def _concerns(diagnostic: Diagnostic, text: str, root: PurePosixPath) -> bool:
    """Whether a diagnostic outside the selected monitors is about what this selector means."""
    selector = selecting.parse(text)
    if diagnostic.key:
        return selector.matches(diagnostic.key, ())
    path = PurePosixPath(diagnostic.span.path).with_suffix("")
    parts = (path.relative_to(root) if path.is_relative_to(root) else path).parts
    if selector.pattern is None or len(parts) < 2 or parts[0] == "templates":
        return True  # such a file is about monitors of every unit
    if parts[-1] == "business-unit":
        parts = parts[:-1]
    start = "/".join(text.strip("/").split("/")[: len(parts)])
    return selecting.parse(start).matches("/".join(parts), ())
