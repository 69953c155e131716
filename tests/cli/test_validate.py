"""What ``validate`` answers to programs, and how its levels decide."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor_sync.diagnostics import Severity
from tests.cli.run import run

FLOW = Path("monitors/motor/flow.yaml")
LEVELS = [each.label for each in Severity]


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

    (found,) = json.loads((warned / "found.sarif").read_text())["runs"]
    assert (done.returncode, done.stdout) == (0, "")
    assert [each["ruleId"] for each in found["results"]] == ["hygiene/no-runbook"]
    assert len(found["tool"]["driver"]["rules"]) > 50


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
def test_an_error_of_a_rule_refuses_a_plan_before_any_key_is_asked_for(
    command: list[str], project: Path
) -> None:
    path = project / FLOW
    path.write_text(path.read_text().replace("{critical: 12}", "{critical: 12, warning: 9}"))

    done = run(*command, cwd=project)

    assert done.returncode == 3
    assert "thresholds/warning-beyond-critical" in done.stderr
    assert "so nothing is compared with Datadog" in done.stderr


def test_the_first_quiet_week_is_judged_by_the_recipients_that_are_written(warned: Path) -> None:
    quiet = run("plan", "--notify-only", "@slack-quiet", cwd=warned)
    usual = run("plan", cwd=warned)

    line = "The files have 1 warning; `monitor-sync validate` shows what."
    assert [quiet.stderr.splitlines()[0], usual.stderr.splitlines()[0]] == [line, line]
