"""What ``validate`` answers to programs, and how its levels decide."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor_sync.diagnostics import Severity
from tests.cli.run import run
from tests.conftest import Local

FLOW = Path("monitors/motor/flow.yaml")
LEVELS = [severity.label for severity in Severity]


@pytest.fixture
def warned(project: Path) -> Path:
    """The small project with one warning: its monitor has no runbook."""
    path = project / FLOW
    path.write_text(path.read_text().replace("    runbook: motor/conversion\n", ""))
    return project


def with_severity(project: Path, severity: str) -> None:
    """Let the policy say how bad a missing runbook is."""
    path = project / "monitors" / "project.yaml"
    path.write_text(f"{path.read_text()}policy: {{severity: {{hygiene/no-runbook: {severity}}}}}\n")


@pytest.mark.parametrize("severity", LEVELS)
@pytest.mark.parametrize("least", LEVELS)
@pytest.mark.parametrize("fail_on", LEVELS)
def test_levels_decide_what_is_shown_and_what_fails(
    severity: str, least: str, fail_on: str, warned: Path
) -> None:
    with_severity(warned, severity)

    done = run("validate", "--show", least, "--fail-on", fail_on, cwd=warned)

    shown = LEVELS.index(severity) >= LEVELS.index(least)
    failed = LEVELS.index(severity) >= LEVELS.index(fail_on)
    assert ("hygiene/no-runbook" in done.stdout) is shown
    assert done.returncode == (3 if failed else 0)
    assert ("hides 1 finding" in done.stderr) is (failed and not shown)
    assert done.stdout.splitlines()[-1].startswith("Checked 1 monitor in 5 files: 1 " + severity)


def test_sarif_goes_to_a_file_for_code_scanning(warned: Path) -> None:
    done = run("validate", "--format", "sarif", "--output", "found.sarif", cwd=warned)

    (run_of_sarif,) = json.loads((warned / "found.sarif").read_text())["runs"]
    assert (done.returncode, done.stdout) == (0, "")
    assert [result["ruleId"] for result in run_of_sarif["results"]] == ["hygiene/no-runbook"]
    assert len(run_of_sarif["tool"]["driver"]["rules"]) > 50


@pytest.mark.parametrize("form", ["github", "sarif"])
def test_paths_start_at_the_top_of_the_checkout(form: str, warned: Path) -> None:
    changed = {"GITHUB_WORKSPACE": str(warned)}

    below = run(
        "--root",
        "../monitors",
        "validate",
        "--format",
        form,
        cwd=warned / "monitors",
        changed=changed,
    )
    top = run("validate", "--format", form, cwd=warned, changed=changed)

    assert str(FLOW) in top.stdout
    assert below.stdout == top.stdout


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"]])
def test_an_error_of_a_rule_refuses_to_write_the_monitor(
    command: list[str], project: Path, local: Local
) -> None:
    path = project / FLOW
    path.write_text(path.read_text().replace("{critical: 12}", "{critical: 12, warning: 9}"))

    done = run(*command, cwd=project, changed=local.environment)

    assert done.returncode == 3
    assert "thresholds/warning-beyond-critical" in done.stderr
    assert "so nothing is planned" in done.stderr
    assert local.emulator.monitor_count == 0


def test_what_datadog_holds_as_declared_is_nothing_for_the_rules_to_stop(
    warned: Path, local: Local
) -> None:
    first = run("apply", "--yes", cwd=warned, changed=local.environment)
    again = run("plan", cwd=warned, changed=local.environment)

    assert "The monitors that change have 1 warning" in first.stderr
    assert (again.returncode, again.stderr) == (0, "")


def test_the_first_quiet_week_is_judged_by_the_recipients_that_are_written(
    warned: Path, local: Local
) -> None:
    quiet = run("plan", "--notify-only", "@slack-quiet", cwd=warned, changed=local.environment)
    usual = run("plan", cwd=warned, changed=local.environment)

    line = "The monitors that change have 1 warning; `monitor-sync validate` shows what."
    assert [quiet.stderr.splitlines()[0], usual.stderr.splitlines()[0]] == [line, line]


def test_a_file_that_cannot_be_read_is_selected_by_its_name(project: Path) -> None:
    (project / "monitors/motor/other.yaml").write_text("monitors:\n  x: {name: a: b}\n")

    selected = run("validate", "motor/other", cwd=project)
    elsewhere = run("validate", "motor/flow", cwd=project)
    nowhere = run("validate", "motor/othr", cwd=project)

    assert (selected.returncode, selected.stdout.count("[file/not-yaml]")) == (3, 1)
    assert (elsewhere.returncode, elsewhere.stdout.count("[file/not-yaml]")) == (0, 0)
    assert (nowhere.returncode, nowhere.stdout) == (2, "")
