"""A placed monitor as the search for templates sees it: its fields, its own values, its buckets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.adopt.holes import printed_critical
from monitor_sync.adopt.placed import PlacedMonitor
from monitor_sync.adopt.templates.texts import OwnValues, SlottedText
from monitor_sync.language.query import metrics, parse, tags
from monitor_sync.language.query_facts import Parsed
from monitor_sync.project.compiled import THRESHOLDS
from monitor_sync.project.interpolation import plain
from monitor_sync.project.layers import Field

QUERY: Final[Field] = ("query",)
NAME: Final[Field] = ("name",)
MESSAGE: Final[Field] = ("message",)

_NUMBER: Final = re.compile(r"(?<![\w.-])[0-9][0-9.]*(?![\w])")


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """
    One placed monitor, taken apart.

    ``fields`` maps the way to each value to the value; ``texts`` to each text taken apart. ``tags``
    are the tags written on the monitor, taken apart. ``known`` maps a name to its value: the tags
    of the query and of the live monitor by their keys. ``given`` are those that ``${…}`` fills in
    without a parameter: unit, team, service, env.

    ``buckets`` are three shapes, strict to loose: monitors of one template share one of them.
    ``family`` is where the data comes from: ``trace``, ``aws.rds``, ``logs``; empty for metrics
    of one's own.
    """

    placed: PlacedMonitor
    fields: Mapping[Field, Any]
    texts: Mapping[Field, SlottedText]
    tags: tuple[SlottedText, ...]
    known: Mapping[str, str]
    given: Mapping[str, str]
    buckets: tuple[object, object, object]
    family: str


def member_of(placed: PlacedMonitor, unit_name: str) -> Member:
    """Take a placed monitor apart. ``unit_name`` is what its business unit is called."""
    declared = placed.declared
    kind = declared.get("type") or "query alert"
    options = declared.get("options") or {}
    parsed = parse(kind, placed.live.get("query") or "", options.get("variables") or [])
    known = _known(placed, parsed)
    given = _given(placed, unit_name)
    own = OwnValues([*known.values(), *given.values()])
    fields = dict(_fields((), {n: v for n, v in declared.items() if n != "tags"}))
    fields[QUERY] = _with_threshold(fields.get(QUERY, ""), parsed, declared.get("thresholds"))
    texts = {field: own.read(value) for field, value in fields.items() if isinstance(value, str)}
    return Member(
        placed=placed,
        fields=fields,
        texts=texts,
        tags=tuple(own.read(tag) for tag in _tag_list(declared.get("tags"))),
        known=known,
        given=given,
        buckets=_buckets(kind, texts, fields, parsed),
        family=_family(kind, parsed),
    )


def _fields(way: Field, value: Any) -> Iterator[tuple[Field, Any]]:
    """Yield each value with the way to it; of lists only a formula's variables are gone into."""
    if isinstance(value, dict) and value:
        for name, child in value.items():
            yield from _fields((*way, name), child)
    elif way[-1:] == ("variables",) and value and all(isinstance(child, dict) for child in value):
        for number, child in enumerate(value):
            yield from _fields((*way, number), child)
    else:
        yield way, value


def _tag_list(tags: Any) -> list[str]:
    if not isinstance(tags, dict):
        return [plain(tag) for tag in tags or []]
    return [
        f"{key}:{plain(value)}"
        for key, values in tags.items()
        for value in (values if isinstance(values, list) else [values])
    ]


def _known(placed: PlacedMonitor, parsed: Parsed) -> dict[str, str]:
    """Return the values of tags by key: those of the query first, then those of the monitor."""
    known: dict[str, str] = {}
    for tag in tags(parsed):
        if tag.key and tag.value and "*" not in tag.value:
            known.setdefault(tag.key.lstrip("@"), tag.value)
    for written in placed.live.get("tags") or ():
        key, colon, value = str(written).partition(":")
        if colon and value and not key.startswith("monitor_sync_"):
            known.setdefault(key, value)
    return known


def _given(placed: PlacedMonitor, unit_name: str) -> dict[str, str]:
    """
    Return what ``${…}`` fills in without a parameter, by name.

    ``env`` is the value of a tag: where the monitor has that of its own, the tag cannot say it.
    """
    given = {"unit": placed.unit, "unit_name": unit_name, "team": placed.team}
    service = placed.declared.get("service") or placed.service
    own_tags = _tag_list(placed.declared.get("tags"))
    environments = {
        str(tag)[4:] for tag in placed.live.get("tags") or () if str(tag).startswith("env:")
    }
    if service:
        given["service"] = service
    if len(environments) == 1 and not any(tag.startswith("env:") for tag in own_tags):
        given["env"] = environments.pop()
    levels = placed.declared.get("thresholds") or {}
    return given | {name: plain(value) for name, value in levels.items() if name in THRESHOLDS}


def _with_threshold(query: str, parsed: Parsed, thresholds: Any) -> str:
    """Return the query with ``${critical}`` for its threshold, where that prints the same."""
    threshold = printed_critical(parsed, thresholds)
    if threshold is None or not query.endswith(threshold.written):
        return query
    return query.removesuffix(threshold.written) + "${critical}"


def _buckets(
    kind: str, texts: Mapping[Field, SlottedText], fields: Mapping[Field, Any], parsed: Parsed
) -> tuple[object, object, object]:
    """Return three shapes: of query and name; of the query; of it without metrics, and name."""
    queries = tuple(
        (way, text.pieces) for way, text in texts.items() if way[-1] in ("query", "metric")
    )
    name = texts[NAME].pieces if NAME in texts else ()
    blanked = str(fields.get(QUERY, ""))
    for metric in sorted(metrics(parsed), key=len, reverse=True):
        blanked = blanked.replace(metric, "·")
    shape = _outline(blanked)
    return (kind, queries, name), (kind, queries), (kind, shape, name)


def _outline(query: str) -> str:
    """Return a query with its metrics blanked already without the values of tags and numbers."""
    return _NUMBER.sub("0", re.sub(r"(?<=[\w]:)[^\s,})\"]+", "·", query))


def _family(kind: str, parsed: Parsed) -> str:
    first = next(iter(metrics(parsed)), "")
    words = first.split(".")
    if words[0] in ("aws", "azure", "gcp", "runtime", "system") and len(words) > 2:
        return ".".join(words[:2])
    if words[0].partition("_")[0] in _TECHNOLOGIES and len(words) > 1:
        return words[0].partition("_")[0]
    return "" if kind in ("query alert", "metric alert") else kind.removesuffix(" alert")


_TECHNOLOGIES: Final = frozenset(
    ("trace", "kubernetes", "docker", "container", "ecs", "nginx", "redis", "postgresql", "mysql",
     "kafka", "rabbitmq", "mongodb", "elasticsearch", "jvm", "synthetics", "rum")
)  # fmt: skip
"""What metrics of integrations begin with: their monitors belong together."""
