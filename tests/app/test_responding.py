"""The report on response from files and a history that was read before: nobody is asked."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as changed

from monitor_sync.app import history_folder
from monitor_sync.app.failures import WrongFiles
from monitor_sync.app.responding import Responded, ResponseOptions, report_sla
from monitor_sync.app.site import SiteOptions, site_facts
from monitor_sync.app.target import Target
from monitor_sync.app.weekly import WeeklyOptions, report_weekly
from monitor_sync.errors import UsageError
from monitor_sync.incidents import HistoryPage, TimeSpan, ToolFigures
from monitor_sync.render import response as shown
from monitor_sync.render.quantities import duration, percent
from monitor_sync.render.response.json import document
from monitor_sync.render.site.pages import pages
from monitor_sync.store import history
from monitor_sync.store.history import ReadSpan
from tests.insight.response.incidents import incident

NOW = datetime(2026, 10, 5, 6, tzinfo=UTC).timestamp()  # a Monday
DAY = 86400.0
RCA = "---\nincident: 3\nteam: claims\ncause: c\nactions: [{what: w, due: 2026-10-01}]\n---\n"


def made(number: int, days: float, team: str = "motor", **given: Any) -> Any:
    created = NOW - days * DAY
    given.setdefault("resolved", created + 1200)
    given |= {"service": team, "service_id": f"s-{team}", "acknowledged": created + 240}
    return incident(f"id{number}", created, number=str(number), priority="P1", **given)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("responding") / "monitors"
    (folder / "motor" / "rca").mkdir(parents=True)
    (folder / "project.yaml").write_text("project: acme\ntime_zone: Asia/Jakarta\n")
    teams = "".join(
        f"  {name}: {{name: '{name}', on_call: {{tool: zenduty, service: {name}}},"
        " targets: {mtta: 5m, mttr: 15m}}\n"
        for name in ("motor", "claims")
    )
    (folder / "teams.yaml").write_text(f"teams:\n{teams}")
    (folder / "motor" / "business-unit.yaml").write_text("name: Motor\nteam: motor\n")
    (folder / "motor" / "rca" / "a.md").write_text(RCA)
    return folder


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Target:
    """A state folder with the history of four months, read an hour ago."""
    home = tmp_path_factory.mktemp("state")
    target = Target(environ={"XDG_STATE_HOME": str(home)})
    span = TimeSpan(NOW - 130 * DAY, NOW - 3600)
    page = HistoryPage(
        incidents=(
            made(1, 25), made(2, 3), made(3, 9, "claims"), made(4, 1, "unknown"),
            made(5, 0.75, "claims", resolved=None),
            made(6, 40, "claims", resolved=None), made(7, 0.1, resolved=None),
        )
    )  # fmt: skip
    with history.opened(history_folder.folder(target, None, "acme", print)) as file:
        file.keep("zenduty@z.example", page, ReadSpan(span, NOW - 3600))
    return target


def responded_to(root: Path, target: Target, **given: Any) -> Responded:
    return report_sla(root, target, ResponseOptions(offline=True, **given), now=NOW)


def test_the_last_four_whole_weeks_are_told_by_team_the_worst_first(
    root: Path, target: Target
) -> None:
    responded = responded_to(root, target)

    report = responded.report
    assert (report.question.start, report.question.end) == (date(2026, 9, 7), date(2026, 10, 5))
    assert [(row.name, row.incidents) for row in report.rows] == [
        ("claims", 2), ("motor", 2), ("unplaced", 1),
    ]  # fmt: skip
    assert report.open[0].age == 0.75 * DAY - 3600  # known an hour ago
    assert report.recurrence.reoccurrences == 2  # of motor, and of claims
    assert [late.days for late in report.rca.overdue] == [4]


def test_a_selector_narrows_incidents_and_rcas(root: Path, target: Target) -> None:
    motor = responded_to(root, target, selectors=("team:motor",)).report

    assert [row.name for row in motor.rows] == ["motor"]
    assert motor.rca.overdue == ()
    assert len(responded_to(root, target, selectors=("motor",)).report.rca.overdue) == 1
    assert responded_to(root, target, selectors=("team:unplaced",)).report.whole.incidents == 1


def test_days_are_those_asked_for(root: Path, target: Target) -> None:
    week = responded_to(
        root, target, start=date(2026, 9, 28), end=date(2026, 10, 5), by=("week",)
    ).report
    until_now = responded_to(root, target, start=date(2026, 10, 1)).report

    assert [(row.name, row.incidents) for row in week.rows] == [("2026-W40", 3)]
    assert until_now.question.end == date(2026, 10, 6)
    with pytest.raises(UsageError, match="there is no day"):
        responded_to(root, target, start=date(2026, 10, 1), end=date(2026, 10, 1))
    with pytest.raises(UsageError, match="team:nobody"):
        responded_to(root, target, selectors=("team:nobody",))


def test_a_last_week_that_is_not_whole_is_said_where_it_is_compared(
    root: Path, target: Target
) -> None:
    whole = shown.text(responded_to(root, target))
    until_now = responded_to(root, target, start=date(2026, 9, 7))

    assert "the mean of the last week against" in whole
    for text in (shown.text(until_now), shown.markdown(until_now)):
        assert "the mean of the last week, which is not whole, against" in " ".join(text.split())


def test_without_an_incident_there_is_no_table(root: Path, target: Target) -> None:
    nothing = responded_to(root, target, selectors=("unplaced",), start=date(2026, 9, 7),
                           end=date(2026, 9, 8))  # fmt: skip
    assert "|" not in shown.markdown(nothing)
    assert "change:" not in shown.text(nothing)


def test_of_one_team_it_is_not_said_how_many_teams_are_within(root: Path, target: Target) -> None:
    assert " teams within" in shown.text(responded_to(root, target))
    assert " within." not in shown.text(responded_to(root, target, selectors=("team:motor",)))


def test_a_week_of_a_team_is_read_from_the_same_history(root: Path, target: Target) -> None:
    weekly = report_weekly(root, target, WeeklyOptions(teams=("claims",), offline=True), now=NOW)

    (claims,) = weekly.teams
    assert (weekly.week, claims.report.whole.incidents) == ("2026-W40", 1)
    assert [own.incident.number for own in claims.report.still_open] == ["6", "5"]
    assert [late.action.what for late in claims.rca.overdue] == ["w"]


def test_a_wrong_rca_is_told_before_anything_is_read(root: Path, target: Target) -> None:
    wrong = root / "motor" / "rca" / "wrong.md"
    wrong.write_text("---\nincident: 1\n---\n")
    try:
        with pytest.raises(WrongFiles):
            responded_to(root, target)
    finally:
        wrong.unlink()


def test_the_screen_says_first_whether_we_are_within_target_and_fits_eighty_columns(
    root: Path, target: Target
) -> None:
    figures = ToolFigures(title="Zenduty", incidents=6, acknowledged=6, resolved=5,
                          mtta=480.0, mttr=1200.0, counts="children")  # fmt: skip
    responded = replace(responded_to(root, target), figures=(figures,))
    lines = shown.text(responded).splitlines()

    assert lines[2:5] == [
        "MTTA 4m, within the target of 5m; 100 % of 4 in time, 2 of 2 teams within.",
        "MTTR 20m of the 4 resolved, above the target of 15m; 0 % of 4 in time, 0 of 2",
        "  teams within.",
    ]
    # where pytest keeps the files is a word too long to wrap
    assert max(len(line.replace(str(root), "monitors")) for line in lines) <= 80
    assert "to acknowledge by team, most late first" in lines
    text = " ".join(" ".join(lines).split())
    assert "Acknowledged and open: 1, #5 of claims for 17h." in text
    assert "Still open from before these days: 1, #6 of claims for 40d." in text
    assert "Zenduty itself says MTTA 8m (here 4m, -50 %), MTTR 20m (here 20m, 0 %)" in text
    assert (
        "5 incidents of 2 teams (1 unplaced): 5 acknowledged, 0 never, 0 waiting; 4 resolved,"
        " 1 open, 4 late." in text
    )
    assert "as of 2026-10-05 05:00 UTC, 1 hour ago" in text


def test_a_title_forges_nothing_in_any_form(root: Path, target: Target) -> None:
    evil = made(9, 2, title="::error:: `x` | <b> =cmd() \x1b[31m @team")
    with history.opened(history_folder.folder(target, None, "acme", print)) as file:
        file.keep("zenduty@z.example", HistoryPage(incidents=(evil, replace_number(evil))))
    responded = responded_to(root, target)

    assert "\x1b" not in shown.text(responded) + shown.markdown(responded)
    assert not [line for line in shown.text(responded).splitlines() if line.startswith("::")]
    assert "<b>" not in "".join(shown.markdown(responded).split("`")[::2])
    assert "title" not in shown.csv(responded)
    assert (
        shown.csv(responded)
        .splitlines()[0]
        .endswith(
            ",late,self_resolved_known,self_resolved,self_resolved_unacknowledged,acknowledged_at_resolution,reopened"
        )
    )


def test_targets_for_priorities_judge_by_the_tools_own_words_and_an_unknown_one_is_said_once(
    root: Path, tmp_path: Path
) -> None:
    words = tmp_path / "monitors"
    shutil.copytree(root, words)
    with (words / "project.yaml").open("a") as file:
        file.write("priorities: {Critical: 1}\n")
    teams = (words / "teams.yaml").read_text()
    targets = "targets: [{priorities: [1], mtta: 5m}]"
    (words / "teams.yaml").write_text(teams.replace("targets: {mtta: 5m, mttr: 15m}", targets))
    target = Target(environ={"XDG_STATE_HOME": str(tmp_path / "state")})
    named = ("P1 - Urgent", "critical", "Low", "Low")
    kept = [changed(made(20 + n, 3 + n), priority=word) for n, word in enumerate(named)]
    with history.opened(history_folder.folder(target, None, "acme", print)) as file:
        page = HistoryPage(incidents=tuple(kept))
        file.keep("zenduty@z.example", page, ReadSpan(TimeSpan(NOW - 130 * DAY, NOW), NOW))

    responded = responded_to(words, target)

    assert responded.report.whole.incidents == 4
    assert responded.report.whole.mtta.judged == 2
    assert [note for note in responded.notes if "priorit" in note] == [
        '1 priority of the on-call tool says no number from 1 to 5: "Low". Write which it is under'
        " `priorities` in project.yaml, as in {Critical: 1}; until then the priority of the"
        " monitor counts, where that is known"
    ]


def replace_number(of: Any) -> Any:
    created = of.created + 2000
    return changed(of, id="id10", number="10", created=created, acknowledged=None, resolved=created)


def test_the_site_has_the_numbers_of_report_sla_and_says_where_it_looks_further(
    root: Path, target: Target
) -> None:
    figures = document(responded_to(root, target))
    site = dict(pages(site_facts(root, target, SiteOptions(offline=True), now=NOW)))
    page = " ".join(site["index.html"].split())  # a space that does not break is one too

    assert "Incidents of 2026-09-07 to 2026-10-04 (Asia/Jakarta), the last four whole weeks" in page
    assert shown_rows(page, "Teams by response") == [
        [*map(str, (row["by"]["team"], row["late"], f"{row['incidents']}*")),
         *(text for measure in ("mtta", "mttr") for text in
           (duration(row[measure]["mean"]), percent(row[measure]["within_target"])))]
        for row in figures["rows"]
    ]  # fmt: skip
    total, rca, again = figures["total"], figures["rca"], figures["recurrence"]
    assert f"<b>{total['incidents']}</b> incidents: {total['late']} late" in page
    assert f"{len(rca['missing'])} of {rca['asked']} urgent incidents without an RCA" in page
    assert f"{again['reoccurrences']} of {again['occurrences']} incidents (" in page
    assert [row["number"] for row in figures["open"]] == ["5"]
    assert [row["number"] for row in figures["open_before"]] == ["6"]
    assert [row[0] for row in shown_rows(page, "Open incidents")] == ["6", "5", "7"]
    assert '<b class="">3</b> open now, of all since 2026-07-13; 0 not acknowledged' in page
    claims = document(responded_to(root, target, selectors=("team:claims",)))["total"]
    team = " ".join(site["teams/claims.html"].split())
    for name, promised in (("mtta", "5m"), ("mttr", "15m")):
        mean, within = duration(claims[name]["mean"]), percent(claims[name]["within_target"])
        assert f">{mean}</b> {name.upper()}, target {promised}; {within} of" in team
    assert f"<b>{claims['incidents']}</b> incidents: {claims['late']} late" in team


def shown_rows(page: str, label: str) -> list[list[str]]:
    """The words of a table's rows, its first seven columns."""
    body = (
        page.partition(f'aria-label="{label}"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    )
    return [
        [re.sub("<[^>]*>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)][:7]
        for row in re.findall(r"<tr>.*?</tr>", body)
    ]
