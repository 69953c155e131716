"""Who is notified at each transition, and which blocks can never be shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor_sync.language.message_tree import Block, Message, Raw
from monitor_sync.language.transitions import Reach


@dataclass(frozen=True, slots=True, order=True)
class Test:
    """
    A comparison that only the alert itself can answer.

    ``kind`` is ``is_match``, ``is_exact_match`` or ``is_priority`` (only where the message also
    overrides the priority). ``holds`` is what it has to answer.
    """

    kind: str
    variable: str
    values: tuple[str, ...]
    holds: bool = True


@dataclass(frozen=True, slots=True, order=True)
class Sometimes:
    """A handle and when it is notified: one of ``when`` has to hold wholly."""

    handle: str
    when: tuple[tuple[Test, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Who is notified at one transition: always, and only under comparisons."""

    always: tuple[str, ...] = ()
    sometimes: tuple[Sometimes, ...] = ()

    @property
    def handles(self) -> tuple[str, ...]:
        """Everybody who can be notified, each once."""
        return tuple(dict.fromkeys((*self.always, *(each.handle for each in self.sometimes))))


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverShown:
    """A branch of a block that no reachable transition shows, and why."""

    block: Block | Raw
    otherwise: bool
    reason: str


def notified(
    message: Message | str, escalation_message: str = "", *, reach: Reach
) -> dict[str, Recipients]:
    """Recipients by the name of each transition that the monitor can reach."""
    raise NotImplementedError


def by_state(recipients: dict[str, Recipients]) -> dict[str, Recipients]:
    """The same by state: alert, warning, no_data, renotify, recovery."""
    raise NotImplementedError


def never_shown(message: Message | str, reach: Reach) -> tuple[NeverShown, ...]:
    """The outermost branches that are never shown."""
    raise NotImplementedError
