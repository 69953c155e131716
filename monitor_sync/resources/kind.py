"""What every kind of Datadog resource answers, so that plan and apply need not know the kinds."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any, ClassVar, Final, Protocol

from monitor_sync.model import (
    KEY_TAG,
    PROJECT_TAG,
    Address,
    Body,
    Id,
    LiveId,
    LiveResource,
    Project,
    Released,
)
from monitor_sync.resources.difference import FieldChange, differences

Slots = Mapping[str, Any]
"""
Slot to its value in canonical form; absent means absent.

A slot is the smallest part of a resource that is merged by itself, such as a field or an option.
"""

_HOLE: Final = re.compile(r"\$\{id:([^}]*)\}")
"""A reference by key: no part of Datadog's language, so a pattern finds it in any text."""


class Declared(Protocol):
    """A resource as the files declare it; ``model.Monitor`` is one."""

    @property
    def key(self) -> str:
        """The key: ``unit/file/name``, unique among the resources of its kind."""
        ...

    @property
    def name(self) -> str:
        """The label that people read."""
        ...

    @property
    def body(self) -> Body:
        """The body that Datadog would be sent, ``${id:KEY}`` unresolved."""
        ...

    @property
    def business_unit(self) -> str:
        """The folder of the business unit."""
        ...

    @property
    def team(self) -> str:
        """The team that owns it."""
        ...

    @property
    def path(self) -> str:
        """The file that declares it."""
        ...

    @property
    def line(self) -> int:
        """The line of that file, from 1."""
        ...

    @property
    def references(self) -> tuple[str, ...]:
        """The keys of ``${id:KEY}`` in its body, in order."""
        ...

    @property
    def moved_from(self) -> tuple[str, ...]:
        """Former keys."""
        ...

    @property
    def adopt(self) -> Any:
        """Datadog's id of the live resource that it takes over; None for none."""
        ...


