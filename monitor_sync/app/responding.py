"""``report sla``: how soon we acknowledge and resolve, what comes back, and what RCAs lack."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor_sync.app import files
from monitor_sync.app.selection import select_monitors
from monitor_sync.counting import count, joined
from monitor_sync.errors import RemoteError, UsageError
from monitor_sync.model import KEY_TAG, PROJECT_TAG, UNPLACED, tag_value

if TYPE_CHECKING:
    from monitor_sync.app.conversation import Conversation
    from monitor_sync.app.target import Target
    from monitor_sync.incidents import Incident, Rca, Seconds, TimeSpan, ToolFigures
    from monitor_sync.insight.response.report import ResponseQuestion, ResponseReport
    from monitor_sync.insight.response.sla import ResponseDimension
    from monitor_sync.model import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseOptions:
    """
    ``start`` and ``end`` are days in the project's time zone, ``end`` not included. None for both
    are the last four whole weeks; a start without an end means until now. ``by`` is what incidents
    are counted by. ``offline`` asks nobody. ``budget`` is how many seconds may go into reading the
    alerts of single incidents.
    """

    selectors: Sequence[str] = ()
    start: date | None = None
    end: date | None = None
    by: Sequence[ResponseDimension] = ("team",)
    offline: bool = False
    budget: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Responded:
    """
    A report on how we responded, with whose history it rests on.

    ``notes`` are sentences: what could not be read, what is doubtful. ``complete`` is False where
    some of the history is missing. ``figures`` are what the tools themselves compute of the days.
    """

    project: Project
    report: ResponseReport
    tools: tuple[str, ...]
    as_of: Seconds | None
    complete: bool
    notes: tuple[str, ...]
    figures: tuple[ToolFigures, ...] = ()


def report_sla(
    root: Path,
    target: Target,
    options: ResponseOptions | None = None,
    *,
    conversation: Conversation | None = None,
    now: Seconds | None = None,
) -> Responded:
    """
    Return how incidents were responded to, as the files in ``root`` and the on-call tools have it.

    Raises WrongFiles where the files have errors, RCAs included, and UsageError for days that are
    none, a selector that selects nothing, and the environment.
    """
    from monitor_sync.insight.response.report import response_report
    from monitor_sync.insight.response.weeks import zone_of

    options = options or ResponseOptions()
    now = time.time() if now is None else now
    project, register = read_files(root)
    select_monitors(project, options.selectors, _further(project))
    question = _question(project, options, now)
    known = read_known(
        project, target, question.needed(zone_of(project.time_zone)),
        offline=options.offline, budget=options.budget, conversation=conversation, now=now,
    )  # fmt: skip
    question = replace(question, now=known.at(now))
    figures = () if options.offline or options.selectors else _figures(project, target, question)
    return Responded(
        project=project,
        report=response_report(project, known.incidents, register, question, known.ids),
        tools=known.tools,
        as_of=known.as_of,
        complete=known.complete,
        notes=known.notes,
        figures=figures,
    )


def read_files(
    root: Path, consequence: str = "so there is no report"
) -> tuple[Project, tuple[Rca, ...]]:
    """Return the project and its register of RCAs. Raises WrongFiles where either has errors."""
    from monitor_sync.project.rca import read_register

    project = files.read_whole(root, consequence=consequence).project
    register, wrong = read_register(root, project)
    files.refuse_errors(wrong, consequence)
    return project, register


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIncidents:
    """
    The incidents of a span, with what places them.

    ``ids`` maps Datadog's ids to keys of ours, None where Datadog was not asked. ``offline``: they
    are as of ``as_of``, since nobody was asked. ``gaps`` say by a tool's title why it was not read
    to the end.
    """

    incidents: tuple[Incident, ...]
    ids: Mapping[int, str] | None
    tools: tuple[str, ...]
    as_of: Seconds | None
    complete: bool
    gaps: Mapping[str, str]
    offline: bool
    notes: tuple[str, ...]

    def at(self, now: Seconds) -> Seconds:
        """Return up to when open incidents are known to have lasted."""
        return min(now, self.as_of) if self.offline and self.as_of is not None else now


def read_known(
    project: Project,
    target: Target,
    span: TimeSpan,
    *,
    offline: bool,
    budget: Seconds | None,
    conversation: Conversation | None,
    now: Seconds,
    listed: Mapping[int, str] | None = None,
    folder: Path | None = None,
) -> KnownIncidents:
    """
    Return the incidents of a span, read as far as they are not known yet.

    ``listed`` are keys of our live monitors by Datadog's id, from who has listed them already; None
    lists them where it matters. Where nobody could, those count that were listed last. ``folder``
    is that of ``read_history``. Raises UsageError.
    """
    from monitor_sync.app.response_history import read_history

    history = read_history(
        project, target, span,
        offline=offline, budget=budget, listed=listed, folder=folder, conversation=conversation,
        now=now,
    )  # fmt: skip
    adopted = {
        monitor.adopt: key for key, monitor in project.monitors.items() if monitor.adopt is not None
    }
    notes: tuple[str, ...] = ()
    if listed is None and not offline:
        listed, notes = _live_ids(project, target, history.incidents)
        _keep(listed, history.folder)
    return KnownIncidents(
        incidents=history.incidents,
        ids={**adopted, **(listed or history.monitors)} or None,
        tools=history.tools,
        as_of=history.as_of,
        complete=history.complete and history.as_of is not None,
        gaps=history.gaps,
        offline=offline,
        notes=(*history.notes, *notes, *_doubts(project, history.incidents)),
    )


def _keep(listed: Mapping[int, str], folder: Path | None) -> None:
    """Write which live monitors are ours, for whoever asks nobody later."""
    from monitor_sync.store import history as history_file

    if listed and folder is not None:
        with history_file.opened(folder) as history:
            history.keep_monitors(listed)


def _doubts(project: Project, incidents: Sequence[Incident]) -> Iterator[str]:
    """Yield what is doubtful about whose incidents are, and what judges them."""
    from monitor_sync.insight.response.placement import namesakes, unknown_priorities

    for name, number in namesakes(incidents, project).items():
        yield (
            f"{number} services are called {name}, and the incidents of all of them count as those"
            " of the teams that name it: write an id in `on_call.service` where that is wrong"
        )
    if words := unknown_priorities(incidents, project):
        names = joined((f'"{word}"' for word in words), "and")
        yield (
            f"{count(len(words), 'priority', 'priorities')} of the on-call tool"
            f" {'says' if len(words) == 1 else 'say'} no number from 1 to 5: {names}. Write which"
            " it is under `priorities` in project.yaml, as in {Critical: 1}; until then the"
            " priority of the monitor counts, where that is known"
        )


def _figures(
    project: Project, target: Target, question: ResponseQuestion
) -> tuple[ToolFigures, ...]:
    """Return what the tools compute of the same days; a tool that does not answer is left out."""
    from monitor_sync.app import history_sources
    from monitor_sync.oncall.incidents import ComputesFigures
    from monitor_sync.oncall.reader import NotRead
    from monitor_sync.oncall.tool import Unusable

    computed = []
    for word in history_sources.words(project):
        # why a tool cannot be asked is among the notes already
        with suppress(Unusable), history_sources.connected(word, target) as tool:
            if isinstance(tool, ComputesFigures):
                computed.append(tool.figures(question.start, question.end))
    return tuple(figures for figures in computed if not isinstance(figures, NotRead))


def _further(project: Project) -> list[tuple[str, Sequence[str]]]:
    """Return what selectors may mean besides monitors: teams and units that have none."""
    from monitor_sync.insight.response.placement import SHARED

    teams = [*project.teams, SHARED, UNPLACED]
    units = [*project.business_units, SHARED, UNPLACED]
    return [*((unit, ()) for unit in units), *(("", (f"team:{team}",)) for team in teams)]


def _question(project: Project, options: ResponseOptions, now: Seconds) -> ResponseQuestion:
    """Return what the report is about. Raises UsageError if no day lies between its bounds."""
    from monitor_sync.insight.response.report import USUAL_WEEKS, usual_question
    from monitor_sync.insight.response.weeks import day_of, zone_of

    zone = zone_of(project.time_zone)
    usual = usual_question(now, zone)
    end = options.end or (day_of(now, zone) + timedelta(days=1) if options.start else usual.end)
    start = options.start or end - timedelta(weeks=USUAL_WEEKS)
    if start >= end:
        raise UsageError(
            f"there is no day from {start} up to {end}",
            hint="`--to` is the day after the last: `--from 2026-10-05 --to 2026-10-12` is a week",
        )
    by, chosen = tuple(options.by), tuple(options.selectors)
    return replace(usual, start=start, end=end, by=by, selectors=chosen)


def _live_ids(
    project: Project, target: Target, incidents: Sequence[Incident]
) -> tuple[dict[int, str], tuple[str, ...]]:
    """
    Return the keys of our live monitors by Datadog's id, none where it does not say; and why not.

    Nobody is asked where no incident names a monitor: one listing is enough for the others.
    """
    if all(incident.monitor_id is None for incident in incidents):
        return {}, ()
    try:
        client = target.connect()
    except UsageError as error:
        return {}, (f"Datadog was not asked which monitors are ours: {error}",)
    try:
        pages = client.monitors.pages(tags=(f"{PROJECT_TAG}:{project.name}",))
        ids = {live["id"]: tag_value(live["tags"], KEY_TAG) for page in pages for live in page}
    except RemoteError as error:
        return {}, (f"Datadog did not say which monitors are ours: {error.problem}",)
    finally:
        client.close()
    return ids, ()
