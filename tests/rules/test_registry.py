"""A rule says by the type of its parameter what it may look at, and gets no more than that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from monitor_sync.diagnostics import Severity
from monitor_sync.model import Monitor
from monitor_sync.rules.registry import Finding, every, rule, view_of
from monitor_sync.rules.views import MessageView, MonitorView, ProjectView, QueryView, TagsView


def reads_a_monitor(monitor: Monitor) -> Iterable[Finding]:
    return [Finding(message=monitor.name)]


def says_nothing(view) -> Iterable[Finding]:  # type: ignore[no-untyped-def]  # that is what is wrong with it
    return [Finding(message=str(view))]


@pytest.mark.parametrize("check", [reads_a_monitor, says_nothing])
def test_a_rule_that_does_not_name_its_view_is_refused_when_it_is_registered(check: Any) -> None:
    names = {rule.name for rule in every()}

    with pytest.raises(TypeError, match=rf"{check.__name__} .* one of QueryView, MessageView, "):
        rule("hygiene/no-view", Severity.NOTE)(check)

    assert {rule.name for rule in every()} == names


def test_every_rule_has_the_view_of_its_parameter() -> None:
    views = {rule.name: (rule.view, view_of(rule.check)) for rule in every() if rule.view}

    assert len(views) > 100
    assert [name for name, (view, annotated) in views.items() if view is not annotated] == []
    assert {view for view, _ in views.values()} == {
        QueryView, MessageView, TagsView, MonitorView, ProjectView,
    }  # fmt: skip


@pytest.mark.parametrize("view", [QueryView, MessageView, TagsView])
def test_a_shared_view_holds_neither_the_monitor_nor_the_project(view: Any) -> None:
    held = set(view.__struct_fields__)

    assert held.isdisjoint({"monitor", "project", "key", "body"})
    assert not any(hasattr(view, name) for name in ("monitor", "project", "key", "body", "file"))


def test_a_finding_keeps_both_ends_of_a_very_long_text_that_it_quotes() -> None:
    finding = Finding(message=f"`{'a' * 5_000}` is odd", hint="b" * 5_000)

    assert finding.message == f"`{'a' * 999} … {'a' * 992}` is odd"
    assert len(finding.hint) < 2_100
    assert Finding(message="c" * 2_000).message == "c" * 2_000
