"""Which organisation of Datadog this is: what the journal and the lock of an apply are kept by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from monitor_sync.errors import AccessDenied, NotFound
from monitor_sync.store.state import Workspace

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.client import Client


def estate(target: Target, client: Client, project: str) -> Workspace:
    """
    Return where the state of a project is kept.

    Asks Datadog for the current user, which needs no permission beyond a working key and also
    answers where there are no monitors yet (Datadog's page on the current user). Where the key may
    not ask that, or where there is no state under that name yet, also for one monitor, which has
    the organisation's number. Raises RemoteError where Datadog does not answer: state that is not
    found is how a monitor is made twice.
    """
    place = Workspace(home=target.state, project=project, host=client.host)
    name = target.organisation or _of_current_user(client)
    named = replace(place, organisations=(name,)) if name else place
    if name and named.known:
        return named
    number = client.monitors.organisation()
    return replace(named, organisations=(*named.organisations, *([str(number)] if number else ())))


def _of_current_user(client: Client) -> str:
    """Return the UUID of the organisation, empty where the key may not ask for it."""
    try:
        answer = client.users.current()
    except (AccessDenied, NotFound):
        return ""  # a key with scopes; one that is wrong is refused by the next request too
    value = _within(answer, "data", "relationships", "org", "data", "id")
    return value if isinstance(value, str) else ""


def _within(answer: Any, *names: str) -> Any:
    """Return the value some levels down in an answer; None where a level is missing."""
    for name in names:
        answer = answer.get(name) if isinstance(answer, Mapping) else None
    return answer
