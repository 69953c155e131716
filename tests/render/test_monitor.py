"""Tables fit a terminal and are whole in a file."""

from __future__ import annotations

import json

import pytest
import yaml
from msgspec.structs import replace

from monitor_sync.diagnostics import Span
from monitor_sync.model import Monitor
from monitor_sync.project.explain import ValueSource
from monitor_sync.render import listing
from monitor_sync.render import monitor as shown
from monitor_sync.render.style import Style
from monitor_sync.render.text import columns, pad, plain, shorten

MESSAGE = "What it means.  \n\n---\n::error::x\nOwner: Motor  \n{{#is_alert}}@slack-x{{/is_alert}}"
MONITOR = Monitor(
    key="motor/purchase-flow/conversion-drop",
    body={
        "name": "[Motor] 見積もり: yes",
        "type": "query alert",
        "query": "avg(last_5m):avg:a{*} > 1",
        "message": MESSAGE,
        "tags": ["team:motor", "on"],
        "priority": 1,
        "options": {"thresholds": {"critical": 1.0}, "notify_no_data": False},
    },
    business_unit="motor",
    team="motor-quotes",
    path="monitors/motor/purchase-flow.yaml",
    line=7,
)
ORIGINS = [
    ValueSource(field="name", value="a name " * 20, layer="template x", span=Span("m/t.yaml", 3)),
    ValueSource(
        field="tags.team:motor", value="team:motor", layer="unit", span=Span("m/u.yaml", 2)
    ),
    ValueSource(field="type", value="query alert", layer="monitor-sync", span=None),
]


@pytest.mark.parametrize("width", [50, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    style = Style(width=width)
    text = listing.text([MONITOR], {"motor": "Motor"}, style)
    text += shown.explained("k", ORIGINS, style)
    assert max(columns(line) for line in text.split("\n")) <= width


def test_a_narrow_terminal_still_gets_whole_keys_and_places() -> None:
    style = Style(width=60)
    assert MONITOR.key in listing.text([MONITOR], {}, style)
    text = shown.explained("k", ORIGINS, style)
    assert "m/t.yaml:3" in text
    assert "monitor-sync" in text


def test_a_value_stands_below_its_line_where_long_places_leave_it_no_room() -> None:
    place = Span("monitors/templates/apm-service.yaml", 12)
    long = [replace(origin, span=origin.span and place) for origin in ORIGINS]
    long.append(replace(long[0], field="options.thresholds.critical", value=2))
    lines = shown.explained("k", long, Style(width=80)).split("\n")

    name = next(number for number, line in enumerate(lines) if line.startswith("name"))
    assert lines[name].split() == ["name", "monitors/templates/apm-service.yaml:12"]
    assert lines[name + 1].startswith("    a name a name a name")
    assert any(line.split()[:2] == ["tags.team", "motor"] for line in lines)
    assert max(map(columns, lines)) <= 80


def test_a_file_gets_every_column() -> None:
    (line,) = [line for line in listing.text([MONITOR]).split("\n") if MONITOR.key in line]
    assert line.split() == [MONITOR.key, "P1", "motor-quotes", "query", "alert", "-"]


def test_a_monitor_reads_as_yaml_that_gives_its_body_again() -> None:
    body = {**MONITOR.body, "message": MESSAGE.replace("::error::x\n", "")}
    quiet = Monitor(key="a/b/c", body=body, business_unit="a", team="t")
    text = shown.text(quiet)
    assert "message: |-\n  What it means.  \n" in text
    assert yaml.safe_load(text) == {**body, "options": json.loads(json.dumps(body["options"]))}


def test_a_message_shown_in_a_build_log_forges_no_command() -> None:
    assert not [line for line in shown.text(MONITOR).split("\n") if line.lstrip().startswith("::")]


def test_widths_count_what_a_terminal_shows() -> None:
    assert columns("見積") == 4
    assert columns("e\u0301") == 1
    assert columns(shorten("見積もりから", 7)) <= 7
    assert pad("見積", 6) == "見積  "
    assert plain("a\x07b") == "a\\x07b"
