"""One write each, and what its answer says: was it stored as sent, did it happen at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from monitor_sync.errors import NotFound, NotSent, OutcomeUnknown, Rejected, Unreachable
from monitor_sync.model import Body, LiveMonitor
from monitor_sync.resources.difference import FieldChange, differences
from monitor_sync.resources.monitor.canonical import canonical
from monitor_sync.resources.monitor.difference import field_changes
from monitor_sync.resources.monitor.live import read, read_one
from monitor_sync.resources.monitor.references import resolved_query


class Monitors(Protocol):
    """What we ask of Datadog. Bodies are JSON as Datadog has it; errors are those of ``errors``."""

    def pages(self, *, tags: Sequence[str] = ()) -> Iterator[Sequence[Any]]:
        """The live monitors that carry all these tags, a page at a time."""
        ...

    def find(self, project: str, key: str) -> Sequence[Any]:
        """The live monitors that carry both our tags."""
        ...

    def get(self, id: int, *, with_assets: bool = False) -> Any:  # noqa: A002 - Datadog's word
        """One monitor. Raises NotFound."""
        ...

    def create(self, body: Body) -> Any:
        """Make a monitor. Raises OutcomeUnknown where it may have happened all the same."""
        ...

    def update(self, id: int, body: Body) -> Any:  # noqa: A002 - Datadog's word
        """Change a monitor in place."""
        ...

    def delete(self, id: int, *, force: bool = False) -> None:  # noqa: A002 - Datadog's word
        """Delete a monitor. Raises NotFound where it is gone already."""
        ...

    def last_editor(self, id: int) -> str:  # noqa: A002 - Datadog's word
        """Who changed it last, and when; empty where that cannot be had. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """
    A monitor that was written: its id, when it was made, and what was stored otherwise.

    ``already`` says that it was so before, and nothing was written.
    """

    id: int
    created: int = 0
    already: bool = False
    altered: tuple[FieldChange, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """
    How a create without an answer is looked for: after each of these pauses, in seconds.

    Datadog finds a monitor by its tags a little after it was made.
    """

    pauses: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)
    sleep: Callable[[float], None] = time.sleep

    def scaled(self, factor: float) -> Patience:
        """The same patience with each pause so many times as long."""
        return replace(self, pauses=tuple(each * factor for each in self.pauses))


def with_ids(body: Body, ids: Mapping[str, int]) -> dict[str, Any]:
    """The body with each ``${id:KEY}`` whose id is known by now put in."""
    query = body.get("query")
    return {**body, "query": resolved_query(query, ids) if isinstance(query, str) else query}


def create(
    monitors: Monitors, body: Body, *, project: str, key: str, old: int | None, patience: Patience
) -> Written:
    """
    Make one monitor, once.

    Where no answer came it is looked for by its key, and never sent again. Where Datadog says
    that it has the very same monitor, that one counts if it carries our key. ``old`` is the
    monitor that this one replaces. Raises RemoteError.
    """
    try:
        answer = monitors.create(body)
    except OutcomeUnknown as error:
        found = look_for(monitors, project, key, old, body, patience)
        if found is None:
            raise OutcomeUnknown(
                f"{error}; it was looked for by its key, and is not there (yet)", hint=error.hint
            ) from error
        return written(body, found, "made, though the answer was lost", already=False)
    except Rejected as error:
        return _duplicate(monitors, body, project, key, error)
    made = read_one(answer)
    if made is None:
        raise Unreachable(f"Datadog's answer to the create of {key} has no id")
    return Written(id=made.id, created=made.created, altered=_altered(body, answer))


def update(monitors: Monitors, number: int, body: Body) -> Written:
    """Change one monitor in place. Raises RemoteError."""
    answer = monitors.update(number, body)
    return Written(id=number, altered=_altered(body, answer))


def delete(monitors: Monitors, number: int, *, force: bool = False) -> Written:
    """Delete one monitor; one that is gone already is as good. Raises RemoteError."""
    try:
        monitors.delete(number, force=force)
    except NotFound:
        return Written(id=number, already=True, note="was gone already")
    return Written(id=number)


def owned(monitors: Monitors, project: str) -> list[LiveMonitor]:
    """All live monitors of a project, from a listing of its own. Bodies are dropped."""
    return [
        replace(each, body={})
        for page in monitors.pages(tags=(f"monitor_sync_project:{project}",))
        for each in read(page)
        if each.key and each.project == project
    ]


def elders(made: Mapping[str, Written], now: Sequence[LiveMonitor]) -> dict[str, int]:
    """Of the monitors of a listing, the oldest older twin of each that was made, by key."""
    found: dict[str, int] = {}
    for each in sorted(now, key=lambda each: (each.created, each.id)):
        mine = made.get(each.key)
        if mine is not None and (each.created, each.id) < (mine.created, mine.id):
            found.setdefault(each.key, each.id)
    return found


def written(body: Body, found: LiveMonitor, note: str, *, already: bool) -> Written:
    """A monitor that was found to be there in place of being made."""
    return Written(
        id=found.id,
        created=found.created,
        already=already,
        altered=_altered(body, found.body),
        note=note,
    )


def _altered(sent: Body, answer: Any) -> tuple[FieldChange, ...]:
    """What Datadog stored otherwise than it was sent. Assets only where the answer has them."""
    if not isinstance(answer, Mapping):
        return ()
    declared = sent if "assets" in answer else {n: v for n, v in sent.items() if n != "assets"}
    return differences(canonical(declared, declared=declared), canonical(answer, declared=declared))


def look_for(
    monitors: Monitors, project: str, key: str, old: int | None, body: Body, patience: Patience
) -> LiveMonitor | None:
    """
    The monitor with this key that a create without an answer made, if it did.

    Where another run made one of the same key at the same time, ours is the one that is as it was
    sent: of two that are the same, Datadog refuses the second.
    """
    for pause in patience.pauses:
        try:
            patience.sleep(pause)
            found = read(monitors.find(project, key))
        except NotSent:
            return None
        except Unreachable:
            continue
        new = [each for each in found if each.id != old and each.key == key]
        if new:
            return min(
                new,
                key=lambda each: (bool(field_changes(each.body, body)), each.created, each.id),
            )
    return None


def _duplicate(monitors: Monitors, body: Body, project: str, key: str, error: Rejected) -> Written:
    """The monitor that Datadog calls the same, where it is ours; else the error, with a way out."""
    number = error.duplicate_of
    if number is None:
        raise error
    existing = read_one(monitors.get(number))
    if existing is None or existing.key != key or existing.project != project:
        raise Rejected(
            str(error), hint=f"to take that one over, write `adopt: {number}` on {key}"
        ) from error
    return written(body, existing, "was there already, the same", already=True)
