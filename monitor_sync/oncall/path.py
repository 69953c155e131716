"""
The words for a page on its way: from a handle, step by step, to a person.

Pure values. Every tool's adapter gives a ``Followed``, whatever its own words are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from monitor_sync.model import Monitor

StepName = Literal[
    "handle", "integration", "reroute", "service", "escalation", "schedule", "person"
]
"""
``handle``: Datadog knows it. ``integration``: the tool's end is switched on. ``reroute``: a rule
hands the page to another team. ``service``: the one that teams.yaml declares. ``escalation``: whom
the tool calls, and after how long. ``schedule``: no hour without anybody. ``person``: somebody now.
"""

Status = Literal["ok", "broken", "not_checked"]

DAYS_AHEAD: Final = timedelta(days=14)
"""How far ahead schedules are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """
    What is known of one step between a handle and a person.

    ``what`` says what is wrong (``broken``), why nobody knows (``not_checked``), or what is worth
    knowing (``ok``). ``fix`` is what to do about it; empty where there is nothing to do.
    ``warnings`` are sentences that change no status, such as that an account may be shared.
    """

    step: StepName
    name: str
    status: Status
    what: str = ""
    fix: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def full_text(self) -> str:
        """Everything that the step says, in one text."""
        return "; ".join(filter(None, (self.what, *self.warnings)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """Somebody who can be called. ``id`` is the tool's, only compared and never shown."""

    id: str = field(repr=False)
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A person is on call from ``start`` to ``end``. Both have a time zone."""

    person: Responder
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Nobody is on call from ``start`` to ``end``. Both have a time zone."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationLevel:
    """One level of an escalation: after ``delay`` these people are called, none if empty."""

    position: int
    delay: timedelta | None
    people: tuple[Responder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A webhook as Datadog holds it. Its address may hold a key, so it is never shown."""

    name: str
    url: str = field(repr=False)
    payload: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageToFollow:
    """
    What is followed: a handle of a team that monitors use, and what the files say about it.

    ``target`` is the handle without ``@`` and kind. ``service`` is what teams.yaml declares, empty
    where it declares none, and ``acknowledge`` the target to acknowledge. ``states`` are those in
    which the handle is notified. ``webhook`` is None where the handle names none, or where Datadog
    does not give it.
    """

    team: str
    handle: str
    target: str
    service: str = ""
    acknowledge: timedelta | None = None
    states: tuple[str, ...] = ()
    monitors: tuple[Monitor, ...] = ()
    webhook: Webhook | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAhead:
    """The time that is looked at: now, and the days after it."""

    now: datetime

    @property
    def end(self) -> datetime:
        """The moment up to which schedules are read."""
        return self.now + DAYS_AHEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """
    What a tool says about a page, behind the handle.

    ``levels`` are who is on call now, in the order in which they are called. ``shifts`` are who is
    on call at the first level within the window; None where the tool does not say.
    """

    steps: tuple[PathStep, ...]
    levels: tuple[EscalationLevel, ...] = ()
    shifts: tuple[Shift, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """Who is called first now, and until when; None where that is not known."""

    name: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagingPath:
    """A path from a handle to a person, as far as it could be followed."""

    team: str
    handle: str
    tool: str
    states: tuple[str, ...]
    monitors: int
    steps: tuple[PathStep, ...]
    on_call: tuple[OnCall, ...] = ()
    gaps: tuple[Gap, ...] = ()
    ahead: tuple[Shift, ...] = ()
    """Who takes over within the window, in order; empty where that is not known."""
    levels: tuple[EscalationLevel, ...] = ()
    """Who is called now, level by level; empty where that is not known."""

    @property
    def status(self) -> Status:
        """Broken if a step is, else not checked if one is, else ok."""
        statuses = {step.status for step in self.steps}
        if "broken" in statuses:
            return "broken"
        return "not_checked" if "not_checked" in statuses or not statuses else "ok"
