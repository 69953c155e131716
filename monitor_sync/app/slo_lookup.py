"""The names of SLOs that imported monitors watch, as Datadog says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from monitor_sync.adopt import slo_names
from monitor_sync.errors import AccessDenied, NotSent, RemoteError

if TYPE_CHECKING:
    from monitor_sync.datadog.client import Client
    from monitor_sync.model import LiveResource


class NewSlos(NamedTuple):
    """New names of SLOs by id, or ``unread``: why there are none although monitors watch some."""

    names: Mapping[str, str] = {}
    unread: str = ""


def look_up(
    client: Client, live: Sequence[LiveResource], known: Mapping[str, str], project_text: str
) -> NewSlos:
    """
    Return names for the SLOs that monitors watch and that the files do not name yet.

    ``known`` are the names by id that the files have, ``project_text`` is project.yaml. Datadog is
    asked only where an SLO has no name. Raises NotSent where the run is over.
    """
    wanted = slo_names.unnamed(live, known)
    if not wanted:
        return NewSlos()
    try:
        titles = {str(slo.get("id")): str(slo.get("name") or "") for slo in client.slos.all()}
    except NotSent:
        raise
    except AccessDenied:
        return NewSlos(unread="the key lacks `slos_read`")
    except RemoteError as error:
        return NewSlos(unread=str(error))
    named = {id_: titles[id_] for id_ in wanted if titles.get(id_)}
    names = slo_names.names(named, known.values())
    if names and slo_names.with_slos(project_text, names) is None:
        return NewSlos(unread="`slos` of project.yaml takes no entries: write one on each line")
    return NewSlos(names)
