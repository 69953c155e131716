"""What the server makes of a definition: what it fills in, drops, rounds and trims.

Measured from recorded creates and updates (recordings.md, sections D and E). Order matters where
an answer's options are compared: the defaults come last, in the order written here.
"""

from __future__ import annotations

import re
from typing import Any

from monitor_sync.emulator.answers import Json
from monitor_sync.emulator.fields import FIELDS
from monitor_sync.emulator.queries import LOG_LIKE_TYPES, METRIC_TYPES, groups
from monitor_sync.emulator.shapes import digits, whole

_SENTENCE = re.compile(
    r"(?P<function>avg|sum|min|max)\((?P<window>last_\w+)\):"
    r"(?:avg|sum|min|max):(?P<metric>[\w.]+)\{(?P<scope>[^{}]*)\}(?:\s*by\s*\{[^{}]*\})?"
    r"\s*(?P<comparator>[<>]=?)\s*(?P<number>[-\d.]+)\Z"
)
_ON_FUNCTION = {
    "avg": "on average", "sum": "in total", "min": "at all times", "max": "at least once"
}  # fmt: skip


def derived_type(kind: str, query: str) -> str:
    """Return the stored type: metric and query alert are one, and Datadog picks the word.

    `formula(…)` is answered as metric alert (6 recordings), a monthly window as query alert (4).
    """
    if kind in METRIC_TYPES:
        if query.startswith("formula("):
            return "metric alert"
        if kind == "metric alert" and "current_1mo" in query:
            return "query alert"
    return kind


def normalised_options(options: Json, kind: str) -> dict[str, Any]:
    """Return the stored options for sent ones: thresholds as floats, defaults appended in order."""
    stored = dict(options) if isinstance(options, dict) else {}
    _thresholds(stored, kind)
    if isinstance(stored.get("escalation_message"), str):
        stored["escalation_message"] = stored["escalation_message"].rstrip()
    scheduling = stored.get("scheduling_options")
    has_custom_schedule = isinstance(scheduling, dict) and bool(scheduling.get("custom_schedule"))
    if (
        "notify_no_data" not in stored
        and "on_missing_data" not in stored
        and not has_custom_schedule
    ):
        stored["notify_no_data"] = False
    stored.setdefault("notify_audit", False)
    if "new_host_delay" not in stored and "new_group_delay" not in stored:
        stored["new_host_delay"] = 300
    stored.setdefault("include_tags", True)
    if kind in LOG_LIKE_TYPES:
        stored.setdefault("groupby_simple_monitor", False)
    silenced = stored.get("silenced")
    # {"*": 0} is an old way to write "without an end" (58 creates, 36 updates).
    stored["silenced"] = (
        {scope: end or None for scope, end in silenced.items()}
        if isinstance(silenced, dict)
        else {}
    )
    return stored


def _thresholds(stored: dict[str, Any], kind: str) -> None:
    """Drop empty and null thresholds; numbers become floats, but in a service check.

    A composite keeps `{"critical": null}` as it was sent.
    """
    thresholds = stored.get("thresholds")
    if not isinstance(thresholds, dict):
        return
    if not thresholds:
        del stored["thresholds"]
        return
    stored["thresholds"] = {
        name: _threshold(value, kind)
        for name, value in thresholds.items()
        if value is not None or kind == "composite"
    }


def _threshold(value: Json, kind: str) -> Json:
    if digits(value):
        value = float(value) if "." in value else int(value)
    return float(value) if whole(value) and kind != "service check" else value


def definition(sent: Json, previous: Json | None = None) -> dict[str, Any]:
    """Return the definition part of a monitor after a create, or an update of `previous`.

    An update keeps what it does not name; `options`, when sent, replaces all of them but
    `silenced` (298 of 298 recorded updates kept it).
    """
    merged = {name: previous.get(name) if previous else None for name in FIELDS}
    merged.update((name, sent[name]) for name in FIELDS if name in sent)
    query = str(merged["query"] or "").rstrip()
    kind = derived_type(_kept_type(str(merged["type"] or ""), previous), query)
    options = _merged_options(sent, previous, kind)
    return {
        **{n: field.unsent if merged[n] is None else merged[n] for n, field in FIELDS.items()},
        "type": kind,
        "name": merged["name"] or made_up_name(query, kind),
        "message": str(merged["message"] or "").rstrip(),
        "tags": list(merged["tags"] or ()),
        "query": query,
        "options": options,
        "multi": groups(query, kind, options),
        "priority": _priority(merged["priority"]),
        "assets": merged["assets"] or [],
    }


def _kept_type(kind: str, previous: Json | None) -> str:
    """Return the type of a monitor after an update that names `kind`.

    A metric alert updated as query alert becomes one (3 recordings) and stays one: updated as
    metric alert it is answered as query alert (4 recordings).
    """
    return "query alert" if previous and previous["type"] == "query alert" else kind


def _merged_options(sent: Json, previous: Json | None, kind: str) -> dict[str, Any]:
    if previous is None:
        return normalised_options(sent.get("options"), kind)
    if "options" not in sent:
        return dict(previous["options"])
    options = normalised_options(sent["options"], kind)
    if not isinstance(sent["options"], dict) or "silenced" not in sent["options"]:
        options["silenced"] = previous["options"].get("silenced", {})
    return options


def _priority(value: Json) -> Json:
    """Return the stored priority: 0 is none, a number in a string is that number."""
    if isinstance(value, str) and value.strip().isdigit():
        value = int(value)
    return value or None


def enriched_assets(assets: Json, monitor_id: int) -> list[Any]:
    """Return the assets of a write's answer: bound to the monitor, with the keys Datadog adds."""
    return [
        {
            "monitor_id": monitor_id,
            **asset,
            "template_variables": asset.get("template_variables") or {},
            "options": asset.get("options") or {},
            "resource_key": asset.get("resource_key"),
            "resource_type": asset.get("resource_type"),
        }
        for asset in assets
        if isinstance(asset, dict)
    ]


def made_up_name(query: str, kind: str) -> str:
    """Return the name of a monitor that was sent without one: a sentence, or its query.

    Recorded only for `avg(last_…)` with `>`; the other words are guesses.
    """
    sentence = _SENTENCE.match(query) if kind in METRIC_TYPES else None
    if sentence is None:
        return query
    number = float(sentence["number"])
    window = sentence["window"].replace("_", " ")
    return (
        f"**{sentence['metric']}** over **{sentence['scope']}** was "
        f"**{sentence['comparator']} {number}** {_ON_FUNCTION[sentence['function']]} "
        f"during the **{window}**."
    )
