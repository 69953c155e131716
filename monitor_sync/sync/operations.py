"""One write each, and what its answer says: was it stored as sent, did it happen at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from monitor_sync.errors import NotFound, NotSent, OutcomeUnknown, Rejected, Unreachable
from monitor_sync.model import Address, Body, Id, LiveResource
from monitor_sync.resources.difference import FieldChange, differences
from monitor_sync.resources.kind import Kind


class Endpoint(Protocol):
    """
    What is asked of Datadog about the resources of one kind.

    Bodies are JSON as Datadog has it; errors are those of ``errors``. An id is what the kind has: a
    number for a monitor, a text for most others.
    """

    def pages(self, *, tags: Sequence[str] = ()) -> Iterator[Sequence[Any]]:
        """Return the live resources that carry all these tags, a page at a time."""
        ...

    def find(self, project: str, key: str) -> Sequence[Any]:
        """Return what may be the live resources with this key; others among them do no harm."""
        ...

    def get(self, id: Any, *, with_assets: bool = False) -> Any:  # noqa: A002 - Datadog's word
        """Return one resource. Raises NotFound."""
        ...

    def create(self, body: Body) -> Any:
        """Make a resource. Raises OutcomeUnknown where it may have happened all the same."""
        ...

    def update(self, id: Any, body: Body) -> Any:  # noqa: A002 - Datadog's word
        """Change a resource in place."""
        ...

    def delete(self, id: Any, *, force: bool = False) -> None:  # noqa: A002 - Datadog's word
        """Delete a resource. Raises NotFound where it is gone already."""
        ...

    def last_editor(self, id: Any) -> str:  # noqa: A002 - Datadog's word
        """Return who changed it last, and when; empty where that cannot be had. Never raises."""
        ...


Endpoints = Mapping[str, Endpoint]
"""Name of a kind to the endpoint of its resources."""


class WriteResult(Struct, frozen=True, kw_only=True):
    """
    A resource that was written: its id, when it was made, and what Datadog stored differently.

    ``already`` says that it was so before, and nothing was written.
    """

    id: Id
    created: int = 0
    already: bool = False
    altered: tuple[FieldChange, ...] = ()
    note: str = ""


class Patience(Struct, frozen=True, kw_only=True):
    """
    How long a run waits, in seconds, for Datadog to show what was made.

    A create without an answer is searched for after each of ``pauses``: Datadog finds a monitor by
    its tags a little after it was made. A listing that lacks what the run made is asked for again
    after each of ``for_listings``.
    """

    pauses: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)
    for_listings: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
    sleep: Callable[[float], None] = time.sleep

    def scaled(self, factor: float) -> Patience:
        """Return the same patience with each pause so many times as long."""
        return replace(
            self,
            pauses=tuple(pause * factor for pause in self.pauses),
            for_listings=tuple(pause * factor for pause in self.for_listings),
        )


class Creation(Struct, frozen=True, kw_only=True):
    """One create: what to make, and how to know it again. ``old`` is what it replaces."""

    kind: Kind
    endpoint: Endpoint
    project: str
    key: str
    body: Body
    old: Id | None
    patience: Patience


def create(making: Creation) -> WriteResult:
    """
    Make one resource, once.

    Where no answer came it is looked for by its key, and never sent again. Where Datadog says
    that it has the very same one, that one counts if it carries our key. Raises RemoteError.
    """
    kind, body = making.kind, making.body
    try:
        answer = making.endpoint.create(body)
    except OutcomeUnknown as error:
        made = look_for(making)
        if made is None:
            raise OutcomeUnknown(
                f"{error}; a search by its key did not find it (yet)", hint=error.hint
            ) from error
        return written(kind, body, made, "made, though the answer was lost", already=False)
    except Rejected as error:
        return _duplicate(making, error)
    made = kind.read(answer)
    if made is None:
        raise Unreachable(f"Datadog's answer to the create of {making.key} has no id")
    return WriteResult(id=made.id, created=made.created, altered=_altered(kind, body, answer))


def update(kind: Kind, endpoint: Endpoint, live: LiveResource, wanted: Body) -> WriteResult:
    """
    Change one resource in place into what is wanted.

    ``live`` was read a moment ago: only what differs from it is sent. Raises RemoteError.
    """
    answer = endpoint.update(live.id, kind.to_send(wanted, live.body))
    return WriteResult(id=live.id, altered=_altered(kind, wanted, answer))


def delete(endpoint: Endpoint, number: Id, *, force: bool = False) -> WriteResult:
    """Delete one resource; one that is gone already is as good. Raises RemoteError."""
    try:
        endpoint.delete(number, force=force)
    except NotFound:
        return WriteResult(id=number, already=True, note="was gone already")
    return WriteResult(id=number)


def owned(kind: Kind, endpoint: Endpoint, project: str) -> list[LiveResource]:
    """
    List all live resources of a kind and a project, also those that name others too.

    Bodies are dropped.
    """
    return [
        replace(resource, body={})
        for page in endpoint.pages(tags=kind.tags_of(project))
        for resource in _read(kind, page)
        if (resource.key and resource.project == project)
        or any(owner == project for owner, _ in resource.claims)
    ]


def elders(made: Mapping[Address, WriteResult], now: Iterable[LiveResource]) -> dict[Address, Id]:
    """Map each created resource's address to the oldest older one that carries the same key."""
    oldest: dict[Address, Id] = {}
    for resource in sorted(now, key=lambda resource: (resource.created, resource.id)):
        mine = made.get(resource.address)
        if mine is not None and (resource.created, resource.id) < (mine.created, mine.id):
            oldest.setdefault(resource.address, resource.id)
    return oldest


