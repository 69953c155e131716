"""Which template variables exist for a monitor, and what is wrong with those that do not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from monitor_sync.language.message_tree import Message


class Existence(Enum):
    """What becomes of a variable."""

    EXISTS = "exists"
    BLANK = "blank"
    """Known, but always empty for this monitor."""
    UNKNOWN = "unknown"
    """No monitor has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableUse:
    """
    A variable in a message.

    ``place`` is where: ``text``, ``condition``, ``eval``, ``local_time`` or ``urlencode``.
    ``start`` and ``end`` count characters from 0 and enclose the whole tag in a text, else the name.
    """

    path: tuple[str, ...]
    start: int
    end: int
    place: str

    @property
    def name(self) -> str:
        """As people write it: ``host.name``, ``[kube.app].name``."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a variable, why, and what to write instead (empty: nothing better known)."""

    existence: Existence
    reason: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """
    What of a monitor decides which variables exist.

    ``group_keys`` are the keys of the group by, ``@`` of facets included; None where they are not
    known, ``("*",)`` for a check over every tag. ``filter_keys`` are keys fixed by the filter.
    ``thresholds`` are the names of those that are set. ``members`` counts a composite's members.
    """

    type: str
    group_keys: tuple[str, ...] | None = ()
    filter_keys: tuple[str, ...] = ()
    thresholds: frozenset[str] = frozenset({"critical"})
    members: int = 0


def variables(message: Message | str) -> tuple[VariableUse, ...]:
    """Every variable of a message, in order, those inside conditions and helpers included."""
    raise NotImplementedError


def existence(use: VariableUse, surroundings: Surroundings) -> Verdict:
    """Whether a variable exists for a monitor."""
    raise NotImplementedError


def known_variables(surroundings: Surroundings) -> tuple[str, ...]:
    """The variables of a monitor, for completion and for suggestions."""
    raise NotImplementedError
