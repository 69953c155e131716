"""What a rule looks at: one monitor with its query and message taken apart, once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar, overload

from monitor_sync.language import message, query, transitions
from monitor_sync.language.message_tree import Message, MessageProblem
from monitor_sync.language.query import Parsed
from monitor_sync.language.query_shape import shape
from monitor_sync.language.transitions import Reach
from monitor_sync.model import Monitor, Project, Team
from monitor_sync.rules.audience import Reached, Routes, by_message, by_routing
from monitor_sync.rules.memo import Alike, Asked, Settings, marks
from monitor_sync.rules.mentions import Mention, is_doubtful, routed, routed_doubtful, written
from monitor_sync.rules.simple_tags import KEYS_ELSEWHERE, all_exist, simple_tags

Made = TypeVar("Made")


class once(Generic[Made]):
    """
    A value that is made when first asked for, and kept.

    What functools.cached_property does, without the lock that costs more than most of what is
    made here until Python 3.12. A subject belongs to one thread.
    """

    def __init__(self, make: Callable[[Any], Made]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, subject: None, owner: type) -> once[Made]: ...
    @overload
    def __get__(self, subject: object, owner: type) -> Made: ...
    def __get__(self, subject: object | None, owner: type) -> once[Made] | Made:
        """Make the value; from then on the subject's own attribute is found before this."""
        if subject is None:
            return self
        made = subject.__dict__[self._name] = self._make(subject)
        return made


class Subject:
    """
    One monitor and what it belongs to.

    The query and the author's message are parsed when the first rule asks. ``options`` and
    ``thresholds`` are Datadog's, as they would be sent. ``alike`` keeps what is the same for many
    monitors of one run.
    """

    def __init__(self, monitor: Monitor, project: Project, alike: Alike | None = None) -> None:
        self.monitor = monitor
        self.project = project
        self.type = monitor.type
        self._alike = Alike() if alike is None else alike
        self.options: Mapping[str, Any] = monitor.body["options"]
        thresholds = self.options.get("thresholds")
        # raw_options may bring anything
        self.thresholds: Mapping[str, Any] = thresholds if isinstance(thresholds, dict) else {}

    @property
    def team(self) -> Team:
        """The team that owns the monitor."""
        return self.project.teams[self.monitor.team]

    @once
    def text(self) -> str:
        """The author's part of the message."""
        return self.monitor.text

    @once
    def message(self) -> Message:
        """The author's part of the message, taken apart."""
        return message.parse(self.text)

    @once
    def escalation(self) -> str:
        """What is sent with renotifications only; empty where nothing is."""
        written = self.options.get("escalation_message")
        return written if isinstance(written, str) else ""

    @once
    def templates(self) -> tuple[tuple[tuple[str, ...], Message], ...]:
        """
        The texts with tags to look at: name, message and escalation message, by field.

        Left out is what is sound beyond doubt: no tags, or simple ones for values that exist.
        """
        found: list[tuple[tuple[str, ...], Message]] = []
        if "{" in self.monitor.name and self._doubtful(self.monitor.name):
            found.append((("name",), message.parse(self.monitor.name)))
        if "{" in self.text and self._doubtful(self.text):
            found.append((("message",), self.message))
        if "{" in self.escalation and self._doubtful(self.escalation):
            found.append((("options", "escalation_message"), message.parse(self.escalation)))
        return tuple(found)

    def _doubtful(self, text: str) -> bool:
        names = simple_tags(text)
        if names is None or self.type in KEYS_ELSEWHERE or "notify_by" in self.options:
            return True
        return not (all_exist(names, self.type, ()) or all_exist(names, self.type, self.keys))

    @once
    def problems(self) -> tuple[tuple[tuple[str, ...], MessageProblem], ...]:
        """What is wrong with the tags of these texts by themselves, by field."""
        return tuple((field, each) for field, read in self.templates for each in read.problems)

    @once
    def routes(self) -> Routes:
        """The handles that routing adds, by state."""
        return tuple(self.monitor.recipients.items())

    @once
    def mentions(self) -> tuple[Mention, ...]:
        """Every handle: those in the author's texts first, then those that routing adds."""
        found = routed(self.routes)
        if "@" in self.text or "@" in self.escalation:
            texts = (
                (("message",), self.text),
                (("options", "escalation_message"), self.escalation),
            )
            found = (*(each for field, text in texts for each in written(field, text)), *found)
        return found

    @once
    def doubtful(self) -> tuple[Mention, ...]:
        """Those among them that some rule may have something to say about."""
        if "@" not in self.text and "@" not in self.escalation:
            return routed_doubtful(self.routes)
        return tuple(filter(is_doubtful, self.mentions))

    @once
    def settings(self) -> Settings:
        """Equal for monitors of one type, priority and options."""
        return self.type, self._alike.written(self.options), self.monitor.priority

    @once
    def asked(self) -> Asked:
        """Equal for monitors that differ only in texts, tags, owner, and in plain names asked."""
        return self.settings, shape(self.monitor.query)

    @once
    def told(self) -> Hashable:
        """
        Equal for monitors with one owner and recipients whose texts differ only in words.

        Whatever Datadog fills into these texts, it fills in for all or none of them.
        """
        known = self._alike.around
        if self.asked not in known:
            known[self.asked] = self._around()
        texts = f"{self.monitor.name}\n{self.text}\n{self.escalation}"
        return known[self.asked], self.monitor.team, id(self.monitor.recipients), marks(texts)

    def _around(self) -> Hashable:
        """What a text can speak of, and when it notifies; what is asked where that is unknown."""
        if self.parsed.tree is None:
            return self.asked
        given = tuple(name for name, value in self.thresholds.items() if value is not None)
        chosen = repr(self.options.get("notify_by"))
        members = self.monitor.query if self.type == "composite" else ""
        return self.type, self.keys, self.reach, given, chosen, members

    @once
    def reach(self) -> Reach:
        """The transitions at which the monitor can notify."""
        known = self._alike.reaches
        if self.settings not in known:
            known[self.settings] = transitions.reach(self.type, self.options, self.monitor.priority)
        return known[self.settings]

    @once
    def notified(self) -> Reached:
        """
        Who is notified at each transition, by the message as it would be sent.

        Where the author's part holds neither a handle nor a mistake, what routing adds decides
        alone; most monitors of a team share it.
        """
        known = self._alike.reached
        if self.told not in known:
            if "@" in self.text or "@" in self.escalation or self.problems:
                escalation = self.escalation if "@" in self.escalation else ""
                found = by_message(str(self.monitor.body["message"]), escalation, self.reach)
            else:
                found = by_routing(self.routes, self.reach)
            known[self.told] = found
        return known[self.told]

    def let_go(self) -> None:
        """Keep whom it notifies, which all monitors are compared by, and drop what is large."""
        self.notified  # noqa: B018 - made here, from what is dropped below
        for name in ("asked", "told", "message", "templates", "problems", "mentions", "parsed"):
            self.__dict__.pop(name, None)

    @once
    def parsed(self) -> Parsed:
        """The query, and the formula variables, taken apart."""
        variables = self.options.get("variables")
        return query.parse(
            self.type, self.monitor.query, variables if isinstance(variables, list) else ()
        )

    @once
    def keys(self) -> tuple[str, ...]:
        """What the monitor alerts apart by; empty where it is one alert."""
        known = self._alike.keys
        if self.asked not in known:
            known[self.asked] = query.group_keys(self.parsed)
        return known[self.asked]
