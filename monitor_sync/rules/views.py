"""
What a rule may look at. The type of a rule's parameter chooses one of these views.

``QueryView``, ``MessageView`` and ``TagsView`` hold one aspect of a monitor, so that monitors which
agree in it share the verdict of a rule (``memo.py``). ``MonitorView`` holds all of one monitor and
is never shared. ``ProjectView`` is for rules that compare monitors.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct

from monitor_sync.audience.audience import Audience, Routes, of_message, of_routes
from monitor_sync.audience.pagers import USUAL_PAGING, pager_globs
from monitor_sync.audience.places import HandlePlace, places_in, routed_places
from monitor_sync.language import message, query, transitions
from monitor_sync.language.message_tree import Message, MessageProblem
from monitor_sync.language.problems import QueryProblem
from monitor_sync.language.query import Parsed
from monitor_sync.language.template_variables import (
    Existence,
    Surroundings,
    VariableUse,
    VariableVerdict,
    existence,
    variables,
)
from monitor_sync.language.transitions import Reach
from monitor_sync.model import Monitor, Policy, Project, Team
from monitor_sync.rules.mentions import is_doubtful, routed_doubtful
from monitor_sync.rules.simple_tags import KEYS_ELSEWHERE, all_exist, simple_tags

Field = tuple[str, ...]
"""The way to a value inside a monitor's body."""


def pages(priority: int | None, policy: Policy) -> bool:
    """Return whether a monitor of this priority has to wake somebody."""
    return priority in (policy.paging_priorities or USUAL_PAGING)


pagers_of = functools.lru_cache(maxsize=8)(pager_globs)
"""What a pager is in a project, which is asked for each monitor."""


class QueryView(Struct, frozen=True, eq=False, dict=True):
    """
    A monitor's type, query, options and priority.

    ``options`` are as they would be sent. In a shared view the metrics and the plain tag values of
    the query are replaced by numbered names, so a rule that depends on such a name must take a
    ``MonitorView``.
    """

    type: str
    query_text: str
    options: Mapping[str, Any]
    priority: int | None
    policy: Policy

    @classmethod
    def of(cls, monitor: Monitor, policy: Policy) -> QueryView:
        """Return the view of one monitor, with the names as written."""
        options = monitor.body["options"]
        return cls(monitor.type, monitor.query, options, monitor.priority, policy)

    @property
    def pages(self) -> bool:
        """True if the monitor has to wake somebody."""
        return pages(self.priority, self.policy)

    @cached_property
    def thresholds(self) -> Mapping[str, Any]:
        """The thresholds by name; empty where there are none."""
        return thresholds_of(self.options)

    @cached_property
    def query(self) -> Parsed:
        """The parsed query, formula variables included."""
        variables = self.options.get("variables")
        return query.parse(
            self.type, self.query_text, variables if isinstance(variables, list) else ()
        )

    @property
    def problems(self) -> tuple[QueryProblem, ...]:
        """
        The mistakes in the query by itself; none in that of a type that is newer than this tool.

        Reading lets such a type pass with ``raw_type`` alone, and says that nothing is checked.
        """
        problems = self.query.problems
        return () if problems and problems[0].code == "unknown-type" else problems

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys that the monitor groups by; empty for a simple alert."""
        return query.group_keys(self.query)

    @cached_property
    def reach(self) -> Reach:
        """The transitions at which the monitor can notify."""
        return transitions.reach(self.type, self.options, self.priority)

    @cached_property
    def template_context(self) -> TemplateContext:
        """What the query and the options mean for the texts of the monitor."""
        return TemplateContext(
            surroundings=_surroundings(self),
            keys=self.keys,
            reach=self.reach,
            priority=self.priority,
            notify_by=_notify_by(self.options),
        )


def thresholds_of(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the thresholds by name; empty where there are none."""
    thresholds = options.get("thresholds")
    # raw_options may bring anything
    return thresholds if isinstance(thresholds, dict) else {}


