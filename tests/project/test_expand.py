"""What authors write and what Datadog would be sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project.builders import PROJECT, TEAMS, flow, monitor, one, read

CHAT, PAGER = "@slack-motor", "@webhook-zenduty-motor"

API = """
item: service
parameters:
  limit: {type: number, default: 5}
  scope: {type: string, default: "env:${env},service:${service}"}
monitors:
  errors:
    name: "${service} fails"
    service: "${service}"
    query: "avg(last_5m):sum:api.errors{${scope}} > ${critical}"
    thresholds: {critical: "${limit}"}
    message: It fails.
    tags: {layer: api}
  latency: {name: "${service} is slow", query: "avg(last_5m):avg:api.seconds{${scope}} > 1"}
"""


def used(text: str) -> dict[str, str]:
    return {"templates/api.yaml": API, "motor/apis.yaml": f"use:\n{text}"}


def test_a_monitor_is_complete_with_owner_tags_and_defaults(tmp_path: Path) -> None:
    body = monitor(tmp_path, one("priority: 1\nservice: quote-api")).body

    assert body["type"] == "query alert"
    assert body["query"] == "avg(last_5m):sum:motor.errors{env:production} > 5"
    assert body["priority"] == 1
    assert body["options"] == {"thresholds": {"critical": 5}}
    assert body["tags"] == [
        "business_unit:motor", "team:motor-quotes", "service:quote-api", "on_call:motor-quotes",
        "env:production", "monitor_sync_project:acme", "monitor_sync_key:motor/flow/errors",
    ]  # fmt: skip


def test_levels_merge_from_project_to_item_and_the_stronger_wins(tmp_path: Path) -> None:
    files = {
        "project.yaml": PROJECT
        + "defaults: {priority: 5, options: {timeout_h: 1, notify_audit: true}}",
        "motor/business-unit.yaml": "team: motor-quotes\ndefaults: {priority: 4, tags: [a:unit]}",
        "motor/flow.yaml": """
defaults: {priority: 3, options: {timeout_h: 2}}
tags: {tier: "1"}
monitors:
  plain: {name: "n", query: q}
  strong: {name: "n", query: q, priority: 2, options: {timeout_h: null, renotify_interval: 0}}
  items:
    name: "${p}"
    query: q
    priority: 2
    for_each: {p: {x: {priority: 1, tags: {tier: "0"}}, y: {}}}
""",
    }
    monitors = read(tmp_path, files).project.monitors

    plain = monitors["motor/flow/plain"]
    assert plain.priority == 3
    assert plain.body["options"] == {"timeout_h": 2, "notify_audit": True}
    assert {"a:unit", "tier:1"} <= set(plain.tags)
    strong = monitors["motor/flow/strong"].body["options"]
    assert strong == {"notify_audit": True, "renotify_interval": 0}
    assert monitors["motor/flow/items.x"].priority == 1
    assert "tier:0" in monitors["motor/flow/items.x"].tags
    assert "tier:1" not in monitors["motor/flow/items.x"].tags
    assert monitors["motor/flow/items.y"].priority == 2


def test_a_template_makes_its_monitors_for_each_item(tmp_path: Path) -> None:
    loaded = read(
        tmp_path,
        used(
            """
  - template: api
    with: {limit: 7}
    tags: {tier: "2"}
    for_each:
      quote-api: {errors: {thresholds: {critical: 0.5, warning: 0.1}}}
      pricing: {}
      document: {latency: false}
