"""The values of a plan: what is to be written, what is left alone, what is refused."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from monitor_sync.model import Address, Body, Deletion, Id, LiveResource
from monitor_sync.resources.difference import FieldChange
from monitor_sync.resources.kind import Kind
from monitor_sync.resources.monitor.kind import MONITOR

if TYPE_CHECKING:
    from monitor_sync.audience.change import AudienceChange

Action = Literal["create", "update", "replace", "delete", "adopt", "release"]
Reason = Literal["unmanaged", "clone", "other-project"]

ORDER: Final = ("delete", "replace", "release", "update", "adopt", "create")
"""The order in which a plan is shown: what cannot be undone comes first."""

LEAVING: Final = ("delete", "release")
"""The actions on resources that no file declares any more."""

GOING: Final = ("delete", "replace")
"""The actions after which the live resource is gone."""


class Change(Struct, frozen=True, kw_only=True, dict=True):
    """One resource that is to be written."""

    action: Action
    key: str
    name: str
    kind: Kind = MONITOR
    id: Id | None = None
    """The live resource's id; None for a create. A replace has the id of the old one."""
    team: str = ""
    business_unit: str = ""
    """Empty where nothing says them. A delete and a release have both from the live tags."""
    path: str = ""
    line: int = 0
    """Where the files declare it; empty for a delete."""
    fields: tuple[FieldChange, ...] = ()
    """The fields that differ. A create has every field that it sets, a delete has none."""
    body: Body | None = None
    """
    What would be sent; None for a delete.

    ``${id:KEY}`` stands where the id is only known once KEY is made.
    """
    references: tuple[Address, ...] = ()
    """The resources that the body names."""
    live: LiveResource | None = None
    """What Datadog holds now."""
    reason: str = ""
    """Of a release: why the resource leaves, as its file says."""
    successor: LiveResource | None = None
    """The resource that an earlier, interrupted replace already made."""
    referred_by: tuple[str, ...] = ()
    """What would still refer to a resource that goes away."""
    blocked_by: tuple[str, ...] = ()
    """What Datadog itself says refers to it now."""
    lookalikes: tuple[Id, ...] = ()
    """Of a create: live resources that are nobody's and look the same. ``adopt`` takes one over."""
    untagged: tuple[Id, ...] = ()
    """Those of the lookalikes with its very name, type and query: it, with our tags taken off."""
    foreign: tuple[Id, ...] = ()
    """Of a create: live resources of another project with its very name, type and query."""
    deleted: Deletion | None = None
    """Of a create: that it was there, and was deleted in Datadog."""
    pagers: tuple[str, ...] = ()
    """Globs over the handles that wake somebody."""
    reverts: tuple[str, ...] = ()
    """Those of the fields that are drift and that the unit's policy puts back."""
    overwrites: tuple[FieldChange, ...] = ()
    """What somebody changed in Datadog and this change undoes: the base's value, the live one."""
    recorded_audience: AudienceChange | None = None
    """Who is notified differently, as a plan file says; None to derive it from the bodies."""

    @functools.cached_property
    def audience(self) -> AudienceChange:
        """
        Return who is notified differently once the change is made.

        It is derived when it is first asked for. A plan read from a file does not hold what is
        live now; there it is what the file says: the handles that come and go.
        """
        if self.recorded_audience is not None:
            return self.recorded_audience
        from monitor_sync.audience.change import NO_CHANGE, compare  # 20 ms saved by an empty plan

        if not self.kind.notifies:
            return NO_CHANGE
        old = self.live.body if self.live is not None else None
        return compare(old, self.body, pagers=self.pagers)

    @property
    def address(self) -> Address:
        """Its kind and key: what the files call it."""
        return Address(self.kind.name, self.key)

    @property
    def is_revert(self) -> bool:
        """True if it does nothing but put back drift."""
        return bool(self.reverts) and all(change.field in self.reverts for change in self.fields)


class LeftAlone(Struct, frozen=True, kw_only=True):
    """
    A live resource that is not touched: not ours, a clone of ours, or another project's.

    ``twin`` says of a clone that it is as declared: not one that a person made of another, but
    what an apply made anew before its original was restored. ``heir`` is the key of ours that has
    moved from the one that a clone carries.
    """

    id: Id
    key: str
    name: str
    reason: Reason
    kind: str = "monitor"
    twin: bool = False
    heir: str = ""
    tags: tuple[str, ...] = ()

    @property
    def address(self) -> Address:
        """Its kind and the key that it carries."""
        return Address(self.kind, self.key)


class Refusal(Struct, frozen=True, kw_only=True):
    """
    A change that the files ask for and that is not made, while the rest of the plan goes on.

    ``message`` is one sentence without a full stop, ``hint`` says what to type. ``ids`` are the
    live resources it is about. ``path`` and ``line`` are empty where no file says it.
    """

    key: str
    message: str
    hint: str = ""
    kind: str = "monitor"
    ids: tuple[Id, ...] = ()
    path: str = ""
    line: int = 0

    @property
    def address(self) -> Address:
        """The kind and the key that it is about."""
        return Address(self.kind, self.key)
