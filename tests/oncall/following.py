"""A page followed through one tool, and what is looked at in the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor_sync.oncall.path import Followed, LookAhead, PageToFollow, PathStep
from monitor_sync.oncall.tool import Connection, OnCallTool
from tests.datadog.conftest import Script
from tests.http.clock import Unhurried
from tests.oncall.zenduty.estate import NOW

WINDOW = LookAhead(now=NOW)
OK = dict.fromkeys(("integration", "service", "escalation", "schedule", "person"), "ok")


def follow_page(
    connect: Callable[[Connection, Unhurried], OnCallTool],
    script: Script,
    environ: Mapping[str, str],
    page: PageToFollow,
) -> Followed:
    tool = connect(Connection(environ=environ), script.clock)
    try:
        return tool.follow(page, WINDOW)
    finally:
        tool.close()


def statuses(followed: Followed) -> dict[str, str]:
    return {step.step: step.status for step in followed.steps}


def step(followed: Followed, name: str) -> PathStep:
    return next(step for step in followed.steps if step.step == name)


def assert_broken_at(followed: Followed, name: str, what: str, *besides: str) -> None:
    """One step is broken, in these words; ``besides`` may follow from it."""
    broken = [step.step for step in followed.steps if step.status == "broken"]
    assert [at for at in broken if at not in besides] == [name]
    assert what in step(followed, name).what
    assert step(followed, name).fix
