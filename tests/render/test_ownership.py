"""A report on ownership fits a screen, and no spreadsheet computes what is in it."""

from __future__ import annotations

import csv
import io
import json

import pytest

from monitor_sync.insight.ownership import (
    Gaps,
    OwnedMonitors,
    Ownership,
    TeamDifferences,
    TracedLogs,
)
from monitor_sync.render import ownership


def row(name: str, **gaps: tuple[str, ...]) -> OwnedMonitors:
    return OwnedMonitors(name=name, monitors=1200, priorities={1: 100, 3: 1100}, gaps=Gaps(**gaps))


def report(names: list[str], **given: object) -> Ownership:
    rows = tuple(row(name, untested=("motor/flow/drop",)) for name in names)
    fields = {"without_sop": tuple(names), "team_count": len(names), **given}
    return Ownership(
        total=row("", untested=("motor/flow/drop",)),
        rows={"team": rows, "unit": rows, "service": rows},
        **fields,  # type: ignore[arg-type] # the fields that a test is about
    )


def test_a_thousand_services_fit_a_screen_with_all_that_can_be_said() -> None:
    names = [f"notification-api-{number}" for number in range(1000)]
    shown = ownership.text(
        report(
            names,
            teams=TeamDifferences(
                missing=("motor",), unknown=("sales",), renamed={"a": ("A", "B")}
            ),
            traced=tuple(TracedLogs(service=name, logs=100, traced=7) for name in names[:9]),
        )
    )

    assert max(map(len, shown.splitlines())) <= 80
    assert len(shown.splitlines()) <= 24
    assert "worst 4 of 1000" in shown
    assert "least notification-api-0 7 %" in " ".join(shown.split())


def test_all_rows_of_one_kind_are_shown_where_that_is_asked_for() -> None:
    shown = ownership.text(report([f"team-{number}" for number in range(30)]), by=["team"])

    assert shown.count("team-") >= 30
    assert "unit" not in shown.splitlines()[0]


def test_a_share_is_all_of_them_only_if_it_is() -> None:
    traced = (TracedLogs(service="a", logs=100_000, traced=99_999),)

    assert "99 % of 100000" in ownership.text(report(["a"], traced=traced))


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠A", " =1", '"=1'],
)
def test_no_spreadsheet_takes_a_name_for_a_formula(name: str) -> None:
    written = ownership.csv(report([name]), by=["team"])
    (_, (_, cell, *numbers)) = csv.reader(io.StringIO(written))

    assert cell[0] in "'\\"
    assert numbers[:2] == ["1200", "100"]


def test_no_formula_begins_at_a_semicolon_where_that_parts_cells() -> None:
    written = ownership.csv(report(["a;=1+1", 'b; "@x', "c-d;e"]), by=["team"])
    cells = [cell for _, cell, *_ in csv.reader(io.StringIO(written))]

    assert cells[1:] == ["a;'=1+1", "b;' \"@x", "c-d;e"]


def test_what_was_not_checked_is_null_and_has_a_reason() -> None:
    answer = json.loads(ownership.json(report(["a"], not_checked={"error logs": "no keys"})))

    assert answer["error_logs"] is None
    assert answer["datadog_teams"] is None
    assert answer["not_checked"] == [{"what": "error logs", "reason": "no keys"}]
    assert answer["total"]["no_test"] == ["motor/flow/drop"]


def test_markdown_names_nobody_and_breaks_no_table() -> None:
    shown = ownership.markdown(report(["@acme/motor|x"]), by=["team"])

    assert "`@acme/motor\\|x`" in shown
    assert "not checked" not in shown.lower()


def test_where_nothing_is_missing_that_is_said() -> None:
    whole = Ownership(total=row(""), rows={"team": (), "unit": (), "service": ()},
                      without_sop=(), team_count=1)  # fmt: skip

    assert ownership.text(whole).endswith("Nothing is missing.\n")
