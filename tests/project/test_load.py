"""Each way to get a file wrong, and what the author is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.diagnostics import Severity
from monitor_sync.errors import UsageError
from monitor_sync.project.load import load
from tests.project.builders import TEAMS, flow, one, read, underlined, write

TEMPLATE = """
item: service
parameters: {limit: {type: number, default: 5}, metric: {type: string}}
monitors:
  errors:
    name: "${service} fails"
    query: "avg(last_5m):sum:${metric}{service:${service}} > ${critical}"
    thresholds: {critical: "${limit}"}
    message: It fails.
"""


def use(text: str) -> dict[str, str]:
    return {"templates/api.yaml": TEMPLATE, "motor/flow.yaml": f"use:\n  - {text}\n"}


MISTAKES = [
    (one("nmae: x"), "flow.yaml:7:5 [schema/unknown-key] <nmae> unknown key", "`name`"),
    (
        one("options: {renotify_intervall: 5}"),
        "flow.yaml:7:15 [schema/unknown-key] <renotify_intervall>", "`renotify_interval`",
    ),
    (one("options: {brand_new: 5}"), "<brand_new> unknown key", "raw_options"),
    (one("priority: high"), "<high> `high` is not a whole number from 1 to 5", ""),
    (one("priority: P2"), "<P2> `P2` is not a whole number from 1 to 5, or null", "write `2`"),
    (
        one("options: {renotify_interval: 1h}"),
        "<1h> `1h` is not a whole number",
        "write a number: minutes between reminders while the monitor stays in alert; 0 or null"
        " sends none",
    ),
    (
        one("options: {evaluation_delay: 15min}"),
        "<15min> `15min` is not a whole number",
        "write a number: seconds by which evaluation lags, so that late data is counted",
    ),
    (one("options: {timeout_h: 012}"), "<012> `012` is not a whole number", "write `12`"),
    (one("options: {evaluation_delay: 1_000}"), "<1_000> `1_000` is not a", "write `1000`"),
    (one(f"options: {{timeout_h: {'9' * 5_000}}}"), f"`{'9' * 57}…` is not a whole number", ""),
    (one("options: {evaluation_delay: ''}"), "an empty text is not a whole number", "remove it"),
    (one("priority: 7"), "<7> `7` is not a whole number from 1 to 5", ""),
    (one("options: {on_missing_data: show_ok}"), "<show_ok>", "write `resolve`"),
    (one("options: {on_missing_data: zero}"), "<zero>", "write `default`"),
    (one("options: {on_missing_data: alert}"), "<alert>", "write `show_and_notify_no_data`"),
    (one("thresholds: {critical: 0,5}"), "unknown key `5`", "before the decimals, `0.5`"),
    (one("type: apm alert"), "<apm alert>", "write `query alert` or `trace-analytics alert`"),
    (one("type: anomaly alert"), "<anomaly alert>", "write `query alert`"),
    (one("notify_no_data: true"), "unknown key `notify_no_data`", "write it under `options:`"),
    (one("evaluation_delay: 900"), "unknown key `evaluation_delay`", "write it under `options:`"),
    (one("evaluation_dely: 900"), "`evaluation_dely`", "`evaluation_delay` under `options:`?"),
    (one("warning: 4"), "unknown key `warning`", "indent it: `warning` stands below `thresholds:`"),
    (one("thresholds: {critical: 12,5}"), "unknown key `5`", "before the decimals, `12.5`"),
    (one("thresholds: {critical: '0,5'}"), "`0,5` is not a number", "write `0.5`"),
    (one("options: {evaluation_delay: '0,5'}"), "`0,5` is not a whole number", "without decimals"),
    (
        {"motor/flow.yaml": "monitors:\n  - name: x\n    query: q\n"},
        "a list is not a mapping from name to monitor",
        "write a name and a colon in place of each `-`",
    ),
    (
        {**use("{template: api, for_each: [x]}"), "templates/api.yaml": "monitors: {e: {nmae: x}}"},
        "unknown key `nmae`", "did you mean `name`?",
    ),
    (one("type: metrc alert"), "<metrc alert>", "did you mean `metric alert`?"),
    (one("type: event alert"), "<event alert>", "`event-v2 alert`"),
    (one("options: {on_missing_data: reslove}"), "<reslove>", "did you mean `resolve`?"),
    (one("options: {evaluation_delay: 10 %}"), "<10 %> `10 %` is not a whole number", "`10`"),
    (one('options: {include_tags: "yes"}'), "is not true or false", "write `true`"),
    (one("team: motor-qoutes"), "no team is called `motor-qoutes`", "`motor-quotes`"),
    (one("tags: [business_unit:x]"), "[tags/reserved] <business_unit:x>", "remove it"),
    (one("tags: {monitor_sync_key: x}"), "[tags/reserved] <monitor_sync_key>", "remove it"),
    (one("also_notify: {alert: [pagr]}"), "[routing/unknown-handle] <pagr>", "`pager`"),
    (one("also_notify: {alrt: [pager]}"), "<alrt> unknown key `alrt`", "`alert`"),
    (one('notify: {alert: "@x"}'), "is not a list of handles", '["@x"]'),
    (one("runbook: ${critcal}"), "[schema/unknown-hole] <${critcal}>", "`${critical}`"),
    (one("runbook: ${service}"), "<${service}> nothing fills", "declare `service:`"),
    (one("runbook: ${warning}"), "<${warning}> nothing fills", "thresholds: {warning"),
    (one("runbook: ${}"), "<${}> nothing fills", "`$${`"),
    (one("ignore: [{rule: x/y}]"), "`reason` is missing", "add `reason:`"),
    (one("adopt: '5'"), "is not the id of a live monitor", ""),
    (one("options: {thresholds: {critical: 5}}"), "[thresholds/given-twice]", "keep this one"),
    (one('for_each: {partner: [a, b]}'), "[schema/unused-item] <partner>", "use it in the query"),
    (one('for_each: {partner: []}'), "an empty list is not a list of items", ""),
    (flow("Errors: {name: x, query: y}"), "[schema/bad-name] <Errors>", "write `errors`"),
    (flow("errors: {query: y}"), "the monitor has no `name`", "add `name:`"),
    (flow("errors: {name: x}"), "the monitor has no `query`", "add `query:`"),
    (
        flow('a: {name: x, query: "${id:motor/flow/b}", type: composite}'),
        "[references/unknown-key] <${id:motor/flow/b}> no monitor has the key `motor/flow/b`", "",
    ),
    (use("{template: apii, for_each: [x]}"), "[schema/unknown-template] <apii>", "`api`"),
    (use("{template: api, for_each: [x]}"), "needs the parameter `metric`", "with: {metric"),
    (use("{template: api, with: {metric: m}}"), "is made for each service", "for_each"),
    (
        use("{template: api, with: {metric: m, limt: 3}, for_each: [x]}"),
        "[schema/unknown-parameter] <limt>", "`limit`",
    ),
    (
        use("{template: api, with: {metric: 3}, for_each: [x]}"),
        "<3> `3` is not a string", 'write `"3"`',
    ),
    (
        use("{template: api, with: {metric: m, limit: 10 %}, for_each: [x]}"),
        "`10 %` is not a number", "write `10`",
    ),
    (
        use("{template: api, with: {metric: m}, for_each: {x: {erors: false}}}"),
        "[schema/unknown-monitor] <erors>", "`errors`",
    ),
    (use("{with: {a: 1}}"), "`template` is missing", "add `template:`"),
    (
        {"templates/t.yaml": "parameters: {a: {type: list}}\nmonitors: {m: {name: n}}\n"},
        "[schema/unused-parameter] <a>", "remove it",
    ),
    (
        {"templates/t.yaml": "item: service\nmonitors: {m: {name: n}}"},
        "[schema/unused-item] <service>", "${service}",
    ),
    ({"motor/flow.yaml": "- a\n"}, "a list is not", ""),
    ({"motor/flow.yaml": ""}, "[file/empty]", "delete the file"),
    ({"motor/flow.yml": "monitors: {}"}, "[file/misplaced]", "rename it to flow.yaml"),
    ({"stray.yaml": "monitors: {}"}, "[file/misplaced]", "folder of a business unit"),
    ({"motor/deep/flow.yaml": "monitors: {}"}, "[file/misplaced]", "one folder up"),
    ({"motor/Big Flow.yaml": "monitors: {}"}, "[schema/bad-name]", "rename it to big-flow"),
    ({"Motor Unit/flow.yaml": "monitors: {}"}, "[schema/bad-name]", "rename it to motor-unit"),
    ({"project.yaml": "project: Acme Co\n"}, "<Acme Co>", ""),
    (
        {"project.yaml": "project: acme\nlimits: {deletes: 150%}\n"},
        "project.yaml:2:19 [schema/wrong-type] <150%> `150%` is more than all monitors", "`null`",
    ),
    ({"teams.yaml": "teams: {a: {handles: {pager: webhook}}}"}, "<webhook>", ""),
    (
        {"teams.yaml": 'teams: {a: {handles: {pager: "@x"}, notify: [{alert: [pagr]}]}}'},
        "[routing/unknown-handle] <pagr>", "`pager`",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected", "hint"), MISTAKES)
def test_a_mistake_is_told_once_with_its_place_and_what_to_type(
    tmp_path: Path, files: dict[str, str], expected: str, hint: str
) -> None:
    loaded = read(tmp_path, files)

    matching = [
        diagnostic for diagnostic in loaded.diagnostics if expected in underlined(diagnostic)
    ]
    assert len(matching) == 1, [underlined(diagnostic) for diagnostic in loaded.diagnostics]
    assert hint in matching[0].hint
    assert matching[0].severity is Severity.ERROR
    assert loaded.failed


def test_problems_of_all_files_are_told_in_one_run(tmp_path: Path) -> None:
    loaded = read(
        tmp_path,
        {
            **one("nmae: x"),
            "claims/a.yaml": "monitors: [",
            "claims/b.yaml": "monitors: {x: {name: y, query: z, team: claims, priority: 9}}",
        },
    )

    files = {Path(diagnostic.span.path).name for diagnostic in loaded.diagnostics}
    assert files == {"flow.yaml", "a.yaml", "b.yaml"}


def test_an_error_in_one_monitor_never_stops_the_check_of_another(tmp_path: Path) -> None:
    loaded = read(
        tmp_path,
        flow(
            """
            broken: {nmae: x}
            sound: {name: x, query: q}
            lost: {name: x, query: q, team: nobody}
            """
        ),
    )

    assert list(loaded.project.monitors) == ["motor/flow/sound"]
    keys = {diagnostic.key for diagnostic in loaded.diagnostics}
    assert keys == {"motor/flow/broken", "motor/flow/lost"}


def test_a_diagnostic_inside_one_monitor_carries_its_key(tmp_path: Path) -> None:
    loaded = read(tmp_path, one("priority: 9"))

    assert [diagnostic.key for diagnostic in loaded.diagnostics] == ["motor/flow/errors"]


def test_one_unknown_hole_in_a_template_is_told_once_for_all_its_items(tmp_path: Path) -> None:
    files = use("{template: api, with: {metric: m}, for_each: [x, y, z]}")
    files["templates/api.yaml"] = TEMPLATE.replace("It fails.", "${nothing} fails.")

    loaded = read(tmp_path, files)

    assert [diagnostic.rule for diagnostic in loaded.diagnostics] == ["schema/unknown-hole"]


def test_two_monitors_with_one_key_are_told_with_both_places(tmp_path: Path) -> None:
    loaded = read(
        tmp_path,
        flow(
            """
            errors.rail: {name: x, query: q}
            errors: {name: "${p}", query: q, for_each: {p: [rail]}}
            """
        ),
    )

    (problem,) = loaded.diagnostics
    assert problem.rule == "schema/key-given-twice"
    assert problem.span.line == 3
    assert "flow.yaml:2" in problem.hint


def test_a_key_too_long_for_a_tag_is_refused(tmp_path: Path) -> None:
    loaded = read(tmp_path, flow(f"{'x' * 175}: {{name: x, query: q}}"))

    (problem,) = loaded.diagnostics
    assert "the key has 186 characters" in problem.message


def test_members_in_a_circle_are_told_with_the_path(tmp_path: Path) -> None:
    loaded = read(
        tmp_path,
        flow(
            """
            a: {name: x, type: composite, query: "${id:motor/flow/b}"}
            b: {name: x, type: composite, query: "${id:motor/flow/a} && ${id:motor/flow/c}"}
            c: {name: x, query: q}
            """
        ),
    )

    (problem,) = loaded.diagnostics
    assert "motor/flow/a → motor/flow/b → motor/flow/a" in problem.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("moved_from: motor/flow/other", "names a monitor that is still declared"),
        ("adopt: 7", "monitor 7 is adopted here and by"),
    ],
)
def test_claims_that_two_monitors_make_are_refused(
    tmp_path: Path, text: str, expected: str
) -> None:
    files = one(text)
    files["motor/flow.yaml"] += "  other: {name: x, query: q, adopt: 7}\n"

    loaded = read(tmp_path, files)

    assert [diagnostic for diagnostic in loaded.diagnostics if expected in diagnostic.message]


def test_a_link_that_leads_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    root = write(tmp_path / "monitors", dict(one("priority: 1")))
    outside = tmp_path / "outside.yaml"
    outside.write_text("monitors: {x: {name: x, query: q}}")
    (root / "motor" / "link.yaml").symlink_to(outside)

    loaded = load(root)

    assert [diagnostic.rule for diagnostic in loaded.diagnostics] == ["file/outside-root"]
    assert list(loaded.project.monitors) == ["motor/flow/errors"]


def test_a_project_without_project_yaml_says_what_to_create(tmp_path: Path) -> None:
    root = write(tmp_path / "monitors", dict(flow("errors: {name: n, query: q}")))
    (root / "project.yaml").unlink()

    (problem,) = load(root).diagnostics

    assert problem.rule == "file/missing"
    assert "project: NAME" in problem.hint


def test_a_root_that_is_no_folder_is_a_wrong_command_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("priority: 0", "read as no priority"),
        ('priority: "5"', "read as the number 5"),
        ("overall_state: OK", "`overall_state` is read only"),
        ("restricted: false", "`restricted` is read only"),  # terraform-provider-datadog pull 3615
        ("run_as: {type: user}", "`run_as` is read only"),
        ("options: {silenced: {'*': null}}", "`silenced` is read only"),
        ("options: {avalanche_window: 10}", "`avalanche_window` is read only"),
        ("tags: [team:other]", "stands beside another `team` tag"),
        ("tags: [env:staging]", "stands beside another `env` tag"),
    ],
)
def test_what_is_meant_all_the_same_is_a_warning(tmp_path: Path, text: str, message: str) -> None:
    loaded = read(tmp_path, one(text))

    (warning,) = loaded.diagnostics
    assert message in warning.message
    assert warning.severity is Severity.WARNING
    assert not loaded.failed
    body = loaded.project.monitors["motor/flow/errors"].body
    assert body["priority"] in {None, 5}
    assert "overall_state" not in body
    assert set(body["options"]) == {"thresholds"}


OLD_PAGES = """
errors:
  name: Errors
  message: Quotes fail.
  query: "avg(last_5m):sum:motor.errors{env:production} > 5"
  options:
    renotify_interval: "30"
    thresholds: {critical: 5, comparison: ">", period: {seconds: 300}, timeAggregator: avg}
