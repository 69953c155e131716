"""One mistake hides no other whose findings do not depend on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from monitor_sync.app import validate
from monitor_sync.cli import rulebook
from monitor_sync.model import Monitor, Project
from monitor_sync.project.doubts import FIELDS_OF_RULES, RULES_ON_LACK
from monitor_sync.rules.registry import every
from monitor_sync.rules.runner import Runner
from monitor_sync.rules.views import ProjectView
from tests.project.builders import flow, one, read, write
from tests.rules.cases import cases
from tests.rules.cases import read as read_case

QUERY = "query: avg(last_5m):avg:a{*}.rolup(avg, 60) > 5"
TEXT = "message: '{{valeu}} @slack-'"
OF_MONITORS = [rule for rule in every() if rule.view not in (None, ProjectView)]
OF_QUERY = {"query/unknown-modifier"}
OF_TEXT = {"message/unknown-variable", "routing/malformed-handle"}


def rules(folder: Path, *lines: str, before: str = "") -> set[str]:
    text = "".join(f"    {line}\n" for line in ("name: n", *lines))
    write(folder, {"motor/flow.yaml": f"{before}monitors:\n  a:\n{text}"})
    return {finding.rule for finding in validate(folder).diagnostics}


@pytest.mark.parametrize(
    "wrong",
    [
        "options: {evaluation_dely: 60}",
        "options: {timeout_h: x}",
        "thresholds: {critical: five}",
        "options: {thresholds: {critical: five}}",
    ],
)
def test_a_wrong_option_hides_nothing_of_the_query_and_the_message(
    tmp_path: Path, wrong: str
) -> None:
    assert rules(tmp_path, QUERY, TEXT, wrong) >= OF_QUERY | OF_TEXT


@pytest.mark.parametrize(
    ("wrong", "shown", "hidden"),
    [
        (
            "options: {evaluation_dely: 60}",
            {"message/blank-variable", "hygiene/no-runbook", "query/ratio-not-summed"},
            {"query/division-without-delay"},
        ),
        (
            "options: {timeout_h: x, escalation_message: hi}",
            {"options/escalation-never-sent"},
            set(),
        ),
        ("options: {on_mising_data: resolve}", {"query/division-without-delay"}, set()),
        ("options: [x]", {"hygiene/no-runbook"}, {"query/division-without-delay"}),
        ("priority: x", {"hygiene/no-runbook"}, {"hygiene/no-priority"}),
    ],
)
def test_a_mistake_hides_what_follows_from_it_and_nothing_else(
    tmp_path: Path, wrong: str, shown: set[str], hidden: set[str]
) -> None:
    ratio = "query: avg(last_5m):sum:a{*}.as_count() / sum:b{*}.as_count() > 5"
    names = rules(tmp_path, ratio, "message: '{{host.name}}'", wrong)

    assert names >= shown
    assert not names & hidden


def test_wrong_defaults_of_a_file_hide_nothing_of_the_query_and_the_message(tmp_path: Path) -> None:
    names = rules(tmp_path, QUERY, TEXT, before="defaults: {optoins: {}}\n")

    assert names >= OF_QUERY | OF_TEXT


def test_a_wrong_option_hides_no_wrong_order_of_thresholds(tmp_path: Path) -> None:
    names = rules(tmp_path, QUERY, "thresholds: {critical: 5, warning: 9}", "options: {locke: 1}")

    assert "thresholds/warning-beyond-critical" in names


def test_what_follows_from_a_wrong_threshold_is_not_told(tmp_path: Path) -> None:
    names = rules(tmp_path, QUERY, "thresholds: {critical: five, warning: 9}")

    assert "thresholds/warning-beyond-critical" not in names
    assert "thresholds/query-mismatch" not in names


def test_what_follows_from_a_wrong_type_is_not_told(tmp_path: Path) -> None:
    assert not rules(tmp_path, QUERY, TEXT, "type: log alrt") & (OF_QUERY | OF_TEXT)


@pytest.mark.parametrize(("team", "copies"), [("motor-quotes", True), ("motor-quots", False)])
def test_a_monitor_of_an_unknown_team_is_no_copy_of_another(
    tmp_path: Path, team: str, copies: bool
) -> None:
    """Its handles would be those of its own team."""
    lines = ("name: n", QUERY, 'message: "@slack-${team}"', "notify: false", "footer: false")
    same = "".join(f"    {line}\n" for line in lines)
    others = f"monitors:\n  b:\n{same}  c:\n{same}    team: {team}\n"
    write(tmp_path, {"motor/flow.yaml": others})

    found = {finding.rule for finding in validate(tmp_path).diagnostics}

    assert ("hygiene/exact-copy" in found) is copies
    assert ("ownership/unknown-team" in found) is not copies


def test_every_rule_that_is_said_to_depend_on_less_exists() -> None:
    names = {page.name for page in rulebook.pages()}

    assert FIELDS_OF_RULES.keys() <= names
    assert set().union(*RULES_ON_LACK.values()) <= names


def test_what_a_lost_option_alone_brings_about_is_known(tmp_path: Path) -> None:
    """Take each option out of each case of the rules, and see what is found then."""
    brought_about: dict[str, set[str]] = {}
    for number, case in enumerate(case for case in cases() if "options" in str(case.monitors)):
        project = read_case(tmp_path / str(number), case).project
        for monitor in project.monitors.values():
            before, options = rules_found(project, monitor), monitor.body["options"]
            for option in options.keys() - {"thresholds", "variables"}:
                less = {name: value for name, value in options.items() if name != option}
                lesser = replace(monitor, body={**monitor.body, "options": less})
                brought_about.setdefault(option, set()).update(
                    rules_found(project, lesser) - before
                )

    assert "evaluation_delay" in brought_about
    surprising = {
        option: rules - RULES_ON_LACK.get(option, frozenset())
        for option, rules in brought_about.items()
    }
    assert not any(surprising.values()), surprising


def rules_found(project: Project, monitor: Monitor) -> set[str]:
    runner = Runner(OF_MONITORS, project, memo=False)
    return {finding.rule.name for finding in runner.findings(runner.view(monitor))}


def test_what_else_is_wrong_with_a_monitor_of_the_wrong_shape_is_told_as_well(
    tmp_path: Path,
) -> None:
    loaded = read(
        tmp_path,
        flow(
            """
            broken:
              name: ${partnr}
              query: "avg(last_5m):a{*} > ${critical}"
              thresholds: {critical: 10 %}
              nmae: x
              also_notify: {alert: [chatt]}
            both: {name: x, type: composite, query: "${id:motor/flow/broken}"}
            """
        ),
    )

    rules = sorted(diagnostic.rule for diagnostic in loaded.diagnostics)
    assert rules == [
        "routing/unknown-handle",
        "schema/unknown-hole",
        "schema/unknown-key",
        "schema/wrong-type",
    ]
    assert list(loaded.project.monitors) == ["motor/flow/both"]


@pytest.mark.parametrize(
    ("wrong", "filled"),
    [
        ("tags: ['${x}']", "env"),
        ("tags: {env: '${x}'}", "env"),
        ("service: '${x}'", "service"),
        ("options: {thresholds: {critical: 1}, notify_no_data: '${x}'}", "critical"),
    ],
)
def test_what_a_wrong_field_would_have_filled_is_missing_without_a_failure(
    tmp_path: Path, wrong: str, filled: str
) -> None:
    name = f'"${{{filled}}}"'
    loaded = read(
        tmp_path, flow(f"broken: {{name: {name}, query: 'avg(last_5m):a{{*}} > 1', {wrong}}}")
    )

    assert {diagnostic.rule for diagnostic in loaded.diagnostics} == {"schema/unknown-hole"}


def test_a_suppression_without_its_rule_is_wrong_and_no_failure(tmp_path: Path) -> None:
    loaded = read(tmp_path, one("ignore: [{reason: x, until: 2027-01-01}]"))

    assert "file/tool-failed" not in {diagnostic.rule for diagnostic in loaded.diagnostics}
    assert loaded.diagnostics
