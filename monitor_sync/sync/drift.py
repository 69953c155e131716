"""Differences from the files that a change under review does not make: their values."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from monitor_sync.model import Address, Deletion, Id
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.change import Action, Refusal

Origin = Literal["drift", "merged", "newer"]
"""
Why a live resource differs from the files in a part that this change does not edit.

``drift``: no revision declared the live value, so somebody changed it in Datadog. ``merged``: an
earlier revision declared it; what was merged since is not applied yet. ``newer``: a later revision
of the base declares it, which is not in this branch.
"""

ORIGINS: Final[tuple[Origin, ...]] = ("drift", "merged", "newer")


class Apart(Struct, frozen=True, kw_only=True):
    """
    One resource that differs from the files, and not because of this change.

    ``action`` would make it as declared. ``fields`` are the fields that differ, ``old`` the live
    and ``new`` the declared value; empty for a create and a delete. ``since`` is the commit that is
    not applied yet, or that is newer; empty for drift. ``tags`` are the live tags of a resource
    that no file declares. ``editor`` says who changed it last, and when; empty where nobody asked
    or Datadog does not say. ``deleted`` says of a create that it was there. ``untagged`` are live
    resources without our tags that have its name, type and query: of drift, the first is the
    ``id``, and ``adopt`` would make it ours again. The other fields are as in a Change.
    """

    origin: Origin
    action: Action
    key: str
    id: Id | None
    name: str
    team: str
    business_unit: str
    fields: tuple[FieldChange, ...] = ()
    since: str = ""
    tags: tuple[str, ...] = ()
    editor: str = ""
    deleted: Deletion | None = None
    untagged: tuple[Id, ...] = ()
    kind: str = "monitor"

    @property
    def address(self) -> Address:
        """Its kind and key."""
        return Address(self.kind, self.key)


class Base(Struct, frozen=True, kw_only=True):
    """
    The revision that a plan starts from, and the differences that it therefore leaves out.

    ``revision`` is as typed, ``commit`` is where this branch left it. ``refused`` are requests of
    earlier changes that are refused.
    """

    revision: str
    commit: str
    apart: tuple[Apart, ...] = ()
    refused: tuple[Refusal, ...] = ()

    def of(self, origin: Origin) -> tuple[Apart, ...]:
        """Return the resources of one origin, in the order of the plan."""
        return tuple(entry for entry in self.apart if entry.origin == origin)

    def narrowed(self, addresses: Collection[Address]) -> Base:
        """Return the part of it that is about these resources."""
        return replace(
            self,
            apart=tuple(apart for apart in self.apart if apart.address in addresses),
            refused=tuple(refusal for refusal in self.refused if refusal.address in addresses),
        )
