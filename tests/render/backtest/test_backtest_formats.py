"""What people and programs are shown of a backtest."""

from __future__ import annotations

import json as jsons
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from monitor_sync.app.backtesting import Backtested, BacktestOptions, Backtests, SkippedMonitor
from monitor_sync.incidents import AlertEpisode, TimeSpan
from monitor_sync.insight.backtest.comparison import Assumption, Compared
from monitor_sync.insight.backtest.fidelity import Fidelity
from monitor_sync.insight.backtest.replay import Replay
from monitor_sync.insight.backtest.suggested import AlertSuggestion
from monitor_sync.model import Monitor
from monitor_sync.render.backtest import figures
from monitor_sync.render.backtest.json import json
from monitor_sync.render.backtest.markdown import markdown
from monitor_sync.render.backtest.svg import svg
from monitor_sync.render.backtest.text import text
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import columns

START = 1_799_971_200.0  # a midnight in UTC
SPAN = TimeSpan(START, START + 2 * 86_400)
HOUR = 3600.0


def replay(critical: float, *alerts: tuple[float, float]) -> Replay:
    """Return a replay whose alerts begin and last so many hours."""
    episodes = tuple(
        AlertEpisode(
            monitor_id=7, group="host:a", state="alert",
            start=START + begin * HOUR, end=START + (begin + length) * HOUR,
        )
        for begin, length in alerts
    )  # fmt: skip
    return Replay(
        span=SPAN,
        episodes=episodes,
        stretches=episodes,
        fires=tuple((START + begin * HOUR, "host:a") for begin, _ in alerts),
        values=tuple(
            (START + hour * HOUR, 90.0 if any(b <= hour < b + n for b, n in alerts) else 40.0)
            for hour in range(48)
        ),
        told={"@webhook-pager": len(alerts), "@slack-`a`|b": 1},
        groups=frozenset({"host:a"}),
        critical=critical,
        comparator=">",
    )  # fmt: skip


def monitor(key: str) -> Monitor:
    return Monitor(
        key=key, body={"name": key, "query": "q", "type": "query alert"}, business_unit="shop",
        team="shop", service="", path=f"{key}.yaml", line=1,
    )  # fmt: skip


BACKTESTS = Backtests(
    span=SPAN,
    time_zone="UTC",
    monitors=(
        Backtested(
            monitor=monitor("shop/orders/cpu"),
            compared=Compared(
                old=replay(50, (2, 1), (5, 2), (30, 1)),
                new=replay(80, (30, 1)),
                fidelity=Fidelity(precision=1.0, recall=0.75, time_in_same_state=0.996),
                assumptions=(
                    Assumption(kind="uncertain", name="default_interval", low=1, high=4),
                    Assumption(kind="renotify"),
                    Assumption(kind="late", name="aws.rds.cpu"),
                    Assumption(kind="unfaithful"),
                ),
            ),
            points=2880,
            calls=3,
            suggestions=(
                AlertSuggestion(option="critical", value=85.5, fires=1, before=2, lasting=1),
            ),
        ),
        Backtested(
            monitor=monitor("shop/orders/new"),
            compared=Compared(old=None, new=replay(100)),
            points=10,
            calls=0,
        ),
    ),
    skipped=(
        SkippedMonitor(key="shop/odd", reason="unsupported", detail="anomalies"),
        SkippedMonitor(key="shop/late", reason="budget", detail="9 needed, 3 left"),
    ),
    calls=3,
    most_per_week=2,
    options=BacktestOptions(suggest=True),
    pagers=("@webhook-*",),
)


def test_text_fits_into_80_columns_with_the_live_alerts_above_the_new() -> None:
    lines = text(BACKTESTS, PLAIN).splitlines()

    assert max(map(columns, lines)) <= 80
    live, new = (i for i, line in enumerate(lines) if "▆" in line and line[2:6] in ("live", "new "))
    assert new == live + 1
    assert any(line.startswith("  live") and "3 alerts, 10.5 a week" in line for line in lines)
    assert any("> 80" in line for line in lines)
    assert any("@webhook-pager 3 times by live, 1 by new (pages)" in line for line in lines)


