"""The words of the domain: Team, Monitor, Project, LiveResource."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct, field

if TYPE_CHECKING:
    from monitor_sync.incidents import ResponseTarget

Body = Mapping[str, Any]
"""A monitor as Datadog's API has it: ``name``, ``type``, ``query``, ``message``, ``tags``, …"""

Id: TypeAlias = int | str
"""Datadog's id of a live resource: a number for a monitor, a text for most other kinds."""


class Address(NamedTuple):
    """One resource of the files: keys are unique among the resources of one kind."""

    kind: str
    key: str


class LiveId(NamedTuple):
    """One live resource: ids are unique among the resources of one kind."""

    kind: str
    id: Id


WORKERS: Final = 12
"""Writes at once: 45 creates a second (500 in 10 s less a tenth) of 0.25 s each, both recorded."""

STATES: Final = ("alert", "warning", "no_data", "renotify", "recovery")
"""The states that can notify somebody, in the order in which a message names them."""

PROJECT_TAG: Final = "monitor_sync_project"
KEY_TAG: Final = "monitor_sync_key"

RESERVED_TAGS: Final = frozenset({"business_unit", "on_call"})
"""Keys of tags that follow from unit and team, and that no author writes."""

GIVEN_TAGS: Final = RESERVED_TAGS | {"team", "service"}
"""Keys of tags that a monitor gets from its place, besides the two of its identity."""

UNPLACED: Final = "unplaced"
"""The business unit of imported monitors of which nobody knows the unit. It gives no tag."""

UNOWNED: Final = "unowned"
"""The team that owns what nobody owns yet. It gives no tags."""


@functools.lru_cache(maxsize=256)  # monitors of one place follow each other
def tags_of_place(unit: str, team: str, on_call: str, service: str) -> tuple[str, ...]:
    """Return the tags that a monitor gets from its place; ``service`` may be empty."""
    tags = [f"business_unit:{unit}"] if unit != UNPLACED else []
    if team != UNOWNED:
        tags.append(f"team:{team}")
    if service:
        tags.append(f"service:{service}")
    if team != UNOWNED:
        tags.append(f"on_call:{on_call}")
    return tuple(map(sys.intern, tags))


class NotifyRule(Struct, frozen=True, kw_only=True):
    """
    Who hears of which state, for monitors of some priorities.

    ``priorities`` empty means every priority, none included. ``recipients`` maps a state to
    handles (``@…``), names of handles already looked up.
    """

    priorities: frozenset[int] = frozenset()
    recipients: Mapping[str, tuple[str, ...]]


class Team(Struct, frozen=True, kw_only=True):
    """
    Who owns monitors and is paged for them.

    ``name`` is the value of the ``team`` tag and Datadog's team handle. ``on_call`` is the value
    of the ``on_call`` tag. Of ``targets`` the first that fits an incident counts. ``github`` is
    who reviews the team's files, ``@organisation/team``; ``approvers`` are the GitHub logins of
    those who may approve for the team that its pages change. ``sop`` is the page that says what
    somebody on call for the team does: an address, or a file below the project's folder.
    """

    name: str
    title: str
    on_call: str
    github: str = ""
    tool: str = ""
    service: str = ""
    handles: Mapping[str, str] = field(default_factory=dict)
    notify: tuple[NotifyRule, ...] = ()
    targets: tuple[ResponseTarget, ...] = ()
    approvers: tuple[str, ...] = ()
    sop: str = ""


class Suppression(Struct, frozen=True, kw_only=True):
    """
    A finding that its author does not want to see for one monitor.

    ``rule`` is a rule's name. ``until`` is the last day it counts, ``YYYY-MM-DD``, empty for ever.
    """

    rule: str
    reason: str = ""
    until: str = ""


class Policy(Struct, frozen=True, kw_only=True):
    """
    What the organisation asks of its monitors, as ``policy`` in project.yaml.

    ``required_tags`` maps a tag key to its allowed values, none for any. ``name_pattern`` is a
    regular expression that every name matches. Monitors of ``paging_priorities`` must reach a
    pager, and ``pagers`` says what one is; both ``pagers`` and ``forbidden_handles`` are globs over
    handles. ``severity`` maps a rule to ``error``, ``warning``, ``note`` or ``off``. With
    ``paging_approval`` a team paged more or less must have said yes. ``backtest`` is as written.
    """

    required_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    name_pattern: str = ""
    paging_priorities: frozenset[int] = frozenset()
    pagers: tuple[str, ...] = ()
    forbidden_handles: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    paging_approval: bool = False
    backtest: Mapping[str, float] = field(default_factory=dict)

    @property
    def backtest_days(self) -> int:
        """How many days of history a backtest looks at."""
        return int(self.backtest.get("days", 7))