def written(kind: Kind, body: Body, live: LiveResource, note: str, *, already: bool) -> WriteResult:
    """Say what was written, of a resource that was there in place of being made."""
    return WriteResult(
        id=live.id,
        created=live.created,
        already=already,
        altered=_altered(kind, body, live.body),
        note=note,
    )


def _altered(kind: Kind, sent: Body, answer: Any) -> tuple[FieldChange, ...]:
    """Return what Datadog stored differently. Assets only where the answer has them."""
    if not isinstance(answer, Mapping):
        return ()
    declared = sent if "assets" in answer else {n: v for n, v in sent.items() if n != "assets"}
    return differences(
        kind.canonical(declared, declared=declared), kind.canonical(answer, declared=declared)
    )


def look_for(making: Creation) -> LiveResource | None:
    """
    Return the resource with this key that a create without an answer made, if it did.

    Where another run made one of the same key at the same time, ours is the one that is as it was
    sent: of two that are the same, Datadog refuses the second.
    """
    for pause in making.patience.pauses:
        try:
            making.patience.sleep(pause)
            candidates = _read(making.kind, making.endpoint.find(making.project, making.key))
        except NotSent:
            return None
        except Unreachable:
            continue
        new = [
            resource
            for resource in candidates
            if resource.id != making.old
            and (resource.project, resource.key) == (making.project, making.key)
        ]
        if new:
            return min(
                new,
                key=lambda resource: (
                    bool(making.kind.field_changes(resource.body, making.body)),
                    resource.created,
                    resource.id,
                ),
            )
    return None


def _duplicate(making: Creation, error: Rejected) -> WriteResult:
    """Return the resource that Datadog calls the same, where it is ours; else raise the error."""
    number = error.duplicate_of
    if number is None:
        raise error
    live = making.kind.read(making.endpoint.get(number))
    if live is None or (live.project, live.key) != (making.project, making.key):
        raise Rejected(
            str(error), hint=f"to take that one over, write `adopt: {number}` on {making.key}"
        ) from error
    return written(making.kind, making.body, live, "was there already, the same", already=True)


def _read(kind: Kind, raw: Iterable[Any]) -> list[LiveResource]:
    return [resource for entry in raw if (resource := kind.read(entry)) is not None]
