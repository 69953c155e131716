"""SLOs that live monitors watch: their names, as ``slos`` in project.yaml has them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from monitor_sync.adopt import scalars
from monitor_sync.adopt.appending import append_below
from monitor_sync.adopt.holes import slo_ids
from monitor_sync.adopt.naming import numbered
from monitor_sync.adopt.placing import slug
from monitor_sync.model import LiveResource


def unnamed(live: Iterable[LiveResource], known: Collection[str]) -> list[str]:
    """Return the ids of SLOs that monitors watch and that are not ``known`` by name."""
    ids = (
        id_
        for resource in live
        if resource.body.get("type") == "slo alert"
        for id_ in slo_ids(str(resource.body.get("query") or ""))
    )
    return [id_ for id_ in dict.fromkeys(ids) if id_ not in known]


def names(titles: Mapping[str, str], taken: Collection[str]) -> dict[str, str]:
    """Return a name for each SLO by id, from its title in Datadog; numbered where it is taken."""
    chosen: dict[str, str] = {}
    used = set(taken)
    for id_, title in sorted(titles.items(), key=lambda entry: (entry[1], entry[0])):
        chosen[id_] = numbered(slug(title.replace(".", "-")) or "slo", used)
        used.add(chosen[id_])
    return chosen


def with_slos(text: str, by_id: Mapping[str, str]) -> str | None:
    """Return project.yaml with these SLOs; None where nothing can be added to its ``slos``."""
    ordered = sorted(by_id.items(), key=lambda entry: entry[1])
    entries = "".join(f'  {scalars.scalar(name)}: "{id_}"\n' for id_, name in ordered)
    return append_below(text, "slos", entries)
