"""What every monitor should have, and what is said of suppressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language.runbooks import leads_to_runbook
from monitor_sync.rules.registry import Finding, page, rule
from monitor_sync.rules.views import MonitorView, QueryView


@rule("hygiene/no-runbook", Severity.WARNING)
def no_runbook(view: MonitorView) -> Iterator[Finding]:
    """
    The monitor names no runbook.

    Why: whoever is woken by it finds out alone what to look at first. The footer of the message
    has a link to the runbook where there is one. A link beside the word "runbook" in the message,
    or an asset of the category `runbook`, is as good.

    Example: a monitor without `runbook:`

    Use instead: `runbook: motor/quotes`, a page below `runbooks` of project.yaml

    Source: our own practice; on-call reviews ask for it first.
    """
    if not leads_to_runbook(view.monitor):
        yield Finding(message="the monitor names no runbook", hint="add `runbook:` with its page")


@rule("hygiene/runbook-without-address", Severity.WARNING)
def runbook_without_address(view: MonitorView) -> Iterator[Finding]:
    """
    `runbook` is a path, but project.yaml does not say where runbooks are.

    Why: the footer links to `runbooks` of project.yaml with this path behind it. Without it there
    is no link, and whoever is woken has a path and no page.

    Example: `runbook: motor/quotes` without `runbooks` in project.yaml

    Use instead: `runbooks: https://runbooks.acme.example/` in project.yaml, or a whole address

    Source: our own rule; `runbooks` in project.yaml.
    """
    runbook = view.monitor.runbook
    if runbook and "://" not in runbook:
        yield Finding(
            message=f"`{runbook}` is no link: project.yaml has no `runbooks`",
            field=("runbook",),
            hint="write `runbooks: https://…/` in project.yaml, or the whole address here",
        )


@rule("hygiene/no-priority", Severity.WARNING)
def no_priority(view: QueryView) -> Iterator[Finding]:
    """
    The monitor has no priority.

    Why: the priority decides with the team's `notify` rules who is told and who is woken, and
    Datadog sorts by it. Without one the rules without priorities apply, perhaps by accident.

    Example: a monitor without `priority:`

    Use instead: `priority: 3`; 1 is highest, 5 is lowest

    Source: our own practice; `notify` in teams.yaml.
    """
    if view.priority is None:
        yield Finding(
            message="the monitor has no priority",
            hint="add `priority:` with a number from 1, the highest, to 5",
        )


@rule("hygiene/no-message", Severity.WARNING)
def no_message(view: MonitorView) -> Iterator[Finding]:
    """
    The message says nothing: its author wrote no text.

    Why: the notification is then the name, a number and a footer. It does not say what it means
    for customers, nor what to look at first.

    Example: `message: ""`

    Use instead: one sentence on what breaks for whom, and one on where to look first

    Source: our own practice; Datadog accepts an empty message.
    """
    if not view.monitor.text.strip():
        yield Finding(
            message="the message is empty",
            field=("message",),
            hint="say what it means for customers and what to look at first",
        )


LONGEST_NAME: Final = 500


@rule("hygiene/long-name", Severity.WARNING)
def long_name(view: MonitorView) -> Iterator[Finding]:
    """
    The name is longer than 500 characters.

    Why: it is the subject of mails and the headline of pages, which are cut; Datadog publishes no
    limit of its own.

    Example: a name that repeats the message

    Use instead: a headline; the rest belongs into the message

    Source: our own measure; no limit is published.
    """
    length = len(view.monitor.name)
    if length > LONGEST_NAME:
        yield Finding(
            message=f"the name has {length} characters, more than {LONGEST_NAME}",
            field=("name",),
            hint="keep the headline and move the rest to the message",
        )


_UNFILLED: Final = re.compile(
    r"(?<![\w$])\$\(?(?P<shell>[A-Za-z_]\w*)\)?"  # $service, $(service)
    r"|%(?:\(\w+\))?[sdf](?!\w)|%\{\w+\}|%[A-Za-z_]+%"  # %s, %(service)s, %{service}, %service%
    r"|\#\{[\w.]+\}"  # #{service}
    r"|(?<![{$])\{(?P<single>[A-Za-z_][\w.-]*|\d)\}(?!\})"  # {service}, {0}
    r"|<(?P<angle>[a-z_]+)>"
)
_MAY_BE_UNFILLED: Final = re.compile(r"[$%#{<]")
"""What a placeholder begins with: most names have none of it."""


@rule("hygiene/unfilled-name", Severity.WARNING)
def unfilled_name(view: MonitorView) -> Iterator[Finding]:
    """
    The name holds a placeholder of another tool that nobody filled in.

    Why: `$functionName`, `%s` and `{service}` mean something to shells, programs and Terraform.
    Datadog shows them as they stand, so whoever is woken reads `$functionName is slow`.

    Example: `name: "$functionName is slow"`

    Use instead: `name: "${service} is slow"`, which is filled in from the files, or
    `{{service.name}}`, which Datadog fills in

    Source: published monitors, in which such names were found.
    """
    name = view.monitor.name
    match = _UNFILLED.search(name) if _MAY_BE_UNFILLED.search(name) else None
    if match is None:
        return
    word = match["shell"] or match["single"] or match["angle"] or ""
    hint = "write what it stands for"
    if "." in word:
        hint = f"write `{{{{{word}}}}}`, two braces on each side"
    elif word and not word.isdigit():
        hint = f"write `${{{word}}}` to fill it in from the files, or `{{{{{word}.name}}}}`"
    yield Finding(
        message=f"`{match[0]}` is filled in by nobody",
        field=("name",),
        start=match.start(),
        end=match.end(),
        hint=hint,
    )


@rule("hygiene/name-unlike-pattern", Severity.ERROR)
def name_unlike_pattern(view: MonitorView) -> Iterator[Finding]:
    r"""
    The name does not fit the pattern that the organisation set.

    Why: people search and sort by name; `policy.name_pattern` of project.yaml is what everybody
    agreed on.

    Example: `name: Quotes fail` where the pattern is `^\[[A-Z]`

    Use instead: `name: "[Motor] Quotes fail"`

    Source: `policy.name_pattern` in project.yaml.
    """
    pattern = view.project.policy.name_pattern
    if pattern and re.search(pattern, view.monitor.name) is None:
        yield Finding(
            message=f"`{view.monitor.name}` does not fit the pattern `{pattern}`",
            field=("name",),
            hint="rename it; the pattern is `policy.name_pattern` of project.yaml",
        )


@page("hygiene/unused-suppression", Severity.WARNING)
def unused_suppression() -> None:
    """
    A suppression silences nothing.

    Why: what it was for has been mended, or the rule no longer finds it. Left in place it would
    hide the next defect of the same kind.

    Example: `ignore: [{rule: hygiene/no-runbook, reason: …}]` on a monitor with a runbook

    Use instead: nothing; remove the entry

    Source: our own practice.
    """


@page("hygiene/expired-suppression", Severity.WARNING)
def expired_suppression() -> None:
    """
    A suppression is past its date.

    Why: `until` was the promise to come back to it. The finding is shown again from the next
    day on.

    Example: `ignore: [{rule: hygiene/no-runbook, reason: …, until: 2026-03-01}]` in April

    Use instead: mend the monitor, or set a new date and say why

    Source: our own practice.
    """


@page("hygiene/unknown-suppression", Severity.WARNING)
def unknown_suppression() -> None:
    """
    A suppression names a rule that does not exist.

    Why: it is a slip of the pen, or the rule has another name now; it silences nothing.

    Example: `ignore: [{rule: hygiene/missing-runbook, reason: …}]`

    Use instead: `hygiene/no-runbook`; `monitor-sync explain` lists all rules

    Source: our own practice.
    """


@page("hygiene/vain-suppression", Severity.WARNING)
def vain_suppression() -> None:
    """
    A suppression names an error of reading the files, which nothing can silence.

    Why: where a value has the wrong shape or a hole is not filled, there is no whole monitor that
    Datadog could be sent.

    Example: `ignore: [{rule: schema/unknown-key, reason: …}]`

    Use instead: mend what it finds; an option that this tool does not know yet goes under
    `raw_options`

    Source: our own rule.
    """
