"""Weekly pages in each format, with words of others that no format may take for its own."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from monitor_sync.app.weekly import Weekly
from monitor_sync.incidents import Incident, Rca, RcaAction, ResponseTarget
from monitor_sync.insight.response.weekly import team_weeks, week_review
from monitor_sync.render import weekly as shown
from monitor_sync.render.weekly.page import pages
from tests.insight.response.incidents import incident, monitor, project, team

NOW = 1_791_200_000.0  # 2026-10-05, 08:53 UTC
DAY = 86400.0
WEEK = "2026-W40"
EVIL = "<!channel> <@U1> </code><script>alert(1)</script> & `x` | @here *b* [a](http://e.vil) ::set"
CONVERSION = monitor("motor/flow/conversion", "motor-quotes", priority=1)
TARGETS = (ResponseTarget(acknowledge=300, resolve=5400),)
ACME = project(
    team("motor-quotes", targets=TARGETS), team("claims", targets=TARGETS), monitors=(CONVERSION,)
)


def made() -> list[Incident]:
    def conversion(name: str, days: float, acknowledged: float, lasted: float) -> Incident:
        at = NOW - days * DAY
        return incident(name, at, acknowledged=at + acknowledged, resolved=at + lasted,
                        monitor_id=7, priority="P1")  # fmt: skip

    return [
        conversion("11", 20, 100, 900),
        conversion("12", 6.8, 200, 9000),
        conversion("13", 6.5, 400, 900),
        incident("14", NOW - 2 * DAY, title=EVIL),
        incident("15", NOW - DAY, service="claims", service_id="c", resolved=NOW - DAY + 60),
    ]


def register() -> tuple[Rca, ...]:
    late = RcaAction(what=EVIL, team="motor-quotes", due=date(2026, 10, 1))
    return (Rca(incidents=("11",), team="motor-quotes", cause=EVIL, path="motor/rca/a.md",
                unit="motor", actions=(late,)),)  # fmt: skip


def week(*, review: bool = False) -> Weekly:
    ids = {7: CONVERSION.key}
    given = (made(), register(), WEEK, NOW, ids)
    return Weekly(
        project=ACME,
        week=WEEK,
        teams=() if review else team_weeks(ACME, ACME.teams.values(), *given),
        review=week_review(ACME, *given) if review else None,
        as_of=NOW,
        complete=True,
        notes=(EVIL,),
    )


def texts(value: Any) -> list[str]:
    """Every text that Slack reads as mrkdwn."""
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if value.get("type") == "mrkdwn" else []
    return own + [text for item in value.values() for text in texts(item)]


def test_a_team_reads_its_week_against_target_what_came_back_and_what_to_do() -> None:
    teams, motor, claims = shown.markdown(week()).split("\n\n## ")

    assert teams.splitlines()[2:] == [
        "| team | late | incidents | open | MTTA | in time | MTTR | in time |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
        "| `motor-quotes` | 3 | 3 | 1 | 5m | 33 % | 1h22 | 33 % |",
        "| `claims` | 0 | 1 | 0 | - | - | 1m | 100 % |",
        "",
        "- Late: unacknowledged or open for longer than its target.",
    ]
    assert motor.startswith("`motor-quotes`: on-call in week 2026-W40, 2026-09-28 to 2026-10-04")
    assert "- MTTA 5m of the 2 acknowledged, within the target of 5m; 33 % of 3 in time." in motor
    assert "- MTTR 1h22 of the 2 resolved, within the target of 1h30; 33 % of 3 in time." in motor
    assert "3 incidents of 1 team: 2 acknowledged, 0 never, 1 waiting" in motor
    assert "2 times (0 the week before): `motor/flow/conversion`, no runbook" in motor
    assert "4 days overdue, `motor/rca/a.md`" in motor
    assert "`motor/rca/a.md` 2 times since its RCA, 1 action not done" in motor
    assert "hold an RCA of `#12 of motor-quotes`" in motor
    assert "1 incident of 1 team" in claims
    assert "### To do" not in claims


def test_lines_are_wrapped_on_a_terminal_and_say_the_same() -> None:
    whole, narrow = shown.markdown(week(review=True)), shown.markdown(week(review=True), 80)

    assert narrow.split() == whole.split()
    lists = [line for line in narrow.splitlines() if not line.startswith(("#", "|"))]
    assert max(map(len, lists)) <= 80
    assert all(line.startswith(("- ", "  ")) for line in lists if line)


def test_the_review_is_an_agenda_over_all_units() -> None:
    text = shown.markdown(week(review=True))

    headings = re.findall(r"^### (.*)$", text, re.MULTILINE)
    assert headings == [
        "Worst against target",
        "Still open",
        "Incidents without an RCA",
        "Overdue actions",
        "RCA held, still recurring",
        "Repeaters",
        "No monitor of ours told of these",
        "Notes",
    ]
    assert "`motor-quotes`: 3 of 3 late, 2 of 3 to acknowledge (mean 5m), 2 of 3 to resolve" in text
    assert "2 of 3 with P1 or P2 in 4 weeks: `motor-quotes` 2" in text


@pytest.mark.parametrize("review", [False, True])
def test_slack_is_asked_for_no_mention_no_link_and_no_more_than_it_takes(review: bool) -> None:
    messages = shown.messages(week(review=review))
    read = texts(messages)

    assert read
    assert not [text for text in read if "<" in text or ">" in text]
    assert not [text for text in read if re.search(r"&(?!amp;|lt;|gt;)", text)]
    assert any("&lt;!channel&gt; &lt;@U1&gt;" in text for text in read)
    assert all(len(text) <= 3000 for text in read)
    assert all(len(message["blocks"]) <= 50 for message in messages)
    assert all(block["text"]["verbatim"] for message in messages for block in message["blocks"][1:])
    outside = [re.sub(r"`[^`]*`", "", text) for text in read]
    assert not [text for text in outside if "@here" in text or "e.vil" in text]


class Tags(HTMLParser):
    """The tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("review", [False, True])
