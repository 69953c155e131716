"""Which template variables exist depends on the type, the grouping and the thresholds."""

from __future__ import annotations

import pytest

from monitor_sync.language.template_variables import (
    Existence,
    Surroundings,
    existence,
    known_variables,
    variables,
)

EXISTS, BLANK, UNKNOWN = Existence.EXISTS, Existence.BLANK, Existence.UNKNOWN


def around(type_: str = "query alert", *keys: str) -> Surroundings:
    return Surroundings(type=type_, group_keys=keys)


def verdict(text: str, surroundings: Surroundings) -> tuple[Existence, str]:
    """What becomes of the one variable of a text, and what to write instead."""
    (use,) = variables(text)
    result = existence(use, surroundings)
    assert result.reason or result.existence is EXISTS
    return result.existence, result.instead


def test_variables_are_found_wherever_they_stand() -> None:
    text = (
        '{{host.name}} {{{event.text}}} {{#is_match "env.name" "x"}}'
        "{{eval \"round(value / a.value)\"}}{{/is_match}} {{local_time 'last_triggered_at' 'UTC'}}"
        ' {{urlencode "[kube.app].name"}} {{{{is_match "b.name" "c"}}}}{{no}}{{{{/is_match}}}}'
    )
    uses = variables(text)

    assert [(use.name, use.place) for use in uses] == [
        ("host.name", "text"),
        ("event.text", "text"),
        ("env.name", "condition"),
        ("value", "eval"),
        ("a.value", "eval"),
        ("last_triggered_at", "local_time"),
        ("[kube.app].name", "urlencode"),
        ("b.name", "condition"),
    ]
    assert [text[use.start : use.end] for use in uses] == [
        "{{host.name}}",
        "{{{event.text}}}",
        "env.name",
        "value",
        "a.value",
        "last_triggered_at",
        "[kube.app].name",
        "b.name",
    ]


@pytest.mark.parametrize(
    ("text", "surroundings"),
    [
        ("{{value}}", around()),
        ("{{comparator}}", around("process alert")),
        ("{{triggered_duration_sec}}", around("composite")),
        ("{{host.name}}", around("query alert", "host")),
        ("{{host.ip}}", around("query alert", "host")),
        ("{{host.proxmox_node}}", around("query alert", "env", "host")),
        ("{{host.name}}", around("query alert", "host.name")),
        ("{{[kube.app].name}}", around("query alert", "kube.app")),
        ("{{[@usr.id].name}}", around("log alert", "@usr.id")),
        ("{{@projectId.name}}", around("log alert", "@projectId")),
        ("{{anything.name}}", around("service check", "*")),
        ("{{anything.name}}", Surroundings(type="query alert", group_keys=None)),
        ("{{env.name}}", Surroundings(type="query alert", filter_keys=("env",))),
        ("{{check_message}}", around("service check")),
        ("{{timeframe}}", around("slo alert")),
        ("{{log.attributes.usr.name}}", around("log alert")),
        ("{{log.message}}", around("log alert")),
        ("{{log.tags.env}}", around("error-tracking alert")),
        ("{{span.resource_name}}", around("trace-analytics alert")),
        ("{{rum.link}}", around("rum alert")),
        ("{{host.role.name}}", around("query alert", "host")),
        ("{{service.team}}", around("query alert", "service")),
        ("{{service.docs}}", around("query alert", "env", "service")),
        ("{{service.links[runbook]}}", around("query alert", "service")),
        ("{{kube_namespace.cluster_name}}", around("query alert", "kube_namespace")),
        ("{{kube_namespace.labels.app}}", around("query alert", "kube_namespace")),
        ("{{kube_namespace.owner}}", around("query alert", "kube_namespace")),
        ("{{kube_daemon_set.labels.app}}", around("query alert", "kube_daemon_set")),
        ("{{pod_name.phase}}", around("query alert", "pod_name")),
        ("{{network_device.vendor}}", around("query alert", "device")),
        ('{{eval "lower(env.name)"}}', around("query alert", "env")),
        ('{{eval "substring(env.name, 0, 3)"}}', around("query alert", "env")),
        ("{{cipipeline.ci_level}}", around("ci-pipelines alert")),
        ("{{event.tags.[dot.key]}}", around("event-v2 alert")),
        ("{{event.host.name}}", around("event-v2 alert")),
        ("{{issue.attributes.error.type}}", around("error-tracking alert")),
        ("{{databasemonitoring.attributes.db.name}}", around("database-monitoring alert")),
        ("{{table.name}}", around("data-quality alert")),
        ("{{a.value}}", Surroundings(type="composite", members=2)),
        ("{{b.log.message}}", Surroundings(type="composite", members=2)),
        ("{{what.ever}}", around("network-path alert")),
        ("{{warn_threshold}}", Surroundings(type="query alert",
                                            thresholds=frozenset({"warning"}))),
    ],
)  # fmt: skip
def test_a_variable_that_exists(text: str, surroundings: Surroundings) -> None:
    assert verdict(text, surroundings) == (EXISTS, "")