Limited = Literal["deletes", "changes", "labels", "unpaged", "lookalikes"]
"""
What a limit is about. ``deletes``: deletes and replaces, which lose an id and its history.
``changes``: updates and releases. ``labels``: updates of nothing but tags and the footer of the
message, which are no ``changes``. ``unpaged``: updates and replaces after which a monitor names no
pager any more. ``lookalikes``: creates beside a live monitor that is nobody's and looks the same,
or another project's and is the same by name, type and query.
"""


class Limit(Struct, frozen=True, kw_only=True):
    """
    How many monitors one run may do something to.

    ``count`` is a number of monitors, ``share`` a percentage of the live ones; whichever is
    exceeded first counts. Both None is no limit.
    """

    count: int | None = None
    share: Decimal | None = None

    @classmethod
    def read(cls, text: str) -> Limit:
        """
        Return a limit as written in one word: ``5`` monitors, or ``30%`` of them.

        Raises:
            ValueError: it is neither; the text says what it is and what was expected.
        """
        match = re.fullmatch(r"\s*([0-9]{1,9}(?:\.[0-9]{1,4})?)\s*(%?)\s*", text, re.ASCII)
        if match is None or (not match[2] and "." in match[1]):
            raise ValueError(f"`{text}` is not a count such as 5, or a share such as 30%")
        if not match[2]:
            return cls(count=int(match[1]))
        if Decimal(match[1]) > 100:
            raise ValueError(f"`{text}` is more than all monitors, which are 100%")
        return cls(share=Decimal(match[1]))


_THIRTY: Final = Limit(share=Decimal(30))
_STANDING: Final[Mapping[Limited, Limit]] = {
    "deletes": _THIRTY,
    "changes": _THIRTY,
    "labels": Limit(),
    "unpaged": Limit(share=Decimal(10)),
    "lookalikes": Limit(count=0),
}


class Limits(Struct, frozen=True, kw_only=True):
    """
    How much one run may do, as ``limits`` in project.yaml.

    ``standing`` holds in all and for each business unit by itself. ``units`` has what holds for
    single units instead, by folder; what ``*`` has is for the units that have no own.
    ``pagers`` and ``pager_handles`` say what a pager is: the policy's globs, where it has any, and
    the handles that teams call ``pager``. Of several ``notions``, each as globs, a monitor must not
    lose its last pager by any: those of a change under review, and of its base.
    """

    standing: Mapping[Limited, Limit] = field(default_factory=lambda: dict(_STANDING))
    units: Mapping[str, Mapping[Limited, Limit]] = field(default_factory=dict)
    pagers: tuple[str, ...] = ()
    pager_handles: frozenset[str] = frozenset()
    notions: tuple[tuple[str, ...], ...] = ()

    def of_unit(self, unit: str, what: Limited) -> Limit:
        """Return the limit of a unit: its own, else that of all units, else the standing one."""
        for name in (unit, "*"):
            own = self.units.get(name, {})
            if what in own:
                return own[what]
        return self.standing[what]


class Monitor(Struct, frozen=True, kw_only=True):
    """
    A monitor as the files want it: templates expanded, owner resolved, message complete.

    ``body`` is what Datadog would be sent; ``${id:KEY}`` in a composite's query still stands, as
    only the live listing knows ids. ``references`` are these keys in order. ``recipients`` maps
    each state the monitor can reach to the handles its routing adds. ``runbook`` is an absolute
    address. ``text_end`` is where the author's part of the message ends and ours begins.
    ``path`` and ``line`` say where it is declared; where a template makes it, the item.
    """

    key: str
    body: Body
    business_unit: str
    team: str
    service: str = ""
    runbook: str = ""
    recipients: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    moved_from: tuple[str, ...] = ()
    adopt: int | None = None
    ignored: tuple[Suppression, ...] = ()
    text_end: int = 0
    path: str = ""
    line: int = 0

    @property
    def text(self) -> str:
        """The author's part of the message: no footer, no routing."""
        return str(self.body["message"])[: self.text_end]

    @property
    def name(self) -> str:
        """The title people read in Datadog. Not an identity: it may change."""
        return str(self.body["name"])

    @property
    def type(self) -> str:
        """Datadog's monitor type, such as ``query alert``."""
        return str(self.body["type"])

    @property
    def query(self) -> str:
        """Datadog's query, ``${id:KEY}`` unresolved."""
        return str(self.body["query"])

    @property
    def priority(self) -> int | None:
        """1 (highest) to 5, or None."""
        return self.body.get("priority")

    @property
    def tags(self) -> tuple[str, ...]:
        """All tags, ours included."""
        return tuple(self.body.get("tags", ()))


