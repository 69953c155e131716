"""What Zenduty itself computes of some days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from monitor_sync.incidents import ToolFigures
from monitor_sync.oncall.incidents import ComputesFigures
from monitor_sync.oncall.reader import NotRead
from monitor_sync.oncall.tool import Connection
from monitor_sync.oncall.zenduty.connecting import connect_incidents
from tests.datadog.conftest import Answer, Script, script
from tests.http.clock import Unhurried

__all__ = ["script"]

EXAMPLE = {
    "all_teams": {
        "total_incidents": 500, "total_acknowledged": 400, "total_resolved": 300,
        "mtta_seconds": 120.5, "mttr_seconds": 3600,
    },
    "team_records": [],
}  # fmt: skip


def read_figures(script: Script, body: Any, status: int = 200) -> ToolFigures | NotRead:
    script.say(Answer(body=body, status=status))
    environ = {"ZENDUTY_URL": script.url, "ZENDUTY_API_KEY": "k", "MONITOR_SYNC_BACKOFF": "0.001"}
    tool = connect_incidents(Connection(environ=environ), clock=Unhurried())
    assert isinstance(tool, ComputesFigures)
    try:
        return tool.figures(date(2026, 10, 5), date(2026, 11, 2))
    finally:
        tool.close()


def test_figures_of_all_teams_are_asked_for_without_children(script: Script) -> None:
    figures = read_figures(script, EXAMPLE)

    assert isinstance(figures, ToolFigures)
    assert (figures.incidents, figures.acknowledged, figures.resolved) == (500, 400, 300)
    assert (figures.mtta, figures.mttr) == (120.5, 3600.0)
    (request,) = script.requests
    assert request.path == "/api/v2/account/analytics/team_analytics/"
    assert request.body["child_incident"] == "exclude"
    assert (request.body["from_date"], request.body["to_date"]) == ("2026-10-05", "2026-11-02")


def test_a_mean_of_nothing_is_none(script: Script) -> None:
    figures = read_figures(script, {"all_teams": {"total_incidents": 0, "mtta_seconds": 0}})

    assert isinstance(figures, ToolFigures)
    assert (figures.mtta, figures.mttr) == (None, None)


@pytest.mark.parametrize(
    ("body", "status"),
    [([], 200), ({}, 200), ({"all_teams": 5}, 200), ({"detail": "no"}, 403), ("<html>", 200)],
)
def test_an_answer_without_figures_is_not_read(script: Script, body: Any, status: int) -> None:
    assert isinstance(read_figures(script, body, status), NotRead)