class TemplateContext(Struct, frozen=True, kw_only=True):
    """
    What the query and the options mean for the texts: variables that exist, states that notify.

    ``notify_by`` is None where the option is absent, and empty where it is no list.
    """

    surroundings: Surroundings
    keys: tuple[str, ...]
    reach: Reach
    priority: int | None
    notify_by: tuple[str, ...] | None


def _notify_by(options: Mapping[str, Any]) -> tuple[str, ...] | None:
    keys = options.get("notify_by", ())
    if "notify_by" not in options:
        return None
    return tuple(map(str, keys)) if isinstance(keys, list) else ()


def _surroundings(view: QueryView) -> Surroundings:
    parsed = view.query
    known = parsed.tree is not None and view.type not in KEYS_ELSEWHERE
    members = len(query.references(parsed)) if view.type == "composite" else None
    return Surroundings(
        type=view.type,
        group_keys=view.keys if known else None,
        filter_keys=tuple(tag.key for tag in query.tags(parsed) if tag.key) if known else (),
        thresholds=frozenset(name for name, value in view.thresholds.items() if value is not None),
        members=members or None,
    )


class MessageView(Struct, frozen=True, kw_only=True, eq=False, dict=True):
    """
    A monitor's texts, its owner, and everybody it notifies.

    ``text`` is the author's part of the message, ``added`` the footer and the routing below it.
    ``escalation`` is sent with renotifications only; empty where there is none. ``pagers`` are the
    plan's globs of what a pager is: by policy or kind, and by name. In a shared view the words
    between tags and handles are replaced, so a rule that depends on the author's words
    must take a ``MonitorView``.
    """

    context: TemplateContext
    name: str
    text: str
    added: str
    escalation: str
    recipients: Mapping[str, tuple[str, ...]]
    team: Team
    teams: Mapping[str, Team]
    policy: Policy
    pagers: tuple[str, ...]

    @classmethod
    def of(cls, monitor: Monitor, project: Project, context: TemplateContext) -> MessageView:
        """Return the view of one monitor, with the words as written."""
        return cls(
            context=context,
            name=monitor.name,
            text=monitor.text,
            added=str(monitor.body["message"])[monitor.text_end :],
            escalation=escalation_of(monitor),
            recipients=monitor.recipients,
            team=project.teams[monitor.team],
            teams=project.teams,
            policy=project.policy,
            pagers=pagers_of(project.policy.pagers, project.limits.pager_handles),
        )

    def has_texts_of(self, other: MessageView) -> bool:
        """Return whether the author's texts are the same in both views."""
        texts = (self.name, self.text, self.escalation)
        return texts == (other.name, other.text, other.escalation)

    @property
    def priority(self) -> int | None:
        """1 (highest) to 5, or None."""
        return self.context.priority

    @property
    def reach(self) -> Reach:
        """The transitions at which the monitor can notify."""
        return self.context.reach

    @cached_property
    def message(self) -> Message:
        """The parsed text of the author."""
        return message.parse(self.text)

    @cached_property
    def templates(self) -> tuple[tuple[Field, Message], ...]:
        """
        The parsed name, message and escalation message, by field.

        A text without tags, or with nothing but simple tags for variables that exist, is left out:
        no rule can object to it.
        """
        texts = (
            (("name",), self.name),
            (("message",), self.text),
            (("options", "escalation_message"), self.escalation),
        )
        return tuple(
            (field, self.message if field == ("message",) else message.parse(text))
            for field, text in texts
            if "{" in text and self._may_be_wrong(text)
        )

    def _may_be_wrong(self, text: str) -> bool:
        names = simple_tags(text)
        type_ = self.context.surroundings.type
        if names is None or type_ in KEYS_ELSEWHERE or self.context.notify_by is not None:
            return True
        return not (all_exist(names, type_, ()) or all_exist(names, type_, self.context.keys))

    @cached_property
    def problems(self) -> tuple[tuple[Field, MessageProblem], ...]:
        """The mistakes in the tags of these texts, by field."""
        return tuple(
            (field, problem) for field, parsed in self.templates for problem in parsed.problems
        )

    @cached_property
    def blank_variables(self) -> tuple[tuple[Field, Message, Uses], ...]:
        """The variables that show nothing, by field, with the parsed text."""
        around = self.context.surroundings
        return tuple(
            (field, parsed, blank_variables(parsed, around)) for field, parsed in self.templates
        )

    @cached_property
    def routes(self) -> Routes:
        """The handles that routing adds, by state."""
        return tuple(self.recipients.items())

    @property
    def _has_handles(self) -> bool:
        return "@" in self.text or "@" in self.escalation

    @cached_property
    def mentions(self) -> tuple[HandlePlace, ...]:
        """Every handle: those in the author's texts first, then those that routing adds."""
        if not self._has_handles:
            return routed_places(self.routes)
        return (
            *places_in(("message",), self.text),
            *places_in(("options", "escalation_message"), self.escalation),
            *routed_places(self.routes),
        )

    @cached_property
    def doubtful_mentions(self) -> tuple[HandlePlace, ...]:
        """The handles that are not plainly right."""
        if not self._has_handles:
            return routed_doubtful(self.routes)
        return tuple(filter(is_doubtful, self.mentions))

    @cached_property
    def notified(self) -> Audience:
        """
        Who is notified at each transition, by the message as it would be sent.

        Where the author's texts hold neither a handle nor a mistake, routing alone decides.
        """
        if self._has_handles or self.problems:
            escalation = self.escalation if "@" in self.escalation else ""
            return of_message(self.text + self.added, escalation, self.reach)
        return of_routes(self.routes, self.reach)


