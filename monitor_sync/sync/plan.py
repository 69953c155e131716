"""What must change in Datadog for it to match the files. Pure: no clock, no network, no files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from monitor_sync.model import Body, LiveMonitor, Project
from monitor_sync.sync.difference import FieldChange

Action = Literal["create", "update", "replace", "delete", "adopt"]
Reason = Literal["unmanaged", "clone", "other-project"]

ORDER: Final = ("delete", "replace", "update", "adopt", "create")
"""The order in which a plan is shown: what cannot be undone comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """
    One monitor that is to be written.

    ``id`` is the live monitor's, None for a create; a replace has the old one's, which goes away.
    ``fields`` are the fields that differ: for a create every field it sets (``old`` None), for a
    delete none. ``gained`` and ``lost`` are the handles (``@…``) that the new texts name and the
    old ones did not, and the other way round. ``body`` is what would be sent, None for a delete;
    ``${id:KEY}`` stands in a composite's query where the id is only known once KEY is made.
    ``references`` are these keys. ``live`` is what Datadog holds now. ``successor`` is a monitor
    of the wanted type that an earlier, interrupted replace already made. ``referred_by`` names
    the composites that would still refer to a monitor that goes away. ``team``, ``business_unit``
    and the place in the files are empty where nothing says them; a delete has them from its tags.
    """

    action: Action
    key: str
    name: str
    id: int | None = None
    team: str = ""
    business_unit: str = ""
    path: str = ""
    line: int = 0
    fields: tuple[FieldChange, ...] = ()
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    body: Body | None = None
    references: tuple[str, ...] = ()
    live: LiveMonitor | None = None
    successor: LiveMonitor | None = None
    referred_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """A live monitor that is not touched, and why: not ours, a clone of ours, another project's."""

    id: int
    key: str
    name: str
    reason: Reason
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """
    A change that the files ask for and that is not made, while the rest of the plan goes on.

    ``message`` is one sentence without a full stop, ``hint`` says what to type. ``ids`` are the
    live monitors it is about.
    """

    key: str
    message: str
    hint: str = ""
    ids: tuple[int, ...] = ()
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    Everything that applying would do, and everything that it would leave alone.

    ``changes`` are in the order in which they are shown: see ``ORDER``, then by key.
    ``unchanged`` counts the declared monitors that Datadog holds as declared. ``ours`` are the
    ids of all live monitors of this project, which apply compares with a second listing before it
    creates anything. ``narrowed_from`` is the whole plan, where this one shows a part of it.
    """

    project: str
    site: str
    changes: tuple[Change, ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    refused: tuple[Refusal, ...] = ()
    unchanged: int = 0
    ours: frozenset[int] = frozenset()
    narrowed_from: Plan | None = None

    @property
    def summary(self) -> dict[str, int]:
        """How many of each: create, update, replace, delete, adopt, unchanged, unmanaged."""
        counts = dict.fromkeys(("create", "update", "replace", "delete", "adopt"), 0)
        for change in self.changes:
            counts[change.action] += 1
        counts["unchanged"] = self.unchanged
        counts["unmanaged"] = sum(each.reason == "unmanaged" for each in self.left_alone)
        return counts

    @property
    def fingerprint(self) -> str:
        """
        Eight hex digits that differ when what would be done differs.

        SHA-256 over project, site and the changes by key. Not over times, versions, the place in
        the files, or the selectors that narrow what is shown.
        """
        whole = self.narrowed_from or self
        steps = sorted(
            [change.key, change.action, change.id or 0, _fields(change)] for change in whole.changes
        )
        text = json.dumps([whole.project, whole.site, steps], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:8]


def _fields(change: Change) -> list[str]:
    """The field changes of one change, each as text, in an order that never depends on chance."""
    return sorted(
        json.dumps([each.field, each.old, each.new], sort_keys=True, default=str)
        for each in change.fields
    )


def make_plan(project: Project, live: Sequence[LiveMonitor], *, site: str) -> Plan:
    """
    Compare what the files want with what Datadog has.

    A live monitor without our project's key is left alone, whatever its name. One with our key
    that no file declares any more is deleted.
    """
    raise NotImplementedError(project, live, site)
