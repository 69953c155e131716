"""What differs from the files for other reasons than the change at hand: the values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final, Literal

from monitor_sync.model import Address, Id
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.change import Action, Refusal

Origin = Literal["drift", "merged", "newer"]
"""
Why a monitor is otherwise than the files say, though they say so since before this change.

``drift``: no revision declared what is live, so somebody changed it in Datadog. ``merged``: live is
what an earlier revision declared; what was merged since is not applied yet. ``newer``: live is what
a later revision of the base declares, which is not in this branch.
"""

ORIGINS: Final[tuple[Origin, ...]] = ("drift", "merged", "newer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """
    One monitor that is otherwise than the files say, and not because of this change.

    ``action`` is what would make it as declared. ``fields`` are the fields concerned, ``old`` what
    is live and ``new`` what is declared; empty for a create and a delete. ``since`` is the commit
    that is not applied yet, or that is newer; empty for drift. ``tags`` are the live ones of a
    monitor that no file declares. ``editor`` says who changed it last, and when; empty where
    nobody asked or Datadog does not say. The rest as in a Change.
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
    kind: str = "monitor"

    @property
    def address(self) -> Address:
        """Its kind and key."""
        return Address(self.kind, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """
    What a plan was told to start from, and what it therefore leaves out.

    ``revision`` is as typed, ``commit`` where this branch left it. ``refused`` is what earlier
    changes asked for and cannot have.
    """

    revision: str
    commit: str
    apart: tuple[Apart, ...] = ()
    refused: tuple[Refusal, ...] = ()

    def of(self, origin: Origin) -> tuple[Apart, ...]:
        """The monitors of one origin, in the order of the plan."""
        return tuple(each for each in self.apart if each.origin == origin)

    def narrowed(self, addresses: Collection[Address]) -> Base:
        """Return the part of it that is about these resources."""
        return replace(
            self,
            apart=tuple(apart for apart in self.apart if apart.address in addresses),
            refused=tuple(refusal for refusal in self.refused if refusal.address in addresses),
        )
