"""How we mean to respond: ``targets`` of a team; time zone, kinds, priorities of the project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.incidents import ResponseTarget
from monitor_sync.language.time_zones import known_zone
from monitor_sync.project.document import Document
from monitor_sync.project.yaml_reader import DataPath

UTC: Final = "UTC"
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_EVERY: Final = frozenset((None, 1, 2, 3, 4, 5))


def read_targets(
    raw: Any, document: Document, where: DataPath
) -> tuple[tuple[ResponseTarget, ...], list[Diagnostic]]:
    """
    Return a team's targets in written order, and what is wrong with them that no schema can say.

    ``raw`` has the schema's shape: one mapping, or a list of them. An entry whose day does not
    exist is left out.
    """
    entries = [raw] if isinstance(raw, Mapping) else raw or []
    targets: list[ResponseTarget] = []
    diagnostics = []
    for index, entry in enumerate(entries):
        at = where if isinstance(raw, Mapping) else (*where, index)
        target = _target(entry)
        if target is None:
            diagnostics.append(_no_day(entry["from"], document, (*at, "from")))
        elif _hidden(target, targets):
            diagnostics.append(_never_used(document, at))
        else:
            targets.append(target)
    return tuple(targets), diagnostics


def _target(entry: Mapping[str, Any]) -> ResponseTarget | None:
    """Return one entry; None where its day does not exist."""
    written = entry.get("from")
    try:
        start = date.fromisoformat(written) if written else None
    except ValueError:
        return None
    return ResponseTarget(
        priorities=frozenset(entry.get("priorities", ())),
        start=start,
        acknowledge=_seconds(entry.get("mtta")),
        resolve=_seconds(entry.get("mttr")),
    )


def _seconds(written: str | None) -> int | None:
    return int(written[:-1]) * _SECONDS[written[-1]] if written else None


def _hidden(target: ResponseTarget, before: Sequence[ResponseTarget]) -> bool:
    """Return whether the entries before always fit first, for all that the target promises."""
    promised = [name for name in ("acknowledge", "resolve") if getattr(target, name) is not None]
    return all(
        any(getattr(earlier, name) is not None and _covers(earlier, target) for earlier in before)
        for name in promised
    )


def _covers(earlier: ResponseTarget, later: ResponseTarget) -> bool:
    wide = (earlier.priorities or _EVERY) >= (later.priorities or _EVERY)
    return wide and (earlier.start or date.min) <= (later.start or date.min)


def _no_day(written: str, document: Document, where: DataPath) -> Diagnostic:
    return document.diagnostic(
        "schema/not-a-day",
        f"there is no day {written}",
        document.span(where),
        hint="a day is written as 2026-10-05",
    )


def _never_used(document: Document, where: DataPath) -> Diagnostic:
    return document.diagnostic(
        "schema/unused-target",
        "this target is never used: one above it fits first",
        document.span(where),
        hint="the first entry that fits counts: write the newest first, and before all priorities"
        " those for single ones",
    )


def read_time_zone(written: Any, document: Document) -> tuple[str, list[Diagnostic]]:
    """Return the time zone of reports, UTC where project.yaml names none that there is."""
    if not isinstance(written, str):
        return UTC, []
    if known_zone(written):
        return written, []
    wrong = document.diagnostic(
        "schema/not-a-time-zone",
        f"no time zone is called `{written}`",
        document.span(("time_zone",)),
        hint="name it as the tz database does, such as Asia/Jakarta or Europe/Berlin",
    )
    return UTC, [wrong]


def read_kinds(written: Any) -> dict[str, tuple[str, ...]]:
    """Return kinds of incidents with the tags that mean them, in written order."""
    return dict(_kinds(written)) if isinstance(written, Mapping) else {}


def read_priorities(written: Any) -> dict[str, int]:
    """Return words of the on-call tool with the priority that each means."""
    if not isinstance(written, Mapping):
        return {}
    return {str(word): number for word, number in written.items() if isinstance(number, int)}


def _kinds(written: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for kind, tags in written.items():
        yield kind, tuple(str(tag) for tag in tags or ())
