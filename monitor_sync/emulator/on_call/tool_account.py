"""What the accounts of PagerDuty, Opsgenie and Datadog On-Call have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar, Generic, TypeVar

from monitor_sync.emulator.answers import Answer, Request
from monitor_sync.emulator.on_call.broken import Broken, refusal

Team = TypeVar("Team")


class ReadLimit:
    """
    So many reads in the last `seconds`, whatever they read.

    Reads are counted always and refused only where the limit is enforced; a refused one counts.
    `exceeded` is True if the last one was one too many, `reset` are the seconds from it until the
    oldest one is forgotten.
    """

    def __init__(self, requests: int, seconds: int, *, enforced: bool) -> None:
        self.requests = requests
        self.seconds = seconds
        self.exceeded = False
        self.reset = seconds
        self._enforced = enforced
        self._reads: deque[float] = deque(maxlen=requests)

    def take(self, now: float) -> None:
        """Count a read at `now` (Unix seconds)."""
        while self._reads and self._reads[0] <= now - self.seconds:
            self._reads.popleft()
        self.exceeded = self._enforced and len(self._reads) >= self.requests
        self._reads.append(now)
        self.reset = int(self._reads[0] + self.seconds - now)

    @property
    def remaining(self) -> int:
        """How many more reads there may be."""
        return self.requests - len(self._reads)


class ToolAccount(ABC, Generic[Team]):
    """
    One account, with its teams in their order.

    `refusals` are its answers by way to be broken. `allowed` are requests, and the seconds in which
    there may be so many.
    """

    refusals: ClassVar[Mapping[str, Answer]]
    allowed: ClassVar[tuple[int, int]]

    def __init__(
        self,
        teams: Iterable[Team],
        broken: Iterable[Broken],
        *,
        clock: Callable[[], float],
        enforce_limits: bool,
    ) -> None:
        self._teams = tuple(teams)
        self._broken = tuple(broken)
        self._clock = clock
        self._limit = ReadLimit(*self.allowed, enforced=enforce_limits)

    @abstractmethod
    def route(self, path: str) -> str:
        """Return a path with an id as `{id}`, for the counter of requests."""

    def answer(self, request: Request) -> tuple[Answer, dict[str, str]]:
        """Answer one request, with the headers about limits where nothing is broken."""
        instead = refusal(self._broken, self._owner(request), self.refusals)
        if instead is not None:
            return instead, {}
        self._limit.take(self._clock())
        headers = self._headers()
        if self._limit.exceeded:
            return self.refusals["throttled"], headers
        return self._answered(request), headers

    @abstractmethod
    def _owner(self, request: Request) -> str:
        """Return the team of teams.yaml that a request is about; empty if it is about none."""

    @abstractmethod
    def _headers(self) -> dict[str, str]:
        """Return the headers about the limit, in which the request is counted."""

    @abstractmethod
    def _answered(self, request: Request) -> Answer:
        """Answer a request that the limit allows."""