Uses = tuple[tuple[VariableUse, VariableVerdict], ...]
"""Variables where a text uses them, each with why it shows nothing."""


def blank_variables(text: Message, around: Surroundings) -> Uses:
    """Return the variables of a text that show nothing, each time they are used."""
    verdicts = ((use, existence(use, around)) for use in variables(text))
    return tuple(
        (use, verdict) for use, verdict in verdicts if verdict.existence is not Existence.EXISTS
    )


def escalation_of(monitor: Monitor) -> str:
    """Return the text that is sent with renotifications only; empty where there is none."""
    text = monitor.body["options"].get("escalation_message")
    return text if isinstance(text, str) else ""


class TagsView(Struct, frozen=True, eq=False):
    """
    A monitor's tags in the order of its body, its service, and the policy.

    In a shared view the tag with the monitor's key has another value.
    """

    tags: tuple[str, ...]
    service: str
    policy: Policy

    @classmethod
    def of(cls, monitor: Monitor, project: Project) -> TagsView:
        """Return the view of one monitor."""
        return cls(monitor.tags, monitor.service, project.policy)


Aspects = tuple[QueryView, MessageView, TagsView]
"""The three views of one monitor that it may share with others."""


class MonitorView:
    """
    All of one monitor and its project.

    ``shared`` are the views that the monitor shares with others in a run; its groups and whom it
    notifies are the same in these.
    """

    def __init__(
        self,
        monitor: Monitor,
        project: Project,
        shared: Aspects | None = None,
    ) -> None:
        self.monitor = monitor
        self.project = project
        self.shared = shared

    @cached_property
    def of_query(self) -> QueryView:
        """The monitor's own query and options."""
        shared = self.shared[0] if self.shared else None
        if shared is not None and shared.query_text == self.monitor.query:
            return shared
        return QueryView.of(self.monitor, self.project.policy)

    @cached_property
    def of_message(self) -> MessageView:
        """The monitor's own texts."""
        if self.shared is None:
            return MessageView.of(self.monitor, self.project, self.of_query.template_context)
        own = MessageView.of(self.monitor, self.project, self.shared[1].context)
        return self.shared[1] if own.has_texts_of(self.shared[1]) else own

    @property
    def of_tags(self) -> TagsView:
        """The monitor's own tags."""
        return TagsView.of(self.monitor, self.project)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that the monitor groups by; empty for a simple alert."""
        return (self.shared[0] if self.shared else self.of_query).keys

    @property
    def notified(self) -> Audience:
        """Who is notified at each transition."""
        return (self.shared[1] if self.shared else self.of_message).notified


class ProjectView(Struct, frozen=True):
    """The monitors that rules compare, in the order of the files."""

    monitors: Sequence[MonitorView]