def test_html_loads_and_runs_nothing(review: bool) -> None:
    parser = Tags()
    page = shown.html(week(review=review))
    parser.feed(page)

    assert "&nbsp;% of" in page
    assert "0 % of" not in page
    allowed = {
        "html",
        "meta",
        "title",
        "style",
        "main",
        "section",
        "h1",
        "h2",
        "p",
        "ul",
        "li",
        "code",
    }
    assert parser.tags <= allowed
    assert parser.attributes == {"lang", "charset", "name", "content"}


def test_the_review_counts_what_no_monitor_told_of_by_who_did() -> None:
    unseen = (
        incident("1", NOW - 2 * DAY, title="Customers cannot pay", origin="person"),
        incident("2", NOW - 2 * DAY, origin="other"),
        incident("3", NOW - 2 * DAY),
    )
    review = week_review(ACME, unseen, (), WEEK, NOW)

    text = shown.markdown(replace(week(review=True), review=review))

    section = text.partition("No monitor of ours told of these")[2]
    assert "3 incidents: 1 made by a person, 1 from another source, 1 of unknown origin" in section
    assert "Customers cannot pay`, made by a person" in section


@pytest.mark.parametrize("review", [False, True])
def test_markdown_keeps_the_words_of_others_in_code(review: bool) -> None:
    text = shown.markdown(week(review=review))

    outside = re.sub(r"`[^`\n]*`", "", text)
    assert "channel" not in outside
    assert "script" not in outside
    assert "e.vil" not in outside


@pytest.mark.parametrize("review", [False, True])
def test_a_page_of_a_week_that_was_not_read_whole_says_so_before_any_figure(review: bool) -> None:
    whole = week(review=review)
    partly = replace(whole, complete=False)

    assert [page.lead[0] for page in pages(partly)] == [
        ("Incomplete: the notes at the end say what is missing.",)
    ] * len(list(pages(whole)))
    assert "Incomplete" not in shown.markdown(whole)
    assert "Incomplete" in shown.markdown(partly)


def test_json_has_the_figures_of_the_report() -> None:
    printed = json.loads(shown.json(week()))

    motor, claims = printed["teams"]
    assert (motor["team"], claims["team"]) == ("motor-quotes", "claims")
    assert motor["total"]["mtta"]["mean"] == 300.0
    assert motor["recurrence"]["reoccurrences"] == 2
    assert [late["days"] for late in motor["rca"]["overdue"]] == [4]
    assert printed["review"] is None
    assert [
        own["number"] for own in json.loads(shown.json(week(review=True)))["review"]["unseen"]
    ] == ["14", "15"]


def test_a_team_reads_how_many_incidents_of_a_shared_service_its_figures_lack() -> None:
    both = project(team("quotes", "desk"), team("claims", "desk"))
    made = [incident("1", NOW - DAY * 2, service="desk", resolved=NOW)]
    weeks = team_weeks(both, both.teams.values(), made, (), WEEK, NOW)
    page = shown.markdown(replace(week(), project=both, teams=weeks[:1], notes=()))

    assert weeks[0].report.whole.incidents == 0
    assert (
        "- Not counted here: 1 incident of `desk`, which also pages `claims`;"
        " the review has them as `shared`." in page
    )


def test_what_a_team_shares_is_late_by_its_own_targets() -> None:
    slow = (ResponseTarget(resolve=3 * 86400),)
    both = project(team("quotes", "desk", targets=TARGETS), team("claims", "desk", targets=slow))
    made = [incident("1", NOW - DAY * 2, service="desk", resolved=NOW)]
    weeks = team_weeks(both, both.teams.values(), made, (), WEEK, NOW)

    assert [own.shared[0].late for own in weeks] == [1, 0]
    page = shown.markdown(replace(week(), project=both, teams=weeks, notes=()))
    assert "as `shared`. By the targets of this team 1 was late." in page
    assert "as `shared`. By the targets of this team 0 were late." in page
