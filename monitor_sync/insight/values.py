"""What is evaluated and what comes out: points, settings, results, states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple

from monitor_sync.insight.readings import CHOSEN, Readings
from monitor_sync.language.query import Parsed

Group = tuple[str, ...]
"""The values of the keys that a query groups by, in their written order; empty without keys."""

Line = tuple[list[int], list[float]]
"""Starts of buckets in ascending order, and a value for each. What has no point is absent."""


class Status(StrEnum):
    """The state of a group, in Datadog's words."""

    OK = "OK"
    WARN = "WARN"
    ALERT = "ALERT"
    NO_DATA = "NO DATA"


SEVERITY: Final[Mapping[Status | None, int]] = {
    None: 0, Status.OK: 1, Status.NO_DATA: 2, Status.WARN: 3, Status.ALERT: 4,
}  # fmt: skip
"""How bad a state is; of a composite's members too (11.2)."""


class ResultKind(StrEnum):
    """What there is to judge: a number, nothing yet, or no data at all (1.4)."""

    NUMBER = "number"
    SKIPPED = "skipped"
    EMPTY = "empty"


class Result(NamedTuple):
    """
    What one evaluation says of one group; a tuple, of which a week has some hundred thousand.

    ``value`` is None unless there is a number. ``last_point`` is the time of the last point up to
    the window's end, where the window is empty and there was one. ``reason`` says why it was
    skipped. ``verdict`` is the state that the value stands for where no threshold of the query is
    compared with it, as of service checks.
    """

    outcome: ResultKind
    value: float | None = None
    last_point: float | None = None
    reason: str = ""
    verdict: Status | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """
    What one evaluation says: a result for each group, and where it looked.

    ``start`` and ``end`` are UNIX seconds, ``interval`` the seconds of a bucket; 0 where the
    family has no buckets. ``notes`` are open points that were met and cannot be tried both ways.
    """

    start: float
    end: float
    interval: int
    keys: Group
    results: dict[Group, Result]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluations:
    """
    What evaluations at several instants say, group by group.

    ``results`` of a group has a place for each of the ``instants``: the number, or the result that
    there is in place of one; None before there was such a group. Each evaluation looked back from
    ``delay`` seconds before its instant. ``notes`` are open points that any of them met.
    """

    instants: Sequence[float]
    delay: float
    keys: Group
    results: Mapping[Group, Sequence[float | Result | None]]
    notes: tuple[str, ...] = ()

    def one_in(self, stride: int) -> Evaluations:
        """Return the first of each ``stride`` evaluations."""
        results = {group: line[::stride] for group, line in self.results.items()}
        return replace(self, instants=self.instants[::stride], results=results)


class Unsupported(Exception):
    """The query asks for what cannot be reproduced offline. ``name`` says what."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSettings:
    """What an evaluation needs besides points: the query, read, and options in Datadog's names."""

    query: Parsed
    options: Mapping[str, Any]
    readings: Readings = CHOSEN
    slo_target: float | None = None
