"""
The recipients of a message at each transition.

Datadog shows the message for the transition and notifies the handles of what is then shown. The
same is done here, with the answers of ``is_match`` and ``is_exact_match`` left open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from monitor_sync.language.cases import (
    ALWAYS,
    NEVER,
    CaseCondition,
    Cases,
    Effort,
    either,
    ordered_cases,
    together,
)
from monitor_sync.language.handles import named
from monitor_sync.language.message import parse
from monitor_sync.language.message_tree import Message
from monitor_sync.language.transitions import Reach
from monitor_sync.language.visibility import (
    GLUE,
    Choice,
    Shown,
    Situation,
    Step,
    overrides_priority,
    shown,
    steps,
)

_MOST_WORDS: Final = 12
"""Forms of one word split by blocks that are followed; beyond them a block's edge parts words."""

_MOST_CHOICES: Final = 30
"""Comparisons in one message up to which words split by blocks are followed at all."""


When = tuple[tuple[CaseCondition, ...], ...]
"""Cases; in each, all its comparisons hold. No case means: always, for all groups."""


class Sometimes(Struct, frozen=True, order=True):
    """A handle and when it is notified: in each case of ``when``, all of whose comparisons hold."""

    handle: str
    when: When


class Recipients(Struct, frozen=True, kw_only=True):
    """
    Who is notified at one transition.

    ``always`` and ``sometimes`` keep the order of the message. ``bodiless`` are further ones whom
    Datadog notifies without showing them the text they stand in, whatever the comparisons say.
    """

    always: tuple[str, ...] = ()
    sometimes: tuple[Sometimes, ...] = ()
    bodiless: tuple[str, ...] = ()

    @property
    def handles(self) -> tuple[str, ...]:
        """Return everybody who can be notified, each once."""
        some = (recipient.handle for recipient in self.sometimes)
        return tuple(dict.fromkeys((*self.always, *some, *self.bodiless)))

    @property
    def when(self) -> dict[str, When]:
        """Return the cases in which each handle is notified; empty for always."""
        cases: dict[str, When] = dict.fromkeys((*self.always, *self.bodiless), ())
        for recipient in self.sometimes:
            cases.setdefault(recipient.handle, recipient.when)
        return cases


NOBODY: Final = Recipients()


def by_transition(
    message: Message | str, escalation_message: str = "", *, reach: Reach
) -> dict[str, Recipients]:
    """
    Return the recipients by the name of each transition that the monitor can reach.

    ``escalation_message`` is sent besides the message when the monitor renotifies.
    """
    tree = parse(message) if isinstance(message, str) else message
    if "@" not in tree.text and "@" not in escalation_message:
        return {transition.name: NOBODY for transition in reach.transitions()}
    texts = _Texts(tree, escalation_message, reach.priority)
    recipients = {}
    for transition in reach.transitions():
        cases = texts.cases(transition.flags)
        notified = _recipients(cases)
        if transition.bodiless:
            wider = texts.cases(transition.flags | transition.bodiless)
            extra = tuple(handle for handle in wider if wider[handle] != cases.get(handle))
            notified = replace(notified, bodiless=extra)
        recipients[transition.name] = notified
    return recipients


def _recipients(cases_by_handle: Mapping[str, Cases]) -> Recipients:
    return Recipients(
        always=tuple(handle for handle, cases in cases_by_handle.items() if cases == ALWAYS),
        sometimes=tuple(
            Sometimes(handle, ordered_cases(cases))
            for handle, cases in cases_by_handle.items()
            if cases != ALWAYS
        ),
    )


class _Texts:
    """The message's handles by flags; situations that it does not tell apart are answered once."""

    def __init__(self, tree: Message, escalation_message: str, priority: int | None) -> None:
        self._usual = steps(tree.elements)
        self._again = self._usual
        overridden = overrides_priority(tree)
        if escalation_message:
            escalation = parse("\n" + escalation_message)
            overridden = overridden or overrides_priority(escalation)
            self._again = steps((*tree.elements, *escalation.elements))
        self._flags = _flags(self._again)
        self._priority = priority
        self._overridden = overridden
        self._cases: dict[tuple[bool, frozenset[str]], Mapping[str, Cases]] = {}
        self._effort = Effort()

    def cases(self, flags: frozenset[str]) -> Mapping[str, Cases]:
        """Return the handles in the order of the message, with the cases that notify them."""
        again = "is_renotify" in flags and self._again is not self._usual
        flags_asked_for = (again, flags & self._flags)
        if flags_asked_for not in self._cases:
            situation = Situation(flags, self._priority, overridden=self._overridden)
            visible = shown(self._again if again else self._usual, situation)
            self._cases[flags_asked_for] = _Reading(self._effort).whole(visible)
        return self._cases[flags_asked_for]