class Released(Struct, frozen=True, kw_only=True):
    """
    A monitor that leaves the project: it stays in Datadog without our tags, and is nobody's.

    ``moved_from`` are keys that it may still carry, as its file or its unit had another name.
    ``path`` and ``line`` say where the files name it.
    """

    key: str
    reason: str
    business_unit: str
    moved_from: tuple[str, ...] = ()
    path: str = ""
    line: int = 0


class Project(Struct, frozen=True, kw_only=True):
    """
    All that the files want, after templates and owners.

    ``name`` scopes what this project owns in Datadog. ``site`` is for links in messages; empty
    where the files name none. ``owner`` is the team that answers for what all units share:
    templates, teams and the project itself; empty where nobody does. ``files`` counts the files
    read.
    """

    name: str
    site: str = ""
    moved_from: tuple[str, ...] = ()
    """Former names of the project: what carries them and is declared here is taken over."""
    monitors: Mapping[str, Monitor] = field(default_factory=dict)
    released: Mapping[str, Released] = field(default_factory=dict)
    """Monitors that leave the project, by key."""
    teams: Mapping[str, Team] = field(default_factory=dict)
    business_units: Mapping[str, str] = field(default_factory=dict)
    """Folder to display name."""
    unit_owners: Mapping[str, str] = field(default_factory=dict)
    """Folder to the team that owns what no file of it gives to another; where there is one."""
    owner: str = ""
    policy: Policy = field(default_factory=Policy)
    limits: Limits = field(default_factory=Limits)
    reverting: frozenset[str] = frozenset()
    """Folders of business units in which ``--base`` puts drift back in place of reporting it."""
    time_zone: str = "UTC"
    """The time zone of reports, as the tz database calls it: weeks and nights begin in it."""
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Kinds of incidents, each with the tags of the on-call tool that mean it; the first counts."""
    priorities: Mapping[str, int] = field(default_factory=dict)  # by the on-call tool's word for it
    files: int = 0


class LiveResource(Struct, frozen=True, kw_only=True):
    """
    A resource as Datadog holds it: a monitor, or what ``kind`` says.

    ``key`` and ``project`` come from its tags, or from what else identifies its kind, and are empty
    where it does not carry ours. ``body`` is what Datadog answered, fields that nobody compares
    left out. ``created`` is in milliseconds since 1970, ``modified`` as Datadog prints it.
    ``org_id`` is the organisation's number, 0 where nothing says it. ``claims`` are projects and
    keys of a resource that names several: it is nobody's, and ``key`` and ``project`` are empty.
    ``muted`` says that somebody silenced it, or a group of it: that is people's, and no difference.
    """

    id: Id
    body: Body
    kind: str = "monitor"
    key: str = ""
    project: str = ""
    created: int = 0
    modified: str = ""
    org_id: int = 0
    claims: tuple[tuple[str, str], ...] = ()
    muted: bool = False

    @property
    def name(self) -> str:
        """The title people read in Datadog, of a kind that calls it ``name``."""
        return str(self.body.get("name") or "")

    @property
    def address(self) -> Address:
        """What it is in the files, going by the key that it carries."""
        return Address(self.kind, self.key)

    @property
    def live_id(self) -> LiveId:
        """Its id, unique among all kinds."""
        return LiveId(self.kind, self.id)


class Deletion(Struct, frozen=True, kw_only=True):
    """
    A resource that was deleted in Datadog, as the audit trail has it.

    ``by`` is who did it, empty where the trail does not say. ``at`` is when, in milliseconds since
    1970. A deletion that only follows from other facts has neither, nor an ``id``.
    """

    id: Id = 0
    name: str = ""
    by: str = ""
    at: int = 0


def read_priority(value: Any) -> Any:
    """
    Return a priority as Datadog stores it.

    0 is stored as none (262 of 262 recorded), "5" as 5 (8 of 8). Anything else comes back as it is.
    """
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    return value or None


def tag_value(tags: tuple[str, ...] | list[str], key: str) -> str:
    """Return the value of the first tag ``key:…``, or an empty string."""
    prefix = key + ":"
    for tag in tags:
        if tag.startswith(prefix):
            return tag[len(prefix) :]
    return ""
