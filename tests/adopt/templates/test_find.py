"""What is found in monitors, each time proven by the real loader."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor_sync.adopt.placed import PlacedMonitor
from tests.adopt.templates.expanding import placed, proven, suggested
from tests.growth import calls

SERVICES = ("quote-api", "pricing", "documents", "vehicle-data")


def errors(service: str, id_: int, **fields: Any) -> PlacedMonitor:
    critical = fields.get("thresholds", {"critical": 5})["critical"]
    fields.setdefault(
        "message", f"{{{{value}}}} requests to {service} fail.\n\n@slack-{service}-alerts"
    )
    return placed(
        f"[Motor] {service}: requests fail",
        f"sum(last_5m):sum:trace.http.request.errors{{env:prod,service:{service}}}.as_count()"
        f" > {critical}",
        id_=id_,
        key=f"{service}-requests-fail",
        **fields,
    )


def latency(service: str, id_: int, **fields: Any) -> PlacedMonitor:
    return placed(
        f"[Motor] {service}: slow",
        f"avg(last_5m):p95:trace.http.request{{env:prod,service:{service}}} > 5",
        id_=id_,
        key=f"{service}-slow",
        **fields,
    )


def test_monitors_of_one_file_that_differ_by_a_service_become_one_with_items(
    tmp_path: Path,
) -> None:
    suggestion = proven([errors(s, n) for n, s in enumerate(SERVICES, 1)], tmp_path)
    (repeated,) = suggestion.repeated
    assert repeated.written({}, {}) == {
        "for_each": {"service": list(SERVICES)},
        "name": "[Motor] ${service}: requests fail",
        "query": (
            "sum(last_5m):sum:trace.http.request.errors{env:prod,service:${service}}.as_count()"
            " > ${critical}"
        ),
        "thresholds": {"critical": 5},
        "message": "{{value}} requests to ${service} fail.\n\n@slack-${service}-alerts",
    }
    assert list(repeated.members) == [f"requests-fail.{service}" for service in SERVICES]


def test_another_threshold_is_a_change_of_the_item(tmp_path: Path) -> None:
    monitors = [errors(service, n) for n, service in enumerate(SERVICES, 1)]
    monitors.append(errors("fraud", 9, thresholds={"critical": 20, "warning": 10}))
    (repeated,) = proven(monitors, tmp_path).repeated
    items = repeated.written({}, {})["for_each"]["service"]
    assert items["fraud"] == {"thresholds": {"critical": 20, "warning": 10}}
    assert items["pricing"] == {}


def test_messages_that_have_nothing_in_common_are_each_items_own(tmp_path: Path) -> None:
    options = {"renotify_interval": 60, "timeout_h": 4, "renotify_statuses": ["alert"]}
    messages = ("Buyers wait.", "Ask the underwriters first", "Restart it", "Nobody is told 1 2 3")
    monitors = [
        errors(service, number, message=message, priority=2, options=dict(options))
        for number, (service, message) in enumerate(zip(SERVICES, messages, strict=True), 1)
    ]
    (repeated,) = proven(monitors, tmp_path).repeated
    written = repeated.written({}, {})
    assert "message" not in written
    assert [change["message"] for change in written["for_each"]["service"].values()] == [*messages]


def test_a_level_that_only_one_monitor_lacks_is_unset_for_it(tmp_path: Path) -> None:
    both = {"critical": 5, "warning": 3}
    monitors = [errors(service, n, thresholds=both) for n, service in enumerate(SERVICES, 1)]
    monitors.append(errors("fraud", 9, thresholds={"critical": 5}))
    (repeated,) = proven(monitors, tmp_path).repeated
    assert repeated.items["fraud"] == {"thresholds": {"warning": None}}


def test_several_monitors_of_the_same_services_are_one_template_with_a_use_a_file(
    tmp_path: Path,
) -> None:
    monitors = []
    for number, service in enumerate(SERVICES):
        monitors.append(errors(service, 10 + number, file=service))
        monitors.append(latency(service, 20 + number, file=service))
    suggestion = proven(monitors, tmp_path)
    (template,) = suggestion.templates
    assert template.name == "trace-service"
    assert list(template.monitors) == ["requests-fail", "slow"]
    assert [use.written("pricing", {}, {}) for use in suggestion.uses] == [
        {"template": "trace-service", "for_each": [service]} for service in SERVICES
    ]
    assert list(suggestion.uses[0].members) == ["quote-api.requests-fail", "quote-api.slow"]


def test_a_service_without_one_of_the_monitors_says_false(tmp_path: Path) -> None:
    monitors = [errors(service, 10 + n, file=service) for n, service in enumerate(SERVICES)]
    monitors += [latency(service, 20 + n, file=service) for n, service in enumerate(SERVICES[1:])]
    suggestion = proven(monitors, tmp_path)
    assert len(suggestion.templates) == 1
    assert suggestion.uses[0].written("pricing", {}, {})["for_each"] == {
        "quote-api": {"slow": False}
    }


def test_a_sentence_that_differs_by_team_becomes_a_parameter(tmp_path: Path) -> None:
    monitors = [
        errors(
            service,
            number,
            file=service,
            message=f"Requests to {service} fail. {who} see error pages.\nOwner: {who}",
        )
        for number, (service, who) in enumerate(
            zip(SERVICES, ("Buyers", "Agents", "Buyers of travel", "Garages"), strict=True), 1
        )
    ]
    suggestion = proven(monitors, tmp_path)
    (template,) = suggestion.templates
    assert template.parameters == {"owner": {"type": "string"}}
    assert template.monitors["requests-fail"]["message"] == (
        "Requests to ${service} fail. ${owner} see error pages.\nOwner: ${owner}"
    )
    assert suggestion.uses[1].written("pricing", {}, {})["with"] == {"owner": "Agents"}


def test_unit_and_team_need_no_parameter(tmp_path: Path) -> None:
    monitors = [
        placed(
            f"[{unit.title()}] a queue is full",
            f"avg(last_5m):avg:queue.size{{team:{team}}} > 5",
            id_=number,
            unit=unit,
            file=file,
            team=team,
            key="a-queue-is-full",
            message=f"@slack-{team}-alerts, see runbooks/{unit}\nMany words to make it worth it.",
        )
        for number, (unit, file, team) in enumerate(
            [("motor", "a", "one"), ("motor", "b", "two"), ("travel", "a", "three")], 1
        )
    ] + [placed("Else", "avg(last_5m):avg:other{*} > 5", id_=9)]
    suggestion = proven(monitors, tmp_path)
    (template,) = suggestion.templates
    assert template.written() == {
        "monitors": {
            "a-queue-is-full": {
                "name": "[${unit_name}] a queue is full",
                "query": "avg(last_5m):avg:queue.size{team:${team}} > ${critical}",
                "thresholds": {"critical": 5},
                "message": (
                    "@slack-${team}-alerts, see runbooks/${unit}\nMany words to make it worth it."
                ),
            }
        }
    }
    assert [use.written("", {}, {}) for use in suggestion.uses] == [
        {"template": "a-queue-is-full", "team": team} for team in ("one", "two", "three")
    ]


def test_what_another_hole_says_but_for_fixed_words_is_no_hole_of_its_own(tmp_path: Path) -> None:
    monitors = [
        placed(
            f"{queue}: dead letters",
            f"max(last_5m):max:aws.sqs.visible{{queuename:{queue}-dlq}} > 5",
            id_=number,
            key=f"{queue}-dead-letters",
        )
        for number, queue in enumerate(("orders", "quotes", "claims"), 1)
    ]
    (repeated,) = proven(monitors, tmp_path).repeated
    assert repeated.monitor["query"] == (
        "max(last_5m):max:aws.sqs.visible{queuename:${queue}-dlq} > ${critical}"
    )


def test_a_name_that_is_in_the_file_already_is_not_given_twice(tmp_path: Path) -> None:
    other = placed("Other", "avg(last_5m):avg:other{*} > 5", id_=9, key="requests-fail")
    suggestion = proven([*(errors(s, n) for n, s in enumerate(SERVICES, 1)), other], tmp_path)
    assert [repeated.name for repeated in suggestion.repeated] == ["requests-fail-2"]


def test_names_of_templates_and_keys_that_exist_are_left_alone() -> None:
    monitors = [errors(service, n, file=service) for n, service in enumerate(SERVICES, 1)]
    suggestion = suggested(
        monitors,
        taken_templates=["requests-fail-2"],
        taken_keys=["motor/pricing/pricing.requests-fail"],
    )
    (template,) = suggestion.templates
    assert (template.name, list(template.monitors)) == ("requests-fail-3", ["requests-fail-2"])


def test_two_monitors_are_no_template() -> None:
    monitors = [errors(service, n) for n, service in enumerate(SERVICES[:2], 1)]
    assert suggested(monitors).left == tuple(monitors)


def test_exact_copies_stay_written_out_since_no_item_tells_them_apart() -> None:
    monitors = [placed("A", "avg(last_5m):avg:a{*} > 5", id_=number) for number in range(5)]
    assert suggested(monitors).left == tuple(monitors)


def test_monitors_that_share_a_query_and_nothing_else_stay_written_out() -> None:
    names = ("Checkout is slow", "Nobody can log in", "Backups have not run", "Disk nearly full")
    monitors = [
        placed(name, f"avg(last_5m):avg:a.b{{host:h{number}}} > 5", id_=number, message=name * 3)
        for number, name in enumerate(names)
    ]
    assert suggested(monitors).left == tuple(monitors)


def test_composites_stay_written_out_since_they_name_keys() -> None:
    monitors = [
        placed(f"{s} is down", f"{number} && {number + 1}", id_=number, type="composite")
        for number, s in enumerate(SERVICES, 100)
    ]
    assert suggested(monitors).left == tuple(monitors)


def test_slo_alerts_stay_written_out_where_they_name_slos() -> None:
    monitors = [
        placed(
            f"{s} burns",
            f'error_budget("${{slo:{s}}}").over("7d") > ${{critical}}',
            id_=number,
            type="slo alert",
        )
        for number, s in enumerate(SERVICES, 100)
    ]
    assert suggested(monitors).left == tuple(monitors)


def test_services_times_environments_are_a_template_with_both() -> None:
    monitors = [
        placed(
            f"{service}: pods not ready in {env}",
            f"max(last_10m):sum:pods.unready{{env:{env},service:{service}}} > 5",
            id_=number,
            file=service,
            service=service,
            key=f"{service}-pods-not-ready-in-{env}",
            tags=[f"env:{env}"],
        )
        for number, (service, env) in enumerate(product(SERVICES[:3], ("live", "test")), 1)
    ]
    suggestion = suggested(monitors)
    (template,) = suggestion.templates
    assert (template.item, list(template.monitors)) == ("environment", ["pods-not-ready"])
    assert template.monitors["pods-not-ready"]["name"] == (
        "${service}: pods not ready in ${environment}"
    )
    assert template.monitors["pods-not-ready"]["tags"] == ["env:${environment}"]
    assert [list(use.items) for use in suggestion.uses] == [["live", "test"]] * 3


def test_a_dollar_sign_and_braces_of_datadog_survive(tmp_path: Path) -> None:
    monitors = [
        placed(
            f"{service}: costs",
            f"avg(last_5m):avg:cost{{service:{service}}} > 5",
            id_=number,
            message="{{value}} $$ and {{#is_alert}}@a-" + service + "{{/is_alert}}",
        )
        for number, service in enumerate(SERVICES, 1)
    ]
    assert len(proven(monitors, tmp_path).repeated) == 1


def test_tags_of_all_are_the_templates_and_others_stand_beside_the_item(tmp_path: Path) -> None:
    monitors = [
        errors(service, number, tags=[f"queue:{service}", "layer:apm", *more])
        for number, (service, more) in enumerate(
            zip(SERVICES, ([], ["tier:1"], [], []), strict=True), 1
        )
    ]
    (repeated,) = proven(monitors, tmp_path).repeated
    assert repeated.monitor["tags"] == ["queue:${service}", "layer:apm"]
    assert repeated.items["pricing"] == {"tags": ["tier:1"]}


def test_what_the_file_gives_to_all_is_not_repeated_by_item(tmp_path: Path) -> None:
    quiet = {"options": {"renotify_interval": 60}}
    monitors = [errors(s, 10 + n, file=s, tags=["tier:1"]) for n, s in enumerate(SERVICES)]
    monitors += [
        errors(s, 20 + n, file=s, tags=["tier:2"], **quiet) for n, s in enumerate(("a1", "b1"))
    ]
    use = proven(monitors, tmp_path).uses[-1]
    assert use.written("", {}, {})["tags"] == ["tier:2"]
    assert use.written("pricing", {"tier": "2"}, quiet) == {
        "template": "requests-fail",
        "for_each": ["b1"],
    }


def estate(services: int, others: int) -> list[PlacedMonitor]:
    """Monitors of some services, each with its sentence, and others that are like no other."""
    of_services = [
        placed(
            f"[Motor] service-{number}: requests fail",
            f"sum(last_5m):sum:trace.errors{{service:service-{number}}}.as_count() > 5",
            id_=number + 1,
            file=f"service-{number}",
            message=f"{{{{value}}}} fail.\nPeople of kind {number % 7} see it in service-{number}.",
        )
        for number in range(services)
    ]
    return of_services + [
        placed(f"Kind {number}", f"avg(last_5m):avg:kind_{number}.a{{*}} > 5", id_=10_000 + number)
        for number in range(others)
    ]


def test_twice_the_monitors_take_about_twice_the_calls() -> None:
    small, large = estate(80, 80), estate(160, 160)
    suggested(large)  # the pieces of texts, which are kept, are kept of both
    assert calls(lambda: suggested(large)) < 2.5 * calls(lambda: suggested(small))


_NAME = st.text("ab-", min_size=1, max_size=4).filter(lambda name: name.strip("-") == name)
_LEVEL = st.sampled_from([1, 2.5, 100])
_WORDING = st.sampled_from(["", "Look at it.", "${", "{{value}} of it", "a\nb", "a\n\nb  \nc"])


@given(
    st.dictionaries(_NAME, st.tuples(_LEVEL, _WORDING, st.booleans()), min_size=3, max_size=8),
    st.booleans(),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_found_makes_the_live_monitors_again(
    tmp_path: Path, services: dict[str, tuple[float, str, bool]], one_file: bool
) -> None:
    monitors = [
        errors(
            service,
            number,
            thresholds={"critical": plain_number(level), **({"warning": 0} if warns else {})},
            message=f"{service} fails.\n{wording.replace('${', '$${')}\n@slack-{service}",
            file="all" if one_file else f"file-{number % 3}",
            options={"renotify_interval": 60} if warns else {},
        )
        for number, (service, (level, wording, warns)) in enumerate(services.items(), 1)
    ]
    root = tmp_path / f"{len(list(tmp_path.iterdir()))}"
    proven([with_live_text(monitor) for monitor in monitors], root)


def plain_number(level: float) -> float:
    return int(level) if level == int(level) else level


def with_live_text(monitor: PlacedMonitor) -> PlacedMonitor:
    """Return a monitor whose live message has no doubled dollar signs."""
    message = monitor.declared["message"].replace("$${", "${")
    return replace(monitor, live={**monitor.live, "message": message})


def test_tags_that_stand_as_a_mapping_stay_one(tmp_path: Path) -> None:
    monitors = [
        replace(monitor, declared={**monitor.declared, "tags": {"queue": service, "tier": "1"}})
        for service, monitor in (
            (service, errors(service, number, tags=[f"queue:{service}", "tier:1"]))
            for number, service in enumerate(SERVICES, 1)
        )
    ]
    (repeated,) = proven(monitors, tmp_path).repeated
    assert repeated.monitor["tags"] == {"queue": "${service}", "tier": "1"}
    assert repeated.written({"tier": "1"}, {})["tags"] == {"queue": "${service}"}
