"""``validate``: is everything right in the files? Offline, unless Datadog is to be asked too."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import click

from monitor_sync import app
from monitor_sync.cli import console, options
from monitor_sync.cli.progress import progress
from monitor_sync.counting import count
from monitor_sync.errors import FilesInvalid, UsageError

if TYPE_CHECKING:
    from monitor_sync.app import Validation
    from monitor_sync.diagnostics import Diagnostic, Severity

_LEVELS: Final = ("note", "warning", "error")


def _level(_: click.Context, __: click.Parameter, value: str) -> Severity:
    from monitor_sync.diagnostics import Severity

    return Severity[value.upper()]


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
    help="Exit 3 if there is a finding of this level or above.",
)
@click.option(
    "--online",
    "ask",
    is_flag=True,
    help="Ask Datadog too: would it take the new and changed monitors, do all handles exist?",
)
@click.option("--all", "everything", is_flag=True, help="With --online: ask about all monitors.")
@click.option(
    "--check-links",
    is_flag=True,
    help="Also ask for the addresses of runbooks and SOPs; needs a network and no key.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Show only findings that this file does not hold.",
)
@click.option(
    "--write-baseline",
    is_flag=True,
    help="Write all findings of today to the file that --baseline names.",
)
@options.output("text", "json", "github", "gitlab", "sarif", "junit")
@options.root
@click.pass_context
def command(
    context: click.Context,
    root: Path,
    selectors: Sequence[str],
    least: Severity,
    fail_on: Severity,
    ask: bool,
    everything: bool,
    check_links: bool,
    baseline: Path | None,
    write_baseline: bool,
    form: str,
    output: Path | None,
) -> None:
    """
    Check the files: schema, queries, messages, owners, rules. Offline, without a key.

    With --online, Datadog is asked about what is new or changed; that needs monitors_read, and
    for the handles integrations_read and teams_read. These monitors are also held against the
    points of the last seven days: timeseries_query and metrics_read. Nothing is written in Datadog.

    With --check-links, the addresses of runbooks and SOPs are asked for, without a key. Pages
    behind a login and addresses inside a private network are "not checked".

    Shows every problem with its file and line, and exits 3 if one is an error. A SELECTOR (a key,
    a glob over keys, team:NAME, tag:KEY:VALUE) narrows what is shown; without one, a rule's many
    warnings are shown by the first few. `monitor-sync explain RULE` says more about a finding.

    A team with many findings saves those of today with --baseline FILE --write-baseline; from then
    on --baseline FILE shows only new ones.
    """
    if everything and not ask:
        raise UsageError("--all needs --online", hint="`monitor-sync validate --online --all`")
    if write_baseline:
        _write_baseline(root, baseline, selectors)
        return
    validation = app.validate(
        root,
        app.ValidateOptions(
            selectors=selectors,
            everything=everything,
            least=least,
            baseline=baseline,
            brief=form == "text" and not selectors,
        ),
        target=console.target() if ask else None,
        links=console.target() if check_links else None,
        progress=progress,
    )
    _tell_of_answers(validation)
    _tell_of_baseline(validation, baseline)
    _warn_of_hidden(validation.diagnostics, least, fail_on)
    _answer(form, validation, least, fail_on, output, ungrouped=bool(selectors))
    context.exit(_exit_code(validation, fail_on))


def _exit_code(validation: Validation, fail_on: Severity) -> int:
    """Return the code to exit with, and say why Datadog could not be asked."""
    failed = validation.answers.failed if validation.answers else None
    if failed:
        console.complain(failed)
    if any(diagnostic.severity >= fail_on for diagnostic in validation.diagnostics):
        return FilesInvalid.exit_code
    return failed.exit_code if failed else 0


def _write_baseline(root: Path, path: Path | None, selectors: Sequence[str]) -> None:
    """Write the findings of today to a file. Raises UsageError where none is named."""
    from monitor_sync.app import baseline

    if path is None or selectors:
        raise UsageError(
            "--write-baseline needs the file that --baseline names, and takes no SELECTOR",
            hint="`monitor-sync validate --baseline FILE --write-baseline`",
        )
    diagnostics = app.validate(root).diagnostics
    text, number = baseline.written(diagnostics, PurePosixPath(root.as_posix()))
    console.answer(text, path, as_it_is=True)
    left_out = len(diagnostics) - number
    unreadable = f" and leaves out {count(left_out, 'error')} of reading: mend these"
    console.say(f"{path} holds {count(number, 'finding')}{unreadable if left_out else ''}.")


def _tell_of_answers(validation: Validation) -> None:
    """Say what was asked over the network, and what was not."""
    for answers in filter(None, (validation.answers, validation.links)):
        for sentence in answers.said:
            console.say(sentence)


def _tell_of_baseline(validation: Validation, baseline: Path | None) -> None:
    """Say how many findings the baseline hides, and how many of it are mended."""
    if baseline is None:
        return
    mended = f", and {validation.gone} that are mended: write it anew" if validation.gone else ""
    console.say(f"{baseline} holds {count(validation.known, 'finding')} of today{mended}.")


def _answer(
    form: str,
    validation: Validation,
    least: Severity,
    fail_on: Severity,
    output: Path | None,
    *,
    ungrouped: bool,
) -> None:
    """
    Print the findings; where they are for programs, the line that counts is conversation.

    ``ungrouped``: show every one of them, also where a rule found the same many times.
    """
    from monitor_sync.render import diagnostics as shown

    visible = [finding for finding in validation.diagnostics if finding.severity >= least]
    more = shown.MORE if visible else ""
    summary = shown.summary(
        validation.diagnostics,
        monitors=len(validation.keys),
        files=validation.project.files,
        hidden=len(validation.diagnostics) - len(visible),
        style=console.answer_style(output) if form == "text" else console.err(),
    )
    if form == "text":
        findings = shown.text if ungrouped else shown.brief
        text = findings(visible, console.answer_style(output))
        console.answer(text + more + summary, output)
        return
    if form == "github":
        # GitHub shows ten annotations of a kind, and without their excerpts: the log has them all
        console.say(shown.text(visible, console.err()) + more[:-1])
    text = _for_programs(form, visible, validation, fail_on)
    console.answer(text, output, as_it_is=form == "github")
    console.say(summary.rstrip())


def _for_programs(
    form: str, visible: Sequence[Diagnostic], validation: Validation, fail_on: Severity
) -> str:
    """Return the findings in a format that programs read; each is imported when asked for."""
    if form == "json":
        from monitor_sync.render import diagnostics

        return diagnostics.json(visible)
    if form == "junit":
        from monitor_sync.render import junit

        declared: dict[str, list[str]] = {}
        for monitor in validation.monitors:
            declared.setdefault(monitor.path, []).append(monitor.key)
        return junit.text(visible, declared, fail_on)
    if form == "sarif":
        from monitor_sync.cli import rulebook
        from monitor_sync.render import sarif

        return sarif.text(_in_checkout(visible), rulebook.pages())
    if form == "gitlab":
        from monitor_sync.render import gitlab

        return gitlab.text(visible)
    from monitor_sync.render import github

    return github.text(_in_checkout(visible))


def _in_checkout(diagnostics: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """
    Return the diagnostics with paths from the top of the checkout, as GitHub wants them.

    On GitHub's runners a variable names that folder; a job may work in one below it.
    """
    from msgspec.structs import replace

    top, here = os.environ.get("GITHUB_WORKSPACE", ""), Path.cwd()
    if not top or here == Path(top) or not here.is_relative_to(top):
        return diagnostics
    below = PurePosixPath(here.relative_to(top).as_posix())
    return [
        replace(
            finding, span=replace(finding.span, path=os.path.normpath(below / finding.span.path))
        )
        for finding in diagnostics
    ]


def _warn_of_hidden(diagnostics: Sequence[Diagnostic], least: Severity, fail_on: Severity) -> None:
    """Say so where the exit code comes from findings that are not shown."""
    hidden = sum(fail_on <= diagnostic.severity < least for diagnostic in diagnostics)
    if hidden:
        console.warn(
            f"--show {least.label} hides {count(hidden, 'finding')} on which"
            f" --fail-on {fail_on.label} fails",
            f"show {'it' if hidden == 1 else 'them'} with `--show {fail_on.label}`",
        )