"""
        ),
    )

    assert loaded.diagnostics == ()
    monitors = loaded.project.monitors
    assert list(monitors) == [
        "motor/apis/quote-api.errors", "motor/apis/pricing.errors", "motor/apis/document.errors",
        "motor/apis/quote-api.latency", "motor/apis/pricing.latency",
    ]  # fmt: skip
    changed = monitors["motor/apis/quote-api.errors"]
    assert changed.query.endswith("{env:production,service:quote-api} > 0.5")
    assert changed.body["options"]["thresholds"] == {"critical": 0.5, "warning": 0.1}
    assert changed.service == "quote-api"
    assert {"layer:api", "tier:2", "service:quote-api"} <= set(changed.tags)
    assert monitors["motor/apis/pricing.errors"].query.endswith("> 7")
    assert (changed.line, monitors["motor/apis/pricing.errors"].line) == (7, 8)


def test_a_template_without_an_item_is_used_once(tmp_path: Path) -> None:
    loaded = read(
        tmp_path,
        {
            "templates/t.yaml": "monitors: {errors: {name: x, query: q}}",
            "motor/flow.yaml": "use: [{template: t}]",
        },
    )

    assert list(loaded.project.monitors) == ["motor/flow/errors"]


def test_several_names_give_every_combination_in_written_order(tmp_path: Path) -> None:
    loaded = read(
        tmp_path,
        flow(
            """
            errors:
              name: "${partner} ${channel}"
              query: "${channel}"
              for_each: {partner: [b, a], channel: {web: {}, app: {priority: 2}, fax: false}}
            """
        ),
    )

    keys = [key.removeprefix("motor/flow/errors.") for key in loaded.project.monitors]
    assert keys == ["b.web", "b.app", "a.web", "a.app"]
    assert loaded.project.monitors["motor/flow/errors.a.app"].priority == 2


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("5", "5"),
        ("5.0", "5"),
        ("0.5", "0.5"),
        ("1e-7", "0.0000001"),
        ("1e3", "1000"),
        ("-2.50", "-2.5"),
    ],
)
def test_numbers_print_as_the_shortest_decimal(tmp_path: Path, written: str, shown: str) -> None:
    files = flow(
        f'errors: {{name: n, query: "a > ${{critical}}", thresholds: {{critical: {written}}}}}'
    )

    assert monitor(tmp_path, files).query == f"a > {shown}"


def test_a_scalar_that_is_one_hole_takes_the_type_of_its_value(tmp_path: Path) -> None:
    files = {
        "templates/t.yaml": """
parameters: {on: {type: boolean}, n: {type: integer}, by: {type: list}}
monitors:
  m: {name: n, query: q, priority: "${n}", options: {notify_audit: "${on}", notify_by: "${by}"}}
