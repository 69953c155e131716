"""``validate``: is everything right in the files? Offline, unless Datadog is to be asked too."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import click

from monitor_sync import selectors as selecting
from monitor_sync.cli import console, files, options
from monitor_sync.diagnostics import Severity
from monitor_sync.errors import FilesInvalid, UsageError
from monitor_sync.render import diagnostics as shown
from monitor_sync.render.text import count

if TYPE_CHECKING:
    from monitor_sync.cli.online import Answers
    from monitor_sync.diagnostics import Diagnostic
    from monitor_sync.model import Monitor

_LEVELS: Final = {each.label: each for each in Severity}


def _level(_: click.Context, __: click.Parameter, value: str) -> Severity:
    return _LEVELS[value]


@click.command("validate")
@options.selectors
@click.option(
    "--show",
    "least",
    type=click.Choice([*_LEVELS]),
    default="warning",
    show_default=True,
    callback=_level,
    help="Show findings of this level and above.",
)
@click.option(
    "--fail-on",
    type=click.Choice([*_LEVELS]),
    default="error",
    show_default=True,
    callback=_level,
    help="Exit 3 where there is a finding of this level or above.",
)
@click.option(
    "--online",
    "ask",
    is_flag=True,
    help="Ask Datadog too: would it take the new and changed monitors, do all handles exist?",
)
@click.option("--all", "everything", is_flag=True, help="With --online: ask about all monitors.")
@options.output("text", "json", "github", "sarif", "junit")
@click.pass_context
def command(
    context: click.Context,
    selectors: Sequence[str],
    least: Severity,
    fail_on: Severity,
    ask: bool,
    everything: bool,
    form: str,
    output: Path | None,
) -> None:
    """
    Check the files: schema, queries, messages, owners, rules. Offline, without a key.

    With --online, Datadog is asked about what is new or changed; that needs monitors_read, and
    for the handles integrations_read and teams_read. Nothing is written.

    Shows every problem with its file and line, and exits 3 if one is an error. A SELECTOR (a key,
    a glob over keys, team:NAME, tag:KEY:VALUE) narrows what is shown. `monitor-sync explain RULE`
    says more about a finding.
    """
    if everything and not ask:
        raise UsageError(
            "--all says what --online asks about", hint="`monitor-sync validate --online --all`"
        )
    with files.uncollected():
        checked = files.check(files.load())
    project = checked.loaded.project
    also = [(each.key or "/".join(_below_root(each)), ()) for each in checked.diagnostics]
    monitors = files.chosen(project, selectors, also)
    answers = _asked(checked, monitors if selectors else None, everything) if ask else None
    diagnostics = [*checked.diagnostics, *(answers.diagnostics if answers else ())]
    diagnostics.sort(key=lambda each: each.order)
    found = _about(diagnostics, selectors, {each.key for each in monitors})
    visible = [each for each in found if each.severity >= least]
    keys = {each.key for each in monitors} | {each.key for each in found if each.key}
    hidden = len(found) - len(visible)
    summary = shown.summary(found, monitors=len(keys), files=project.files, hidden=hidden)
    _unseen(found, least, fail_on)
    _answer(form, visible, monitors, fail_on, summary, output)
    if answers and answers.failed:
        console.complain(answers.failed)
    if any(each.severity >= fail_on for each in found):
        context.exit(FilesInvalid.exit_code)
    if answers and answers.failed:
        context.exit(answers.failed.exit_code)


def _asked(checked: files.Checked, monitors: Sequence[Monitor] | None, everything: bool) -> Answers:
    """Ask Datadog, and say what was checked and what was not."""
    from monitor_sync.cli import online  # the HTTP client

    answers = online.diagnose(
        checked.loaded,
        everything=everything,
        keys=None if monitors is None else {each.key for each in monitors},
        wrong={each.key for each in checked.diagnostics if each.severity is Severity.ERROR},
    )
    for line in answers.said:
        console.say(line)
    return answers


def _answer(
    form: str,
    visible: Sequence[Diagnostic],
    monitors: Sequence[Monitor],
    fail_on: Severity,
    summary: str,
    output: Path | None,
) -> None:
    """Print what was found; where that is for programs, the line that counts is conversation."""
    if form == "text":
        text = shown.text(visible, console.answer_style(output))
        console.answer(text + (shown.MORE if visible else "") + summary, output)
        return
    if form == "github":
        # GitHub shows ten annotations of a kind, and without their excerpts: the log has them all
        console.say(shown.text(visible, console.err()) + (shown.MORE if visible else "")[:-1])
    console.answer(_for_programs(form, visible, monitors, fail_on), output)
    console.say(summary.rstrip())


def _for_programs(
    form: str, visible: Sequence[Diagnostic], monitors: Sequence[Monitor], fail_on: Severity
) -> str:
    """The answer in one of the formats that programs read; each is imported when asked for."""
    if form == "json":
        return shown.json(visible)
    if form == "junit":
        from monitor_sync.render import junit

        declared: dict[str, list[str]] = {}
        for monitor in monitors:
            declared.setdefault(monitor.path, []).append(monitor.key)
        return junit.text(visible, declared, fail_on)
    if form == "sarif":
        from monitor_sync.cli import rulebook
        from monitor_sync.render import sarif

        return sarif.text(_in_checkout(visible), rulebook.pages())
    from monitor_sync.render import github

    return github.text(_in_checkout(visible))


def _in_checkout(diagnostics: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """
    The diagnostics with paths from the top of the checkout, as GitHub wants them.

    On GitHub's runners a variable names that folder; a job may work in one below it.
    """
    top, here = os.environ.get("GITHUB_WORKSPACE", ""), Path.cwd()
    if not top or here == Path(top) or not here.is_relative_to(top):
        return diagnostics
    below = PurePosixPath(here.relative_to(top).as_posix())
    return [
        replace(each, span=replace(each.span, path=os.path.normpath(below / each.span.path)))
        for each in diagnostics
    ]


def _unseen(found: Sequence[Diagnostic], least: Severity, fail_on: Severity) -> None:
    """Say so where the exit code comes from findings that are not shown."""
    unseen = [each for each in found if fail_on <= each.severity < least]
    if unseen:
        many = count(len(unseen), "finding")
        console.warn(
            f"--show {least.label} hides {many} on which --fail-on {fail_on.label} fails",
            f"show {'it' if len(unseen) == 1 else 'them'} with `--show {fail_on.label}`",
        )


def _about(
    diagnostics: Sequence[Diagnostic], texts: Sequence[str], keys: set[str]
) -> list[Diagnostic]:
    """The diagnostics of the selected monitors, of their files, and of files that all share."""
    if not texts:
        return list(diagnostics)
    return [
        each
        for each in diagnostics
        if each.key in keys or any(_concerns(each, text) for text in texts)
    ]


def _below_root(diagnostic: Diagnostic) -> tuple[str, ...]:
    """
    The folders and the name of a diagnostic's file, as the keys of its monitors begin.

    A file that cannot be read has no keys, and is asked for by its name all the same.
    """
    root = PurePosixPath(console.root().as_posix())
    path = PurePosixPath(diagnostic.span.path).with_suffix("")
    return (path.relative_to(root) if path.is_relative_to(root) else path).parts


def _concerns(diagnostic: Diagnostic, text: str) -> bool:
    """Whether a diagnostic outside the selected monitors is about what this selector means."""
    selector = selecting.parse(text)
    if diagnostic.key:
        return selector.matches(diagnostic.key, ())
    parts = _below_root(diagnostic)
    if selector.pattern is None or len(parts) < 2 or parts[0] == "templates":
        return True  # such a file is about monitors of every unit
    if parts[-1] == "business-unit":
        parts = parts[:-1]
    start = "/".join(text.strip("/").split("/")[: len(parts)])
    return selecting.parse(start).matches("/".join(parts), ())
