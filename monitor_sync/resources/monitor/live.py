"""Raw JSON of Datadog's monitors becomes LiveResources, with only what somebody compares kept."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeGuard

from monitor_sync.model import KEY_TAG, PROJECT_TAG, LiveResource
from monitor_sync.resources.monitor.equivalence import SERVER_OWNED

_PROJECT: Final = PROJECT_TAG + ":"
_KEY: Final = KEY_TAG + ":"


def read(raw: Iterable[Any]) -> list[LiveResource]:
    """
    Return the monitors of one answer.

    Survives whatever an account may hold: null, missing and unknown fields, unknown types. What
    is no monitor at all (no whole-numbered id) is left out, as nothing could be done about it.
    """
    return [monitor for item in raw if (monitor := read_one(item)) is not None]


def read_one(raw: Any) -> LiveResource | None:
    """Return one monitor, or None for something that is none."""
    if not isinstance(raw, Mapping) or not _is_id(raw.get("id")) or raw["id"] < 1:
        return None
    body = {
        name: _kept_once(value)
        for name, value in raw.items()
        if value is not None and name not in SERVER_OWNED
    }
    tags = body["tags"] = _tags(raw.get("tags"))
    options = body.pop("options", None)  # what is no mapping is as none: nobody could read it
    if isinstance(options, Mapping):
        body["options"] = {
            name: _kept_once(value)
            for name, value in options.items()
            if value is not None and name != "silenced"  # mutes are people's; a lock is sent back
        }
    claims = _identity(tags)
    project, key = claims[0] if len(claims) == 1 else ("", "")
    modified = raw.get("modified")
    return LiveResource(
        id=raw["id"],
        body=body,
        key=key,
        project=project,
        created=_created(raw),
        modified=modified if isinstance(modified, str) else "",
        org_id=org_id if _is_id(org_id := raw.get("org_id")) else 0,
        claims=claims if len(claims) > 1 else (),
        muted=isinstance(options, Mapping) and bool(options.get("silenced")),
    )


def _kept_once(value: Any) -> Any:
    """Return the value; a text is one in memory with the same text of other monitors and files."""
    return sys.intern(value) if type(value) is str else value


def _is_id(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _tags(tags: Any) -> tuple[str, ...]:
    """Return the tags as texts. The same few stand in every monitor, so each is kept once."""
    if not isinstance(tags, list):
        return ()
    return tuple(sys.intern(tag) if type(tag) is str else str(tag) for tag in tags)


def _identity(tags: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return each project and key that the tags name together; several where it is ambiguous."""
    keys: list[str] = []
    projects: list[str] = []
    for tag in tags:
        if tag.startswith(_KEY):
            keys.append(sys.intern(tag[len(_KEY) :]))
        elif tag.startswith(_PROJECT):
            projects.append(tag[len(_PROJECT) :])
    if len(keys) == len(projects) == 1:  # nearly every monitor of ours
        return ((projects[0], keys[0]),)
    return tuple(
        (project, key)
        for project in dict.fromkeys(projects or ("",))
        for key in dict.fromkeys(keys or ("",))
    )


def _created(raw: Mapping[str, Any]) -> int:
    """Return when it was made, in milliseconds since 1970; 0 where nothing readable says so."""
    created_at = raw.get("created_at")
    if _is_id(created_at):
        return created_at
    try:
        return int(datetime.fromisoformat(raw.get("created", "")).timestamp() * 1000)
    except (TypeError, ValueError, OverflowError):
        return 0
