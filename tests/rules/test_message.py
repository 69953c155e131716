"""What the rules about messages and handles build on: every code is told, shortcuts are sound."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from monitor_sync import language
from monitor_sync.audience.audience import of_message
from monitor_sync.audience.places import HandlePlace
from monitor_sync.language import message
from monitor_sync.language.handles import handles
from monitor_sync.language.template_variables import (
    Existence,
    Surroundings,
    existence,
    variables,
)
from monitor_sync.project.load import load
from monitor_sync.rules.mentions import is_doubtful
from monitor_sync.rules.message import RULE_OF
from monitor_sync.rules.registry import every
from monitor_sync.rules.simple_tags import all_exist, simple_tags
from monitor_sync.rules.views import MonitorView

FOLDER = Path(language.__file__).parent
ESTATE = Path(__file__).resolve().parent.parent.parent / "monitors"
CODE = re.compile(r"[a-z]+(?:-[a-z]+)+")
TELLING = {"_say", "MessageProblem", "EvalFault"}


def codes() -> Iterator[str]:
    """Every code of the message language, read from its sources."""
    for name in ("message", "message_tags", "eval_expression"):
        for node in ast.walk(ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                values = [*node.args[:2], *(keyword.value for keyword in node.keywords)]
                if called in TELLING:
                    yield from (
                        value.value
                        for value in values
                        if isinstance(value, ast.Constant)
                        and isinstance(value.value, str)
                        and CODE.fullmatch(value.value)
                    )


@cache
def views() -> list[MonitorView]:
    project = load(ESTATE).project
    return [MonitorView(monitor, project) for monitor in project.monitors.values()]


def test_every_problem_of_a_message_is_told_by_a_rule() -> None:
    assert list(every())
    given = set(codes())

    assert len(given) > 20
    assert given - RULE_OF.keys() == set()
    assert RULE_OF.keys() - given == set()


TEXTS = [
    "", "no tags", "{{value}}", "{{value}} {{host.name}}", "{{[@usr.id].name}}", "{{is_alert}}",
    "{{else}}", "{{{comparator}}}", "{{{{raw}}}}x{{{{/raw}}}}", "{{ value }}", "{{value}",
    "{value}}",
    "{{#is_alert}}{{value}}{{/is_alert}}", "{{value}}}", "{{a..b}}", "{{eval}}", "{{1}}", "{{_}}",
    "{{log.message}}", "{{^}}", "{{threshold}}{{warn_threshold}}", "{{first_triggered_at}}", "{{}}",
    "{{value.name}}", "{{host.ip}}", "{{!x}}", "{#is_alert}", "{{[a.b].name}}", "{{[a].x}}",
    "{{local_time}}", "{{is_match}}", "{{override_priority}}", "{{value}} {{ .value}}",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("keys", [(), ("host", "@usr.id", "a.b")], ids=["alone", "grouped"])
@pytest.mark.parametrize("type_", ["query alert", "log alert", "service check"])
def test_a_text_that_is_sound_at_a_glance_is_sound_when_it_is_read(
    text: str, keys: tuple[str, ...], type_: str
) -> None:
    names = simple_tags(text)
    sound = names is not None and all_exist(names, type_, keys)
    read = message.parse(text)
    around = Surroundings(type=type_, group_keys=keys, thresholds=frozenset())
    verdicts = [existence(variable, around).existence for variable in variables(read)]

    assert not sound or (read.problems == () and set(verdicts) <= {Existence.EXISTS})


def test_most_messages_of_this_repository_are_sound_at_a_glance() -> None:
    read = sum(1 for view in views() if view.of_message.templates)

    assert read < len(views()) / 10


def test_what_routing_says_alone_is_what_the_whole_message_says() -> None:
    different = [
        view.monitor.key
        for view in views()
        if view.notified.at
        != of_message(
            str(view.monitor.body["message"]), view.of_message.escalation, view.of_query.reach
        ).at
    ]

    assert len(views()) > 1_000
    assert different == []


@pytest.mark.parametrize(
    "handle",
    ["@hipchat-a", "@opsgenie-a", "@slack-##a", "@slack-a-", "@webhook-", "@here", "@slck-a",
     "@a@example.com", "@slack-your-team", "@a/b@c.com", "@slack-{{a.name}}", "@zenduty-a"],
)  # fmt: skip
def test_what_a_rule_may_object_to_is_never_passed_over(handle: str) -> None:
    [read] = handles(handle)

    assert is_doubtful(HandlePlace(read, ("message",)))
