"""
The intake of points: `POST /api/v2/series` and `POST /api/v1/series`.

The shapes are those of Datadog's API description. An intake wants the API key alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Request, answer, refused
from monitor_sync.emulator.metrics.points import Full, Source

_KINDS: Final = {0: "gauge", 1: "count", 2: "rate", 3: "gauge"}


def take_in_v2(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v2/series: 202 with an empty list of errors."""
    for written in _written(request):
        points = [_point(point.get("timestamp"), point.get("value")) for point in _points(written)]
        kind = _KINDS.get(written.get("type") or 0)
        if kind is None:
            raise shapes.invalid("type")
        tags = [str(tag) for tag in written.get("tags") or ()]
        resources = written.get("resources") or ()
        tags += [f"{resource.get('type')}:{resource.get('name')}" for resource in resources]
        _keep(account, Source(_metric(written), _tags(tags), kind, sorted(points)))
    return answer({"errors": []}, 202)


def take_in_v1(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v1/series: 202 `{"status": "ok"}`."""
    for written in _written(request):
        pairs = written.get("points")
        if not _are_pairs(pairs):
            raise shapes.invalid("points")
        kind = written.get("type") or "gauge"
        if kind not in ("gauge", "count", "rate"):
            raise shapes.invalid("type")
        tags = [str(tag) for tag in written.get("tags") or ()]
        if written.get("host"):
            tags.append(f"host:{written['host']}")
        points = sorted(_point(time, value) for time, value in pairs or ())
        _keep(account, Source(_metric(written), _tags(tags), kind, points))
    return answer({"status": "ok"}, 202)


def _keep(account: Account, source: Source) -> None:
    try:
        account.metrics.submitted.add(source)
    except Full:
        raise refused("Payload too big: the emulator keeps no more points", status=413) from None


def _are_pairs(value: Any) -> bool:
    """Return True for `[[time, value], …]`."""
    return isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 for pair in value
    )


def _written(request: Request) -> Iterator[dict[str, Any]]:
    sent = request.json()
    if not shapes.records(sent.get("series")):
        raise shapes.invalid("series")
    shape = {
        "metric": shapes.text, "tags": shapes.texts, "resources": shapes.records,
        "host": shapes.text,
    }  # fmt: skip
    for written in sent["series"]:
        shapes.check(written, shape)
        yield written


def _points(written: dict[str, Any]) -> list[dict[str, Any]]:
    points = written.get("points")
    if not shapes.records(points):
        raise shapes.invalid("points")
    return [dict(point) for point in points or ()]


def _metric(written: dict[str, Any]) -> str:
    if not written.get("metric"):
        raise shapes.invalid("metric")
    return str(written["metric"])


def _tags(written: list[str]) -> frozenset[str]:
    return frozenset(tag.lower() for tag in written)


def _point(time: Any, value: Any) -> tuple[float, float]:
    for number in (time, value):
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise shapes.invalid("points")
    if not 0 < time < 1e11:
        raise shapes.invalid("points")
    return float(time), float(value)
