"""Handles that cannot work: in the author's text, and among whom routing adds."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Final

from monitor_sync.audience.places import HandlePlace
from monitor_sync.diagnostics import Severity
from monitor_sync.language.handles import BARE, KINDS, Handle, attached
from monitor_sync.language.message import parse
from monitor_sync.language.suggest import nearest
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.variables import instead
from monitor_sync.rules.views import MessageView, blank_variables


def finding_at(mention: HandlePlace, message: str, hint: str = "") -> Finding:
    """Return a finding at the place of a handle."""
    return Finding(
        message=message, field=mention.field, start=mention.start, end=mention.end, hint=hint
    )


# how a handle stands in a text


@rule("routing/attached-handle", Severity.WARNING)
def attached_handle(view: MessageView) -> Iterator[Finding]:
    """
    A handle notifies nobody, because no blank stands before it.

    Why: Datadog reads a handle only behind a blank or at the start of a line.

    Example: `Call us (@slack-motor)`

    Use instead: `Call us: @slack-motor`

    Source: Datadog's page on notifications.
    """
    for field, text in (
        (("message",), view.text),
        (("options", "escalation_message"), view.escalation),
    ):
        for handle in attached(text) if "@" in text else ():
            yield Finding(
                message=f"`{handle.text}` notifies nobody: no blank stands before it",
                field=field,
                start=handle.start,
                end=handle.end,
                hint="put a blank before @",
            )


@rule("routing/handle-before-parenthesis", Severity.WARNING)
def handle_before_parenthesis(view: MessageView) -> Iterator[Finding]:
    """
    A parenthesis follows a handle at once, and the handle is not read.

    Why: Datadog does not read handles with parentheses; nobody is notified. Only a workflow takes
    arguments in them.

    Example: `@slack-motor(urgent)`

    Use instead: `@slack-motor (urgent)`

    Source: Datadog's page on notifications: handles with parentheses are not parsed.
    """
    for mention in view.doubtful_mentions:
        if mention.handle.parenthesis and mention.field[0] != "recipients":
            yield finding_at(
                mention,
                f"`{mention.handle.text}(` notifies nobody: a parenthesis follows at once",
                "put a blank before the parenthesis",
            )


# what a handle names


_DOUBLED: Final = re.compile(r"##")
_UNFILLED: Final = re.compile(r"%[sd](?![a-z])|%\Z|\$\w+|\$\Z")
_LAST_CHARACTER: Final = re.compile(r"[A-Za-z0-9_}]\Z")
_EMAIL: Final = re.compile(r"[^@\s/]+@[^@\s/]+\.[^@\s/]+\Z")


@rule("routing/malformed-handle", Severity.WARNING)
def malformed_handle(view: MessageView) -> Iterator[Finding]:
    """
    A handle cannot be one that Datadog has: a name is missing, or has characters that no name has.

    Why: Datadog stores the message and notifies nobody. A Slack channel is written with one `#` or
    none and ends with a letter, a digit or `_`; an address has no slash; what follows a comma or a
    bracket is not read.

    Example: `@slack-##motor`, `@webhook-`

    Use instead: `@slack-motor`, `@webhook-zenduty-motor`

    Source: Datadog's pages on Slack, e-mail and other notification integrations; a report that a
    doubled `#` broke a provider's alerts.
    """
    for mention in view.doubtful_mentions:
        read, listed = mention.handle.text, mention.field[-1]
        if mention.field[0] == "recipients" and read != listed:
            yield Finding(
                message=f"`{listed}` is read by Datadog as {f'`{read}`' if read else 'no handle'}",
                field=mention.field,
                hint="write one handle, without commas, brackets or a dot at its end",
            )
            continue
        reason, hint = _malformed(mention.handle)
        if reason:
            yield finding_at(mention, f"`{read}` {reason}", hint)


@functools.lru_cache(maxsize=8192)
def _malformed(handle: Handle) -> tuple[str, str]:
    kind, target = handle.kind, handle.target
    if target.endswith("@"):
        return "ends with `@`", "write the handle without it, or an address: @name@company.com"
    if kind == "user" and target.find("@") > 0 and not handle.dynamic:
        return "is no address: it has more than one `@`", "write @name@company.com"
    unfilled = _UNFILLED.search(target) if kind != "email" else None
    if unfilled is not None:
        return f"has `{unfilled[0]}`, which nobody fills in", "write the name that it stands for"
    if kind in ("all", "user"):
        return "", ""
    if kind == "email":
        if handle.dynamic or _EMAIL.match(target):
            return "", ""
        wrong = "has a slash" if "/" in target else "names no domain"
        return f"is no address: it {wrong}", "write @name@company.com"
    if not target:
        if kind in BARE and not handle.name.endswith("-"):
            return "", ""
        return f"names no target: {KINDS[kind]}", f"write @{kind}-NAME"
    if _DOUBLED.search(target):
        return "has `##` in its name", f"write @{kind}-{target.replace('##', '')}"
    if kind == "slack" and not handle.dynamic and not _LAST_CHARACTER.search(target):
        return f"ends with `{target[-1]}`", "end a channel with a letter, a digit or _"
    return "", ""


_NO_HANDLES: Final = {
    "here": "write <!here> beside the handle of the channel",
    "channel": "write <!channel> beside the handle of the channel",
    "everyone": "write <!channel> beside the handle of the channel, or @all",
    "zenduty": "Zenduty is reached by a webhook: @webhook-NAME",
    "xurrent": "Xurrent IMR is reached by a webhook: @webhook-NAME",
    "discord": "Discord is reached by a webhook: @webhook-NAME",
    "telegram": "Telegram is reached by a webhook: @webhook-NAME",
    "incident-io": "incident.io is reached by a webhook: @webhook-NAME",
    "email": "write the address itself: @name@company.com",
    "mail": "write the address itself: @name@company.com",
    "msteams": "write @teams-NAME",
    "on-call": "write @oncall-TEAM",
}


@rule("routing/unknown-kind-of-handle", Severity.WARNING)
def unknown_kind_of_handle(view: MessageView) -> Iterator[Finding]:
    """
    A handle begins with a word that is not one of Datadog's integrations.

    Why: Datadog takes it for a person's handle, finds nobody, and notifies nobody. `@here` and
    `@channel` are Slack's words; Zenduty is reached by a webhook.

    Example: `@slck-motor`, `@zenduty-motor`, `@here`

    Use instead: `@slack-motor`, `@webhook-zenduty-motor`, `<!here>` beside the channel

    Source: Datadog's list of notification integrations; Zenduty's guide for Datadog.
    """
    for mention in view.doubtful_mentions:
        if mention.handle.kind == "user":
            hint = _meant(mention.handle.target)
            if hint:
                yield finding_at(
                    mention, f"`{mention.handle.text}` is no handle that Datadog knows", hint
                )


@functools.lru_cache(maxsize=1024)
def _meant(name: str) -> str:
    lower = name.lower()
    for word, hint in _NO_HANDLES.items():
        if lower == word or lower.startswith(f"{word}-"):
            return hint
    prefix, dash, rest = name.partition("-")
    near = nearest(prefix, [kind for kind in KINDS if kind not in ("user", "all", "email")], 0.75)
    return f"did you mean @{near}-{rest}?" if dash and rest and near else ""


@rule("routing/retired-product", Severity.WARNING)
def retired_product(view: MessageView) -> Iterator[Finding]:
    """
    A handle names a product that no longer exists.

    Why: HipChat ended in 2019. Datadog keeps the handle and nobody reads it.

    Example: `@hipchat-motor`

    Use instead: `@slack-motor`

    Source: the maker's announcement; Datadog's pages still list the prefix.
    """
    for mention in view.doubtful_mentions:
        if mention.handle.kind == "hipchat":
            yield finding_at(
                mention,
                f"`{mention.handle.text}` reaches nobody: HipChat has ended",
                "write the handle of the tool that is in use now",
            )


@rule("routing/ending-product", Severity.NOTE)
def ending_product(view: MessageView) -> Iterator[Finding]:
    """
    A handle names a product whose end is announced.

    Why: Opsgenie is switched off on 5 April 2027. Pages that still go there then reach nobody.

    Example: `@opsgenie-motor`

    Use instead: the handle of the tool that you move to

    Source: Atlassian's announcement of 2025.
    """
    for mention in view.doubtful_mentions:
        if mention.handle.kind == "opsgenie":
            yield finding_at(
                mention,
                f"`{mention.handle.text}` works until 5 April 2027, when Opsgenie ends",
                "move it to the tool that comes after Opsgenie",
            )


_PLACEHOLDER: Final = re.compile(
    r"(?:\A|[@.])example\.(?:com|org|net)\Z"
    r"|\.(?:example|invalid|test)\Z"
    r"|\A(?:email|user|name)@company\.com\Z"
    r"|(?:\A|[-_.@])(?:(?:changeme|change-me|placeholder|todo|fixme|xxx+)\Z|your[-_].)",
    re.IGNORECASE,
)
"""Sought, not matched from the start: that would read a long handle anew from each of its dots."""


@rule("routing/placeholder-handle", Severity.WARNING)
def placeholder_handle(view: MessageView) -> Iterator[Finding]:
    """
    A handle is a placeholder from an example that was never replaced.

    Why: mail to `example.com` reaches nobody. Published templates are full of such addresses.

    Example: `@example@example.com`

    Use instead: nothing, where routing notifies the team anyway; else a real handle

    Source: RFC 2606 keeps these domains for examples; 49 of the monitors that Datadog publishes
    carry one.
    """
    for mention in view.doubtful_mentions:
        if _is_placeholder(mention.handle.target):
            yield finding_at(
                mention,
                f"`{mention.handle.text}` is a placeholder and reaches nobody",
                "write a real handle, or remove it",
            )


@functools.lru_cache(maxsize=8192)
def _is_placeholder(target: str) -> bool:
    return _PLACEHOLDER.search(target) is not None


@rule("routing/blank-in-handle", Severity.WARNING)
def blank_in_handle(view: MessageView) -> Iterator[Finding]:
    """
    A part of a handle is a variable that is always empty for this monitor.

    Why: `@slack-{{owner.name}}` becomes `@slack-`, and nobody is notified.

    Example: `@slack-{{owner.name}}` with a query that does not group by `owner`

    Use instead: group the query by `owner`, or write the channel

    Source: Datadog's page on message variables, dynamic handles.
    """
    for mention in view.doubtful_mentions:
        if not mention.handle.dynamic:
            continue
        for use, verdict in blank_variables(parse(mention.handle.text), view.context.surroundings):
            yield finding_at(
                mention,
                f"`{mention.handle.text}` reaches nobody: `{use.name}` is blank, {verdict.reason}",
                instead(use, verdict),
            )
