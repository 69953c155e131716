"""Tags of monitors: what Datadog takes, what it can find again, what the organisation asks for."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.model import KEY_TAG, PROJECT_TAG, RESERVED_TAGS, tag_value
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import LONGEST_TAG
from monitor_sync.rules.views import TagsView

MOST: Final = 80
_SOUND: Final = re.compile(r"[^\W\d_](?:[\w\-:./]*[\w\-./])?", re.IGNORECASE)
_ODD: Final = re.compile(r"[^\w\-:./]")
_OURS: Final = tuple(f"{key}:" for key in (PROJECT_TAG, KEY_TAG, "team", *sorted(RESERVED_TAGS)))


def _authors(view: TagsView, index: int) -> bool:
    """Return whether a person wrote the tag; monitor-sync adds the others."""
    tag = view.tags[index]
    return not tag.startswith(_OURS) and tag != f"service:{view.service}"


@functools.lru_cache(maxsize=16384)
def _is_sound(tag: str) -> bool:
    # most tags stand on hundreds of monitors
    return _SOUND.fullmatch(tag) is not None or tag.startswith(_OURS)


@functools.lru_cache(maxsize=16384)
def _is_lower(tag: str) -> bool:
    return tag == tag.lower() or tag.startswith(_OURS)


@rule("tags/too-many", Severity.ERROR)
def too_many(view: TagsView) -> Iterator[Finding]:
    """
    The monitor has more than 80 tags, ours included.

    Why: Datadog takes 80.

    Example: a template that adds a tag for each of a hundred customers

    Use instead: tags that groups of monitors have in common

    Source: Datadog/documentation issue 15181.
    """
    count = len(view.tags)
    if count > MOST:
        yield Finding(
            message=f"the monitor has {count} tags with ours, more than {MOST}",
            field=("tags",),
            hint=f"take {count - MOST} of them away",
        )


@rule("tags/too-long", Severity.WARNING)
def too_long(view: TagsView) -> Iterator[Finding]:
    """
    A tag is longer than 200 characters.

    Why: Datadog cuts tags there; what is stored is another tag than the one in the file.

    Example: a tag that holds a whole address or a sentence

    Use instead: a short value; links belong into the message

    Source: Datadog's documentation on tags.
    """
    if max(map(len, view.tags), default=0) <= LONGEST_TAG:
        return
    for index, tag in enumerate(view.tags):
        if len(tag) > LONGEST_TAG:
            yield Finding(
                message=f"`{tag[:40]}…` has {len(tag)} characters, more than {LONGEST_TAG}",
                field=("tags", index),
                hint="shorten it",
            )


@rule("tags/odd-characters", Severity.WARNING)
def odd_characters(view: TagsView) -> Iterator[Finding]:
    """
    A tag has characters that Datadog replaces elsewhere, or starts or ends with an odd one.

    Why: a tag starts with a letter and has letters, digits, `_`, `-`, `:`, `.` and `/`.
    On metrics and hosts Datadog turns all others into `_`, so that the tag of the monitor and
    the tag of what it watches differ, and no search finds both.

    Example: `cost centre:cc 110`

    Use instead: `cost_centre:cc-110`

    Source: Datadog's documentation on tags; recordings show that monitors keep what is sent.
    """
    if all(map(_is_sound, view.tags)):
        return
    for index, tag in enumerate(view.tags):
        if not _is_sound(tag) and _authors(view, index):
            what, hint = _odd(tag)
            yield Finding(
                message=f"`{tag}` {what}",
                field=("tags", index),
                hint=hint,
            )


def _odd(tag: str) -> tuple[str, str]:
    if not tag.strip():
        return "is an empty tag", "remove it"
    odd = _ODD.search(tag)
    if odd is not None:
        shown = "a blank" if odd[0].isspace() else f"`{odd[0]}`"
        return f"has {shown}", f"write `{_ODD.sub('_', tag)}`"
    if tag.endswith(":"):
        return "ends with a colon and has no value", f"write `{tag}VALUE`, or `{tag.rstrip(':')}`"
    return "starts with no letter", "begin it with the name of what it says, such as `tier:`"


@rule("tags/upper-case", Severity.WARNING)
def upper_case(view: TagsView) -> Iterator[Finding]:
    """
    A tag has capitals.

    Why: Datadog stores the tags of metrics, hosts and services in lower case, but those of
    monitors as they are sent. A downtime or a search for `tier:gold` misses `tier:Gold`.

    Example: `tier:Gold`

    Use instead: `tier:gold`

    Source: recordings, in which monitors keep the case of their tags; Datadog's documentation
    on tags.
    """
    if all(map(_is_lower, view.tags)):
        return
    for index, tag in enumerate(view.tags):
        if not _is_lower(tag) and _authors(view, index):
            yield Finding(
                message=f"`{tag}` has capitals",
                field=("tags", index),
                hint=f"write `{tag.lower()}`",
            )


@rule("tags/required", Severity.ERROR)
def required(view: TagsView) -> Iterator[Finding]:
    """
    A tag that the organisation requires is missing.

    Why: reports, costs and downtimes go by it. Where Datadog itself has a tag policy, it answers
    "Missing required tag key(s)".

    Example: no `cost_centre` where `policy: {required_tags: {cost_centre: null}}` is set

    Use instead: `tags: {cost_centre: cc-110}` on the monitor, the file or the business unit

    Source: `policy.required_tags` in project.yaml; the recorded answer of Datadog.
    """
    required_tags = view.policy.required_tags
    if not required_tags:
        return
    for key, allowed in required_tags.items():
        if not tag_value(view.tags, key):
            choice = f", one of {', '.join(allowed)}" if allowed else ""
            yield Finding(
                message=f"the required tag `{key}` is missing",
                field=("tags",),
                hint=f"add `{key}` to `tags`{choice}",
            )


@rule("tags/value-not-allowed", Severity.ERROR)
def value_not_allowed(view: TagsView) -> Iterator[Finding]:
    """
    A tag has a value that the policy does not allow.

    Why: `policy.required_tags` lists what the tag may say; a misspelt value is missing in every
    report.

    Example: `tier:gold` where `policy: {required_tags: {tier: ["1", "2", "3"]}}` is set

    Use instead: one of the values listed

    Source: `policy.required_tags` in project.yaml.
    """
    required_tags = view.policy.required_tags
    if not required_tags:
        return
    for index, tag in enumerate(view.tags):
        key, _, value = tag.partition(":")
        allowed = required_tags.get(key)
        if allowed and value not in allowed:
            yield Finding(
                message=f"`{tag}` where {_choice(key, allowed)} was expected",
                field=("tags", index),
                hint="the values are `policy.required_tags` of project.yaml",
            )


def _choice(key: str, allowed: tuple[str, ...]) -> str:
    shown = [f"`{key}:{value}`" for value in allowed[:8]]
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if shown[1:] else shown)


_SERVICE: Final = re.compile(r"[a-z][a-z0-9_.\-/]*")
_LONGEST_SERVICE: Final = 100


@rule("ownership/odd-service-name", Severity.WARNING)
def odd_service_name(view: TagsView) -> Iterator[Finding]:
    """
    The service has a name that no service can have in Datadog.

    Why: Datadog writes services in lower case, with `_` for blanks and other characters, and
    cuts them at 100. The tag and the links in the footer would lead to a service that does not
    exist.

    Example: `service: Quote API`

    Use instead: `service: quote-api`, as the service catalogue has it

    Source: Datadog's documentation on unified service tagging.
    """
    service = view.service
    if not service or (_SERVICE.fullmatch(service) and len(service) <= _LONGEST_SERVICE):
        return
    mended = re.sub(r"[^a-z0-9_.\-/]+", "-", service.lower()).strip("-")
    yield Finding(
        message=f"`{service}` is no name of a service: it has {_fault(service)}",
        field=("service",),
        hint=f"write `{mended}`, as the service catalogue has it"
        if _SERVICE.fullmatch(mended)
        else "",
    )


def _fault(service: str) -> str:
    if len(service) > _LONGEST_SERVICE:
        return f"{len(service)} characters, more than {_LONGEST_SERVICE}"
    if service != service.lower():
        return "capitals"
    odd = re.search(r"[^a-z0-9_.\-/]", service)
    if odd is not None:
        return "a blank" if odd[0].isspace() else f"`{odd[0]}`"
    return "no letter at its start"
