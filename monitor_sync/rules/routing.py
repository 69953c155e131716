"""Does every state reach the people it has to reach, and only them?"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Final

from monitor_sync.audience.audience import pagers_of_alerts, unresolved_pagers
from monitor_sync.audience.pagers import USUAL_PAGING, matches_glob
from monitor_sync.audience.places import for_one_state, places_in
from monitor_sync.diagnostics import Severity
from monitor_sync.language.handles import attached, handles
from monitor_sync.language.message_tree import Helper, walk
from monitor_sync.rules.handles import finding_at
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import quoted
from monitor_sync.rules.views import MessageView, MonitorView, ProjectView, pages

_CHATS: Final = frozenset({"slack", "teams", "hangouts", "hipchat", "email", "jira", "case"})
"""Kinds of handles that certainly wake nobody."""

_FORGOTTEN: Final = {
    "warning": ("warning", "is warned"),
    "no_data": ("no_data", "hears that data is missing"),
    "alert_recovery": ("recovery", "hears that it is over"),
}
"""A transition, its state in the files, and what nobody notices if it notifies nobody."""


@functools.lru_cache(maxsize=8192)
def _is_chat(handle: str) -> bool:
    return all(parsed.kind in _CHATS for parsed in handles(handle))


# nobody


@rule("routing/page-reaches-nobody", Severity.ERROR)
def page_reaches_nobody(project: ProjectView) -> Iterator[tuple[MonitorView, Finding]]:
    """
    A monitor that has to wake somebody notifies nobody when it alerts or when data is missing.

    Why: customers are hit, Datadog knows it, and nobody is told. The members of a composite are
    left out: the composite speaks for them.

    Example: `priority: 1` with `notify: {alert: []}`

    Use instead: `notify: {alert: [pager, chat]}`, or a rule for the priority in teams.yaml

    Source: `paging_priorities` of the policy in project.yaml, 1 and 2 without one.
    """
    silent, spoken_for = _silent(project)
    for view, transitions in silent:
        monitor = view.monitor
        if monitor.key in spoken_for or not pages(monitor.priority, view.project.policy):
            continue
        if _has_handle_after_colon(monitor.text):
            continue
        for transition in ("alert", "no_data"):
            if transition in transitions:
                when = "when it alerts" if transition == "alert" else "when data is missing"
                yield (
                    view,
                    Finding(
                        message=f"priority {monitor.priority}, and nobody is notified {when}",
                        field=("notify", transition),
                        hint=_how_to_page(view, transition),
                    ),
                )


def _has_handle_after_colon(text: str) -> bool:
    """
    Return whether a text has a handle right behind a colon, as in ``Notify:@slack-motor``.

    Datadog's page says that it is not read; published monitors rely on it. So there is a warning
    (`routing/attached-handle`) and no error.
    """
    return ":@" in text and any(text[handle.start - 1] == ":" for handle in attached(text))


def _how_to_page(view: MonitorView, state: str) -> str:
    if view.of_message.problems and any(view.monitor.recipients.values()):
        return "mend the message: what is added below it ends up inside its blocks"
    return f"{_notify(view, state, 'pager')}, or give the team a rule for this priority"


def _notify(view: MonitorView, state: str, role: str, word: str = "notify") -> str:
    """Return what to write so that a state reaches somebody; a handle where the team names none."""
    if role in view.of_message.team.handles:
        return f"write `{word}: {{{state}: [{role}]}}`"
    return f'write `{word}: {{{state}: ["@HANDLE"]}}`'


@rule("routing/state-reaches-nobody", Severity.WARNING)
def state_reaches_nobody(project: ProjectView) -> Iterator[tuple[MonitorView, Finding]]:
    """
    The monitor can get into a state that notifies nobody.

    Why: a warning threshold without a recipient only colours a list that nobody looks at, and who
    is not told of the recovery goes on searching. The members of a composite are left out.

    Example: `thresholds: {critical: 5, warning: 3}`, with nobody under `warning` in the team's rule

    Use instead: `also_notify: {warning: [chat]}`, or no warning threshold

    Source: which states a monitor reaches follows from its options; who hears of each, from its
    message.
    """
    silent, spoken_for = _silent(project)
    for view, transitions in silent:
        if view.monitor.key in spoken_for or view.of_message.problems:
            continue  # what is wrong with its blocks is told, and comes first
        grave = pages(view.monitor.priority, view.project.policy)
        if "alert" in transitions:
            if not grave:
                yield (
                    view,
                    Finding(
                        message="nobody is notified when it alerts",
                        field=("notify", "alert"),
                        hint=f"{_notify(view, 'alert', 'chat')}, or give the team a rule for it",
                    ),
                )
            continue
        for transition, (state, what) in _FORGOTTEN.items():
            if transition not in transitions or (grave and transition == "no_data"):
                continue
            if state == "warning" and view.monitor.type == "composite":
                continue  # it warns where its members do, and they have the finding
            yield (
                view,
                Finding(
                    message=f"nobody {what}",
                    field=("notify", state),
                    hint=f"{_notify(view, state, 'chat', 'also_notify')}, or give the team's rule"
                    f" in teams.yaml a `{state}`",
                ),
            )


@rule("routing/unknown-reaches-nobody", Severity.WARNING)
def unknown_reaches_nobody(project: ProjectView) -> Iterator[tuple[MonitorView, Finding]]:
    """
    A service check has an `unknown` threshold, and nobody is notified of that state.

    Why: `{{#is_no_data}}` is not it: a check that answers "unknown" sends data. Routing has no line
    for it, as most checks never answer so; whoever declares the threshold means it.

    Example: `thresholds: {critical: 3, unknown: 2}` without `{{#is_unknown}}` in the message

    Use instead: `{{#is_unknown}}@slack-motor{{/is_unknown}}` in the message, or no such threshold

    Source: Datadog's page on variables has the condition; 79 of 276 recorded checks declare it.
    """
    silent, spoken_for = _silent(project)
    for view, transitions in silent:
        options = view.monitor.body.get("options")
        levels = options.get("thresholds") if isinstance(options, Mapping) else None
        declared = isinstance(levels, Mapping) and levels.get("unknown") is not None
        if "unknown" in transitions and declared and view.monitor.key not in spoken_for:
            yield (
                view,
                Finding(
                    message="nobody hears that the check's state is unknown",
                    field=("options", "thresholds", "unknown"),
                    hint="write `{{#is_unknown}}@…{{/is_unknown}}` in the message",
                ),
            )


def _silent(
    project: ProjectView,
) -> tuple[list[tuple[MonitorView, frozenset[str]]], frozenset[str]]:
    """Return monitors with transitions that notify nobody, and the keys of composite members."""
    silent = []
    spoken_for: set[str] = set()
    for view in project.monitors:
        if view.monitor.references:
            spoken_for.update(view.monitor.references)
        empty = view.notified.silent
        if empty:
            silent.append((view, empty))
    return silent, frozenset(spoken_for)


# pagers


def _wakes_somebody(view: MessageView) -> bool:
    return any(_wakes(handle, view) for handle in pagers_of_alerts(view.notified, view.pagers))


def _wakes(pager: str, view: MessageView) -> bool:
    """Return whether a pager wakes somebody: a chat only where the policy says so of it."""
    return not _is_chat(pager) or matches_glob(pager, view.policy.pagers)


@rule("routing/unresolved-page", Severity.WARNING)
def unresolved_page(view: MessageView) -> Iterator[Finding]:
    """
    A pager is notified of an alert and not of its recovery.

    Why: the on-call tool opens an incident and keeps it open, until somebody closes it by hand;
    the next alert may then count as the same incident. A handle inside `{{#is_alert}}` alone is
    not notified on recovery.

    Example: `notify: {alert: [pager, chat], recovery: [chat]}`

    Use instead: `notify: {alert: [pager, chat], recovery: [pager, chat]}`

    Source: Datadog's pages on PagerDuty and On-Call: an incident is resolved only if the recovery
    message has the handle. Webhooks work the same way.
    """
    for handle, begins in unresolved_pagers(view.notified, view.pagers):
        if not _wakes(handle, view):
            continue
        yield Finding(
            message=f"`{handle}` is notified of {_NAMES[begins]} and not of its recovery, so"
            " its incident stays open",
            field=_where(view, begins, handle),
            hint="notify it under `recovery` too",
        )


_NAMES: Final = {"alert": "an alert", "no_data": "missing data", "warning": "a warning"}


def _where(view: MessageView, state: str, handle: str) -> tuple[str, ...]:
    if handle in view.recipients.get(state, ()):
        return ("recipients", state, handle)
    return ("message",)


@rule("routing/chat-only-page", Severity.WARNING)
def chat_only_page(view: MessageView) -> Iterator[Finding]:
    """
    A monitor of a priority that has to wake somebody only writes to a chat or to mailboxes.

    Why: nobody reads a chat at four in the morning. Where the policy in project.yaml says which
    priorities page, `routing/pager-required` says so instead.

    Example: `priority: 1` with `notify: {alert: ["@slack-motor"]}`

    Use instead: `notify: {alert: [pager, chat]}`, or `priority: 3`

    Source: our own practice; priorities 1 and 2 page unless the policy says otherwise.
    """
    policy = view.policy
    if policy.paging_priorities or view.priority not in USUAL_PAGING:
        return
    reached = view.notified.handles_at("alert")
    if not reached or _wakes_somebody(view):
        return
    if policy.pagers or all(map(_is_chat, reached)):
        yield _no_pager(view, reached)


@rule("routing/pager-required", Severity.ERROR)
def pager_required(view: MessageView) -> Iterator[Finding]:
    """
    The organisation asks that monitors of this priority page, and this one pages nobody.

    Why: `paging_priorities` of the policy is a promise that somebody gets up. `pagers` says which
    handles count; without it webhooks and on-call tools do. What a team calls `pager` counts too,
    unless it is a chat.

    Example: `priority: 1` with `notify: {alert: ["@slack-motor"]}`

    Use instead: `notify: {alert: [pager, chat]}`, or a priority that does not page

    Source: `policy` in project.yaml.
    """
    policy = view.policy
    if view.priority not in policy.paging_priorities:
        return
    reached = view.notified.handles_at("alert")
    if reached and not _wakes_somebody(view):
        yield _no_pager(view, reached)


def _no_pager(view: MessageView, reached: tuple[str, ...]) -> Finding:
    return Finding(
        message=f"priority {view.priority} notifies only {quoted(reached, 'and')}, and"
        " pages nobody",
        field=_where(view, "alert", reached[0]),
        hint="add a pager under `alert`, or choose a priority that does not page",
    )


@rule("routing/priority-raised-in-text", Severity.WARNING)
def priority_raised_in_text(view: MessageView) -> Iterator[Finding]:
    """
    The message raises the priority to one that pages, and pages nobody.

    Why: `override_priority` changes what Datadog shows. Who is notified follows from `priority:`,
    so that the page has the highest priority and reaches a chat.

    Example: `{{#is_match "env.name" "prod"}}{{override_priority 'P1'}}{{/is_match}}` with
    `priority: 3`

    Use instead: two monitors with a priority each

    Source: Datadog's page on message variables, `override_priority`; the team's rules in teams.yaml
    choose by `priority:`.
    """
    if "override_priority" not in view.text:
        return
    policy = view.policy
    if _wakes_somebody(view):
        return
    for element in walk(view.message.elements):
        if (
            isinstance(element, Helper)
            and element.name == "override_priority"
            and element.arguments
        ):
            level = element.arguments[0].value
            if level[:1] == "P" and level[1:].isdigit() and pages(int(level[1:]), policy):
                yield Finding(
                    message=f"{level} has to wake somebody, and nobody is paged",
                    field=("message",),
                    start=element.start,
                    end=element.end,
                    hint="declare a monitor of its own with this priority",
                )


# too many


_ALERT_AND_RECOVERY: Final = 2
"""Transitions that every monitor has."""


@rule("routing/handle-in-every-state", Severity.WARNING)
def handle_in_every_state(view: MessageView) -> Iterator[Finding]:
    """
    A handle stands in the message outside every condition, so it is notified at every transition.

    Why: what stands outside conditions is sent at every transition: alert, warning, missing data,
    each recovery and each reminder. One spike then makes half a dozen mails. A monitor that only
    alerts and recovers tells nobody too much. Routing is not the message's business here: it adds
    a line for each state.

    Example: `message: "Quotes fail. @slack-sales"` with `thresholds: {critical: 5, warning: 3}`

    Use instead: `also_notify: {alert: ["@slack-sales"]}`

    Source: Datadog's page on message variables; a public collection of monitors counted six mails
    for one spike.
    """
    if "@" not in view.text:
        return
    names = [transition.name.replace("_", " ") for transition in view.reach.transitions()]
    if len(names) <= _ALERT_AND_RECOVERY:
        return
    is_for_one_state = for_one_state(view.message.elements)
    for place in places_in(("message",), view.text):
        if is_for_one_state(place.start):
            continue
        name = place.handle.name
        yield finding_at(
            place,
            f"`{name}` is notified every time: {', '.join(names[:-1])} and {names[-1]}",
            f'write `also_notify: {{alert: ["{name}"]}}` instead',
        )


@rule("routing/forbidden-handle", Severity.ERROR)
def forbidden_handle(view: MessageView) -> Iterator[Finding]:
    """
    The monitor notifies a handle that the organisation forbids.

    Why: `forbidden_handles` of the policy says so: everybody at once, a private mailbox, a tool
    that is being given up.

    Example: `also_notify: {alert: ["@all"]}` with `forbidden_handles: ["@all"]`

    Use instead: the handle of whoever has to act

    Source: `policy.forbidden_handles` in project.yaml.
    """
    globs = view.policy.forbidden_handles
    if not globs:
        return
    for place in view.mentions:
        if matches_glob(place.handle.name, globs):
            yield finding_at(
                place,
                f"`{place.handle.name}` is forbidden by the policy in project.yaml",
                "notify whoever has to act instead",
            )