def test_what_may_be_wrong_is_said_before_the_numbers_the_gravest_first() -> None:
    said = re.sub(r"\s+", " ", text(BACKTESTS, PLAIN))

    distrust = (
        "doubtful do not trust these numbers: the replay of the live monitor disagrees with the"
        " alerts that there really were (the same state in 99 % of the time, 100 % of the replayed"
        " alerts were real, 75 % of the real alerts were replayed)"
    )
    uncertain = (
        "doubtful uncertain: between 1 and 4 alerts, because Datadog does not document"
        " default_interval"
    )
    late = "doubtful late data: aws.rds.cpu arrives minutes late"
    numbers = "live 3 alerts, 10.5 a week"
    places = [said.index(part) for part in (distrust, uncertain, late, numbers, "rests on")]
    assert places == sorted(places)
    assert (
        "quieter critical 85.5: 1 alert instead of 2; the 1 that lasted ten minutes or more stays"
        in said
    )
    assert said.count("the same state in") == 1


def test_that_nothing_was_quieter_is_said_where_it_was_asked_for() -> None:
    first = replace(BACKTESTS.monitors[0], suggestions=())
    helpless = replace(BACKTESTS, monitors=(first, BACKTESTS.monitors[1]))
    nothing = "nothing that was tried alerts less often and keeps each alert of ten minutes or more"

    for written in (text(helpless, PLAIN), markdown(helpless)):
        assert re.sub(r"\s+", " ", written).count(nothing) == 1  # the other has no alert
    assert "quieter" not in text(replace(helpless, options=BacktestOptions()), PLAIN)


def test_monitors_that_are_not_replayed_for_one_reason_are_counted_and_a_few_are_named() -> None:
    late = [SkippedMonitor(key=f"shop/late{n}", reason="budget", detail=f"{n}") for n in range(9)]
    several = replace(BACKTESTS, skipped=(*BACKTESTS.skipped[:1], *late))
    said = re.sub(r"\s+", " ", text(several, PLAIN))

    assert (
        "not replayed capped: each takes more requests than --budget leaves 9 monitors: shop/late0,"
        " shop/late1, shop/late2 and 6 more not replayed unsupported: anomalies cannot be replayed"
        " from history 1 monitor: shop/odd"
    ) in said
    assert "budget leaves (9 needed, 3 left) 1 monitor: shop/late" in re.sub(
        r"\s+", " ", text(BACKTESTS, PLAIN)
    )


def test_the_last_line_counts_and_what_the_policy_does_not_allow_stands_above_it() -> None:
    lines = text(BACKTESTS, Style(width=140)).splitlines()

    assert lines[-2:] == [
        "  too many     shop/orders/cpu would alert 3.5 times a week; the policy allows 2",
        "2 monitors replayed over 2 days, 2027-01-15 00:00 to 2027-01-17 00:00 UTC;"
        " 1 not to be trusted; 2 not replayed; 3 requests for history.",
    ]


def test_a_wide_terminal_gets_a_wider_strip_in_colour() -> None:
    wide = text(BACKTESTS, Style(colour=True, width=140)).splitlines()

    strip = next(line for line in wide if "▆" in line and "live" in line)
    assert 130 < columns(re.sub(r"\x1b\[[0-9;]*m", "", strip)) <= 140
    assert "\x1b[31m" in strip


def test_json_is_the_contract() -> None:
    made = jsons.loads(json(BACKTESTS))

    assert (made["from"], made["to"]) == ("2027-01-15T00:00:00Z", "2027-01-17T00:00:00Z")
    first, second = made["monitors"]
    assert first["key"] == "shop/orders/cpu"
    assert first["new"] == {
        "fires": 1,
        "groups": 1,
        "minutes": 60,
        "episodes": [
            {
                "group": "host:a", "start": "2027-01-16T06:00:00Z", "end": "2027-01-16T07:00:00Z",
                "state": "alert",
            }
        ],
    }  # fmt: skip
    assert first["old"]["fires"] == 3
    assert first["fidelity"] == {"precision": 1.0, "recall": 0.75, "time_in_same_state": 0.996}
    assert (first["points"], first["calls"]) == (2880, 3)
    assert first["doubts"] == first["assumptions"][:3]
    assert all(isinstance(line, str) for line in first["assumptions"])
    assert (second["old"], second["fidelity"], second["assumptions"]) == (None, None, [])
    assert (made["too_loud"], made["max_fires_per_week"]) == (["shop/orders/cpu"], 2)
    assert made["skipped"][0] == {
        "key": "shop/odd",
        "reason": "unsupported: anomalies cannot be replayed from history",
        "kind": "unsupported",
    }
    assert made["skipped"][1]["reason"].endswith("--budget leaves (9 needed, 3 left)")