def _flags(parts: Iterable[Step]) -> frozenset[str]:
    names: set[str] = set()
    for part in parts:
        if not isinstance(part, str):
            names.add(part.condition.name)
            names |= _flags(part.holds) | _flags(part.fails)
    return frozenset(names)


Words = dict[str, Cases]
"""The word being read, and the cases in which it is that one. Empty: a word may begin here."""


class _Reading:
    """
    Finds the handles of what is shown, also where a block stands in the middle of a word.

    ``{{#is_match …}}x{{/is_match}}@a`` is a handle only in the cases in which nothing stands right
    before it. So the word so far is carried along, with the cases in which it is that word.
    """

    def __init__(self, effort: Effort) -> None:
        self._cases_by_handle: dict[str, Cases] = {}
        self._effort = effort
        self._follows_words = True

    def whole(self, parts: Sequence[Shown]) -> Mapping[str, Cases]:
        """Return the handles and their cases."""
        self._follows_words = _choices(parts) <= _MOST_CHOICES
        for word, cases in self._read(parts, {"": ALWAYS}, parted_after=True).items():
            self._take(word, cases)
        return self._cases_by_handle

    def _read(self, parts: Sequence[Shown], words: Words, *, parted_after: bool) -> Words:
        parted = _parted(parts, parted_after=parted_after)
        if not self._follows_words:
            parted = [True] * len(parts)
        for part, parted_here in zip(parts, parted, strict=True):
            if isinstance(part, str):
                words = self._text(part, words, parted_after=parted_here)
            else:
                words = self._choice(part, words, parted_after=parted_here)
        return words

    def _choice(self, choice: Choice, words: Words, *, parted_after: bool) -> Words:
        comparison = choice.comparison
        after: Words = {}
        for branch, answer in ((choice.holds, comparison), (choice.fails, comparison.denied())):
            inside = {word: together(cases, answer) for word, cases in words.items()}
            inside = {word: cases for word, cases in inside.items() if cases}
            if inside:
                for word, cases in self._read(branch, inside, parted_after=parted_after).items():
                    after[word] = either(after.get(word, NEVER), cases, self._effort)
        if not self._follows_words:
            return words
        if len(after) > _MOST_WORDS or self._effort.spent:
            return self._parted_by_force(after)
        return after

    def _parted_by_force(self, words: Words) -> Words:
        every = NEVER
        for word, cases in words.items():
            self._take(word, cases)
            every = either(every, cases, self._effort)
        return {"": every}

    def _text(self, text: str, words: Words, *, parted_after: bool) -> Words:
        after: Words = {}
        for word, cases in words.items():
            whole = word + text
            last = "" if parted_after or whole[-1].isspace() else whole.rsplit(None, 1)[-1]
            self._take(whole[: len(whole) - len(last)], cases)
            # of a word that is no handle it matters only that it has begun
            left = last if last.startswith("@") else "x" if last else ""
            after[left] = either(after.get(left, NEVER), cases, self._effort)
        return after

    def _take(self, text: str, cases: Cases) -> None:
        for handle in named(text):
            name = handle.replace(GLUE, " ")
            self._cases_by_handle[name] = either(
                self._cases_by_handle.get(name, NEVER), cases, self._effort
            )


def _choices(parts: Sequence[Shown]) -> int:
    return sum(
        1 + _choices(part.holds) + _choices(part.fails)
        for part in parts
        if isinstance(part, Choice)
    )


def _parted(parts: Sequence[Shown], *, parted_after: bool) -> list[bool]:
    """Return for each part whether a blank or the end always follows it."""
    follows = []
    for part in reversed(parts):
        follows.append(parted_after)
        parted_after = _begins_parted(part, parted_after=parted_after)
    return follows[::-1]


def _begins_parted(part: Shown, *, parted_after: bool) -> bool:
    if isinstance(part, str):
        return part[:1].isspace()
    for branch in (part.holds, part.fails):
        inside = parted_after
        for inner in reversed(branch):
            inside = _begins_parted(inner, parted_after=inside)
        if not inside:
            return False
    return True
