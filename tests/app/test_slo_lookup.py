"""An import names the SLOs that monitors watch as Datadog does, where the key may read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync import app
from monitor_sync.app import Imported, ImportOptions, Target
from monitor_sync.render import importing as rendered
from tests.app.test_importing import MOTOR, monitor
from tests.conftest import Local
from tests.emulator.calls import ask

KEYS = {"dd-api-key": "a", "dd-application-key": "b"}


@pytest.fixture
def slo(local: Local) -> str:
    """The id of an SLO that a live monitor watches."""
    body = {"name": "Quotes are fast", "type": "metric"}
    id_: str = ask(local.emulator, "POST", "/api/v1/slo", body)["data"][0]["id"]
    query = f'error_budget("{id_}").over("30d") > 75'
    options = {"thresholds": {"critical": 75.0}}
    local.emulator.seed(
        [monitor(21, "Budget", *MOTOR, type="slo alert", query=query, options=options)]
    )
    return id_


def imported(local: Local, tmp_path: Path, project: str) -> tuple[Imported, str, str]:
    """What an import of everything says, and what stands in project.yaml and the monitor's file."""
    root = tmp_path / "monitors"
    root.mkdir()
    (root / "project.yaml").write_text(project)
    report = app.import_monitors(
        root, Target(environ=local.environment), ImportOptions(everything=True)
    )
    return report, (root / "project.yaml").read_text(), (root / "motor/api.yaml").read_text()


def test_the_name_stands_in_the_project_file_and_in_the_query(
    local: Local, tmp_path: Path, slo: str
) -> None:
    before = f'project: acme\nslos:\n  other: "{"0" * 32}"\nsite: datadoghq.eu\n'
    report, project, monitors = imported(local, tmp_path, before)

    assert f'  other: "{"0" * 32}"\n  quotes-are-fast: "{slo}"\nsite: datadoghq.eu\n' in project
    assert 'error_budget("${slo:quotes-are-fast}").over("30d") > ${critical}' in monitors
    assert "SLO" not in rendered.text(report)
    (change,) = app.plan(tmp_path / "monitors", Target(environ=local.environment)).plan.changes
    assert (change.action, [field.field for field in change.fields]) == ("adopt", ["tags"])


def test_a_key_that_may_not_read_slos_leaves_the_id_and_the_report_says_so(
    local: Local, tmp_path: Path, slo: str
) -> None:
    local.emulator.inject(["forbidden,route=GET /api/v1/slo,times=always"])
    report, project, monitors = imported(local, tmp_path, "project: acme\n")

    assert "slos" not in project
    assert f'error_budget("{slo}")' in monitors
    text = rendered.text(report)
    assert "  names of SLOs not read: the key lacks `slos_read`\n" in text
    assert "1 monitor names a member or an SLO by id" in text


def test_names_that_cannot_be_added_without_touching_a_line_are_not(
    local: Local, tmp_path: Path, slo: str
) -> None:
    report, project, monitors = imported(local, tmp_path, "project: acme\nslos: {}\n")

    assert project.startswith("project: acme\nslos: {}\n")
    assert slo in monitors
    assert "takes no entries" in rendered.text(report)