""",
        "motor/flow.yaml": "use: [{template: t, with: {on: true, n: 2, by: [host]}}]",
    }

    body = monitor(tmp_path, files, "motor/flow/m").body

    assert body["priority"] == 2
    assert body["options"] == {"notify_audit": True, "notify_by": ["host"]}


def test_a_wrong_type_that_a_hole_brings_is_told_where_the_hole_stands(tmp_path: Path) -> None:
    files = {
        "templates/t.yaml": "parameters: {n: {type: string}}\n"
        'monitors: {m: {name: n, query: q, priority: "${n}"}}',
        "motor/flow.yaml": "use: [{template: t, with: {n: high}}]",
    }

    (problem,) = read(tmp_path, files).diagnostics

    assert "`high` is not a whole number from 1 to 5" in problem.message
    assert problem.span.path.endswith("templates/t.yaml")


def test_datadogs_braces_and_a_doubled_dollar_are_left_alone(tmp_path: Path) -> None:
    text = monitor(tmp_path, one("runbook: x\nfooter: false")).body["message"]
    assert text.startswith("Quotes fail.")
    files = flow('errors: {name: "{{host.name}} $${x} $5", query: q}')

    assert monitor(tmp_path / "two", files).name == "{{host.name}} ${x} $5"


def test_a_query_of_several_lines_becomes_one_but_not_inside_quotes(tmp_path: Path) -> None:
    files = flow(
        """
        errors:
          name: n
          query: |
            logs("a  b").index("*")
              .rollup("count").last("5m")   > 3
        """
    )

    query = 'logs("a  b").index("*") .rollup("count").last("5m") > 3'
    assert monitor(tmp_path, files).query == query


def test_references_stay_for_apply_and_take_holes_inside(tmp_path: Path) -> None:
    files = flow(
        """
        errors: {name: n, query: q}
        errors.a: {name: n, query: q}
        both:
          name: "${x}"
          type: composite
          query: "${id:motor/flow/errors} && ${id:${unit}/flow/errors.${x}}"
          for_each: {x: [a]}
        """
    )

    both = monitor(tmp_path, files, "motor/flow/both.a")

    assert both.query == "${id:motor/flow/errors} && ${id:motor/flow/errors.a}"
    assert both.references == ("motor/flow/errors", "motor/flow/errors.a")


def test_an_slo_is_named_and_its_id_is_filled_in(tmp_path: Path) -> None:
    slo = "a" * 32
    files = one('query: \'error_budget("${slo:quotes}").over("7d") > ${critical}\'')
    files["motor/flow.yaml"] = files["motor/flow.yaml"].replace(
        '    query: "avg(last_5m):sum:motor.errors{env:${env}} > ${critical}"\n', ""
    )
    files["project.yaml"] = PROJECT + f"slos: {{quotes: {slo}}}\n"

    assert f'error_budget("{slo}")' in monitor(tmp_path, files).query


def test_raw_options_pass_through_beside_the_known_ones(tmp_path: Path) -> None:
    loaded = read(tmp_path, one("options: {timeout_h: 1}\nraw_options: {brand_new: {x: [1]}}"))

    assert [diagnostic.rule for diagnostic in loaded.diagnostics] == ["schema/passed-unchecked"]
    assert loaded.project.monitors["motor/flow/errors"].body["options"] == {
        "thresholds": {"critical": 5},
        "timeout_h": 1,
        "brand_new": {"x": [1]},
    }


@pytest.mark.parametrize(
    ("files", "key", "former"),
    [
        (one("moved_from: motor/old/errors"), "motor/flow/errors", ("motor/old/errors",)),
        (one("moved_from: [a, b]"), "motor/flow/errors", ("motor/flow/a", "motor/flow/b")),
        (
            {"motor/flow.yaml": "moved_from: motor/old\nmonitors: {a: {name: n, query: q}}"},
            "motor/flow/a", ("motor/old/a",),
        ),
        (
            {"motor/business-unit.yaml": "team: claims\nmoved_from: cars", **one("priority: 1")},
            "motor/flow/errors", ("cars/flow/errors",),
        ),
        (
            flow('a: {name: "${p}", query: q, moved_from: b, for_each: {p: [x]}}'),
            "motor/flow/a.x", ("motor/flow/b.x",),
        ),
        (
            flow('a: {name: "${p}", query: q, for_each: {p: {x: {moved_from: a.y}}}}'),
            "motor/flow/a.x", ("motor/flow/a.y",),
        ),
        (
            used("  - {template: api, for_each: {x: {errors: {moved_from: y.errors}}}}"),
            "motor/apis/x.errors", ("motor/apis/y.errors",),
        ),
    ],
)  # fmt: skip
def test_moved_from_names_every_former_key(
    tmp_path: Path, files: dict[str, str], key: str, former: tuple[str, ...]
) -> None:
    assert monitor(tmp_path, files, key).moved_from == former


def test_the_message_has_text_footer_and_a_line_for_each_state_that_can_occur(
    tmp_path: Path,
) -> None:
    files = one(
        """
        priority: 1
        service: quote-api
        runbook: motor/errors
        options: {on_missing_data: show_and_notify_no_data, renotify_interval: 30}
        """
    )
    files["project.yaml"] = PROJECT + "site: datadoghq.eu\n"

    text = monitor(tmp_path, files).body["message"]

    query = "service%3Aquote-api%20env%3Aproduction"
    times = '{{eval "last_triggered_at_epoch-900000"}}', '{{eval "last_triggered_at_epoch+900000"}}'
    links = (
        f"[Logs](https://app.datadoghq.eu/logs?query={query}&from_ts={times[0]}&to_ts={times[1]}&live=false)"
        f" · [Traces](https://app.datadoghq.eu/apm/traces?query={query}&start={times[0]}&end={times[1]}&paused=true)"
        f" · [Service](https://app.datadoghq.eu/apm/services/quote-api?env=production&start={times[0]}&end={times[1]}&paused=true)"
    )
    assert text.split("\n") == [
        "Quotes fail.",
        "",
        "---",
        "Owner: Motor quotes (Motor), on call: motor-quotes  ",
        "Runbook: https://runbooks.example/motor/errors  ",
        links + "  ",
        "Declared in monitors/motor/flow.yaml as motor/flow/errors",
        "",
        "{{#is_alert}}@webhook-zenduty-motor @slack-motor{{/is_alert}}",
        "{{#is_no_data}}@webhook-zenduty-motor{{/is_no_data}}",
        "{{#is_renotify}}@webhook-zenduty-motor{{/is_renotify}}",
        "{{#is_recovery}}@webhook-zenduty-motor @slack-motor{{/is_recovery}}",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("priority: 3", {"alert": (CHAT,), "recovery": (CHAT,)}),
        ("priority: 3\nnotify: {alert: [pager]}", {"alert": (PAGER,), "recovery": (CHAT,)}),
        (
            'also_notify: {alert: ["@slack-sales"]}',
            {"alert": (CHAT, "@slack-sales"), "recovery": (CHAT,)},
        ),
        ("notify: false", {"alert": (), "recovery": ()}),
        ("team: claims", {"alert": (), "recovery": ()}),
    ],
)  # fmt: skip
def test_recipients_follow_priority_state_and_what_the_monitor_says(
    tmp_path: Path, text: str, expected: dict[str, tuple[str, ...]]
) -> None:
    assert monitor(tmp_path, one(text)).recipients == expected


def test_notify_only_replaces_every_recipient_wherever_it_stands(tmp_path: Path) -> None:
    files = one('priority: 1\noptions: {escalation_message: "Still! @pagerduty-x"}')
    files["motor/flow.yaml"] = files["motor/flow.yaml"].replace(
        "Quotes fail.", '"Ask @jane@example.com or {{#is_alert}}@oncall-x{{/is_alert}}, not a@b.c."'
    )

    monitor = read(tmp_path, files, notify_only="@slack-quiet").project.monitors[
        "motor/flow/errors"
    ]

    text = monitor.body["message"]
    assert text.startswith("Ask @slack-quiet or {{#is_alert}}@slack-quiet{{/is_alert}}, not a@b.c.")
    assert "pager" not in text
    assert "zenduty" not in text
    assert monitor.body["options"]["escalation_message"] == "Still! @slack-quiet"
    assert set(monitor.recipients.values()) == {("@slack-quiet",)}


def test_the_on_call_tag_names_no_tool_and_can_be_chosen(tmp_path: Path) -> None:
    files = one("priority: 1")
    files["teams.yaml"] = TEAMS.replace("{tool: zenduty, service", "{name: motor, tool: x, service")

    assert "on_call:motor" in monitor(tmp_path, files).tags


def test_what_a_comment_says_of_holes_changes_no_monitor(tmp_path: Path) -> None:
    files = flow(
        """
        errors:
          name: Errors of $5
          query: avg(last_5m):sum:motor.errors{env:production} > 5
          thresholds: {critical: 5, warning: null}
          options: {notify_audit: false}
          tags: {tier: 1}
          message: Costs $$ at {{host.name}}.
        """
    )
    noted = {name: f"{text}\n# what ${{env}} is\n" for name, text in files.items()}
    bodies = [
        monitor(root, files_of_root).body
        for root, files_of_root in ((tmp_path / "plain", files), (tmp_path / "noted", noted))
    ]

    assert bodies[0] == bodies[1]
    assert bodies[0]["message"].startswith("Costs $$ at {{host.name}}.")