class Kind(ABC):
    """
    One kind of Datadog resource.

    The methods here fit a resource that is one flat JSON object with a ``name`` and ``tags``; a
    kind overrides what differs. ``name`` stands in plans, plan files and journals. Creates run by
    rising ``order``, deletes by falling ``order``: a kind that refers to monitors has a higher one.
    ``notifies`` says whether Datadog notifies anybody because of one. ``refers_to`` is the name of
    the kind whose keys ``${id:KEY}`` means in a body of this kind.
    """

    name: ClassVar[str]
    order: ClassVar[int] = 0
    notifies: ClassVar[bool] = False
    refers_to: ClassVar[str] = "monitor"

    # in the files and in Datadog

    @abstractmethod
    def declared(self, project: Project) -> Mapping[str, Declared]:
        """Return the resources of this kind that the files declare, by key."""

    @abstractmethod
    def read(self, raw: Any) -> LiveResource | None:
        """
        Return a live resource from Datadog's JSON, its key and project included.

        Return None for what is no resource of this kind. The key and the project are empty where
        the resource carries no identity of ours.
        """

    def leaving(self, project: Project) -> Mapping[str, Released]:
        """Return the resources of this kind that the files release, by key."""
        return {}

    def tags_of(self, project: str) -> tuple[str, ...]:
        """Return the tags that narrow a listing to one project; none to list everything."""
        return ()

    # what it says of itself

    def label(self, body: Body) -> str:
        """Return the title that people read."""
        return str(body.get("name") or "")

    def tags(self, body: Body) -> tuple[str, ...]:
        """Return the tags, by which selectors, units and teams are known."""
        return tuple(body.get("tags") or ())

    # comparing

    def canonical(self, body: Body, *, declared: Body) -> dict[str, Any]:
        """
        Return the form in which a live and a declared body are compared.

        ``declared`` is what the files declare: a field that it does not name is not managed. Where
        it is empty, as for a delete, every field counts.
        """
        return {name: body[name] for name in declared or body if body.get(name) is not None}

    def field_changes(self, live: Body, wanted: Body) -> tuple[FieldChange, ...]:
        """Return what has to change for ``live`` to become ``wanted``; nothing where they agree."""
        return differences(
            self.canonical(live, declared=wanted), self.canonical(wanted, declared=wanted)
        )

    def changes_in_place(self, live: Body, wanted: Body) -> bool:
        """Return whether Datadog can change one into the other, so that the id stays."""
        return True

    def needs_assets(self, body: Body) -> bool:
        """Return whether the body has parts that a listing lacks and that a GET must ask for."""
        return False

    def looks(self, body: Body) -> tuple[Hashable, ...]:
        """Return that by which people would take two resources for one: any of it is enough."""
        return (self.label(body),) if self.label(body) else ()

    # sending

    def to_create(self, body: Body) -> dict[str, Any]:
        """Return the body of a create."""
        return {name: value for name, value in body.items() if value is not None}

    def to_update(self, body: Body) -> dict[str, Any]:
        """Return the whole body that an update makes of it."""
        return dict(body)

    def to_send(self, wanted: Body, live: Body) -> dict[str, Any]:
        """
        Return what an update sends: the top-level fields of ``wanted`` in which live differs.

        What an update does not name stays as it lives.
        """
        changes = self.field_changes(live, wanted)
        names = {change.field.partition(".")[0].partition("[")[0] for change in changes}
        return {name: value for name, value in wanted.items() if name in names}

    def without_identity(self, body: Body) -> dict[str, Any]:
        """Return a live body without what makes it ours: afterwards it is nobody's."""
        ours = (f"{PROJECT_TAG}:", f"{KEY_TAG}:")
        return {**body, "tags": [tag for tag in self.tags(body) if not tag.startswith(ours)]}

    # referring

    def references(self, declared: Declared) -> tuple[Address, ...]:
        """Return what a declared resource refers to by key."""
        return tuple(Address(self.refers_to, key) for key in declared.references)

    def unresolved(self, body: Body) -> tuple[Address, ...]:
        """Return what stands in a body by key still, as no id is known."""
        texts = (value for value in body.values() if isinstance(value, str))
        return tuple(Address(self.refers_to, key) for text in texts for key in _HOLE.findall(text))

    def resolved(self, body: Body, ids: Mapping[Address, Id]) -> dict[str, Any]:
        """Return the body with each ``${id:KEY}`` replaced whose id is known."""

        def known(hole: re.Match[str]) -> str:
            return str(ids.get(Address(self.refers_to, hole[1]), hole[0]))

        return {
            name: _HOLE.sub(known, value) if isinstance(value, str) else value
            for name, value in body.items()
        }

    def ids_in(self, body: Body) -> tuple[LiveId, ...]:
        """Return the live resources that a body names by id."""
        return ()

    # merging, for --base

    def slots(self, body: Body, *, declared: Body) -> Slots:
        """Return the parts of a body that are merged by themselves."""
        return self.canonical(body, declared=declared)

    def merged(self, live: Body, here: Body, keep: Collection[str]) -> dict[str, Any]:
        """Return what the files declare ``here``, with what is live in the slots ``keep``."""
        return {**here, **{slot: live.get(slot) for slot in keep}}

    def settled(
        self, live: Body, here: Body, keep: frozenset[str], contested: Iterable[str]
    ) -> frozenset[str]:
        """Return those of the slots ``keep`` that can keep what is live, beside ``contested``."""
        return keep

    def unknown(self, live: Body, *declared: Body) -> frozenset[str]:
        """Return the slots that are live and that nobody here knows or declares."""
        return frozenset()


def differing(mine: Slots, other: Slots) -> frozenset[str]:
    """Return the slots in which two bodies differ."""
    return frozenset(
        slot for slot in mine.keys() | other.keys() if mine.get(slot) != other.get(slot)
    )