"""


def test_a_lock_of_old_is_not_sent_and_what_stands_for_it_now_is_said(tmp_path: Path) -> None:
    # terraform-provider-datadog#1996: Datadog's backend refuses a body that names `locked`
    locked = OLD_PAGES.replace('renotify_interval: "30"', "locked: true")

    loaded = read(tmp_path, flow(locked))

    assert loaded.diagnostics[0].hint == "remove it; `restricted_roles` says who may edit"
    assert "locked" not in loaded.project.monitors["motor/flow/errors"].body["options"]


def test_what_old_pages_of_datadog_left_in_an_export_is_not_sent(tmp_path: Path) -> None:
    loaded = read(tmp_path, flow(OLD_PAGES))

    assert [underlined(diagnostic).split(" ", 1)[1] for diagnostic in loaded.diagnostics] == [
        '[schema/number-in-quotes] <"30"> "30" is read as the number 30',
        "[schema/read-only] <comparison> `comparison` is read only and not sent",
        "[schema/read-only] <period> `period` is read only and not sent",
        "[schema/read-only] <timeAggregator> `timeAggregator` is read only and not sent",
    ]
    assert loaded.diagnostics[2].hint == "remove it; the window stands in the query"
    assert loaded.project.monitors["motor/flow/errors"].body["options"] == {
        "thresholds": {"critical": 5},
        "renotify_interval": 30,
    }


@pytest.mark.parametrize("name", ["Motor @slack-all", "{{host.name}}", "Motor ${env}"])
def test_a_name_that_would_page_from_every_footer_is_refused(tmp_path: Path, name: str) -> None:
    teams = TEAMS.replace("name: Motor quotes", f"name: '{name}'")
    loaded = read(tmp_path, {"teams.yaml": teams, "motor/business-unit.yaml": f"name: '{name}'\n"})

    expected = f"`{name}` is not a name without `@` and braces, which stand in every message"
    assert [diagnostic.message for diagnostic in loaded.diagnostics] == [expected, expected]
    assert {diagnostic.severity for diagnostic in loaded.diagnostics} == {Severity.ERROR}


def test_a_template_with_mistakes_is_not_unknown_as_well(tmp_path: Path) -> None:
    for template in ("item: [x]\nmonitors: {}\n", "parameters: 5\nmonitors: {}\n", "monitors: 5\n"):
        files = {**use("{template: api, for_each: [x]}"), "templates/api.yaml": template}

        rules = {diagnostic.rule for diagnostic in read(tmp_path, files).diagnostics}

        assert rules == {"schema/wrong-type"}
