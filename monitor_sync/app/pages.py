"""What is shown on GitHub's pages: what it is about, and who has the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from monitor_sync.diagnostics import Diagnostic
from monitor_sync.github.marker import Kind
from monitor_sync.model import Team

if TYPE_CHECKING:
    from monitor_sync.app.backtest_told import BacktestTold
    from monitor_sync.sync.outcome import Outcome
    from monitor_sync.sync.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """
    What is said beside a plan.

    ``base`` and ``head`` are the commits between which it was made, ``run`` is the address of the
    job that made it, ``artifact`` the name under which that job keeps the whole of it, ``source``
    the address below which the files stand as they were planned. Each is empty where there is
    none. ``findings`` are what ``validate`` found. ``kind`` is what the text is for. ``teams`` say
    whose handles are whose; a handle that is no team's counts for the owner of the monitor.
    ``backtest`` is what changed monitors would have done, None where nobody asked or where
    ``no_backtest`` says why it is not known.
    """

    kind: Kind = "plan"
    base: str = ""
    head: str = ""
    run: str = ""
    artifact: str = ""
    source: str = ""
    findings: Sequence[Diagnostic] = field(default=())
    teams: Mapping[str, Team] = field(default_factory=dict)
    backtest: BacktestTold | None = None
    no_backtest: str = ""


class Pages(Protocol):
    """Markdown for GitHub's pages. The module ``render.comment`` is one."""

    def text(self, plan: Plan, about: About) -> str:
        """Return a plan as a comment, at most as long as GitHub takes."""
        ...

    def short(self, plan: Plan, about: About) -> str:
        """Return the same at a length that no limit refuses."""
        ...

    def summary(self, plan: Plan, about: About) -> str:
        """Return a plan for a step's summary, which may be longer."""
        ...

    def without_plan(self, reason: str, about: About) -> str:
        """Return a step's summary where no plan was made."""
        ...

    def drifted(self, plan: Plan) -> Mapping[str, str]:
        """Return the keys of the monitors that differ because of Datadog, each with its team."""
        ...

    def drift_title(self, plan: Plan) -> str:
        """Return the title of the issue about drift."""
        ...

    def outcomes(self, outcomes: Sequence[Outcome], fingerprint: str) -> str:
        """Return what became of the changes of a plan."""
        ...
