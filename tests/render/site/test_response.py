"""How it went: the figures of the pages are those of the reports."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from monitor_sync.insight.response import sla
from monitor_sync.render.response.json import row as json_row
from monitor_sync.render.site import response
from tests.render.site.facts import facts, paged, responded, site
from tests.render.site.test_pages import Tags


def charts(page: str) -> list[dict[str, Any]]:
    return [json.loads(text) for text in Tags(page).scripts]


def test_a_chart_has_the_numbers_of_the_json_report_week_by_week() -> None:
    report = responded()
    rows = {row.by["week"]: json_row(row) for row in sla.rows(report.counted, ("week",))}

    acknowledge, resolve = charts(site(responded=report)["index.html"])[:2]

    for chart, measure in ((acknowledge, "mtta"), (resolve, "mttr")):
        assert len(chart["weeks"]) == 13
        known = [week for week in chart["weeks"] if week["incidents"]]
        assert [week["week"] for week in known] == ["2026-W41", "2026-W42"]
        for week in known:
            figures = rows[week["week"]][measure]
            assert week["incidents"] == rows[week["week"]]["incidents"]
            for name in ("mean", "median", "p90"):
                assert week[name] == figures[name]
    assert (acknowledge["target"], acknowledge["single"]) == (300, True)
    assert acknowledge["weeks"][8]["mean"] == 420


def test_each_chart_has_its_table_with_the_same_numbers() -> None:
    page = site(responded=responded())["index.html"]

    table = page.partition("Time to acknowledge by week")[2].partition("</table>")[0]
    cells = re.findall(r"2026-W41</th>((?:<td[^>]*>[^<]*</td>)+)", table)[0]
    assert re.findall(r">([^<]+)</td>", cells) == ["3", "7m", "7m", "9m24", "33\N{NO-BREAK SPACE}%"]


def test_a_team_and_a_unit_have_their_own_figures() -> None:
    report = responded()

    assert response.went(report, report.counted, "team", "motor").whole.incidents == 4
    assert response.went(report, report.counted, "team", "claims").whole.incidents == 0
    assert response.went(report, report.counted, "team", "claims").charts[0].target is None


def test_a_page_whose_incidents_were_not_all_read_says_so_beside_the_figures() -> None:
    partly, whole = (site(responded=responded(), complete=complete) for complete in (False, True))

    for name in ("index.html", "teams/motor.html", "units/motor.html"):
        assert "some incidents could not be read" in partly[name]
        assert "some incidents could not be read" not in whole[name]


def test_a_team_page_says_which_incidents_of_a_shared_service_it_leaves_out() -> None:
    report = responded()
    counted = tuple(
        replace(own, placed=replace(own.placed, team="shared", claimants=("motor", "claims")))
        for own in report.counted
    )
    pages = site(responded=replace(report, counted=counted))

    said = "Not counted here: 4 incidents of <code>motor</code>, which also pages claims; the"
    assert said in pages["teams/motor.html"]
    assert "Not counted here" not in pages["index.html"]


def test_titles_are_on_the_site_only_where_names_are_wanted() -> None:
    hidden, named = (site(responded=responded(), names=names) for names in (False, True))

    assert not any("for Ann" in text for text in hidden.values())
    assert "Quotes fail for Ann" in named["index.html"]
    assert "an incident that no monitor of ours saw" in hidden["index.html"]


def test_open_incidents_are_told_with_their_age_and_whether_somebody_is_on_them() -> None:
    page = site(responded=responded())["teams/motor.html"]

    assert re.search(r'<th scope="row">9</th><td[^>]*>motor</td><td[^>]*>P1</td>', page)
    assert '<span class="bad">no</span>' in page


def test_what_to_do_first_is_what_waits_and_then_the_worst_team() -> None:
    first = site(responded=responded())["index.html"].partition("What to do first")[2]
    waiting, worst, *_ = re.findall(r"<li>(.*?)</li>", first)

    assert "1 open incident waits for somebody to acknowledge" in waiting
    assert "#9 of motor" in waiting
    assert '<a href="teams/motor.html#response">Motor quotes was late in 3 of 4' in worst


def test_without_history_no_figure_of_response_is_told() -> None:
    page = site()["index.html"]

    assert "no on-call tool has told its incidents" in page
    assert charts(page) == []
    assert "plot.umd.min.js" not in page


def test_pages_stand_in_the_hour_and_the_weekday_of_the_time_zone() -> None:
    from monitor_sync.render.site.pages import pages

    page = dict(pages(paged(facts())))["index.html"]

    (heat,) = charts(page)
    (cell,) = [cell for cell in heat["cells"] if cell["pages"]]
    assert (cell["day"], cell["hour"], cell["pages"]) == ("Mon", 0, 1)


def test_a_sparkline_breaks_where_a_week_has_no_value() -> None:
    line = response.sparkline([60.0, None, 120.0, 30.0], "times")

    assert line["runs"] == [[(0.0, 12.0)], [(80.0, 2.0), (120.0, 17.0)]]


def test_no_page_has_a_figure_of_a_person() -> None:
    text = "\n".join(site(responded=responded()).values())

    assert "acknowledged by" not in text.lower()
    assert "assignee" not in text.lower()
