"""What people and programs are shown of a backtest."""

from __future__ import annotations

import json as jsons
import re
import xml.etree.ElementTree as ElementTree

from monitor_sync.app.backtesting import Backtested, Backtests, SkippedMonitor
from monitor_sync.incidents import AlertEpisode, Span
from monitor_sync.insight.backtest.comparison import Assumption, Compared
from monitor_sync.insight.backtest.fidelity import Fidelity
from monitor_sync.insight.backtest.replay import Replay
from monitor_sync.insight.backtest.suggested import AlertSuggestion
from monitor_sync.model import Monitor
from monitor_sync.render.backtest.json import json
from monitor_sync.render.backtest.markdown import markdown
from monitor_sync.render.backtest.svg import svg
from monitor_sync.render.backtest.text import text
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import columns

START = 1_799_971_200.0  # a midnight in UTC
SPAN = Span(START, START + 2 * 86_400)
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
                    Assumption(kind="late", name="aws.rds.cpu"),
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
    pagers=("@webhook-*",),
)


def test_text_fits_into_80_columns_with_the_live_alerts_above_the_new() -> None:
    lines = text(BACKTESTS, PLAIN).splitlines()

    assert max(map(columns, lines)) <= 80
    live, new = (i for i, line in enumerate(lines) if "█" in line and line[2:6] in ("live", "new "))
    assert new == live + 1
    assert any(line.startswith("  live") and "3 alerts, 10.5 a week" in line for line in lines)
    assert any("> 80" in line for line in lines)
    assert any("@webhook-pager 3 times, then 1 (pages)" in line for line in lines)
    said = " ".join(" ".join(lines).split())
    assert "agrees in 99.6 % of the time, precision 100 %, recall 75 %" in said


def test_every_doubt_is_a_line_of_its_own() -> None:
    said = re.sub(r"\s+", " ", text(BACKTESTS, PLAIN))

    assert "quieter critical 85.5: 1 alert in place of 2, 1 alert of ten minutes or more" in said
    assert "uncertain: Datadog does not document default_interval: between 1 and 4 alerts" in said
    assert "late data: aws.rds.cpu arrives minutes after its time" in said
    assert "shop/odd: unsupported: anomalies cannot be replayed from history" in said
    assert "capped: it takes more requests than --budget leaves (9 needed, 3 left)" in said
    assert "too many shop/orders/cpu would alert 3.5 times a week; the policy allows 2" in said


def test_a_wide_terminal_gets_a_wider_strip_in_colour() -> None:
    wide = text(BACKTESTS, Style(colour=True, width=140)).splitlines()

    strip = next(line for line in wide if "█" in line and "live" in line)
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
    assert all(isinstance(line, str) for line in first["assumptions"])
    assert (second["old"], second["fidelity"], second["assumptions"]) == (None, None, [])
    assert [entry["key"] for entry in made["skipped"]] == ["shop/odd", "shop/late"]


def test_markdown_notifies_nobody_and_stays_within_its_limit() -> None:
    made = markdown(BACKTESTS)

    assert "| `shop/orders/cpu` | 3 | **1** | 3.5 | 60 min | 1 | 99.6 % |" in made
    assert not re.search(r"(?<!`)@(?:webhook|slack)", made)
    assert "`@slack-'a'\\|b`" in made
    short = markdown(BACKTESTS, limit=900)
    assert len(short) <= 900
    assert "more." in short


def test_the_picture_is_one_file_for_light_and_dark() -> None:
    made = svg(BACKTESTS)

    ElementTree.fromstring(made)  # noqa: S314 - our own
    assert "prefers-color-scheme:dark" in made
    assert "http" not in made.replace("http://www.w3.org/2000/svg", "")
    assert made.count('class="alert"') == 4


def test_nothing_replayed_is_said_as_that() -> None:
    nothing = Backtests(span=SPAN, time_zone="UTC")

    assert text(nothing, PLAIN) == (
        "No monitor was replayed.\n"
        "Without a SELECTOR, those are replayed that differ from what lives.\n"
    )
    assert "0 monitors" in markdown(nothing)
    ElementTree.fromstring(svg(nothing))  # noqa: S314 - our own
