"""``report site``: all that the pages of a site tell, gathered once."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from monitor_sync import regular_file
from monitor_sync.app import (
    files,
    live_statuses,
    noisy_monitors,
    on_call,
    responding,
    response_history,
)
from monitor_sync.errors import UsageError
from monitor_sync.incidents import TimeSpan

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from monitor_sync.app.conversation import Conversation
    from monitor_sync.app.noisy_monitors import NoiseReport
    from monitor_sync.app.on_call import VerifiedPaths
    from monitor_sync.app.responding import KnownIncidents
    from monitor_sync.app.response_history import ResponseHistory
    from monitor_sync.app.target import Target
    from monitor_sync.app.unit_test_files import DeclaredTest
    from monitor_sync.incidents import Rca, Seconds
    from monitor_sync.insight.ownership import Ownership
    from monitor_sync.insight.response.report import ResponseReport
    from monitor_sync.insight.response.times import Response
    from monitor_sync.model import Project

PATHS: Final = "who is on call"
"""The name of the on-call tools' answers among what was not checked."""

_NO_SITE: Final = "so there is no site"

_LARGEST_SOP: Final = 200_000
"""Bytes of an SOP that stands on a page as a whole; a longer one is only named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """
    All that the pages of a site tell.

    ``responded`` is what ``report sla`` tells where nobody says which days, None where nobody could
    be asked. ``complete`` is False where some of these incidents could not be read. ``recent`` are
    the incidents of its trends and those since: they are drawn week by week, and say what is open
    now. ``tests`` are the names of unit tests by key of their
    monitor, ``sops`` the texts of SOPs that are files, by team. ``paths`` are the pages followed to
    people, None where nobody could be asked. ``names``: people may be named, and incidents by their
    titles. ``not_checked`` maps what could not be asked to the reason. ``made`` is when the site
    was made, in UTC.
    """

    project: Project
    ownership: Ownership
    noise: NoiseReport
    made: datetime
    responded: ResponseReport | None = None
    complete: bool = True
    recent: tuple[Response, ...] = ()
    tests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sops: Mapping[str, str] = field(default_factory=dict)
    paths: VerifiedPaths | None = None
    names: bool = False
    notes: tuple[str, ...] = ()
    not_checked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOptions:
    """
    ``names``: name people, and incidents by their titles. ``offline`` asks nobody: not Datadog and
    not the on-call tools. ``budget`` is how many seconds go into reading single incidents.
    """

    names: bool = False
    offline: bool = False
    budget: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """Who asks about what: the arguments of ``site_facts``, and the project."""

    root: Path
    project: Project
    target: Target
    options: SiteOptions
    conversation: Conversation | None
    now: Seconds

    def incidents(
        self, span: TimeSpan, statuses: live_statuses.LiveStatuses, folder: Path | None
    ) -> KnownIncidents:
        """Return the incidents of a span, with what places them, from the folder of the alerts."""
        return responding.read_known(
            self.project,
            self.target,
            span,
            offline=self.options.offline,
            budget=self.options.budget,
            conversation=self.conversation,
            now=self.now,
            listed=statuses.keys,
            folder=folder,
        )

    def alerts(self, span: TimeSpan) -> ResponseHistory:
        """Return the alerts of a span."""
        return response_history.read_history(
            self.project,
            self.target,
            span,
            offline=self.options.offline,
            incidents=False,
            episodes=True,
            conversation=self.conversation,
            now=self.now,
        )

    def statuses(self) -> live_statuses.LiveStatuses:
        """Return what Datadog says of the live monitors."""
        return live_statuses.read(self.project, self.target, offline=self.options.offline)


def site_facts(
    root: Path,
    target: Target,
    options: SiteOptions | None = None,
    conversation: Conversation | None = None,
    *,
    now: Seconds | None = None,
) -> SiteFacts:
    """
    Return what the pages of a site tell.

    What Datadog and the on-call tools do not say is not checked. Raises WrongFiles where the files
    or their tests have errors.
    """
    from monitor_sync.app import unit_tests

    options, now = options or SiteOptions(), time.time() if now is None else now
    with files.uncollected():
        project, register = responding.read_files(root, _NO_SITE)
        tests = _tests(unit_tests.declared_tests(root, project, consequence=_NO_SITE))
    asking = _Asking(
        root=root,
        project=project,
        target=target,
        options=options,
        conversation=conversation,
        now=now,
    )
    return _gathered(asking, tests, register)


def _gathered(
    asking: _Asking, tests: Mapping[str, tuple[str, ...]], register: Sequence[Rca]
) -> SiteFacts:
    from monitor_sync.insight.ownership import ownership
    from monitor_sync.insight.response.weeks import zone_of

    project, now = asking.project, asking.now
    monitors, zone = list(project.monitors.values()), zone_of(project.time_zone)
    statuses = asking.statuses()
    span = noisy_monitors.span_of(None, None, zone, now)
    alerts, (paths, unknown) = asking.alerts(span), _paths(asking)
    # last, as it takes minutes
    known = asking.incidents(_recent_span(now, zone), statuses, alerts.folder)
    span = noisy_monitors.known_span(span, alerts, offline=asking.options.offline)
    within = tuple(i for i in known.incidents if span.start <= i.created < span.end)
    facts = SiteFacts(
        project=project,
        ownership=ownership(project, monitors, tests.keys()),
        noise=noisy_monitors.judged(
            project, monitors, statuses, replace(alerts, incidents=within), span, now=now
        ),
        made=datetime.fromtimestamp(now, UTC),
        tests=tests,
        sops=_sops(asking.root, project),
        paths=paths,
        names=asking.options.names,
        notes=tuple(dict.fromkeys((*known.notes, *alerts.notes))),
        not_checked={**statuses.not_checked, **unknown},
    )
    return facts if known.as_of is None else _with_response(facts, known, register, zone)


def _recent_span(now: Seconds, zone: ZoneInfo) -> TimeSpan:
    """Return the time that the usual report needs, up to now."""
    from monitor_sync.insight.response.report import usual_question

    return TimeSpan(usual_question(now, zone).needed(zone).start, now)


def _with_response(
    facts: SiteFacts, known: KnownIncidents, register: Sequence[Rca], zone: ZoneInfo
) -> SiteFacts:
    """Return the facts with how incidents were responded to."""
    from monitor_sync.insight.response.placement import placed, places_of
    from monitor_sync.insight.response.report import report_of, usual_question
    from monitor_sync.insight.response.times import responses

    project, now = facts.project, facts.made.timestamp()
    incidents = placed(known.incidents, places_of(project, known.ids))
    question = replace(usual_question(now, zone), now=known.at(now))
    return replace(
        facts,
        responded=report_of(project, incidents, register, question),
        complete=known.complete,
        recent=responses(incidents, project.teams, zone, known.at(now)).counted,
    )


def _tests(declared: list[DeclaredTest]) -> dict[str, tuple[str, ...]]:
    names: dict[str, list[str]] = defaultdict(list)
    for test in declared:
        names[test.test.key].append(test.test.name)
    return {key: tuple(of_key) for key, of_key in names.items()}


def _paths(asking: _Asking) -> tuple[VerifiedPaths | None, dict[str, str]]:
    """Return the pages followed to people; else why nobody was asked."""
    if asking.options.offline:
        return None, {PATHS: "--offline"}
    moment = datetime.fromtimestamp(asking.now, UTC)
    project = asking.project
    try:
        followed = on_call.follow_monitors(
            project, project.monitors.values(), asking.target, now=moment
        )
    except UsageError as error:
        return None, {PATHS: str(error)}
    return followed, {}


def _sops(root: Path, project: Project) -> dict[str, str]:
    """Return the SOPs that are files, as text, by team; one that cannot be read is left out."""
    texts: dict[str, str] = {}
    for name, team in project.teams.items():
        file = team.sop.partition("#")[0]
        path = root / file
        if not file or "://" in file or not path.resolve().is_relative_to(root.resolve()):
            continue
        try:
            if path.stat().st_size <= _LARGEST_SOP:
                texts[name] = regular_file.content(path).decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
    return texts