@pytest.mark.parametrize(
    ("text", "surroundings", "expected", "instead"),
    [
        ("{{host.name}}", around(), BLANK, ""),
        ("{{env.name}}", around("query alert", "host"), BLANK, ""),
        ("{{hosts.name}}", around("query alert", "host"), BLANK, "host.name"),
        ("{{service.name}}", around("query alert", "resource"), BLANK, ""),
        ("{{device.name}}", around("query alert", "region"), BLANK, ""),
        ("{{link}}", around("query alert", "env"), UNKNOWN, ""),
        ("{{hostname}}", around("query alert", "host"), UNKNOWN, "host.name"),
        ("{{host.Name}}", around("query alert", "host"), UNKNOWN, "host.name"),
        ("{{service.NAME}}", around("query alert", "service"), UNKNOWN, "service.name"),
        ("{{service.teams}}", around("query alert", "service"), UNKNOWN, "service.team"),
        ("{{Service.team}}", around("query alert", "service"), UNKNOWN, "service.team"),
        ("{{service.Docs}}", around("query alert", "service"), UNKNOWN, "service.docs"),
        ("{{service.oncall}}", around("query alert", "service"), UNKNOWN, ""),
        ("{{service.team}}", around("query alert", "host"), UNKNOWN, ""),
        ("{{kube_app.name}}", around("query alert", "kube.app"), BLANK, "[kube.app].name"),
        ("{{kube.app.name}}", around("query alert", "kube.app"), BLANK, "[kube.app].name"),
        ("{{@usr.id.name}}", around("log alert", "@usr.id"), BLANK, "[@usr.id].name"),
        ("{{host.ip}}", around("query alert", "env"), BLANK, ""),
        ("{{log.message}}", around("query alert", "host"), BLANK, ""),
        ("{{log.service}}", around("trace-analytics alert"), BLANK, "span.service"),
        ("{{warn_threshold}}", around(), BLANK, "threshold"),
        ("{{alert_recovery_threshold}}", around(), BLANK, "threshold"),
        ("{{check_message}}", around(), BLANK, ""),
        ("{{value}}", around("composite"), BLANK, "a.value"),
        ('{{eval "comparator + 1"}}', around(), BLANK, ""),
        ('{{eval "last_triggered_at - 900"}}', around(), BLANK, "last_triggered_at_epoch"),
        ("{{treshold}}", around(), UNKNOWN, "threshold"),
        ("{{Host.name}}", around("query alert", "host"), BLANK, "host.name"),
        ("{{HOST.name}}", around("query alert", "host"), BLANK, "host.name"),
        ("{{citest.error.message}}", around("ci-tests alert"), UNKNOWN,
         "citest.attributes.error.message"),
        ("{{service.team}}", around("query alert", "env"), UNKNOWN, ""),
        ("{{valeu}}", around("service check", "*"), UNKNOWN, "value"),
        ("{{valeu}}", Surroundings(type="query alert", group_keys=None), UNKNOWN, "value"),
        ("{{node}}", Surroundings(type="query alert", group_keys=None), UNKNOWN, "node.name"),
        ('{{eval "int(value100)"}}', around(), UNKNOWN, "value"),
        ("{{host}}", around("query alert", "host"), UNKNOWN, "host.name"),
        ("{{cluster_name}}", around("query alert", "cluster_name"), UNKNOWN,
         "cluster_name.name"),
        ('{{#is_match "host" "web"}}x{{/is_match}}', around("query alert", "host"), UNKNOWN,
         "host.name"),
        ("{{host.nam}}", around("query alert", "host"), EXISTS, ""),  # may be a tag of the host
        ("{{env.value}}", around("query alert", "env"), UNKNOWN, "env.name"),
        ("{{kube.app}}", around("query alert", "kube.app"), UNKNOWN, "[kube.app].name"),
        ("{{log}}", around("log alert"), UNKNOWN, "log.message"),
        ("{{log.mesage}}", around("log alert"), UNKNOWN, "log.message"),
        ("{{log.usr.id}}", around("log alert"), UNKNOWN, "log.attributes.usr.id"),
        ("{{c.value}}", Surroundings(type="composite", members=2), UNKNOWN, "b.value"),
        ("{{nothing_like_it}}", around("query alert", "host"), UNKNOWN, ""),
    ],
)  # fmt: skip
def test_a_variable_that_shows_nothing_and_what_to_write_instead(
    text: str, surroundings: Surroundings, expected: Existence, instead: str
) -> None:
    assert verdict(text, surroundings) == (expected, instead)


@pytest.mark.parametrize(
    "type_", ["query alert", "service check", "log alert", "composite", "data-quality alert"]
)
def test_every_variable_that_is_offered_exists(type_: str) -> None:
    surroundings = Surroundings(
        type=type_,
        group_keys=("host", "kube.app"),
        filter_keys=("env",),
        thresholds=frozenset({"critical", "warning"}),
        members=2 if type_ == "composite" else None,
    )
    offered = known_variables(surroundings)

    assert len(offered) == len(set(offered)) > 8
    for name in offered:
        assert verdict(f"{{{{{name}}}}}", surroundings) == (EXISTS, "")