def test_markdown_notifies_nobody_and_stays_within_its_limit() -> None:
    made = markdown(BACKTESTS)

    assert "| `shop/orders/cpu` | 3 | **1** | 3.5 | 1h | 1 | 99 %: do not trust |" in made
    assert not re.search(r"(?<!`)@(?:webhook|slack)", made)
    assert "`@slack-'a'\\|b`" in made
    short = markdown(BACKTESTS, limit=900)
    assert len(short) <= 900
    assert "more." in short


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (98, "98"),
        (9999, "9999"),
        (15_360, "15.36k"),
        (5e8, "500M"),
        (-2e12, "-2T"),
        (3e17, "3e+17"),
    ],
)
def test_a_value_at_an_axis_has_a_unit_in_place_of_an_exponent(value: float, shown: str) -> None:
    assert figures.level(value) == shown


def test_the_picture_is_one_file_for_light_and_dark_and_says_first_what_is_doubtful() -> None:
    made = svg(BACKTESTS)

    ElementTree.fromstring(made)  # noqa: S314 - our own
    assert "prefers-color-scheme:dark" in made
    assert "http" not in made.replace("http://www.w3.org/2000/svg", "")
    assert made.count('class="alert"') == 5  # and once in the legend
    assert made.index("doubtful: do not trust") < made.index("live: 3 alerts")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            BacktestOptions(),
            "No monitor was replayed: no monitor differs from what Datadog has.\n"
            "To replay some all the same, name them: `monitor-sync backtest SELECTOR`, where",
        ),
        (
            BacktestOptions(base="main"),
            "No monitor was replayed: of what changed since main, no monitor differs from what"
            " Datadog has.\n"
            "To replay some all the same, name them without --base: `monitor-sync",
        ),
        (BacktestOptions(base="main", selectors=("team:a",)), "since main and fits team:a, no"),
    ],
)
def test_where_nothing_is_replayed_it_is_said_why_and_how_to_replay_some_all_the_same(
    options: BacktestOptions, said: str
) -> None:
    nothing = Backtests(span=SPAN, time_zone="UTC", options=options)

    assert said in text(nothing, Style(width=200))
    assert said in markdown(nothing)
    ElementTree.fromstring(svg(nothing))  # noqa: S314 - our own


def test_a_change_that_decides_nothing_is_said_as_that() -> None:
    skipped = (SkippedMonitor(key="shop/odd", reason="same"),)
    said = text(Backtests(span=SPAN, time_zone="UTC", skipped=skipped), PLAIN)

    assert "No monitor was replayed: no change decides when a monitor alerts" in said


def test_a_composite_has_states_and_no_values_to_draw() -> None:
    (first, *_) = BACKTESTS.monitors
    drawn = replace(BACKTESTS, monitors=(first,))
    compared = replace(first.compared, new=replace(first.compared.new, values=()))
    bare = replace(BACKTESTS, monitors=(replace(first, compared=compared),))

    assert len(text(drawn, PLAIN).splitlines()) - len(text(bare, PLAIN).splitlines()) == 3
    assert 'class="line"' in svg(drawn)
    assert 'class="line"' not in svg(bare)
    assert _height(svg(drawn)) - _height(svg(bare)) == 104  # no room is left for a line


def _height(picture: str) -> int:
    return int(str(ElementTree.fromstring(picture).get("viewBox")).split()[3])  # noqa: S314 - ours
